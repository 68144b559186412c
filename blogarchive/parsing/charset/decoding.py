"""Decode the bytes of a page, and repair the text of single fields."""

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from blogarchive.parsing.charset import mojibake, whatwg
from blogarchive.parsing.charset.char_cost import BIT, text_cost
from blogarchive.parsing.charset.detect import choose_charset, detect_charset, is_readable, looks_chinese
from blogarchive.parsing.charset.segments import decode_mixed, decode_undamaged
from blogarchive.parsing.charset.whatwg import Charset

# --- declared charset

_PRESCAN_BYTES = 2048  # browsers search 1024 first
_LATE_PRESCAN_BYTES = 65_536  # browsers also accept a late declaration; scripts may precede the <meta>

_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([^\s"'/>;,]+)""")
_XML_ENCODING = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']?\s*([^\s"'?>]+)""")
_CHARSET_ATTRIBUTE = re.compile(rb"""[\s/"']charset\s*=""")


def _header_charset(content_type: str | None) -> Charset | None:
    """Return the charset that a Content-Type header declares; None if it declares no known charset."""
    labels = _HEADER_CHARSET.findall(content_type or "")
    return next((charset for label in labels if (charset := whatwg.charset_for_label(label))), None)


def declared_charsets(body: bytes, content_type: str | None) -> list[Charset]:
    """Return the charsets of the header, then of the XML declaration and of every `<meta>`, each once.

    A `<meta>` that declares UTF-16 means UTF-8, because an ASCII scan found it (HTML standard, "prescan a
    byte stream"). A `<meta>` in a comment is ignored.
    """
    header = _header_charset(content_type)
    found = [header, *_page_charsets(body, _PRESCAN_BYTES if header else _LATE_PRESCAN_BYTES)]
    return list({charset.name: charset for charset in found if charset}.values())


def _page_charsets(body: bytes, limit: int) -> list[Charset]:
    """Return the charsets declared in the first `limit` bytes of the page, in document order."""
    for size in dict.fromkeys((_PRESCAN_BYTES, limit)):
        if declared := list(filter(None, map(_resolve_label, _iter_labels(body[:size].lower())))):
            return declared
    return []


def _iter_labels(head: bytes) -> Iterator[str]:
    """Yield the labels that a page declares: that of the XML declaration, then that of each `<meta>`."""
    if xml := _XML_ENCODING.match(head):
        yield xml.group(1).decode("latin-1")
    position = head.find(b"charset")
    while position >= 0:
        tag = head[max(head.rfind(b"<", 0, position), 0) : max(head.find(b">", position), position + 64)]
        if (
            (label := _META_CHARSET.match(head, position))
            and _is_charset_meta(tag)
            and head.rfind(b"<!--", 0, position) <= head.rfind(b"-->", 0, position)  # in no comment
        ):
            yield label.group(1).decode("latin-1")
        position = head.find(b"charset", position + 7)


def _is_charset_meta(tag: bytes) -> bool:
    """Return whether `tag` is `<meta charset>` or the http-equiv pragma."""
    is_meta = tag.startswith(b"<meta") and not tag[5:6].isalnum()
    return is_meta and (b"http-equiv" in tag or _CHARSET_ATTRIBUTE.search(tag) is not None)


def _resolve_label(label: str) -> Charset | None:
    charset = whatwg.charset_for_label(label)
    return whatwg.UTF_8 if charset and charset.name.startswith("utf-16") else charset


# --- charsets with escape sequences

_ESCAPES = {"hz-gb-2312": b"~{", "iso-2022-jp": b"\x1b", "iso-2022-kr": b"\x0e"}
_SAMPLE_BYTES = 2000
_DECLARED_BONUS = 16 * BIT
_TAG = re.compile(rb"\s*<[!?A-Za-z]")
_LINE = re.compile(rb"\n|(?:~\n|[^\n])+")


