"""Split a page into the lines that a reader sees."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from lxml import etree

from blogarchive.parsing.html import BLOCKS, NEVER_SHOWN, PREFORMATTED, REPLACED, Element

# --- the line

_SPACE = " \t\n\r\f\v"
_EDGES = _SPACE + "\xa0\u200b\ufeff"


Media = tuple[Element, Element | None]
"""A replaced element (an image, a player), and the `a` around it or None."""

Span = tuple[int, int, Element, Element | None]
"""A part of a line's text: start, end, the element of the text, and the `a` around it or None."""


@dataclass(slots=True, eq=False)
class Line:
    """One visible line: its collapsed text, its innermost block, and its position in the document.

    `start` and `end` are positions in document order. `links` are the text in the line and the element of each `a`, in
    order. A line of images only has an empty text. A line is never changed after `_make_line`. It is not frozen because
    that doubles the time to create a page's hundreds of lines.
    """

    index: int
    text: str
    block: Element
    start: int
    end: int
    spans: tuple[Span, ...]
    links: Sequence[tuple[str, Element]]
    media: tuple[Media, ...] = ()

    def node_at(self, offset: int) -> Element:
        """Return the element of the character at `offset` of the text."""
        for start, end, node, _ in self.spans:
            if start <= offset < end:
                return node
        return self.block

    def link_spans(self) -> dict[Element, list[tuple[int, int]]]:
        """Return the start and end of each piece of text of each `a` in this line."""
        found: dict[Element, list[tuple[int, int]]] = {}
        for start, end, _, anchor in self.spans:
            if anchor is not None:
                found.setdefault(anchor, []).append((start, end))
        return found

    def link_at(self, start: int, end: int) -> Element | None:
        """Return the first `a` that overlaps the range from `start` to `end`, or None."""
        for first, last, _, anchor in self.spans:
            if first < end and start < last and anchor is not None:
                return anchor
        return None


_new = object.__new__


def _make_line(
    index: int, text: str, block: Any, start: int, end: int, spans: Any, links: Any, media: Any
) -> Line:
    """Return the line with these fields. To call a class with arguments takes four times as long (Python 3.11)."""
    line: Line = _new(Line)
    line.index, line.text, line.block = index, text, block
    line.start, line.end, line.spans = start, end, spans
    line.links, line.media = links, media
    return line


# --- text of a line

Piece = tuple[str | None, Element | None, Element | None, int]
"""A text, its element, the `a` around it, its position. The text is None for an image, the element None for a `br`."""

_spaces = re.compile(r"[ \t\n\r\f\v]+")


# Arguments by position: a call with keywords takes longer.
def _add_line(lines: list[Line], pieces: list[Piece], block: Element | None, pre: Element | None) -> None:
    """Add the line of these pieces in `block` if they show anything, and empty `pieces`; `pre` preserves spaces."""
    text, node, anchor, position = pieces[0]
    if block is None:
        pass
    elif len(pieces) > 1 or text is None or node is None or pre is not None:
        line = _join_two(len(lines), pieces, block) if pre is None and len(pieces) == 2 else None
        if line := line or _join_pieces(len(lines), pieces, block, pre):
            lines.append(line)
    elif text := text.strip(_EDGES):
        if "  " in text or not text.isprintable():  # most texts need no change
            text = _spaces.sub(" ", text)
        links = () if anchor is None else ((text, anchor),)
        spans = ((0, len(text), node, anchor),)
        lines.append(_make_line(len(lines), text, block, position, position + 1, spans, links, ()))
    pieces.clear()


def _join_two(index: int, pieces: Sequence[Piece], block: Element) -> Line | None:
    """Return the line of a text and maybe a link after it, such as a bullet; None if spaces collapse."""
    (before, outer, around, start), (after, node, anchor, last) = pieces
    if before is None or after is None or outer is None or node is None or around is not None:
        return None
    text, middle = before + after, len(before)
    if "  " in text or not text.isprintable() or text[0] == " " or text[-1] == " ":
        return None
    spans = ((0, middle, outer, None), (middle, len(text), node, anchor))
    links = () if anchor is None else ((after.strip(_EDGES), anchor),)
    return _make_line(index, text, block, start, last + 1, spans, links, ())


def _join_pieces(index: int, pieces: Sequence[Piece], block: Element, pre: Element | None) -> Line | None:
    """Return the line of several pieces; `pre` preserves spaces."""
    raw, spans, media, positions = _collect(pieces, pre)
    text = raw.strip(_EDGES) if pre is None else raw.strip("\n")
    if not positions or not (media or text.strip(_EDGES)):
        return None
    if text != raw:
        spans = _shift_spans(spans, raw.find(text) if text else 0, len(text))
    links, end = _find_links(text, spans, media), positions[-1] + 1
    return _make_line(index, text, block, positions[0], end, tuple(spans), links, tuple(media))


