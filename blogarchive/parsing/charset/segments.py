"""Decode a page of a known charset whose segments may be damaged or in another charset.

Pages are assembled from parts: a comment sent in another charset, a title truncated inside a character. So
each segment between two tags, or on its own line, is decoded on its own; the text around it does not change.
"""

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from blogarchive.parsing.charset.char_cost import (
    BIT,
    EVERYDAY,
    REPLACEMENT_COST,
    mixed_script_cost,
    non_ascii,
    text_cost,
)
from blogarchive.parsing.charset.viterbi import decode_damaged
from blogarchive.parsing.charset.whatwg import BIG5, GB18030, UTF_8, Charset

_BLOCK_BYTES = 4096  # an undamaged block is decoded at once, a damaged one by segments
_MAX_BLOCK_BYTES = 16_384  # of a block without a tag
_MAX_DAMAGED_BYTES = 30_000  # of a page; the repair takes about 10 µs a byte
_SEGMENTS = re.compile(rb'([<>"\r\n]+)')  # no supported charset has these bytes inside a character
_EDGES = (b"<", b">", b'"', b"\n")
_BLOCK_END = re.compile(rb"[\x00-\x2f<>]")  # every decoder resynchronises at these
_PIECES = re.compile(rb"([\x00-\x2f]+)")  # every decoder resynchronises at these
_EVERYDAY_COST = 11 * BIT  # maximum per character of text that is accepted at once
_PIECES_OF_TEXT = re.compile(_PIECES.pattern.decode("latin-1"))
_SWITCH_COST = {"utf-8": 24 * BIT, "gb18030": 24 * BIT, "big5": 30 * BIT}  # a margin against false positives

_ASCII = bytes(range(0x80))
# Kinds of bytes, to find UTF-8 in double-byte text: L leads three bytes, T is a continuation byte.
_UTF_8_BYTE_KINDS = bytes(
    ord("L" if b in range(0xE3, 0xEA) or b == 0xEF else "T" if 0x80 <= b < 0xC0 else "-") for b in range(256)
)


def decode_undamaged(body: bytes, charset: Charset) -> str | None:
    """Return the text of `body`; None if it is damaged or has marks of another charset."""
    text = charset.decode_common(body)
    if text is None and charset.common_codec:
        text = charset.decode_strict(body)
        if text is not None and _PRIVATE_USE.search(text):
            return None
    return None if text is None or _is_mixed(body, text, charset) else text


def _is_mixed(body: bytes, text: str, charset: Charset) -> bool:
    if charset is GB18030:
        return _has_utf_8_in_pairs(body) or any(mark in text for mark in _BIG5_IN_GBK)
    if charset is BIG5:
        return any(mark in text for mark in _GBK_IN_BIG5)
    return charset.is_single_byte and _HIGH_RUN.search(body) is not None


def _has_utf_8_in_pairs(body: bytes) -> bool:
    return b"LTTLTT" in body.translate(_UTF_8_BYTE_KINDS, _ASCII)


_MARKUP_BYTES = frozenset(string.ascii_letters.encode() + string.digits.encode() + b" <>/=.:;-_\\\"'#&\t\r\n")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")  # commas decode to these if decoding is off by one byte
_HIGH_RUN = re.compile(rb"[\x80-\xff]{4}")


def select_fast_marks(marks: Iterable[str]) -> list[str]:
    """Return the `marks` that are quick to find: those whose low byte is rare in markup."""
    return [mark for mark in dict.fromkeys(marks) if ord(mark) % 256 not in _MARKUP_BYTES]


def _misread_marks(written: str, read: str) -> list[str]:
    """Return the rare characters that common ones of the charset `written` become if decoded as `read`."""
    seen = (c.encode(written, "ignore").decode(read, "ignore") for c in f"，。！？：、{EVERYDAY}")
    return select_fast_marks(mark for mark in seen if len(mark) == 1 and text_cost(mark) >= 14 * BIT)[:14]


_BIG5_IN_GBK = _misread_marks("big5", "gb18030")
_GBK_IN_BIG5 = _misread_marks("gbk", "big5hkscs")


class _Candidate(NamedTuple):
    cost: int
    text: str


def decode_mixed(body: bytes, charset: Charset, declared: Sequence[Charset]) -> str:
    """Return the text of `body`, which is mainly in `charset`.

    A segment that is clearly in a `declared` charset, UTF-8, GBK or Big5 is decoded in that. A damaged
    segment loses as few characters as possible. Other segments decode as in a browser, and so do all after
    the first 30,000 damaged bytes.
    """
    others = [
        c
        for c in dict.fromkeys((*declared, UTF_8, GB18030, BIG5))
        if c is not charset and c.name in _SWITCH_COST
    ]
    decoder = _SegmentDecoder(charset, others)
    return "".join(map(decoder.decode_block, _split_blocks(body)))