def _decode_escaped(body: bytes, declared: Sequence[Charset]) -> tuple[Charset, str] | None:
    """Return charset and text of a `body` in HZ or ISO-2022, declared or readable as such; else None.

    Browsers dropped HZ and ISO-2022-KR and show none of the text; an archive decodes them.
    """
    for candidate in declared:
        if candidate.name in _ESCAPES and _ESCAPES[candidate.name] in body:
            return candidate, _decode_hz(body) if candidate is whatwg.HZ else candidate.decode_lenient(body)
    if not body.isascii():
        return None
    if b"\x1b" in body and b"\x1b$B" in body and is_readable(body, whatwg.ISO_2022_JP):
        return whatwg.ISO_2022_JP, whatwg.ISO_2022_JP.decode_lenient(body)
    if b"~" in body and b"~{" in body and b"~}" in body and is_readable(body, whatwg.HZ):
        return whatwg.HZ, _decode_hz(body)
    return None


def _decode_hz(body: bytes) -> str:
    """Decode HZ; every line begins in ASCII (RFC 1843), even if the line before lacks its end mark."""
    return whatwg.HZ.decode_strict(body) or "".join(map(whatwg.HZ.decode_lenient, _LINE.findall(body)))


def _detect_utf_16(body: bytes, header: Charset | None, declared: Sequence[Charset]) -> Charset | None:
    """Return UTF_16LE or UTF_16BE if `body` is UTF-16 without a byte order mark, else None.

    A header that declares UTF-16 is believed if the text costs less in it. Without any declaration, zeros in
    every second byte mean UTF-16.
    """
    if _TAG.match(body):  # in UTF-16 a tag has a zero beside each character
        return None
    if header in (whatwg.UTF_16LE, whatwg.UTF_16BE):
        start = body[:_SAMPLE_BYTES]
        costs = {c: text_cost(c.decode_lenient(start)) for c in (whatwg.UTF_16LE, whatwg.UTF_16BE)}
        costs[header] -= _DECLARED_BONUS
        best = min(costs, key=lambda charset: costs[charset])
        return best if costs[best] < text_cost(whatwg.UTF_8.decode_lenient(start)) else None
    # A page of ASCII in UTF-16 has a zero in every second byte; zeros of a damaged page are anywhere.
    if declared or len(body) < 8 or b"\0" not in body[:_SAMPLE_BYTES]:
        return None
    even, odd = body[:_SAMPLE_BYTES:2].count(0), body[1:_SAMPLE_BYTES:2].count(0)
    if max(even, odd) * 5 < len(body[:_SAMPLE_BYTES:2]) or min(even, odd) * 10 > max(even, odd):
        return None
    return whatwg.UTF_16LE if odd > even else whatwg.UTF_16BE


# --- decoding

DetectionMethod = Literal["bom", "valid", "declared", "guessed"]