def _collect(pieces: Sequence[Piece], pre: Element | None) -> tuple[str, list[Span], list[Media], list[int]]:
    """Return the joined text, its spans, the media and all positions. Spaces also collapse between pieces."""
    after_space, raw = pre is None, ""
    spans: list[Span] = []
    media: list[Media] = []
    positions: list[int] = []
    for text, node, anchor, position in pieces:
        if text is None:
            media.append((cast(Element, node), anchor))
        else:
            if pre is None:
                text = text.lstrip(_SPACE) if after_space else text
                if "  " in text or not text.isprintable():
                    text = _spaces.sub(" ", text)
                if not text:
                    continue
                after_space = text[-1] == " "
            start = len(raw)
            raw += text
            if node is None:
                continue
            spans.append((start, len(raw), node, anchor))
        positions.append(position)
    return raw, spans, media, positions


def _find_links(text: str, spans: Sequence[Span], media: Sequence[Media]) -> Sequence[tuple[str, Element]]:
    """Return the text and the element of each `a` in the line, in order."""
    found: dict[Element, str] = {}
    for start, end, _, anchor in spans:
        if anchor is not None:
            found[anchor] = found.get(anchor, "") + text[start:end]
    for _, anchor in media:
        if anchor is not None:
            found.setdefault(anchor, "")
    return [(words.strip(_EDGES), anchor) for anchor, words in found.items()]


def _shift_spans(spans: list[Span], shift: int, size: int) -> list[Span]:
    """Return the spans of a line after `shift` characters were removed before it and all after `size` more."""
    own = (span for span in spans if span[1] > shift and span[0] - shift < size)
    return [(max(a - shift, 0), min(b - shift, size), node, anchor) for a, b, node, anchor in own]


def _begins_row(anchor: Element) -> bool:
    """Check whether a link follows an element with its class at once. A style sheet shows each as a row of a list."""
    box, before, names = anchor.getparent(), anchor.getprevious(), anchor.get("class", "").split()
    if before is None or box is None or box.tag not in ("div", "nav", "section", "aside"):
        return False
    is_next = not before.tail or before.tail.isspace()
    return is_next and names[:1] == (before.get("class") or "").split()[:1]


# --- building of lines

_BLANKS = frozenset(("\n", "\n\n", "\r\n", " "))  # the usual text between blocks
_CLOSED = NEVER_SHOWN | REPLACED  # their content is skipped

# The state of the walk around an element: that of the element around it, and the variables of `split_lines`.
_Path = tuple[Any, ...]


def split_lines(  # noqa: C901 - see its second paragraph
    root: Element, hidden: Container[Element] = ()
) -> tuple[tuple[Line, ...], dict[Element, tuple[int, int]]]:
    """Return the lines of a tree, without the content of `hidden` elements, and the positions of its elements.

    The loop runs for each node of a page, hundreds of times, in a third of the time of `etree.iterwalk`. It
    takes a fifth of the parsing time, so it calls functions only if necessary (docs/performance.md). `above` is
    the innermost open element, opened at `start`; `block` is the innermost open block. `anchor` is the `a` around
    the text of `above`, `pre` an element around it that preserves spaces. `path` has those of the outer elements.
    """
    positions: dict[Element, tuple[int, int]] = {}
    lines: list[Line] = []
    pieces: list[Piece] = []  # of the current line
    path: _Path = ()
    unseen: set[Element] = set()  # an element that is never shown and its descendants, until it ends
    above: Any = None  # an element; None around the root
    block: Element | None = None
    anchor: Element | None = None
    pre: Element | None = None
    start = position = 0
    for node in chain(root.iter(), (etree.Element("span"),)):  # the last one closes all others
        parent = node.getparent()
        if unseen:
            if parent in unseen:
                unseen.add(node)
                continue
            unseen.clear()
        while above is not parent:
            if pieces and above is block:
                _add_line(lines, pieces, block, pre)
            positions[above] = start, position
            tail = above.tail
            path, above, block, anchor, pre, start = path
            if tail and (pieces or pre is not None or tail not in _BLANKS):
                pieces.append((tail, above, anchor, position + 1))
            position += 2
        path = path, above, block, anchor, pre, start
        tag, above, start = node.tag, node, position
        if tag in BLOCKS:
            if pieces:
                _add_line(lines, pieces, block, pre)
            block = node
            if anchor is not parent:
                anchor = None
            if tag in PREFORMATTED:
                pre = node
        elif tag == "a":
            if pieces and node.get("class") and _begins_row(node):
                _add_line(lines, pieces, block, pre)
            anchor = node
        elif tag == "br":
            if pre is not None:
                pieces.append(("\n", None, None, position))
            elif pieces:
                _add_line(lines, pieces, block, pre)
        elif tag in _CLOSED or tag.__class__ is not str:  # a comment or a processing instruction
            unseen.add(node)
            if tag in REPLACED:
                pieces.append((None, node, anchor, position))
        if hidden and node in hidden:
            unseen.add(node)
        elif not unseen and (text := node.text) and (pieces or pre is not None or text not in _BLANKS):
            pieces.append((text, node, anchor, position + 1))
        position += 2
    return tuple(lines), positions
