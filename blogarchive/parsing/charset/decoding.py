"""Bytes of a page into the text that its reader is meant to see, and single fields made tidy.

What counts, in this order: a byte order mark; bytes that are valid UTF-8, which no other text is by accident; a
claim of the header or the page that decodes and reads like language; else the charset in which the page reads best.
Then the places that are in another charset or damaged are read by themselves (docs/decisions/0010-decoding.md).
"""

import codecs
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from blogarchive.parsing.charset import mojibake, mojibake_page
from blogarchive.parsing.charset.declared import declared_charsets, header_charset
from blogarchive.parsing.charset.detect import charset_of, choose, looks_chinese
from blogarchive.parsing.charset.escape_encodings import escaped, sixteen_bit
from blogarchive.parsing.charset.segments import patch, sound_text
from blogarchive.parsing.charset.whatwg import BIG5, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, Charset

How = Literal["bom", "valid", "declared", "guessed"]

_BOMS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_LE, UTF_16LE), (codecs.BOM_UTF16_BE, UTF_16BE))
_PROOF = 40  # bytes beyond one a character: twenty Chinese characters that are valid UTF-8 are UTF-8
_BESIDE_LETTER = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_STRAY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\\A\ufeff+")
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")  # either of these
_SURROGATE = re.compile("[\ud800-\udfff]")


class Decoded(NamedTuple):
    """The text of a page and how its charset was determined.

    `encoding` is a name of the Encoding Standard ("utf-8", "gb18030" for all of GB2312, GBK and GB 18030, "big5"),
    or "hz-gb-2312". `how`: by a byte order mark, by being valid UTF-8, by a claim that held, or guessed.
    `replaced` counts U+FFFD in the text: characters that were cut or damaged.
    """

    text: str
    encoding: str
    how: How
    replaced: int


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Give the text of `body`, a page as served, with `content_type` the header's value; never raises.

    The text is what a browser shows for a page that tells the truth, without its byte order mark. Character
    references such as `&#233;` stay as they are.
    """
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return _in_charset(body[len(mark) :], charset, "bom")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf_8(body, content_type, error.start)
    if len(body) - len(text) < _PROOF:
        return _short(body, text, content_type)
    return _decoded(mojibake_page.repaired(body, text), UTF_8, "valid")


def tidy(text: str) -> str:
    """Give a field's text without stray control characters, and read anew where it was certainly garbled once.

    Line ends and tabs stay, as does every other character: nothing is normalised. `tidy(tidy(t)) == tidy(t)`.
    """
    if text.isascii() and text.isprintable():
        return text
    while (better := _once(text)) != text:
        text = better
    return text


def _once(text: str) -> str:
    text = mojibake.repair(text)
    if _ODD.search(text) is None:
        return text
    if _SURROGATE.search(text):  # SQLite refuses halves; two that belong together are made one
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _STRAY.sub("", text)


def _decoded(text: str, charset: Charset, how: How) -> Decoded:
    return Decoded(text, charset.name, how, text.count("\ufffd") if "\ufffd" in text else 0)


def _short(body: bytes, text: str, content_type: str | None) -> Decoded:
    """`text` is `body` as UTF-8, with too few characters beyond ASCII for that to be a proof."""
    claims = declared_charsets(body, content_type)
    if found := _by_marks(body, content_type, claims):
        return found
    if text.isascii():
        return _decoded(text, claims[0] if claims else UTF_8, "declared" if claims else "valid")
    if claims and claims[0] is WINDOWS_1252 and UTF_8 not in claims:
        shown = WINDOWS_1252.lenient(body)
        if mojibake.repair(shown) != text:  # what servers add to everything is believed where it may be true
            return _decoded(shown, WINDOWS_1252, "declared")
    elif UTF_8 not in claims and not (claims and all(claim.by_byte for claim in claims)):
        charset = choose(body, claims)
        # Undeclared letters of Latin words, pīnyīn and x², are two bytes of UTF-8 more likely than anybody's Chinese.
        believed = charset in claims or (charset in (GB18030, BIG5) and not _BESIDE_LETTER.search(body))
        if believed and charset is not UTF_8 and not charset.by_byte:
            return _in_charset(body, charset, "declared" if charset in claims else "guessed", claims)
    return _decoded(mojibake_page.repaired(body, text), UTF_8, "valid")


def _not_utf_8(body: bytes, content_type: str | None, valid: int) -> Decoded:
    claims = declared_charsets(body, content_type)
    if found := _by_marks(body, content_type, claims):
        return found
    if claims and claims[0] in (GB18030, BIG5):
        text = sound_text(body, claims[0])
        if text is not None and looks_chinese(text):
            return _decoded(text, claims[0], "declared")
    charset = charset_of(body, claims, valid)
    return _in_charset(body, charset, "declared" if charset in claims else "guessed", claims)


def _by_marks(body: bytes, content_type: str | None, claims: Sequence[Charset]) -> Decoded | None:
    header = header_charset(content_type)
    if charset := sixteen_bit(body, header, claims):
        return _in_charset(body, charset, "declared" if header else "guessed")
    if found := escaped(body, claims):
        return _decoded(found[1], found[0], "declared" if found[0] in claims else "guessed")
    return None


def _in_charset(body: bytes, charset: Charset, how: How, claims: Sequence[Charset] = ()) -> Decoded:
    if charset in (UTF_16LE, UTF_16BE):
        return _decoded(charset.lenient(body), charset, how)
    text = sound_text(body, charset)
    if text is None:
        text = patch(body, charset, claims)
        body = text.encode() if charset is UTF_8 else body
    return _decoded(mojibake_page.repaired(body, text) if charset is UTF_8 else text, charset, how)
