"""The walk over a page's tree that cuts it into lines and gives every element its places."""

from collections.abc import Container, Mapping

from blogarchive.parsing.html.elements import BLOCKS, NEVER_SHOWN, PREFORMATTED, REPLACED
from blogarchive.parsing.html.parse import Element
from blogarchive.parsing.lines.cached_subtree import CachedSubtree
from blogarchive.parsing.lines.line import Line
from blogarchive.parsing.lines.line_text import Piece, build_line

_BLANKS = frozenset(("\n", "\n\n", "\r\n", " "))  # what most pages have between blocks
_CLOSED = NEVER_SHOWN | REPLACED  # what is inside is not read


_Open = tuple[Element | None, Element | None, Element | None]


class LineBuilder:
    """Walks the tree once and cuts it into lines; what `hidden` elements hold is not read.

    `known` are runs whose lines are known, by an element that stands in each one's place; None: it stands for nothing.
    """

    def __init__(
        self, hidden: Container[Element] = (), cached: Mapping[Element, CachedSubtree | None] | None = None
    ) -> None:
        self._hidden = hidden
        self._subtrees = cached or {}
        self.lines: list[Line] = []
        self.opened: dict[Element, int] = {}
        self.closed: dict[Element, int] = {}
        self.cache: list[CachedSubtree] = []
        self._pieces: list[Piece] = []  # of the line that is not yet ended

    def walk(self, root: Element) -> None:  # noqa: C901 - see its second paragraph
        """Open and close every element in document order, as `etree.iterwalk` would in three times the time.

        The loop meets each of the hundreds of nodes of a page and takes a quarter of the time to read it: it calls
        nothing where nothing is to be done (docs/performance.md). `above` is the innermost open element, `block` the
        innermost open block, `anchor` the `a` that text of `above` is part of; `path` holds those of the outer ones.
        `pre` counts the open elements that keep spaces.
        """
        opened, closed, hidden, pieces = self.opened, self.closed, self._hidden, self._pieces
        cached = self._subtrees
        path: list[_Open] = []
        unseen: set[Element] = set()  # what an element that is never shown holds
        above: Element | None = None
        block: Element | None = None
        anchor: Element | None = None
        position = pre = 0
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
                closed[above] = position
                tail = above.tail
                above, block, anchor = path.pop()
                if tail and (pieces or pre or tail not in _BLANKS):
                    pieces.append((tail, above, anchor, position + 1))
                position += 2
            if cached and node in cached:
                if pieces:
                    self._end_line(block, pre)
                position = self._insert(cached[node], position)
                if tail := node.tail:
                    pieces.append((tail, above, anchor, position - 1))
                continue
            opened[node] = position
            tag = node.tag
            if tag.__class__ is not str:  # a comment or a processing instruction
                closed[node] = position
                if tail := node.tail:
                    pieces.append((tail, above, anchor, position + 1))
                position += 2
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
                    pieces.append(("\n", None, None, position))
                elif pieces:
                    self._end_line(block, pre)
            elif tag in REPLACED:
                pieces.append((None, node, anchor, position))
            if tag in _CLOSED or (hidden and node in hidden):
                unseen = {node}
            elif (text := node.text) and (pieces or pre or text not in _BLANKS):
                pieces.append((text, node, anchor, position + 1))
            position += 2
        self._close_all(path, above, block, position, pre)

    def _close_all(
        self, path: "list[_Open]", above: Element | None, block: Element | None, position: int, pre: int
    ) -> None:
        """Close what is open at the page's end, innermost first."""
        while above is not None:
            if above is block:
                self._end_line(block, pre)
                pre -= block.tag in PREFORMATTED
            self.closed[above] = position
            tail = above.tail
            above, block, anchor = path.pop()
            if tail:
                self._pieces.append((tail, above, anchor, position + 1))
            position += 2

    def _insert(self, subtree: CachedSubtree | None, position: int) -> int:
        """Take over the lines of a run that stands at `place`; gives the place after it."""
        if subtree is None:
            return position
        subtree.move(len(self.lines), position)
        self.cache.append(subtree)
        self.lines += subtree.lines
        return position + subtree.size

    def _end_line(self, block: Element | None, pre: int) -> None:
        """Make a line of the pieces, where they show anything."""
        if block is not None and self._pieces:
            line = build_line(len(self.lines), self._pieces, block, pre=pre > 0)
            if line is not None:
                self.lines.append(line)
        self._pieces.clear()
