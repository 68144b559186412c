"""Decode the bytes of a page, and repair the text of single fields.

The charset is chosen in this order: a byte order mark; valid UTF-8, which other text is never by accident; a
charset declared by the header or the page that decodes to readable text; the charset with the most readable
text. Then segments in another charset and damaged segments are decoded on their own
(docs/decisions/0010-decoding.md).
"""

import codecs
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from blogarchive.parsing.charset import mojibake, mojibake_page
from blogarchive.parsing.charset.declared import declared_charsets, header_charset
from blogarchive.parsing.charset.detect import choose_charset, detect_charset, looks_chinese
from blogarchive.parsing.charset.escape_encodings import decode_escaped, detect_utf_16
from blogarchive.parsing.charset.segments import decode_mixed, decode_undamaged
from blogarchive.parsing.charset.whatwg import BIG5, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, Charset

DetectionMethod = Literal["bom", "valid", "declared", "guessed"]

_BOMS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_LE, UTF_16LE), (codecs.BOM_UTF16_BE, UTF_16BE))
_UTF_8_PROOF = 40  # continuation bytes: twenty Chinese characters that are valid UTF-8 are UTF-8
_LATIN_NEIGHBOUR = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\\A\ufeff+")
_CONTROLS_OR_SURROGATES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Decoded(NamedTuple):
    """The text of a page and how its charset was determined.

    `encoding` is a name of the Encoding Standard ("utf-8", "big5", "gb18030" for all of GB2312, GBK and GB
    18030) or "hz-gb-2312". `method` is "bom" for a byte order mark, "valid" for valid UTF-8, "declared" or
    "guessed". `replaced` is the number of U+FFFD in the text, which stand for damaged characters.
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
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_non_utf_8(body, content_type, error.start)
    if len(body) - len(text) < _UTF_8_PROOF:
        return _decode_short_utf_8(body, text, content_type)
    return _make_result(mojibake_page.repair_page(body, text), UTF_8, "valid")


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


def _make_result(text: str, charset: Charset, method: DetectionMethod) -> Decoded:
    return Decoded(text, charset.name, method, text.count("\ufffd") if "\ufffd" in text else 0)


def _decode_short_utf_8(body: bytes, text: str, content_type: str | None) -> Decoded:
    """Decode a valid UTF-8 `body` with too few non-ASCII characters to prove that it is UTF-8."""
    declared = declared_charsets(body, content_type)
    if found := _decode_by_escapes(body, content_type, declared):
        return found
    if text.isascii():
        return _make_result(text, declared[0] if declared else UTF_8, "declared" if declared else "valid")
    if declared and declared[0] is WINDOWS_1252 and UTF_8 not in declared:
        shown = WINDOWS_1252.decode_lenient(body)
        if (
            mojibake.repair(shown) != text
        ):  # servers declare windows-1252 for every page: believed unless disproved
            return _make_result(shown, WINDOWS_1252, "declared")
    elif UTF_8 not in declared and not (declared and all(candidate.is_single_byte for candidate in declared)):
        charset = choose_charset(body, declared)
        # Undeclared accented letters (pīnyīn, x²) are more probably UTF-8 than two bytes of Chinese.
        believed = charset in declared or (charset in (GB18030, BIG5) and not _LATIN_NEIGHBOUR.search(body))
        if believed and charset is not UTF_8 and not charset.is_single_byte:
            return _decode_as(body, charset, "declared" if charset in declared else "guessed", declared)
    return _make_result(mojibake_page.repair_page(body, text), UTF_8, "valid")


def _decode_non_utf_8(body: bytes, content_type: str | None, valid: int) -> Decoded:
    declared = declared_charsets(body, content_type)
    if found := _decode_by_escapes(body, content_type, declared):
        return found
    if declared and declared[0] in (GB18030, BIG5):
        text = decode_undamaged(body, declared[0])
        if text is not None and looks_chinese(text):
            return _make_result(text, declared[0], "declared")
    charset = detect_charset(body, declared, valid)
    return _decode_as(body, charset, "declared" if charset in declared else "guessed", declared)


def _decode_by_escapes(body: bytes, content_type: str | None, declared: Sequence[Charset]) -> Decoded | None:
    header = header_charset(content_type)
    if charset := detect_utf_16(body, header, declared):
        return _decode_as(body, charset, "declared" if header else "guessed")
    if found := decode_escaped(body, declared):
        return _make_result(found[1], found[0], "declared" if found[0] in declared else "guessed")
    return None


def _decode_as(
    body: bytes, charset: Charset, method: DetectionMethod, declared: Sequence[Charset] = ()
) -> Decoded:
    if charset in (UTF_16LE, UTF_16BE):
        return _make_result(charset.decode_lenient(body), charset, method)
    text = decode_undamaged(body, charset)
    if text is None:
        text = decode_mixed(body, charset, declared)
        body = text.encode() if charset is UTF_8 else body
    return _make_result(mojibake_page.repair_page(body, text) if charset is UTF_8 else text, charset, method)
