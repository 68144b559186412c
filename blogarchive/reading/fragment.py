"""Cut a run of a page's lines out of its tree, as HTML and as text."""

from collections.abc import Sequence

from lxml import etree, html

from blogarchive.reading.elements import CELLS, REPLACED, UNSEEN
from blogarchive.reading.html_tree import Element
from blogarchive.reading.lines import Document, Line

_VOID = REPLACED | {"br", "hr"}


def container(document: Document, first: Line, last: Line) -> Element | None:
    """The outermost element that holds these lines, all between them, and no line else; None where there is none."""
    node = document.common(first, last)
    wanted = range(first.index, last.index + 1)
    if document.inside(node) != wanted:
        return None
    parent = node.getparent()
    while parent is not None and parent.tag not in ("body", "html") and document.inside(parent) == wanted:
        node, parent = parent, parent.getparent()
    return node


def cut(document: Document, first: Line, last: Line) -> Element:
    """A new `div` with the content of these lines and all between, and nothing else of the page.

    Elements that hold some of the lines are kept around them; pictures between the lines are kept too.
    """
    whole = container(document, first, last)
    if whole is not None:
        return _copy(document, whole, document.opened[whole], document.closed[whole])
    return _copy(document, document.common(first, last), first.start, last.end)


def text_of(lines: Sequence[Line]) -> str:
    """What a reader sees of these lines: one a line, the cells of a table row parted by a space, `pre` as it is."""
    parts: list[str] = []
    before: Line | None = None
    for line in lines:
        if not line.text.strip():
            continue
        if before is not None:
            parts.append(" " if _same_row(before, line) else "\n")
        parts.append(line.text)
        before = line
    return "".join(parts)


def _same_row(first: Line, second: Line) -> bool:
    one, other = first.block, second.block
    return (
        one is not other
        and one.tag in CELLS
        and other.tag in CELLS
        and one.getparent() is other.getparent()
        and one.getparent() is not None
    )


def _copy(document: Document, top: Element, start: int, end: int) -> Element:
    """Copies `top`'s content between two places of the document into a `div`; no recursion, depth is hostile."""
    opened = document.opened
    holder: Element = html.Element("div")
    if start <= opened[top] + 1 < end:
        _append(holder, top.text)
    path: list[tuple[Element, Element | None]] = [(top, holder)]  # open elements with their copies
    for node in top.iterdescendants():
        parent = node.getparent()
        while path[-1][0] is not parent:
            _leave(document, path, start, end)
        above = path[-1][1]
        copy = None if above is None else _enter(document, node, above, start, end)
        if copy is not None and start <= opened[node] + 1 < end:
            _append(copy, node.text)
        path.append((node, copy))
    while len(path) > 1:
        _leave(document, path, start, end)
    return holder


def _leave(document: Document, path: list[tuple[Element, Element | None]], start: int, end: int) -> None:
    """Closes the innermost open element and copies what follows it."""
    node, _ = path.pop()
    above = path[-1][1]
    if above is not None and node.tail and start <= document.closed.get(node, -2) + 1 < end:
        _append(above, node.tail)


def _enter(document: Document, node: Element, parent: Element, start: int, end: int) -> Element | None:
    """The copy of an element that reaches into the places wanted; None where it does not, or is never seen."""
    tag, opened = node.tag, document.opened.get(node)
    if opened is None or opened >= end or not isinstance(tag, str) or tag in UNSEEN:
        return None
    if document.closed[node] < start or (opened < start and tag in _VOID):
        return None
    copy: Element = etree.SubElement(parent, tag)
    for name, value in node.items():
        copy.set(name, value)
    return copy


def _append(copy: Element, text: str | None) -> None:
    if not text:
        return
    if len(copy):
        copy[-1].tail = (copy[-1].tail or "") + text
    else:
        copy.text = (copy.text or "") + text
