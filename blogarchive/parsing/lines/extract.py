"""Cut a run of a page's lines out of its tree, as HTML and as text."""

import re
from collections.abc import Sequence
from copy import deepcopy

from lxml import etree, html

from blogarchive.parsing.html.elements import CELLS, NEVER_SHOWN, PLAYER_PARTS, REPLACED
from blogarchive.parsing.html.parse import Element
from blogarchive.parsing.lines.document import Document, Line

_VOID = REPLACED | {"br", "hr"}
# What lxml makes elements and attributes of; the parser gives others where a tag was not closed: `<font<b>`.
_NAME = re.compile(r"[^\s&<>/\"'{}]+")


def find_container(document: Document, first: Line, last: Line) -> Element | None:
    """The outermost element that holds these lines, all between them, and no line else; None where there is none."""
    node = document.common_ancestor(first, last)
    wanted = range(first.index, last.index + 1)
    if document.lines_in(node) != wanted:
        return None
    parent = node.getparent()
    while parent is not None and parent.tag not in ("body", "html") and document.lines_in(parent) == wanted:
        node, parent = parent, parent.getparent()
    return node


def extract_html(document: Document, first: Line, last: Line) -> Element:
    """A new `div` with the content of these lines and all between, and nothing else of the page.

    Elements that hold some of the lines are kept around them; pictures between the lines are kept too.
    """
    container = find_container(document, first, last)
    if container is not None and all(_is_visible(document, node) for node in container.iter()):
        return _copy_whole(container)
    if container is not None and (places := document.positions(container)):
        return _copy_range(document, container, *places)
    return _copy_range(document, document.common_ancestor(first, last), first.start, last.end)


def extract_text(lines: Sequence[Line]) -> str:
    """What a reader sees of these lines: one a line, the cells of a table row parted by a space, `pre` as it is."""
    parts: list[str] = []
    before: Line | None = None
    for line in lines:
        if not line.text.strip():
            continue
        if before is not None:
            parts.append(" " if _is_same_row(before, line) else "\n")
        parts.append(line.text)
        before = line
    return "".join(parts)


def _is_same_row(first: Line, second: Line) -> bool:
    one, other = first.block, second.block
    return (
        one is not other
        and one.tag in CELLS
        and other.tag in CELLS
        and one.getparent() is other.getparent()
        and one.getparent() is not None
    )


def _is_visible(document: Document, node: Element) -> bool:
    """Whether a reader sees what the element holds: it is no script, no comment, and nothing hides it."""
    tag = node.tag
    seen = isinstance(tag, str) and tag not in NEVER_SHOWN and document.positions(node) is not None
    return seen and node not in document.hidden


def _copy_whole(container: Element) -> Element:
    """A `div` with all that `whole` holds."""
    copy = deepcopy(container)
    copy.tag, copy.tail = "div", None
    copy.attrib.clear()
    return copy


def _copy_range(document: Document, top: Element, start: int, end: int) -> Element:
    """Copies `top`'s content between two places of the document into a `div`; no recursion, depth is hostile."""
    copier = _Copier(document, start, end)
    holder: Element = html.Element("div")
    if copier.wants_text(top):
        copier.append(holder, top.text)
    path: list[tuple[Element, Element | None]] = [(top, holder)]  # open elements with their copies
    for node in top.iterdescendants():
        parent = node.getparent()
        while path[-1][0] is not parent:
            copier.leave(path)
        above = path[-1][1]
        copy = None if above is None else copier.enter(node, above)
        if copy is not None and copier.wants_text(node):
            copier.append(copy, node.text)
        path.append((node, copy))
    while len(path) > 1:
        copier.leave(path)
    copier.flush()
    return holder


def _copy_element(node: Element, above: Element) -> Element:
    """A new element at the end of `above`, with the name and the attributes of `node`."""
    copy: Element = etree.SubElement(above, node.tag if _NAME.fullmatch(node.tag) else "span")
    for name, value in node.items():
        if _NAME.fullmatch(str(name)):
            copy.set(name, value)
    return copy


class _Copier:
    """Copies elements and texts that lie between two places of a document.

    Texts that follow each other, parted by comments or scripts that are left out, are put into the tree at once: a
    page with a hundred thousand comments would else take minutes.
    """

    def __init__(self, document: Document, start: int, end: int) -> None:
        self._document = document
        self._start = start
        self._end = end
        self._texts: list[str] = []
        self._above: Element | None = None  # the copy at whose end the texts belong

    def enter(self, node: Element, above: Element) -> Element | None:
        """The copy of an element that reaches into the places wanted; None where it does not, or is never seen."""
        places = self._document.positions(node)
        if places is None or places[0] >= self._end or not _is_visible(self._document, node):
            return None
        tag, (opened, closed) = node.tag, places
        if closed < self._start or (opened < self._start and tag in _VOID):
            return None
        self.flush()
        copy = _copy_element(node, above)
        if tag in REPLACED:  # what they play is told by their parts
            for part in node.iterdescendants(*PLAYER_PARTS):
                _copy_element(part, copy)
        return copy

    def leave(self, path: list[tuple[Element, Element | None]]) -> None:
        """Closes the innermost open element and copies what follows it."""
        node, _ = path.pop()
        above = path[-1][1]
        places = self._document.positions(node)
        if above is not None and node.tail and places and self._start <= places[1] + 1 < self._end:
            self.append(above, node.tail)

    def wants_text(self, node: Element) -> bool:
        """Whether the first text of an element lies between the places."""
        places = self._document.positions(node)
        return places is not None and self._start <= places[0] + 1 < self._end

    def append(self, above: Element, text: str | None) -> None:
        """Puts `text` at the end of a copy."""
        if not text:
            return
        if above is not self._above:
            self.flush()
            self._above = above
        self._texts.append(text)

    def flush(self) -> None:
        """Puts the texts that wait into the tree."""
        if self._above is None or not self._texts:
            return
        text = "".join(self._texts)
        self._texts.clear()
        last = next(self._above.iterchildren(reversed=True), None)  # len() would count all children
        if last is None:
            self._above.text = (self._above.text or "") + text
        else:
            last.tail = (last.tail or "") + text