_BOMS = (
    (codecs.BOM_UTF8, whatwg.UTF_8),
    (codecs.BOM_UTF16_LE, whatwg.UTF_16LE),
    (codecs.BOM_UTF16_BE, whatwg.UTF_16BE),
)
_UTF_8_PROOF = 40  # continuation bytes: twenty Chinese characters that are valid UTF-8 are UTF-8
_LATIN_NEIGHBOUR = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\\A\ufeff+")
_CONTROLS_OR_SURROGATES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Decoded(NamedTuple):
    """The text of a page and how its charset was determined.

    `encoding` is a name of the Encoding Standard, such as "utf-8" and "big5", or "hz-gb-2312". It is "gb18030" for
    GB2312 and GBK too. `method` is "bom" for a byte order mark, "valid" for valid UTF-8, "declared" or "guessed".
    `replaced` is the number of U+FFFD in the text, which stand for damaged characters.
    """

    text: str
    encoding: str
    method: DetectionMethod
    replaced: int


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Return the text of a page and its charset; never raises.

    `body` is the page as served, `content_type` the value of the Content-Type header. If the declaration is
    correct, the text is the one that a browser shows, without the byte order mark. Character references such
    as `&#233;` stay.
    """
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return _decode_as(body[len(mark) :], charset, "bom")
    text, valid = None, len(body)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        valid = error.start
    # Few characters may be UTF-8 and GBK at once: 联通 is the famous case.
    if text is not None and len(body) - len(text) >= _UTF_8_PROOF:
        return _describe(mojibake.repair_page(body, text), whatwg.UTF_8.name, "valid")
    declared = declared_charsets(body, content_type)
    if found := _decode_by_escapes(body, content_type, declared):
        return found
    if text is None:
        return _decode_non_utf_8(body, declared, valid)
    return _decode_short_utf_8(body, text, declared)


def repair_text(text: str) -> str:
    """Return a field's text without control characters, with mojibake repaired if it is certain.

    Line ends, tabs and all other characters stay: nothing is normalised. The function is idempotent.
    """
    if text.isascii() and text.isprintable():
        return text
    while (better := _repair_once(text)) != text:
        text = better
    return text


def _repair_once(text: str) -> str:
    text = mojibake.repair(text)
    if _CONTROLS_OR_SURROGATES.search(text) is None:
        return text
    if _SURROGATE.search(text):  # SQLite refuses lone surrogates; pairs are joined
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROLS.sub("", text)


def _describe(text: str, encoding: str, method: DetectionMethod) -> Decoded:
    replaced = text.count("\ufffd") if "\ufffd" in text else 0  # `in` takes no time: most pages have none
    return Decoded(text, encoding, method, replaced)


def _decode_short_utf_8(body: bytes, text: str, declared: Sequence[Charset]) -> Decoded:
    """Decode a valid UTF-8 `body` with too few non-ASCII characters to prove that it is UTF-8."""
    if text.isascii():
        charset = declared[0] if declared else whatwg.UTF_8
        return _describe(text, charset.name, "declared" if declared else "valid")
    if declared and declared[0] is whatwg.WINDOWS_1252 and whatwg.UTF_8 not in declared:
        shown = whatwg.WINDOWS_1252.decode_lenient(body)
        # Servers declare windows-1252 for every page: believed unless disproved.
        if mojibake.repair(shown) != text:
            return _describe(shown, whatwg.WINDOWS_1252.name, "declared")
    elif found := _find_double_byte(body, declared):
        return _decode_as(body, found, "declared" if found in declared else "guessed", declared)
    return _describe(mojibake.repair_page(body, text), whatwg.UTF_8.name, "valid")


def _find_double_byte(body: bytes, declared: Sequence[Charset]) -> Charset | None:
    """Return the charset of two bytes a character in which a short valid UTF-8 `body` is more probable, else None."""
    if whatwg.UTF_8 in declared or (declared and all(charset.is_single_byte for charset in declared)):
        return None
    charset = choose_charset(body, declared)
    if charset is whatwg.UTF_8 or charset.is_single_byte:
        return None
    # Undeclared accented letters (pīnyīn, x²) are more probably UTF-8 than two bytes of Chinese.
    is_chinese = charset in (whatwg.GB18030, whatwg.BIG5) and not _LATIN_NEIGHBOUR.search(body)
    return charset if charset in declared or is_chinese else None


def _decode_non_utf_8(body: bytes, declared: Sequence[Charset], valid: int) -> Decoded:
    """Decode a page that is not UTF-8; `valid` is the length of its valid beginning, in bytes."""
    if declared and declared[0] in (whatwg.GB18030, whatwg.BIG5):
        # Most pages of these hosts: one decoding and three short samples, no search.
        text = decode_undamaged(body, declared[0])
        if text is not None and looks_chinese(text):
            return _describe(text, declared[0].name, "declared")
    charset = detect_charset(body, declared, valid)
    return _decode_as(body, charset, "declared" if charset in declared else "guessed", declared)


def _decode_by_escapes(body: bytes, content_type: str | None, declared: Sequence[Charset]) -> Decoded | None:
    """Decode a page in UTF-16, HZ or ISO-2022; return None for any other page."""
    header = _header_charset(content_type)
    if charset := _detect_utf_16(body, header, declared):
        return _decode_as(body, charset, "declared" if header else "guessed")
    if found := _decode_escaped(body, declared):
        return _describe(found[1], found[0].name, "declared" if found[0] in declared else "guessed")
    return None


def _decode_as(
    body: bytes, charset: Charset, method: DetectionMethod, declared: Sequence[Charset] = ()
) -> Decoded:
    """Decode a page whose main charset is known; damaged and foreign segments are repaired."""
    if charset in (whatwg.UTF_16LE, whatwg.UTF_16BE):
        return _describe(charset.decode_lenient(body), charset.name, method)
    text = decode_undamaged(body, charset)
    if text is None:
        text = decode_mixed(body, charset, declared)
        body = text.encode() if charset is whatwg.UTF_8 else body
    text = mojibake.repair_page(body, text) if charset is whatwg.UTF_8 else text
    return _describe(text, charset.name, method)
