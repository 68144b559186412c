"""A page of UTF-8 some of whose text had been read in the wrong charset before it got there.

Most pages have nothing of that, so this looks for its marks in the bytes, and at the text around the marks alone.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress

from blogarchive.parsing.charset import mojibake
from blogarchive.parsing.charset.char_cost import BIT, text_cost
from blogarchive.parsing.charset.detect import looks_chinese
from blogarchive.parsing.charset.segments import select_fast_marks
from blogarchive.parsing.charset.whatwg import BIG5, GB18030, UTF_8

_EDGES = (b"<", b">", b"\n")
# Latin letters that a byte from C0 on turns into, and what comes after: more of them, or what 80 to 9F turns into.
_NEXT_LETTER_LEADS = frozenset(bytes((lead,)) for lead in (0xC2, 0xC3, 0xC5, 0xC6, 0xCB, 0xE2))


def _misread_as_gbk(characters: str) -> Iterator[str]:
    """Yield what characters in UTF-8 look like in GBK, which takes two bytes of three: the first two, or the last."""
    for data in (character.encode() for character in characters):
        yield from (mark for pair in (data[:2], data[1:]) for mark in pair.decode("gbk", "ignore"))


# As charset_patch does it: marks that are hardly ever seen and quickly found.
_GBK_MARKS = select_fast_marks(
    mark for mark in _misread_as_gbk("，。的是一了我不") if text_cost(mark) >= 16 * BIT
)

_MARK = re.compile(
    b"|".join((rb"\xc3[\x80-\xbf](?=[\xc2\xc3\xc5\xc6\xcb\xe2])", *(mark.encode() for mark in _GBK_MARKS)))
)

_TO_BYTES = codecs.charmap_build(
    "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(256))
)


def repair_page(body: bytes, text: str) -> str:
    """Give `text`, which is `body` read as UTF-8, with what was certainly garbled once as it was meant."""
    if not _has_marks(body, text):
        return text
    return _repair_whole_page(text) or "".join(_repair_segments(body))


def _has_marks(body: bytes, text: str) -> bool:
    at = body.find(b"\xc3")
    while at >= 0:
        if body[at + 2 : at + 3] in _NEXT_LETTER_LEADS:
            return True
        at = body.find(b"\xc3", at + 2)
    return any(mark in text for mark in _GBK_MARKS)


def _repair_whole_page(text: str) -> str | None:
    """Undo a page that was read in Latin-1 or windows-1252 from end to end."""
    candidates = (
        charset.decode_strict(data) for data in _original_bytes(text) for charset in (UTF_8, GB18030, BIG5)
    )
    return next((parsed for parsed in candidates if parsed and looks_chinese(parsed)), None)


def _original_bytes(text: str) -> Iterator[bytes]:
    try:
        yield text.encode("latin-1")
    except UnicodeEncodeError:
        with suppress(UnicodeEncodeError):
            yield codecs.charmap_encode(text, "strict", _TO_BYTES)[0]


def _repair_segments(body: bytes) -> Iterator[str]:
    start = 0
    for mark in _MARK.finditer(body):
        if mark.start() < start:
            continue
        first = max(body.rfind(edge, start, mark.start()) for edge in _EDGES) + 1
        first = max(first, start)
        ends = (body.find(edge, mark.end()) for edge in _EDGES)
        end = min((end for end in ends if end >= 0), default=len(body))
        yield body[start:first].decode("utf-8", "replace")
        yield _repair_segment(body[first:end].decode("utf-8", "replace"))
        start = end
    yield body[start:].decode("utf-8", "replace")


def _repair_segment(text: str) -> str:
    """Repair where Chinese comes out; single letters and signs are left to the fields, which say what they are.

    Three bytes that had been two letters or more are one character now, or two that had been three.
    """
    repaired = mojibake.repair(text)
    before, after = _count_chinese(text), _count_chinese(repaired)
    return repaired if after and after != before else text


def _count_chinese(text: str) -> int:
    return sum(c >= "\u2e80" for c in text)
