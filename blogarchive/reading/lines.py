"""Text of a page -> the lines a reader sees, each with the nodes that hold it.

Block elements, table cells and `<br>` break a line; inline elements do not (CSS 2.2, 9.2, on the elements' default
display). What is never shown (scripts, styles, `display:none`, form fields) is left out. Every piece of a page has
a place in document order, so that a run of lines can be cut out of the tree again (`fragment.py`): an element
opens at an even place and its first text stands right after it; it closes at an even place and its tail stands right
after that.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NamedTuple

from blogarchive.reading.elements import BLOCKS, PREFORMATTED, REPLACED, UNSEEN
from blogarchive.reading.html_tree import Element as Element
from blogarchive.reading.html_tree import parse_html

SPACE = " \t\n\r\f\v"
EDGES = SPACE + "\xa0\u200b\ufeff"

_spaces = re.compile(r"[ \t\n\r\f\v]+")
_hidden = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CLOSED = UNSEEN | REPLACED  # what is inside is not read


class Span(NamedTuple):
    """A piece of a line's text: `[start, end)` in the text, the element whose text it is, the `a` it is part of."""

    start: int
    end: int
    node: Element
    anchor: Element | None


@dataclass(slots=True, eq=False)
class Line:
    """One visible line: collapsed text, the innermost block that holds it, its place in the document.

    `start` and `end` are places in document order. `media` are the replaced elements (pictures, players) in the
    line, each with the `a` it is part of; a line of pictures alone has empty text. Nobody changes a line once it
    is made; it is not frozen because freezing doubles the time to make the hundreds of a page.
    """

    index: int
    text: str
    block: Element
    start: int
    end: int
    spans: tuple[Span, ...]
    media: tuple[tuple[Element, Element | None], ...] = ()
    preformatted: bool = False

    def node_at(self, offset: int) -> Element:
        """The element that holds the character at `offset` of the text."""
        return next((span.node for span in self.spans if span.start <= offset < span.end), self.block)

    def links(self) -> list[tuple[str, Element]]:
        """The `a` elements in the line, in order, each with its text in this line."""
        if len(self.spans) == 1 and not self.media:
            anchor = self.spans[0].anchor
            return [] if anchor is None else [(self.text.strip(EDGES), anchor)]
        found: dict[Element, str] = {}
        for start, end, _, anchor in self.spans:
            if anchor is not None:
                found[anchor] = found.get(anchor, "") + self.text[start:end]
        for _, anchor in self.media:
            if anchor is not None:
                found.setdefault(anchor, "")
        return [(text.strip(EDGES), anchor) for anchor, text in found.items()]

    def span_of(self, anchor: Element) -> tuple[int, int]:
        """Where the text of the `a` element starts and ends in this line's; `(0, 0)` where it has none here."""
        places = [(start, end) for start, end, _, linked in self.spans if linked is anchor]
        return (places[0][0], places[-1][1]) if places else (0, 0)

    def link_at(self, start: int, end: int) -> Element | None:
        """The first `a` element that holds a character of `[start, end)`."""
        for span in self.spans:
            if span.start < end and start < span.end and span.anchor is not None:
                return span.anchor
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A page as visible lines over its tree; `opened` and `closed` give each element's places in the order."""

    root: Element
    lines: tuple[Line, ...]
    title: str
    opened: dict[Element, int] = field(repr=False)
    closed: dict[Element, int] = field(repr=False)
    starts: list[int] = field(repr=False)

    def inside(self, node: Element) -> range:
        """The indexes of the lines that lie wholly or partly in `node`."""
        first = bisect_left(self.starts, self.opened[node])
        return range(first, bisect_left(self.starts, self.closed[node]))

    def holds(self, node: Element, line: Line) -> bool:
        """Whether the whole of `line` lies in `node`."""
        return self.opened[node] <= line.start and line.end <= self.closed[node]

    def common(self, first: Line, last: Line) -> Element:
        """The innermost element that holds both lines and all between."""
        node = first.block
        while not self.holds(node, last) or not self.holds(node, first):
            parent = node.getparent()
            if parent is None:
                break
            node = parent
        return node

    def child_towards(self, ancestor: Element, line: Line) -> Element:
        """The child of `ancestor` that holds `line`, or `ancestor` where the line is its own."""
        node = line.block
        while node is not ancestor:
            parent = node.getparent()
            if parent is None or parent is ancestor:
                return node
            node = parent
        return ancestor


def read_document(text: str) -> Document:
    """The document of a page's text; never raises, an empty page has no lines."""
    root = parse_html(text)
    builder = _Builder()
    builder.walk(root)
    title = root.find(".//title")
    title_text = (
        ""
        if title is None
        else _spaces.sub(" ", "".join(str(text) for text in title.itertext())).strip(EDGES)
    )
    return Document(
        root=root,
        lines=tuple(builder.lines),
        title=title_text,
        opened=builder.opened,
        closed=builder.closed,
        starts=[line.start for line in builder.lines],
    )


