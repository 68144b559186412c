"""The walk over a page's tree that cuts it into lines and gives every element its places."""

import re
from collections.abc import Container

from blogarchive.reading.elements import BLOCKS, PREFORMATTED, REPLACED, UNSEEN
from blogarchive.reading.html_tree import Element
from blogarchive.reading.line import EDGES, SPACE, Line, Span

_spaces = re.compile(r"[ \t\n\r\f\v]+")
_BLANKS = frozenset(("\n", "\n\n", "\r\n", " "))  # what most pages have between blocks
_CLOSED = UNSEEN | REPLACED  # what is inside is not read


_Open = tuple[Element | None, Element | None, Element | None]


class LineBuilder:
    """Walks the tree once and cuts it into lines; what `hidden` elements hold is not read."""

    def __init__(self, hidden: Container[Element] = ()) -> None:
        self._hidden = hidden
        self.lines: list[Line] = []
        self.opened: dict[Element, int] = {}
        self.closed: dict[Element, int] = {}
        self._pre = 0
        self._reset()

    def _reset(self) -> None:
        self._text: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._media: list[tuple[Element, Element | None]] = []
        self._start = -1
        self._end = -1

    def walk(self, root: Element) -> None:  # noqa: C901 - see its second paragraph
        """Open and close every element in document order, as `etree.iterwalk` would in three times the time.

        The loop meets each of the hundreds of nodes of a page and takes a quarter of the time to read it: it calls
        nothing where nothing is to be done (docs/performance.md). `above` is the innermost open element, `block` the
        innermost open block, `anchor` the `a` that text of `above` is part of; `path` holds those of the outer ones.
        """
        opened, closed, hidden, place = self.opened, self.closed, self._hidden, 0
        path: list[_Open] = []
        unseen: set[Element] = set()  # what an element that is never shown holds
        above: Element | None = None
        block: Element | None = None
        anchor: Element | None = None
        for node in root.iter():
            parent = node.getparent()
            if unseen and parent in unseen:
                unseen.add(node)
                continue
            while above is not None and above is not parent:
                done = above
                if block is done and (self._start >= 0 or self._pre):
                    self._end_block(done)
                above, block, anchor = path.pop()
                closed[done] = place
                tail = done.tail
                if tail and above is not None and (self._text or self._pre or tail not in _BLANKS):
                    self._add(tail, above, anchor, place + 1)
                place += 2
            opened[node] = place
            tag = node.tag
            if tag.__class__ is not str:  # a comment or a processing instruction
                closed[node] = place
                if (tail := node.tail) and above is not None:
                    self._add(tail, above, anchor, place + 1)
                place += 2
                continue
            path.append((above, block, anchor))
            above = node
            if tag in BLOCKS:
                if self._start >= 0:
                    self._break(block)
                block, anchor = node, parent if parent is not None and parent.tag == "a" else None
                self._pre += tag in PREFORMATTED
            elif tag == "a":
                anchor = node
            elif tag == "br":
                self._line_end(block)
            elif tag in REPLACED:
                self._add_media(node, anchor)
            if tag in _CLOSED or node in hidden:
                unseen = {node}
            elif (text := node.text) and (self._text or self._pre or text not in _BLANKS):
                self._add(text, node, anchor, place + 1)
            place += 2
        self._close_all(path, above, block, place)

    def _close_all(
        self, path: "list[_Open]", above: Element | None, block: Element | None, place: int
    ) -> None:
        """Close what is open at the page's end, innermost first."""
        while above is not None:
            done = above
            if block is done:
                self._end_block(done)
            above, block, anchor = path.pop()
            self.closed[done] = place
            if done.tail and above is not None:
                self._add(done.tail, above, anchor, place + 1)
            place += 2
        self._break(block)

    def _end_block(self, block: Element) -> None:
        if self._start >= 0:
            self._break(block)
        if self._pre:
            self._pre -= block.tag in PREFORMATTED

    def _add(self, text: str, node: Element, anchor: Element | None, place: int) -> None:
        if not self._pre:
            if not self._text or self._text[-1][-1] == " ":
                text = text.lstrip(SPACE)
                if not text:
                    return
            if "  " in text or not text.isprintable():  # most text needs no mending
                text = _spaces.sub(" ", text)
        if self._start < 0:
            self._start = place
        self._end = place + 1
        self._text.append(text)
        end = self._length + len(text)
        self._spans.append((self._length, end, node, anchor))
        self._length = end

    def _add_media(self, node: Element, anchor: Element | None) -> None:
        place = self.opened[node]
        if self._start < 0:
            self._start = place
        self._end = place + 1
        self._media.append((node, anchor))

    def _line_end(self, block: Element | None) -> None:
        if self._pre:
            self._text.append("\n")
            self._length += 1
        else:
            self._break(block)

    def _break(self, block: Element | None) -> None:
        if self._start >= 0 and block is not None:
            raw, pre = "".join(self._text), self._pre > 0
            text = raw.strip("\n") if pre else raw.strip(EDGES)
            if self._media or (text and (not pre or text.strip(EDGES))):
                spans = tuple(self._spans) if text == raw else self._shifted(raw, text)
                media = tuple(self._media)
                self.lines.append(
                    Line(len(self.lines), text, block, self._start, self._end, spans, media, pre)
                )
        self._reset()

    def _shifted(self, raw: str, text: str) -> tuple[Span, ...]:
        """The spans of a line whose edges were cut off."""
        shift = raw.find(text) if text else 0
        return tuple(
            (max(start - shift, 0), min(end - shift, len(text)), node, anchor)
            for start, end, node, anchor in self._spans
            if end > shift and start - shift < len(text)
        )
