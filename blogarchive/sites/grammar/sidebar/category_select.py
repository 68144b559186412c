"""Categories that a sidebar shows as the options of a `select`."""

from collections.abc import Container, Iterator

from blogarchive.items import CategoryRow, PageKind
from blogarchive.parsing.html import Element, absolute_url
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import strip_count
from blogarchive.sites.grammar.sidebar.month_names import is_inside


def parse_category_select(view: PageView, outside: Container[int]) -> tuple[CategoryRow, ...]:
    """Return the categories of the first `select` among these lines; its first option may be a prompt."""
    for node in view.document.root.iter("select"):
        options = list(node.iter("option"))
        rows = [row for option in options for row in _parse_option(view, option)]
        if rows and len(rows) >= len(options) - 1 and is_inside(view, node, outside):
            return tuple(rows)
    return ()


def _parse_option(view: PageView, option: Element) -> Iterator[CategoryRow]:
    value, text = option.get("value", ""), " ".join("".join(map(str, option.itertext())).split())
    url = absolute_url(value, view.base) if "/" in value else None
    parsed_url = None if url is None else view.parse_url(url)
    if parsed_url is not None and parsed_url.kind is PageKind.CATEGORY and (name := strip_count(text)):
        yield CategoryRow(name=name, url=parsed_url.url, posts=())
