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
_Piece = tuple[str | None, Element | None, Element | None, int]
"""A text as the page has it, its element, the `a` it is part of, its place; no text: a picture, no element: a `br`."""


class LineBuilder:
    """Walks the tree once and cuts it into lines; what `hidden` elements hold is not read."""

    def __init__(self, hidden: Container[Element] = ()) -> None:
        self._hidden = hidden
        self.lines: list[Line] = []
        self.opened: dict[Element, int] = {}
        self.closed: dict[Element, int] = {}
        self._pieces: list[_Piece] = []  # of the line that is not yet ended

    def walk(self, root: Element) -> None:  # noqa: C901 - see its second paragraph
        """Open and close every element in document order, as `etree.iterwalk` would in three times the time.

        The loop meets each of the hundreds of nodes of a page and takes a quarter of the time to read it: it calls
        nothing where nothing is to be done (docs/performance.md). `above` is the innermost open element, `block` the
        innermost open block, `anchor` the `a` that text of `above` is part of; `path` holds those of the outer ones.
        `pre` counts the open elements that keep spaces.
        """
        opened, closed, hidden, pieces = self.opened, self.closed, self._hidden, self._pieces
        path: list[_Open] = []
        unseen: set[Element] = set()  # what an element that is never shown holds
        above: Element | None = None
        block: Element | None = None
        anchor: Element | None = None
        place = pre = 0
        for node in root.iter():
            parent = node.getparent()
            if unseen and parent in unseen:
                unseen.add(node)
                continue
            while above is not None and above is not parent:
                if above is block:
                    if pieces:
                        self._end_line(block, pre)
                    if pre:
                        pre -= block.tag in PREFORMATTED
                closed[above] = place
                tail = above.tail
                above, block, anchor = path.pop()
                if tail and (pieces or pre or tail not in _BLANKS):
                    pieces.append((tail, above, anchor, place + 1))
                place += 2
            opened[node] = place
            tag = node.tag
            if tag.__class__ is not str:  # a comment or a processing instruction
                closed[node] = place
                if tail := node.tail:
                    pieces.append((tail, above, anchor, place + 1))
                place += 2
                continue
            path.append((above, block, anchor))
            above = node
            if tag in BLOCKS:
                if pieces:
                    self._end_line(block, pre)
                block, anchor = node, parent if parent is not None and parent.tag == "a" else None
                pre += tag in PREFORMATTED
            elif tag == "a":
                anchor = node
            elif tag == "br":
                if pre:
                    pieces.append(("\n", None, None, place))
                elif pieces:
                    self._end_line(block, pre)
            elif tag in REPLACED:
                pieces.append((None, node, anchor, place))
            if tag in _CLOSED or (hidden and node in hidden):
                unseen = {node}
            elif (text := node.text) and (pieces or pre or text not in _BLANKS):
                pieces.append((text, node, anchor, place + 1))
            place += 2
        self._close_all(path, above, block, place, pre)

    def _close_all(
        self, path: "list[_Open]", above: Element | None, block: Element | None, place: int, pre: int
    ) -> None:
        """Close what is open at the page's end, innermost first."""
        while above is not None:
            if above is block:
                self._end_line(block, pre)
                pre -= block.tag in PREFORMATTED
            self.closed[above] = place
            tail = above.tail
            above, block, anchor = path.pop()
            if tail:
                self._pieces.append((tail, above, anchor, place + 1))
            place += 2

    def _end_line(self, block: Element | None, pre: int) -> None:
        """Make a line of the pieces, where they show anything."""
        pieces = self._pieces
        if pieces and block is not None:
            text, node, anchor, place = pieces[0]
            if len(pieces) > 1 or text is None or node is None or pre:
                self._add_joined(block, pre > 0)
            elif text := text.strip(EDGES):  # most lines are one piece
                span = (0, len(text := _mended(text)), node, anchor)
                self.lines.append(Line(len(self.lines), text, block, place, place + 1, (span,)))
        pieces.clear()

    def _add_joined(self, block: Element, pre: bool) -> None:
        """Make a line of some pieces, or of preformatted text: spaces collapse from one piece to the next as well."""
        after_space, length = True, 0
        texts: list[str] = []
        spans: list[Span] = []
        media: list[tuple[Element, Element | None]] = []
        places: list[int] = []
        for text, node, anchor, place in self._pieces:
            if text is not None:
                if not pre:
                    text = _mended(text.lstrip(SPACE) if after_space else text)
                    if not text:
                        continue
                    after_space = text[-1] == " "
                texts.append(text)
                start, length = length, length + len(text)
                if node is not None:
                    spans.append((start, length, node, anchor))
                    places.append(place)
            elif node is not None:
                media.append((node, anchor))
                places.append(place)
        raw = "".join(texts)
        text = raw.strip("\n") if pre else raw.strip(EDGES)
        if places and (media or text.strip(EDGES)):
            found = tuple(spans) if text == raw else _shifted(spans, raw.find(text) if text else 0, len(text))
            first, last = places[0], places[-1] + 1
            self.lines.append(Line(len(self.lines), text, block, first, last, found, tuple(media), pre))


def _mended(text: str) -> str:
    """`text` with its spaces collapsed."""
    return _spaces.sub(" ", text) if "  " in text or not text.isprintable() else text  # most need no mending


def _shifted(spans: list[Span], shift: int, size: int) -> tuple[Span, ...]:
    """The spans of a line whose edges were cut off: `shift` characters before, all after `size` more."""
    return tuple(
        [
            (max(start - shift, 0), min(end - shift, size), node, anchor)
            for start, end, node, anchor in spans
            if end > shift and start - shift < size
        ]
    )
