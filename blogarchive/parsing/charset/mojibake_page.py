"""Repair mojibake in a page of UTF-8.

Most pages have none, so the marks of mojibake are searched in the bytes, and only the text around them is
repaired.
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
# First bytes of a Latin letter or of a windows-1252 character 80 to 9F, which follow a misread byte from C0 on.
_NEXT_LETTER_LEADS = frozenset(bytes((lead,)) for lead in (0xC2, 0xC3, 0xC5, 0xC6, 0xCB, 0xE2))


def _misread_as_gbk(characters: str) -> Iterator[str]:
    """Yield the GBK characters that two of the three UTF-8 bytes of a character make."""
    for data in (character.encode() for character in characters):
        yield from (mark for pair in (data[:2], data[1:]) for mark in pair.decode("gbk", "ignore"))


# As in `segments`: marks that are rare in text and quick to find.
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
    """Return `text`, which is `body` decoded as UTF-8, with each certain mojibake repaired."""
    if not _has_marks(body, text):
        return text
    return _repair_whole_page(text) or "".join(_repair_segments(body))


def _has_marks(body: bytes, text: str) -> bool:
    position = body.find(b"\xc3")
    while position >= 0:
        if body[position + 2 : position + 3] in _NEXT_LETTER_LEADS:
            return True
        position = body.find(b"\xc3", position + 2)
    return any(mark in text for mark in _GBK_MARKS)


def _repair_whole_page(text: str) -> str | None:
    """Decode a page that was misread as Latin-1 or windows-1252 from start to end; None if it was not."""
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
    """Repair a segment if it becomes Chinese; `repair_text` of each field repairs letters and symbols.

    The number of Chinese characters must change: three misread bytes become one character.
    """
    repaired = mojibake.repair(text)
    before, after = _count_chinese(text), _count_chinese(repaired)
    return repaired if after and after != before else text


def _count_chinese(text: str) -> int:
    return sum(c >= "\u2e80" for c in text)
