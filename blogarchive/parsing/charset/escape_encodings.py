"""Charsets that are told by their marks rather than by their letters: HZ and ISO-2022 in ASCII, UTF-16."""

import re
from collections.abc import Sequence

from blogarchive.parsing.charset.char_cost import BIT, text_cost
from blogarchive.parsing.charset.detect import is_readable
from blogarchive.parsing.charset.whatwg import HZ, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, Charset

_ESCAPES = {"hz-gb-2312": b"~{", "iso-2022-jp": b"\x1b", "iso-2022-kr": b"\x0e"}
_SAMPLE_BYTES = 2000
_DECLARED_BONUS = 16 * BIT
_LINE = re.compile(rb"\n|(?:~\n|[^\n])+")


def decode_escaped(body: bytes, declared: Sequence[Charset]) -> tuple[Charset, str] | None:
    """Give charset and text of a `body` that shifts to and fro in ASCII, where it says so or reads so.

    Browsers gave up HZ and ISO-2022-KR and show nothing of such a page; an archive reads them.
    """
    for candidate in declared:
        if candidate.name in _ESCAPES and _ESCAPES[candidate.name] in body:
            return candidate, _decode_hz(body) if candidate is HZ else candidate.decode_lenient(body)
    if not body.isascii():
        return None
    if b"\x1b" in body and b"\x1b$B" in body and is_readable(body, ISO_2022_JP):
        return ISO_2022_JP, ISO_2022_JP.decode_lenient(body)
    if b"~" in body and b"~{" in body and b"~}" in body and is_readable(body, HZ):
        return HZ, _decode_hz(body)
    return None


def _decode_hz(body: bytes) -> str:
    """Every line begins in ASCII (RFC 1843), whatever the line before forgot to close."""
    return HZ.decode_strict(body) or "".join(HZ.decode_lenient(line) for line in _LINE.findall(body))


def detect_utf_16(body: bytes, header: Charset | None, declared: Sequence[Charset]) -> Charset | None:
    """Give the byte order of a `body` in UTF-16 without a mark, None where it is in something else.

    A header that says UTF-16 is believed where the text reads no worse so; without any claim, ASCII with a zero
    after (or before) each byte is UTF-16.
    """
    if header in (UTF_16LE, UTF_16BE):
        start = body[:_SAMPLE_BYTES]
        costs = {c: text_cost(c.decode_lenient(start)) for c in (UTF_16LE, UTF_16BE)}
        costs[header] -= _DECLARED_BONUS
        best = min(costs, key=lambda charset: costs[charset])
        return best if costs[best] < text_cost(UTF_8.decode_lenient(start)) else None
    if declared or len(body) < 8 or b"\0" not in body[:_SAMPLE_BYTES]:
        return None
    even, odd = body[:_SAMPLE_BYTES:2].count(0), body[1:_SAMPLE_BYTES:2].count(0)
    if max(even, odd) * 5 < len(body[:_SAMPLE_BYTES:2]) or min(even, odd) * 10 > max(even, odd):
        return None
    return UTF_16LE if odd > even else UTF_16BE
