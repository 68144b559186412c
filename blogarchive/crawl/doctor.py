"""What was read from one page, field by field, and from which line: for the first meeting with a real site."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass

from blogarchive.items import CrawledPage, DateText, Page, Target
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.lines.document import Document, Element, parse_document
from blogarchive.parsing.lines.line import Line
from blogarchive.sites.base import parse_page
from blogarchive.sites.normalize import normalize_page

_LINES_OF_A_LIST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """A field and its value in words; `line` (from 1) and `path` say where on the page these words stand.

    `line` None: they stand nowhere as they are (a URL, a value that is absent).
    """

    field: str
    value: str
    line: int | None = None
    path: str | None = None


def examine(page: Page, target: Target) -> list[Diagnosis]:
    """Everything that the site's reader found on `page`, in the order of the reading; long lists cut short."""
    crawled = normalize_page(CrawledPage(target=target, page=page, parsed=parse_page(page, target)))
    document = parse_document(decode(page.body, page.header("Content-Type")).text)
    return list(_placed(document, _flat("", crawled.parsed)))


def lines_of(page: Page) -> list[str]:
    """The visible lines of a page, as its readers see them."""
    return [line.text for line in parse_document(decode(page.body, page.header("Content-Type")).text).lines]


def _flat(prefix: str, item: object) -> Iterator[tuple[str, str]]:
    if isinstance(item, DateText):
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


def _placed(document: Document, told: Iterable[tuple[str, str]]) -> Iterator[Diagnosis]:
    """Each value with its place: the nearest to that of the field before it, of the same post or author."""
    last: dict[str, int] = {}
    for field, value in told:
        needle = value.split(" = ")[0] if " = " in value else value.strip().split("\n")[0]
        owner = field.split(".")[0]
        found = None
        if needle and needle != "none" and not needle.startswith("http"):
            found = _place(document, needle, near=last.get(owner, 0))
        if found is None:
            yield Diagnosis(field=field, value=value)
            continue
        line, at = found
        last[owner] = line.index
        yield Diagnosis(field=field, value=value, line=line.index + 1, path=_css_path(line.node_at(at)))


def _place(document: Document, needle: str, *, near: int) -> tuple[Line, int] | None:
    """Where the words stand by themselves, nearest to the line `near`; else where they stand within others."""
    number = needle.isascii() and needle.isdigit()
    if number:
        alone = re.compile(rf"(?<!\d)(?<!\d[.,/]){'[,，]?'.join(needle)}(?!\d|[.,/]\d)")
    else:
        alone = re.compile(rf"(?<!\w){re.escape(needle)}(?!\w)")
    found = [(line, match.start()) for line in document.lines if (match := alone.search(line.text))]
    if not found and not number:
        found = [(line, at) for line in document.lines if (at := line.text.find(needle)) >= 0]
    # Of two lines as near, the one below: a page's fields mostly stand in the order of the reading's.
    return min(found, key=lambda place: (abs(place[0].index - near), place[0].index < near), default=None)


def _css_path(node: Element) -> str:
    """The node and its three nearest ancestors as a CSS selector would name them."""
    chain = [node, *node.iterancestors()][:4]
    return " > ".join(_css_name(element) for element in reversed(chain))


def _css_name(element: Element) -> str:
    ident, classes = element.get("id"), (element.get("class") or "").split()
    return f"{element.tag}{f'#{ident}' if ident else ''}{''.join(f'.{name}' for name in classes)}"