def _split_blocks(body: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(body):
        end = body.find(b"<", start + _BLOCK_BYTES, start + _MAX_BLOCK_BYTES)
        if end < 0:
            found = _BLOCK_END.search(body, start + _MAX_BLOCK_BYTES)
            end = len(body) if found is None else found.start()
        yield body[start:end]
        start = end


class _SegmentDecoder:
    """Decodes the segments of a page in `charset` or in one of `others`."""

    def __init__(self, charset: Charset, others: Sequence[Charset]) -> None:
        self._charset = charset
        self._others = others
        self._damaged_bytes = 0  # repaired on this page

    def decode_block(self, block: bytes) -> str:
        """Return the text of a block."""
        text = decode_undamaged(block, self._charset)
        if text is not None:
            return text
        if self._charset is UTF_8:
            return "".join(self._decode_around_errors(block))
        return "".join(map(self._decode_segment, _SEGMENTS.split(block)))

    def _decode_around_errors(self, block: bytes) -> Iterator[str]:
        """Yield the text of a UTF-8 block: valid parts as they are, the segment around each error on its own."""
        position = 0
        while position < len(block):
            try:
                yield block[position:].decode("utf-8")
                return
            except UnicodeDecodeError as error:
                bad = position + error.start
            start = max(position, *(block.rfind(edge, position, bad) + 1 for edge in _EDGES))
            end = min(
                found
                for edge in (*_EDGES, b"")
                if (found := block.find(edge, bad + 1) if edge else len(block)) >= 0
            )
            yield block[position:start].decode("utf-8")
            yield self._decode_segment(block[start:end])
            position = end

    def _decode_segment(self, segment: bytes) -> str:
        """Decode a segment as a whole or by pieces, whichever costs less."""
        charset = self._charset
        if segment.isascii():
            return segment.decode("ascii")
        if self._damaged_bytes > _MAX_DAMAGED_BYTES:
            return charset.decode_lenient(segment)
        if charset is not UTF_8 and (text := decode_undamaged(segment, charset)) is not None:
            return text
        parts = _PIECES.split(segment)
        if charset is UTF_8 and all(map(_is_nearly_valid_utf_8, parts)):
            return charset.decode_lenient(segment)
        whole = _decode_in_other(segment, charset, self._others)
        if whole and all(map(_is_everyday, _PIECES_OF_TEXT.split(whole.text))):
            return whole.text
        pieces = [self._decode_piece(part) for part in parts]
        candidates = [_Candidate(sum(p.cost for p in pieces), "".join(p.text for p in pieces))]
        return min([*candidates, whole] if whole else candidates).text

    def _decode_piece(self, piece: bytes) -> _Candidate:
        charset = self._charset
        text = charset.decode_lenient(piece)
        parsed = _Candidate(text_cost(text, charset.script), text)
        if piece.isascii() or decode_undamaged(piece, charset) is not None:
            return parsed
        self._damaged_bytes += len(piece)
        if self._damaged_bytes > _MAX_DAMAGED_BYTES:
            return parsed
        other = _decode_in_other(piece, charset, self._others)
        if charset.script != "chinese":
            return other or parsed
        if other and _is_everyday(other.text):
            return other
        # A part may be in another charset: a name that follows its label.
        mixed = _Candidate(*decode_damaged(piece, charset))
        return min(mixed, other) if other else mixed


def _is_everyday(text: str) -> bool:
    return text_cost(text) <= _EVERYDAY_COST * len(text)


def _is_nearly_valid_utf_8(piece: bytes) -> bool:
    """Return whether a piece is UTF-8 with at most three bad bytes."""
    text = piece.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return bad == 0 or (bad <= 3 and sum("\u0800" <= c < "\ufffd" for c in text) >= 2 + 2 * bad)


def _decode_in_other(data: bytes, charset: Charset, others: Sequence[Charset]) -> _Candidate | None:
    """Return `data` in the best of `others`, if it is valid there and costs clearly less; else None."""
    text = charset.decode_lenient(data)
    bad = text.count("\ufffd")
    is_damaged = bad > 0
    limit = bad * REPLACEMENT_COST if bad * 2 > len(text) > 8 else mixed_script_cost(text, charset.script)
    best: _Candidate | None = None
    for other in others:
        parsed = other.decode_common(data) or other.decode_strict(data)
        if parsed is None or (other is BIG5 and not _is_plausible_big5(parsed, is_damaged)):
            continue
        cost = text_cost(parsed, other.script)
        if cost + _SWITCH_COST[other.name] < (best.cost if best else limit):
            best = _Candidate(cost + _SWITCH_COST[other.name], parsed)
            if cost <= _EVERYDAY_COST * len(parsed):
                break  # no text is readable in two charsets
    return best


def _is_plausible_big5(text: str, is_damaged: bool) -> bool:
    """Return whether a text has common characters only: most bytes are valid Big5."""
    rest = non_ascii(text)
    minimum, max_bits = (2, 13) if is_damaged else (3, 11) if len(rest) < 8 else (3, 12)
    return len(rest) >= minimum and text_cost(rest) <= max_bits * BIT * len(rest)
