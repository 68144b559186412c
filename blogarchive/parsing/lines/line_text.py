"""Build a line from its pieces of text and its images."""

import re
from collections.abc import Sequence

from blogarchive.parsing.html.parse import Element
from blogarchive.parsing.lines.line import EDGES, SPACE, Line, Span

Piece = tuple[str | None, Element | None, Element | None, int]
"""A text, its element, the `a` around it, its position; the text is None for an image, the element None for a `br`."""

_spaces = re.compile(r"[ \t\n\r\f\v]+")


def build_line(index: int, pieces: Sequence[Piece], block: Element, *, pre: bool) -> Line | None:
    """Return line number `index` of these pieces in `block`, or None if they show nothing; `pre` preserves spaces."""
    text, node, anchor, position = pieces[0]
    if len(pieces) > 1 or text is None or node is None or pre:
        return _join_pieces(index, pieces, block, pre)
    text = text.strip(EDGES)  # most lines have one piece
    if not text:
        return None
    text = _collapse_spaces(text)
    return Line(index, text, block, position, position + 1, ((0, len(text), node, anchor),))


def _join_pieces(index: int, pieces: Sequence[Piece], block: Element, pre: bool) -> Line | None:
    """Build a line of several pieces; spaces also collapse between pieces, unless `pre` preserves them."""
    after_space, length = True, 0
    texts: list[str] = []
    spans: list[Span] = []
    media: list[tuple[Element, Element | None]] = []
    positions: list[int] = []
    for text, node, anchor, position in pieces:
        if text is not None:
            if not pre:
                text = _collapse_spaces(text.lstrip(SPACE) if after_space else text)
                if not text:
                    continue
                after_space = text[-1] == " "
            texts.append(text)
            start, length = length, length + len(text)
            if node is not None:
                spans.append((start, length, node, anchor))
                positions.append(position)
        elif node is not None:
            media.append((node, anchor))
            positions.append(position)
    raw = "".join(texts)
    text = raw.strip("\n") if pre else raw.strip(EDGES)
    if not positions or not (media or text.strip(EDGES)):
        return None
    found = tuple(spans) if text == raw else _shift_spans(spans, raw.find(text) if text else 0, len(text))
    return Line(index, text, block, positions[0], positions[-1] + 1, found, tuple(media))


def _collapse_spaces(text: str) -> str:
    """Return `text` with its spaces collapsed."""
    # Most texts need no change.
    return _spaces.sub(" ", text) if "  " in text or not text.isprintable() else text


def _shift_spans(spans: list[Span], shift: int, size: int) -> tuple[Span, ...]:
    """Return the spans of a line after `shift` characters were removed before it and all after `size` more."""
    return tuple(
        [
            (max(start - shift, 0), min(end - shift, size), node, anchor)
            for start, end, node, anchor in spans
            if end > shift and start - shift < size
        ]
    )
