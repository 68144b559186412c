"""A page whose charset is known, and the places in it that are in another one or damaged.

Pages are put together from pieces: a comment sent in another charset, a title cut in the middle of a character.
So what does not read well is looked at between two tags or on a line by itself, and nothing outside of it changes.
"""

import re
from collections.abc import Iterator, Sequence

from blogarchive.reading.charset_frequency import BIT, price
from blogarchive.reading.charset_lattice import untangle
from blogarchive.reading.charset_whatwg import BIG5, GB18030, UTF_8, Charset

_BLOCK = 4096  # bytes: a good block costs one decoding, a bad one is taken apart
_SEGMENTS = re.compile(rb'([<>"\r\n]+)')  # no charset in use has these bytes inside a character
_PIECES = re.compile(rb"([\x00-\x2f]+)")  # where every decoder finds its feet again
_SWITCH = {
    "utf-8": 24 * BIT,
    "gb18030": 24 * BIT,
    "big5": 30 * BIT,
}  # against seeing another charset in everything

# The kinds of bytes by which UTF-8 shows up in double-byte text: L leads three, T follows.
_KINDS = bytes(
    ord("L" if b in range(0xE3, 0xEA) or b == 0xEF else "T" if 0x80 <= b < 0xC0 else "-") for b in range(256)
)


def is_suspicious(body: bytes, text: str, charset: Charset) -> bool:
    """Tell whether `text`, the clean reading of `body`, may hold a stretch of another charset."""
    if charset is GB18030:
        return b"LTTLTT" in body.translate(_KINDS) or any(mark in text for mark in _BIG5_IN_GBK)
    if charset is BIG5:
        return any(mark in text for mark in _GBK_IN_BIG5)
    return charset.by_byte and _HIGH_RUN.search(body) is not None


_HIGH_RUN = re.compile(rb"[\x80-\xff]{4}")
_BIG5_IN_GBK = [mark.encode("big5").decode("gb18030") for mark in "，。的一了人大上在你"]
_GBK_IN_BIG5 = [mark.encode("gbk").decode("big5hkscs") for mark in "，的是我了有在一"]


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
    text = charset.strict(block)
    if text is not None and not is_suspicious(block, text, charset):
        return text
    return "".join(_segment(segment, charset, others) for segment in _SEGMENTS.split(block))


def _segment(segment: bytes, charset: Charset, others: Sequence[Charset]) -> str:
    clean = charset.strict(segment)
    if clean is not None and (segment.isascii() or not is_suspicious(segment, clean, charset)):
        return clean
    text = charset.lenient(segment)
    readings = [(price(text, charset.script), text)]
    for other in others:
        reading = other.strict(segment)
        if reading is not None and (other is not BIG5 or _is_plain(reading)):
            readings.append((price(reading, other.script) + _SWITCH[other.name], reading))
    best = min(readings)[1]
    if best is not text or charset.script != "chinese":
        return best
    return "".join(untangle(piece, charset) for piece in _PIECES.split(segment))


def _is_plain(text: str) -> bool:
    """Tell whether a text is made of everyday characters: most bytes are some Big5 or other."""
    foreign = "".join(c for c in text if c > "\x7f")
    return len(foreign) > 2 and price(foreign) <= 11 * BIT * len(foreign)
