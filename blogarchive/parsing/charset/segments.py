"""A page whose charset is known, and the places in it that are in another one or damaged.

Pages are put together from pieces: a comment sent in another charset, a title cut in the middle of a character.
So what does not read well is looked at between two tags or on a line by itself, and nothing outside of it changes.
"""

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from blogarchive.parsing.charset.char_cost import BIT, EVERYDAY, REPLACED, price, price_as_written
from blogarchive.parsing.charset.viterbi import untangle
from blogarchive.parsing.charset.whatwg import BIG5, GB18030, UTF_8, Charset

_BLOCK = 4096  # bytes: a good block costs one decoding, a bad one is taken apart
_SEGMENTS = re.compile(rb'([<>"\r\n]+)')  # no charset in use has these bytes inside a character
_EDGES = (b"<", b">", b'"', b"\n")
_PIECES = re.compile(rb"([\x00-\x2f]+)")  # where every decoder finds its feet again
_EVERYDAY = 11 * BIT  # a character, at most, of a text that needs no second thought
_PIECES_OF_TEXT = re.compile(_PIECES.pattern.decode("latin-1"))
_SWITCH = {
    "utf-8": 24 * BIT,
    "gb18030": 24 * BIT,
    "big5": 30 * BIT,
}  # against seeing another charset in everything

_ASCII = bytes(range(0x80))
# The kinds of bytes by which UTF-8 shows up in double-byte text: L leads three, T follows.
_KINDS = bytes(
    ord("L" if b in range(0xE3, 0xEA) or b == 0xEF else "T" if 0x80 <= b < 0xC0 else "-") for b in range(256)
)


def sound_text(body: bytes, charset: Charset) -> str | None:
    """Give the text of `body`, None where it is damaged or bears marks of a stretch in another charset."""
    text = charset.common(body)
    if text is None and charset.common_codec:
        text = charset.strict(body)
        if text is not None and _PRIVATE.search(text):
            return None
    return None if text is None or _is_mixed(body, text, charset) else text


def _is_mixed(body: bytes, text: str, charset: Charset) -> bool:
    if charset is GB18030:
        return _is_utf_8_in_pairs(body) or any(mark in text for mark in _BIG5_IN_GBK)
    if charset is BIG5:
        return any(mark in text for mark in _GBK_IN_BIG5)
    return charset.by_byte and _HIGH_RUN.search(body) is not None


def _is_utf_8_in_pairs(body: bytes) -> bool:
    return b"LTTLTT" in body.translate(_KINDS, _ASCII)


_MARKUP = frozenset(string.ascii_letters.encode() + string.digits.encode() + b" <>/=.:;-_\\\"'#&\t\r\n")
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # Chinese that is off by one byte has these where commas were
_HIGH_RUN = re.compile(rb"[\x80-\xff]{4}")


def fast_marks(marks: Iterable[str]) -> list[str]:
    """Give each of `marks` that is looked for quickly: its lower byte is nothing that markup is full of."""
    return [mark for mark in dict.fromkeys(marks) if ord(mark) % 256 not in _MARKUP]


def _marks(written: str, read: str) -> list[str]:
    """Give what the commonest characters of one charset look like in another, where that is hardly ever seen."""
    seen = (c.encode(written, "ignore").decode(read, "ignore") for c in f"，。！？：、{EVERYDAY}")
    return fast_marks(mark for mark in seen if len(mark) == 1 and price(mark) >= 14 * BIT)[:14]


_BIG5_IN_GBK = _marks("big5", "gb18030")
_GBK_IN_BIG5 = _marks("gbk", "big5hkscs")


class _Reading(NamedTuple):
    price: int
    text: str


def patch(body: bytes, charset: Charset, claims: Sequence[Charset]) -> str:
    """Give the text of `body`, which is in `charset` on the whole.

    A segment that is clearly in one of `claims`, UTF-8, GBK or Big5 is read so; a damaged one loses as few
    characters as can be; else it is what a browser shows.
    """
    others = [
        c for c in dict.fromkeys((*claims, UTF_8, GB18030, BIG5)) if c is not charset and c.name in _SWITCH
    ]
    return "".join(_patched(block, charset, others) for block in _blocks(body))


