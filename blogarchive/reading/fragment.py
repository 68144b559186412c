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
    holder: Element = html.Element("div")
    copies: dict[Element, Element] = {top: holder}
    for event, node in etree.iterwalk(top, events=("start", "end", "comment", "pi")):
        if event == "start":
            copy = holder if node is top else _enter(document, node, copies, start, end)
            if copy is not None:
                copies[node] = copy
                if start <= document.opened[node] + 1 < end:
                    _append(copy, node.text)
        elif node is not top:
            parent = _copy_of(copies, node.getparent())
            if parent is not None and start <= document.closed.get(node, -2) + 1 < end:
                _append(parent, node.tail)
    return holder


def _enter(
    document: Document, node: Element, copies: dict[Element, Element], start: int, end: int
) -> Element | None:
    """The copy of an element that reaches into the places wanted; None where it does not, or is never seen."""
    parent = _copy_of(copies, node.getparent())
    opened = document.opened.get(node)
    if parent is None or opened is None or node.tag in UNSEEN:
        return None
    if document.closed[node] < start or opened >= end or (node.tag in _VOID and opened < start):
        return None
    copy: Element = etree.SubElement(parent, str(node.tag))
    for name, value in node.items():
        copy.set(name, value)
    return copy


def _copy_of(copies: dict[Element, Element], node: Element | None) -> Element | None:
    return None if node is None else copies.get(node)


def _append(copy: Element, text: str | None) -> None:
    if not text:
        return
    if len(copy):
        copy[-1].tail = (copy[-1].tail or "") + text
    else:
        copy.text = (copy.text or "") + text
