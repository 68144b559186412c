"""The sidebar: the author's card, the latest titles, the categories, the months.

Its sections are found by their labels outside the post and its comments, so that what an author or a commenter
typed there is never taken for the page's own.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from blogarchive.items import CategoryRow, ListedPost, MonthRow, PageKind
from blogarchive.reading.lines import Line
from blogarchive.sites.grammar.card import Card, read_card
from blogarchive.sites.grammar.month_rows import month_row
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import (
    CALENDAR_LABEL,
    CALENDAR_LINE,
    CARD_LABEL,
    CATEGORIES_LABEL,
    LATEST_LABEL,
    MONTHS_LABEL,
    OTHER_LABEL,
    label_text,
    unbulleted,
)

CUT_BYTES = 30  # the site cuts a title in the sidebar at this many GBK bytes
_LABELS = {
    "card": CARD_LABEL,
    "calendar": CALENDAR_LABEL,
    "latest": LATEST_LABEL,
    "categories": CATEGORIES_LABEL,
    "months": MONTHS_LABEL,
    "other": OTHER_LABEL,
}
_CATEGORY = re.compile(r"【(?P<name>.+)】\s*(?:[(\[]\s*(?P<count>\d+)\s*篇?\s*[)\]])?")
_MORE = frozenset(("更多", "全部", "more", "rss", "查看全部"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sidebar:
    """What the sidebar shows, and the lines that are its own."""

    card: Card
    latest: tuple[ListedPost, ...]
    categories: tuple[CategoryRow, ...]
    months: tuple[MonthRow, ...]
    taken: frozenset[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    name: str
    lines: tuple[int, ...]  # its label first


def read_sidebar(view: View, outside: Sequence[int]) -> Sidebar:
    """The sidebar, read from the lines `outside` the post and its comments."""
    months = {i: row for i in outside if (row := month_row(view, view.lines[i])) is not None}
    card = Card()
    latest: tuple[ListedPost, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    taken = set(months)
    for section in _sections(view, outside):
        lines: Sequence[int] = section.lines
        if section.name == "card":
            card, lines = read_card(view, lines)
        elif section.name == "latest":
            lines = _titled(view, lines)
            latest = _titles(view, lines[1:])
        elif section.name == "categories":
            lines = _titled(view, lines)
            categories = _categories(view, lines[1:])
        elif section.name == "other":
            lines = _titled(view, lines)
        elif section.name == "calendar":
            lines = _calendar(view, lines)
        else:
            lines = lines[:1]
        taken.update(lines)
    return Sidebar(
        card=card,
        latest=latest,
        categories=categories,
        months=tuple(months.values()),
        taken=frozenset(taken),
    )


def cut_title(title: str) -> bool:
    """Whether a title may have been cut: at 30 GBK bytes (29 where a character did not fit), or with dots."""
    return len(title.encode("gb18030", "replace")) >= CUT_BYTES - 1 or title.endswith(("…", "..."))


def listed_post(view: View, line: Line, *, needs_link: bool) -> ListedPost | None:
    """The post that a sidebar's line names; without `needs_link` a bare title counts too."""
    for text, anchor in line.links():
        url = view.href(anchor)
        address = None if url is None else view.address(url)
        if address is not None and address.kind is PageKind.POST and unbulleted(text):
            title = unbulleted(text).strip()
            return ListedPost(title=title, number=address.number, url=address.url, title_cut=cut_title(title))
    title = unbulleted(line.text).strip()
    if needs_link or not title:
        return None
    return ListedPost(title=title, title_cut=cut_title(title))


def _sections(view: View, outside: Sequence[int]) -> Iterator[_Section]:
    """The sections with all lines up to the next label; a label counts once, and never inside a link."""
    starts: list[tuple[int, str]] = []
    for place, index in enumerate(outside):
        name = _label(view, index)
        if name is not None and (name == "other" or all(name != other for _, other in starts)):
            starts.append((place, name))
    ends = [*(place for place, _ in starts[1:]), len(outside)]
    for (start, name), end in zip(starts, ends, strict=False):
        yield _Section(name=name, lines=tuple(outside[start:end]))


def _label(view: View, index: int) -> str | None:
    text = label_text(view.folded[index])
    if text is None:
        return None
    for name, label in _LABELS.items():
        if label.fullmatch(text) and view.lines[index].link_at(0, len(view.lines[index].text)) is None:
            return name
    return None


def _titled(view: View, lines: Sequence[int]) -> Sequence[int]:
    """The label and the titles under it; where titles are links, up to the first line that is none."""
    body = lines[1:]
    if not any(_names_post(view, index) for index in body):
        return lines
    last = max(index for index in body if _belongs(view, index))
    return lines[0], *_while(
        body, lambda i: i <= last and (_belongs(view, i) or not unbulleted(view.folded[i]))
    )


def _calendar(view: View, lines: Sequence[int]) -> Sequence[int]:
    return lines[0], *_while(
        lines[1:], lambda i: not view.folded[i] or bool(CALENDAR_LINE.fullmatch(view.folded[i].strip()))
    )


def _belongs(view: View, index: int) -> bool:
    named = _CATEGORY.fullmatch(unbulleted(view.folded[index]).strip()) is not None
    return named or _is_more(view, index) or _names_post(view, index)


def _names_post(view: View, index: int) -> bool:
    return listed_post(view, view.lines[index], needs_link=True) is not None


def _is_more(view: View, index: int) -> bool:
    return view.folded[index].strip(" []<>.").lower() in _MORE


def _while(lines: Sequence[int], keep: Callable[[int], bool]) -> Sequence[int]:
    for count, index in enumerate(lines):
        if not keep(index):
            return lines[:count]
    return lines


def _titles(view: View, lines: Sequence[int]) -> tuple[ListedPost, ...]:
    rows = [view.lines[i] for i in lines if unbulleted(view.folded[i]).strip() and not _is_more(view, i)]
    linked = any(listed_post(view, line, needs_link=True) for line in rows)
    found = (listed_post(view, line, needs_link=linked) for line in rows)
    return tuple(post for post in found if post is not None)


def _categories(view: View, lines: Sequence[int]) -> tuple[CategoryRow, ...]:
    headings = {i: row for i in lines if (row := _category(view, view.lines[i])) is not None}
    places = [place for place, index in enumerate(lines) if index in headings]
    rows = []
    ends = [*places[1:], len(lines)]
    for start, end in zip(places, ends, strict=False):  # one end too many where there is no heading
        name, url = headings[lines[start]]
        rows.append(CategoryRow(name=name, url=url, posts=_titles(view, lines[start + 1 : end])))
    return tuple(rows)


def _category(view: View, line: Line) -> tuple[str, str | None] | None:
    """The name and the link of the category whose heading a line is."""
    raw = unbulleted(line.text).strip()
    match = _CATEGORY.fullmatch(raw.replace("（", "(").replace("）", ")"))
    if match is None:
        return None
    urls = [url for _, anchor in line.links() if (url := view.href(anchor)) is not None]
    if any(view.address(url).kind is PageKind.POST for url in urls):
        return None
    return raw[match.start("name") : match.end("name")].strip(), (urls[0] if urls else None)