def _blocks(body: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(body):
        end = body.find(b"<", start + _BLOCK)
        end = len(body) if end < 0 else end
        yield body[start:end]
        start = end


def _patched(block: bytes, charset: Charset, others: Sequence[Charset]) -> str:
    text = sound_text(block, charset)
    if text is not None:
        return text
    if charset is UTF_8:
        return "".join(_around_errors(block, others))
    return "".join(_segment(segment, charset, others) for segment in _SEGMENTS.split(block))


def _around_errors(block: bytes, others: Sequence[Charset]) -> Iterator[str]:
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
        yield _segment(block[start:end], UTF_8, others)
        at = end


def _segment(segment: bytes, charset: Charset, others: Sequence[Charset]) -> str:
    """Read a segment as a whole or piece by piece, whichever is the better text."""
    if segment.isascii():
        return segment.decode("ascii")
    if charset is not UTF_8 and (text := sound_text(segment, charset)) is not None:
        return text
    parts = _PIECES.split(segment)
    if charset is UTF_8 and all(map(_is_all_but_sound, parts)):
        return charset.lenient(segment)
    whole = _otherwise(segment, charset, others)
    if whole and all(map(_is_everyday, _PIECES_OF_TEXT.split(whole.text))):
        return whole.text
    pieces = [_piece(part, charset, others) for part in parts]
    parsed_pages = [_Reading(sum(p.price for p in pieces), "".join(p.text for p in pieces))]
    return min([*parsed_pages, whole] if whole else parsed_pages).text


def _is_everyday(text: str) -> bool:
    return price(text) <= _EVERYDAY * len(text)


def _piece(piece: bytes, charset: Charset, others: Sequence[Charset]) -> _Reading:
    text = charset.lenient(piece)
    parsed = _Reading(price(text, charset.script), text)
    if piece.isascii() or sound_text(piece, charset) is not None:
        return parsed
    other = _otherwise(piece, charset, others)
    if charset.script != "chinese":
        return other or parsed
    if other and _is_everyday(other.text):
        return other
    # One part of it may be in another charset: a name that follows its label.
    mixed = _Reading(*untangle(piece, charset))
    return min(mixed, other) if other else mixed


def _is_all_but_sound(piece: bytes) -> bool:
    """Tell a bad byte or two in a run of UTF-8, which needs no further thought."""
    text = piece.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return bad == 0 or (bad <= 3 and sum("\u0800" <= c < "\ufffd" for c in text) >= 2 + 2 * bad)


def _otherwise(data: bytes, charset: Charset, others: Sequence[Charset]) -> _Reading | None:
    """Give the reading of `data` in one of `others`, where that is valid and clearly better."""
    text = charset.lenient(data)
    bad = text.count("\ufffd")
    is_damaged = bad > 0
    most = bad * REPLACED if bad * 2 > len(text) > 8 else price_as_written(text, charset.script)
    best: _Reading | None = None
    for other in others:
        parsed = other.common(data) or other.strict(data)
        if parsed is None or (other is BIG5 and not _is_plain(parsed, is_damaged)):
            continue
        cost = price(parsed, other.script)
        if cost + _SWITCH[other.name] < (best.price if best else most):
            best = _Reading(cost + _SWITCH[other.name], parsed)
            if cost <= _EVERYDAY * len(parsed):
                break  # nothing reads well in two charsets
    return best


def _is_plain(text: str, is_damaged: bool) -> bool:
    """Tell whether a text is made of everyday characters: most bytes are some Big5 or other."""
    foreign = "".join(c for c in text if c > "\x7f")
    least, most = (2, 13) if is_damaged else (3, 11) if len(foreign) < 8 else (3, 12)
    return len(foreign) >= least and price(foreign) <= most * BIT * len(foreign)
