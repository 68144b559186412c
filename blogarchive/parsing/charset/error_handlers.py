"""What the Encoding Standard does at bytes that Python's codecs refuse: error handlers, by their names.

One U+FFFD for a bad character, and an ASCII byte is never swallowed by it; and the characters that only the
standard has. Source: the decoders in https://encoding.spec.whatwg.org.
"""

import codecs
from collections.abc import Callable
from typing import cast

from blogarchive.parsing.charset.big5_extra import MISSING_CHARACTERS

Replacement = tuple[str, int]  # what to show, and where to go on


def _replace_pair(data: bytes, at: int, leads: range) -> Replacement:
    """A lead byte and what is no trail to it: ASCII is read again, anything else is part of the error."""
    alone = data[at] not in leads or at + 1 >= len(data) or data[at + 1] < 0x80
    return "\ufffd", at + (1 if alone else 2)


def _decode_gb18030(data: bytes, at: int) -> Replacement:
    if data[at] == 0x80:
        return "€", at + 1  # as Microsoft's code page 936 has it
    second = data[at + 1 : at + 2]
    if data[at] == 0xFF or not second.isdigit():
        return _replace_pair(data, at, range(0x81, 0xFF))
    rest = data[at + 2 : at + 4]
    if any(not 0x81 <= third < 0xFF for third in rest[:1]) or (rest[1:] and not rest[1:].isdigit()):
        return "\ufffd", at + 1
    return "\ufffd", at + 2 + len(rest)


def _decode_gbk(data: bytes, at: int) -> Replacement:
    """What GBK's codec lacks of GB 18030 and text needs: the euro sign, characters of four bytes."""
    character = data[at : at + 4].decode("gb18030", "replace")
    if not data[at + 1 : at + 2].isdigit() or len(character) > 1 or character in _REMAPPED:
        return _decode_gb18030(data, at)
    return character, at + 4


_REMAPPED = "ḿ\ue7c7\ufffd"  # what the edition of 2022 exchanged, and what is no character


def _decode_big5(data: bytes, at: int) -> Replacement:
    character = MISSING_CHARACTERS.get(data[at : at + 2])
    return (character, at + 2) if character else _replace_pair(data, at, range(0x81, 0xFF))


def _decode_shift_jis(data: bytes, at: int) -> Replacement:
    lone = 0xA0 <= data[at] < 0xE0
    return ("\ufffd", at + 1) if lone else _replace_pair(data, at, range(0x81, 0xFD))


def _decode_euc_kr(data: bytes, at: int) -> Replacement:
    return _replace_pair(data, at, range(0x81, 0xFF))


def _decode_euc_jp(data: bytes, at: int) -> Replacement:
    """Read rows 13 and 89 to 92 (NEC's and IBM's characters) by way of Shift_JIS, whose table has them."""
    lead, trail = data[at], data[at + 1 : at + 2]
    if lead == 0x8F and trail >= b"\xa1":
        third = data[at + 2 : at + 3]
        return "\ufffd", at + 2 + (1 if third >= b"\x80" else 0)
    if lead < 0xA1 and lead not in (0x8E, 0x8F):
        return "\ufffd", at + 1
    if lead >= 0xA1 and b"\xa1" <= trail < b"\xff":
        half, row = divmod(lead - 0xA1, 2)
        cell = trail[0] - 0xA1 + 94 * row
        pair = bytes((half + (0x81 if half < 31 else 0xC1), cell + (0x40 if cell < 63 else 0x41)))
        character = pair.decode("cp932", "replace")
        if len(character) == 1 and not "\ue000" <= character <= "\uf8ff":
            return character, at + 2
    return _replace_pair(data, at, range(0x8E, 0xFF))


def _decode_byte(data: bytes, at: int) -> Replacement:
    """A hole in a code page: the control character of that number, or nothing above 9F."""
    return (chr(data[at]) if data[at] < 0xA0 else "\ufffd"), at + 1


def _decode_hebrew(data: bytes, at: int) -> Replacement:
    return ("\u05ba", at + 1) if data[at] == 0xCA else _decode_byte(data, at)


def _decode_user_defined(data: bytes, at: int) -> Replacement:
    return chr(0xF700 + data[at]), at + 1


def _register(name: str, read: Callable[[bytes, int], Replacement]) -> str:
    """Register two handlers: `name`, and one that reads what can be read and raises at the first bad byte."""

    def handle(error: UnicodeError) -> Replacement:
        bad = cast(UnicodeDecodeError, error)
        return read(bad.object, bad.start)

    def handle_strictly(error: UnicodeError) -> Replacement:
        shown = handle(error)
        if shown[0] == "\ufffd":
            try:
                raise error
            finally:
                # This call and its error would hold each other, and with them the page, until a collection.
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
