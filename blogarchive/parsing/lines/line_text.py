"""Pieces of text and pictures that stand on one line of a page -> that line."""

import re
from collections.abc import Sequence

from blogarchive.parsing.html.parse import Element
from blogarchive.parsing.lines.line import EDGES, SPACE, Line, Span

Piece = tuple[str | None, Element | None, Element | None, int]
"""A text as the page has it, its element, the `a` it is part of, its place; no text: a picture, no element: a `br`."""

_spaces = re.compile(r"[ \t\n\r\f\v]+")


def build_line(index: int, pieces: Sequence[Piece], block: Element, *, pre: bool) -> Line | None:
    """The line number `index` of these pieces in `block`, None where they show nothing; `pre`: spaces are kept."""
    text, node, anchor, position = pieces[0]
    if len(pieces) > 1 or text is None or node is None or pre:
        return _join_pieces(index, pieces, block, pre)
    text = text.strip(EDGES)  # most lines are one piece
    if not text:
        return None
    text = _collapse_spaces(text)
    return Line(index, text, block, position, position + 1, ((0, len(text), node, anchor),))


def _join_pieces(index: int, pieces: Sequence[Piece], block: Element, pre: bool) -> Line | None:
    """The line of some pieces: spaces collapse from one to the next as well, unless they are kept."""
    after_space, length = True, 0
    texts: list[str] = []
    spans: list[Span] = []
    media: list[tuple[Element, Element | None]] = []
    places: list[int] = []
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
                places.append(position)
        elif node is not None:
            media.append((node, anchor))
            places.append(position)
    raw = "".join(texts)
    text = raw.strip("\n") if pre else raw.strip(EDGES)
    if not places or not (media or text.strip(EDGES)):
        return None
    found = tuple(spans) if text == raw else _shift_spans(spans, raw.find(text) if text else 0, len(text))
    return Line(index, text, block, places[0], places[-1] + 1, found, tuple(media))


def _collapse_spaces(text: str) -> str:
    """`text` with its spaces collapsed."""
    return _spaces.sub(" ", text) if "  " in text or not text.isprintable() else text  # most need no mending


def _shift_spans(spans: list[Span], shift: int, size: int) -> tuple[Span, ...]:
    """The spans of a line whose edges were cut off: `shift` characters before, all after `size` more."""
    return tuple(
        [
            (max(start - shift, 0), min(end - shift, size), node, anchor)
            for start, end, node, anchor in spans
            if end > shift and start - shift < size
        ]
    )
