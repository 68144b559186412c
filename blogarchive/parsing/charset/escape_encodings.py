"""Charsets that are recognised by escape sequences or zero bytes: HZ, ISO-2022 and UTF-16."""

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
    """Return charset and text of a `body` in HZ or ISO-2022, declared or readable as such; else None.

    Browsers dropped HZ and ISO-2022-KR and show none of the text; an archive decodes them.
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
    """Decode HZ; every line begins in ASCII (RFC 1843), even if the line before lacks its end mark."""
    return HZ.decode_strict(body) or "".join(HZ.decode_lenient(line) for line in _LINE.findall(body))


def detect_utf_16(body: bytes, header: Charset | None, declared: Sequence[Charset]) -> Charset | None:
    """Return UTF_16LE or UTF_16BE if `body` is UTF-16 without a byte order mark, else None.

    A header that declares UTF-16 is believed if the text costs less in it. Without any declaration, zeros in
    every second byte mean UTF-16.
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
