"""What was read from one page, field by field, and from which line: for the first meeting with a real site."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from blogarchive.items import Page, Shown, Target, Visit
from blogarchive.reading.decode import decode
from blogarchive.reading.lines import Document, Element, read_document
from blogarchive.sites.finish import finish
from blogarchive.sites.site import read

_LINES_OF_A_LIST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A field and its value in words; `line` (from 1) and `path` say where on the page these words stand.

    `line` None: they stand nowhere as they are (a URL, a number without its separators, a value that is absent).
    """

    field: str
    value: str
    line: int | None = None
    path: str | None = None


def examine(page: Page, target: Target) -> list[Finding]:
    """Everything that the site's reader found on `page`, in the order of the reading; long lists cut short."""
    visit = finish(Visit(target=target, page=page, reading=read(page, target)))
    document = read_document(decode(page.body, page.header("Content-Type")).text)
    return [_placed(document, field, value) for field, value in _flat("", visit.reading)]


def lines_of(page: Page) -> list[str]:
    """The visible lines of a page, as its readers see them."""
    return [line.text for line in read_document(decode(page.body, page.header("Content-Type")).text).lines]


def _flat(prefix: str, item: object) -> Iterator[tuple[str, str]]:
    if isinstance(item, Shown):
        yield prefix, f"{item.text} = {item.at.isoformat() if item.at else 'no time'} ({item.precision})"
    elif isinstance(item, tuple):
        for index, one in enumerate(item[:_LINES_OF_A_LIST]):
            yield from _flat(f"{prefix}[{index}]", one)
        if len(item) > _LINES_OF_A_LIST:
            yield f"{prefix}[…]", f"{len(item)} in all"
        elif not item:
            yield prefix, "none"
    elif is_dataclass(item) and not isinstance(item, type):
        for field in fields(item):
            yield from _flat(f"{prefix}.{field.name}".lstrip("."), getattr(item, field.name))
    else:
        yield prefix, "none" if item is None else str(item)


def _placed(document: Document, field: str, value: str) -> Finding:
    needle = value.split(" = ")[0] if " = " in value else value.strip().split("\n")[0]
    if needle and needle != "none" and not needle.startswith("http"):
        for line in document.lines:
            at = line.text.find(needle)
            if at >= 0:
                return Finding(
                    field=field, value=value, line=line.index + 1, path=_css_path(line.node_at(at))
                )
    return Finding(field=field, value=value)


def _css_path(node: Element) -> str:
    """The node and its three nearest ancestors as a CSS selector would name them."""
    chain = [node, *node.iterancestors()][:4]
    return " > ".join(_css_name(element) for element in reversed(chain))


def _css_name(element: Element) -> str:
    ident, classes = element.get("id"), (element.get("class") or "").split()
    return f"{element.tag}{f'#{ident}' if ident else ''}{''.join(f'.{name}' for name in classes)}"