def enclosing(node: Element | None, tag: str) -> Element | None:
    """The nearest element of that tag from `node` outwards, itself included, within its block."""
    while node is not None and node.tag != tag:
        if node.tag in BLOCKS:
            parent = node.getparent()
            return parent if parent is not None and parent.tag == tag else None
        node = node.getparent()
    return node


def tag_path(node: Element) -> str:
    """The tags from the root down to `node`, as `html/body/div`: where two pieces stand alike, it is the same."""
    tags = [str(node.tag)]
    tags.extend(str(ancestor.tag) for ancestor in node.iterancestors())
    return "/".join(reversed(tags))


class _Builder:
    """Walks the tree once and cuts it into lines."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.opened: dict[Element, int] = {}
        self.closed: dict[Element, int] = {}
        self._place = 0
        self._path: list[Element] = []
        self._blocks: list[Element] = []
        self._anchors: list[Element | None] = []  # for each element of the path: the `a` it is part of
        self._pre = 0
        self._reset()

    def _reset(self) -> None:
        self._text: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._media: list[tuple[Element, Element | None]] = []
        self._start = -1
        self._end = -1

    def walk(self, root: Element) -> None:
        """Open and close every element in document order, as `etree.iterwalk` would in three times the time."""
        opened, path = self.opened, self._path
        unseen: set[Element] = set()  # what an element that is never shown holds
        for node in root.iter():
            parent = node.getparent()
            if unseen and parent in unseen:
                unseen.add(node)
                continue
            while path and path[-1] is not parent:
                self._close()
            tag = node.tag
            place = opened[node] = self._place
            if tag.__class__ is not str:  # a comment or a processing instruction
                self._tail(node)
                continue
            self._place = place + 2
            path.append(node)
            self._open(node, tag, parent)
            if tag in _CLOSED or (node.attrib and _is_hidden(node)):
                unseen = {node}
            elif text := node.text:
                self._add(text, node, place + 1)
        while path:
            self._close()
        self._break()

    def _open(self, node: Element, tag: str, parent: Element | None) -> None:
        if tag in BLOCKS:
            if self._start >= 0:
                self._break()
            self._blocks.append(node)
            self._pre += tag in PREFORMATTED
            self._anchors.append(parent if parent is not None and parent.tag == "a" else None)
            return
        self._anchors.append(node if tag == "a" else self._anchors[-1] if self._anchors else None)
        if tag == "br":
            self._line_end()
        elif tag in REPLACED:
            self._add_media(node)

    def _close(self) -> None:
        node = self._path.pop()
        self._anchors.pop()
        if node.tag in BLOCKS:
            if self._start >= 0:
                self._break()
            self._blocks.pop()
            self._pre -= node.tag in PREFORMATTED
        self._tail(node)

    def _tail(self, node: Element) -> None:
        place = self.closed[node] = self._place
        self._place = place + 2
        if self._path and (tail := node.tail):
            self._add(tail, self._path[-1], place + 1)

    def _add(self, text: str, node: Element, place: int) -> None:
        if not self._pre:
            if not self._text or self._text[-1][-1] == " ":
                text = text.lstrip(SPACE)
                if not text:
                    return
            text = _spaces.sub(" ", text)
        if self._start < 0:
            self._start = place
        self._end = place + 1
        self._text.append(text)
        end = self._length + len(text)
        self._spans.append(Span(self._length, end, node, self._anchors[-1]))
        self._length = end

    def _add_media(self, node: Element) -> None:
        place = self.opened[node]
        if self._start < 0:
            self._start = place
        self._end = place + 1
        self._media.append((node, self._anchors[-1]))

    def _line_end(self) -> None:
        if self._pre:
            self._text.append("\n")
            self._length += 1
        else:
            self._break()

    def _break(self) -> None:
        if self._start < 0:
            self._reset()
            return
        raw = "".join(self._text)
        text = raw.strip("\n") if self._pre else raw.strip(EDGES)
        if text.strip(EDGES) or self._media:
            spans = tuple(self._spans) if text == raw else self._shifted(raw, text)
            self.lines.append(
                Line(
                    len(self.lines),
                    text,
                    self._blocks[-1],
                    self._start,
                    self._end,
                    spans,
                    tuple(self._media),
                    bool(self._pre),
                )
            )
        self._reset()

    def _shifted(self, raw: str, text: str) -> tuple[Span, ...]:
        """The spans of a line whose edges were cut off."""
        shift = raw.find(text) if text else 0
        return tuple(
            Span(max(start - shift, 0), min(end - shift, len(text)), node, anchor)
            for start, end, node, anchor in self._spans
            if end > shift and start - shift < len(text)
        )


def _is_hidden(node: Element) -> bool:
    style = node.get("style")
    return (style is not None and bool(_hidden.search(style))) or node.get("hidden") is not None
