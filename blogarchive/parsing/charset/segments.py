"""A page whose charset is known, and the places in it that are in another one or damaged.

Pages are put together from pieces: a comment sent in another charset, a title cut in the middle of a character.
So what does not read well is looked at between two tags or on a line by itself, and nothing outside of it changes.
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
    text_cost,
)
from blogarchive.parsing.charset.viterbi import decode_damaged
from blogarchive.parsing.charset.whatwg import BIG5, GB18030, UTF_8, Charset

_BLOCK_BYTES = 4096  # bytes: a good block costs one decoding, a bad one is taken apart
_SEGMENTS = re.compile(rb'([<>"\r\n]+)')  # no charset in use has these bytes inside a character
_EDGES = (b"<", b">", b'"', b"\n")
_PIECES = re.compile(rb"([\x00-\x2f]+)")  # where every decoder finds its feet again
_EVERYDAY_COST = 11 * BIT  # a character, at most, of a text that needs no second thought
_PIECES_OF_TEXT = re.compile(_PIECES.pattern.decode("latin-1"))
_SWITCH_COST = {
    "utf-8": 24 * BIT,
    "gb18030": 24 * BIT,
    "big5": 30 * BIT,
}  # against seeing another charset in everything

_ASCII = bytes(range(0x80))
# The kinds of bytes by which UTF-8 shows up in double-byte text: L leads three, T follows.
_UTF_8_BYTE_KINDS = bytes(
    ord("L" if b in range(0xE3, 0xEA) or b == 0xEF else "T" if 0x80 <= b < 0xC0 else "-") for b in range(256)
)


def decode_undamaged(body: bytes, charset: Charset) -> str | None:
    """Give the text of `body`, None where it is damaged or bears marks of a stretch in another charset."""
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
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")  # Chinese that is off by one byte has these where commas were
_HIGH_RUN = re.compile(rb"[\x80-\xff]{4}")


def select_fast_marks(marks: Iterable[str]) -> list[str]:
    """Give each of `marks` that is looked for quickly: its lower byte is nothing that markup is full of."""
    return [mark for mark in dict.fromkeys(marks) if ord(mark) % 256 not in _MARKUP_BYTES]


def _misread_marks(written: str, read: str) -> list[str]:
    """Give what the commonest characters of one charset look like in another, where that is hardly ever seen."""
    seen = (c.encode(written, "ignore").decode(read, "ignore") for c in f"，。！？：、{EVERYDAY}")
    return select_fast_marks(mark for mark in seen if len(mark) == 1 and text_cost(mark) >= 14 * BIT)[:14]


_BIG5_IN_GBK = _misread_marks("big5", "gb18030")
_GBK_IN_BIG5 = _misread_marks("gbk", "big5hkscs")


class _Candidate(NamedTuple):
    cost: int
    text: str


def decode_mixed(body: bytes, charset: Charset, declared: Sequence[Charset]) -> str:
    """Give the text of `body`, which is in `charset` on the whole.

    A segment that is clearly in one of `claims`, UTF-8, GBK or Big5 is read so; a damaged one loses as few
    characters as can be; else it is what a browser shows.
    """
    others = [
        c
        for c in dict.fromkeys((*declared, UTF_8, GB18030, BIG5))
        if c is not charset and c.name in _SWITCH_COST
    ]
    return "".join(_decode_block(block, charset, others) for block in _split_blocks(body))


def _split_blocks(body: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(body):
        end = body.find(b"<", start + _BLOCK_BYTES)
        end = len(body) if end < 0 else end
        yield body[start:end]
        start = end


def _decode_block(block: bytes, charset: Charset, others: Sequence[Charset]) -> str:
    text = decode_undamaged(block, charset)
    if text is not None:
        return text
    if charset is UTF_8:
        return "".join(_decode_around_errors(block, others))
    return "".join(_decode_segment(segment, charset, others) for segment in _SEGMENTS.split(block))


def _decode_around_errors(block: bytes, others: Sequence[Charset]) -> Iterator[str]:
    """Yield the text of a block of UTF-8: what is valid as it is, a segment around each error by itself."""
    at = 0
    while at < len(block):
        try:
            yield block[at:].decode("utf-8")
            return
        except UnicodeDecodeError as error:
            bad = at + error.start
        start = max(at, *(block.rfind(edge, at, bad) + 1 for edge in _EDGES))
        end = min(
            found
            for edge in (*_EDGES, b"")
            if (found := block.find(edge, bad + 1) if edge else len(block)) >= 0
        )
        yield block[at:start].decode("utf-8")
        yield _decode_segment(block[start:end], UTF_8, others)
        at = end


def _decode_segment(segment: bytes, charset: Charset, others: Sequence[Charset]) -> str:
    """Read a segment as a whole or piece by piece, whichever is the better text."""
    if segment.isascii():
        return segment.decode("ascii")
    if charset is not UTF_8 and (text := decode_undamaged(segment, charset)) is not None:
        return text
    parts = _PIECES.split(segment)
    if charset is UTF_8 and all(map(_is_nearly_valid_utf_8, parts)):
        return charset.decode_lenient(segment)
    whole = _decode_in_other(segment, charset, others)
    if whole and all(map(_is_everyday, _PIECES_OF_TEXT.split(whole.text))):
        return whole.text
    pieces = [_decode_piece(part, charset, others) for part in parts]
    candidates = [_Candidate(sum(p.cost for p in pieces), "".join(p.text for p in pieces))]
    return min([*candidates, whole] if whole else candidates).text


def _is_everyday(text: str) -> bool:
    return text_cost(text) <= _EVERYDAY_COST * len(text)


def _decode_piece(piece: bytes, charset: Charset, others: Sequence[Charset]) -> _Candidate:
    text = charset.decode_lenient(piece)
    parsed = _Candidate(text_cost(text, charset.script), text)
    if piece.isascii() or decode_undamaged(piece, charset) is not None:
        return parsed
    other = _decode_in_other(piece, charset, others)
    if charset.script != "chinese":
        return other or parsed
    if other and _is_everyday(other.text):
        return other
    # One part of it may be in another charset: a name that follows its label.
    mixed = _Candidate(*decode_damaged(piece, charset))
    return min(mixed, other) if other else mixed


def _is_nearly_valid_utf_8(piece: bytes) -> bool:
    """Tell a bad byte or two in a run of UTF-8, which needs no further thought."""
    text = piece.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return bad == 0 or (bad <= 3 and sum("\u0800" <= c < "\ufffd" for c in text) >= 2 + 2 * bad)


def _decode_in_other(data: bytes, charset: Charset, others: Sequence[Charset]) -> _Candidate | None:
    """Give the reading of `data` in one of `others`, where that is valid and clearly better."""
    text = charset.decode_lenient(data)
    bad = text.count("\ufffd")
    is_damaged = bad > 0
    most = bad * REPLACEMENT_COST if bad * 2 > len(text) > 8 else mixed_script_cost(text, charset.script)
    best: _Candidate | None = None
    for other in others:
        parsed = other.decode_common(data) or other.decode_strict(data)
        if parsed is None or (other is BIG5 and not _is_plausible_big5(parsed, is_damaged)):
            continue
        cost = text_cost(parsed, other.script)
        if cost + _SWITCH_COST[other.name] < (best.cost if best else most):
            best = _Candidate(cost + _SWITCH_COST[other.name], parsed)
            if cost <= _EVERYDAY_COST * len(parsed):
                break  # nothing reads well in two charsets
    return best


def _is_plausible_big5(text: str, is_damaged: bool) -> bool:
    """Tell whether a text is made of everyday characters: most bytes are some Big5 or other."""
    non_ascii = "".join(c for c in text if c > "\x7f")
    least, most = (2, 13) if is_damaged else (3, 11) if len(non_ascii) < 8 else (3, 12)
    return len(non_ascii) >= least and text_cost(non_ascii) <= most * BIT * len(non_ascii)
