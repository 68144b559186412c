"""Codec error handlers that decode as the Encoding Standard does.

A bad character becomes one U+FFFD and never swallows an ASCII byte. The handlers also decode the characters
that only the standard has. Source: the decoders in https://encoding.spec.whatwg.org.
"""

import codecs
from collections.abc import Callable
from typing import cast

from blogarchive.parsing.charset.big5_extra import MISSING_CHARACTERS

Replacement = tuple[str, int]  # the text, and the position at which decoding continues


def _replace_pair(data: bytes, position: int, leads: range) -> Replacement:
    """Replace a bad pair: an ASCII trail byte is decoded again, any other trail byte belongs to the error."""
    alone = data[position] not in leads or position + 1 >= len(data) or data[position + 1] < 0x80
    return "\ufffd", position + (1 if alone else 2)


def _decode_gb18030(data: bytes, position: int) -> Replacement:
    if data[position] == 0x80:
        return "€", position + 1  # as in Microsoft's code page 936
    second = data[position + 1 : position + 2]
    if data[position] == 0xFF or not second.isdigit():
        return _replace_pair(data, position, range(0x81, 0xFF))
    rest = data[position + 2 : position + 4]
    if any(not 0x81 <= third < 0xFF for third in rest[:1]) or (rest[1:] and not rest[1:].isdigit()):
        return "\ufffd", position + 1
    return "\ufffd", position + 2 + len(rest)


def _decode_gbk(data: bytes, position: int) -> Replacement:
    """Decode the part of GB 18030 that Python's GBK codec lacks: the euro sign, characters of four bytes."""
    character = data[position : position + 4].decode("gb18030", "replace")
    if not data[position + 1 : position + 2].isdigit() or len(character) > 1 or character in _REMAPPED:
        return _decode_gb18030(data, position)
    return character, position + 4


_REMAPPED = "ḿ\ue7c7\ufffd"  # exchanged by the edition of 2022, or no character


def _decode_big5(data: bytes, position: int) -> Replacement:
    character = MISSING_CHARACTERS.get(data[position : position + 2])
    return (character, position + 2) if character else _replace_pair(data, position, range(0x81, 0xFF))


def _decode_shift_jis(data: bytes, position: int) -> Replacement:
    lone = 0xA0 <= data[position] < 0xE0
    return ("\ufffd", position + 1) if lone else _replace_pair(data, position, range(0x81, 0xFD))


def _decode_euc_kr(data: bytes, position: int) -> Replacement:
    return _replace_pair(data, position, range(0x81, 0xFF))


def _decode_euc_jp(data: bytes, position: int) -> Replacement:
    """Decode rows 13 and 89 to 92 (NEC's and IBM's characters) through Shift_JIS, whose table has them."""
    lead, trail = data[position], data[position + 1 : position + 2]
    if lead == 0x8F and trail >= b"\xa1":
        third = data[position + 2 : position + 3]
        return "\ufffd", position + 2 + (1 if third >= b"\x80" else 0)
    if lead < 0xA1 and lead not in (0x8E, 0x8F):
        return "\ufffd", position + 1
    if lead >= 0xA1 and b"\xa1" <= trail < b"\xff":
        half, row = divmod(lead - 0xA1, 2)
        cell = trail[0] - 0xA1 + 94 * row
        pair = bytes((half + (0x81 if half < 31 else 0xC1), cell + (0x40 if cell < 63 else 0x41)))
        character = pair.decode("cp932", "replace")
        if len(character) == 1 and not "\ue000" <= character <= "\uf8ff":
            return character, position + 2
    return _replace_pair(data, position, range(0x8E, 0xFF))


def _decode_byte(data: bytes, position: int) -> Replacement:
    """Replace a byte without a character by its control character, or by U+FFFD from A0 on."""
    return (chr(data[position]) if data[position] < 0xA0 else "\ufffd"), position + 1


def _decode_hebrew(data: bytes, position: int) -> Replacement:
    return ("\u05ba", position + 1) if data[position] == 0xCA else _decode_byte(data, position)


def _decode_user_defined(data: bytes, position: int) -> Replacement:
    return chr(0xF700 + data[position]), position + 1


def _register(name: str, read: Callable[[bytes, int], Replacement]) -> str:
    """Register two error handlers, `name` and a strict one that raises at the first bad byte; return `name`."""

    def handle(error: UnicodeError) -> Replacement:
        bad = cast(UnicodeDecodeError, error)
        return read(bad.object, bad.start)

    def handle_strictly(error: UnicodeError) -> Replacement:
        shown = handle(error)
        if shown[0] == "\ufffd":
            try:
                raise error
            finally:
                # Break the reference cycle of frame and error, which keeps the page until a collection.
                del error
        return shown

    codecs.register_error(name, handle)
    codecs.register_error(name + STRICT_SUFFIX, handle_strictly)
    return name


STRICT_SUFFIX = "-strictly"
GB18030 = _register("blogarchive-gb18030", _decode_gb18030)
GBK = _register("blogarchive-gbk", _decode_gbk)
BIG5 = _register("blogarchive-big5", _decode_big5)
SHIFT_JIS = _register("blogarchive-shift-jis", _decode_shift_jis)
EUC_JP = _register("blogarchive-euc-jp", _decode_euc_jp)
EUC_KR = _register("blogarchive-euc-kr", _decode_euc_kr)
BYTE = _register("blogarchive-byte", _decode_byte)
HEBREW = _register("blogarchive-hebrew", _decode_hebrew)
USER_DEFINED = _register("blogarchive-user-defined", _decode_user_defined)
