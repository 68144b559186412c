"""The decoders of the Encoding Standard, built on Python's codecs."""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import cast

from webencodings.labels import LABELS

from blogarchive.parsing.charset.char_cost import Script

# --- Big5

_TRAIL_BYTES = bytes((*range(0x40, 0x7F), *range(0xA1, 0xFF)))


def _expand_runs(runs: str) -> Iterator[tuple[bytes, str]]:
    """Yield two bytes and their character for runs such as "8fcb覦覩", which fill consecutive cells from 8F CB."""
    for run in runs.split():
        lead, trail = bytes.fromhex(run[:4])
        first = lead * len(_TRAIL_BYTES) + _TRAIL_BYTES.index(trail)
        for cell, character in enumerate(run[4:], first):
            row, column = divmod(cell, len(_TRAIL_BYTES))
            yield bytes((row, _TRAIL_BYTES[column])), character


_RUNS = (
    "877a㡵𡵓𣚞𦀡㻬𥣞㫵竼龗𤅡𨤍𣇪𠪊𣉞䌊蒄龖鐯䤰蘓墖靊鈘秐稲晠権袝瑌篅枂稬剏遆㓦珄𥶹瓆鿇垳 "
    "87c4䤯呌䄱𣚎堘穲𧭥讏䚮𦺈䆁𥶙箮𢒼鿈𢓁𢓉𢓌鿉蔄𣖻䂴鿊䓡𪷿拁灮鿋 8e69箸 8e6f簆 8e7e糎 8eab緒 8eb4縝 "
    "8ecd者 8ed0耨 8f57菁 8f69蒨 8f6e萏 8fcb覦覩 8ffe起 906d都 907a銹 90dc靜 90f1響 91bf鼖 9244蔃 "
    "92af兙兛兝兞 92c8鍮 92d1瑹 9447浧 94ca禛 95d9邗 9644靝 96ed瀞 96fc嬨 9b76爁 9b78矗 9b7b纇 9bc6駖 "
    "9bde釔 9bec惞 9bf6澶 9c42輶 9c53侻 9c62營 9c68鄄 9c6b鷰 9c77菏 9cbc尐秣 9cd0婧 9d57輋 9d5a筑 9dc4拐 "
    "9ea9恢 9eef痹 9efd汊 9f60鬮 9f66鼗 9fcb僭 9fd8弌 a063蠏 a077拎 a0d5瑨 a0df煢 a0e4牐 "
    "a3c0␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡€ c6cf廴 c6d3无 c6d5癶 c6d7隶 c6de〃仝 fa5f倩 fa66偽 fabd包 "
    "fac5卄 fad5卿 fb48嘅 fbb8婷 fbf3幵 fbf9廐 fc4f彘 fc6c悤 fcb9撐 fce2晴 fcf1杞 fdb7沜渝 fdbb港 fdf1煮 "
    "fe52猪 fe6f瑜 feaa瓩 fedd砉 "
)
_MISSING_CHARACTERS: Mapping[bytes, str] = MappingProxyType(dict(_expand_runs(_RUNS)))
"""Two bytes to the character that only the standard has."""


_BIG5_REMAPPED: Mapping[str, str] = MappingProxyType(dict(zip("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡", strict=True)))
"""Python's character to the standard's character."""


_AMBIGUOUS_PAIRS: Mapping[bytes, str] = MappingProxyType({b"\xa2\x41": "∕", b"\xa2\x42": "﹨"})
"""Python decodes A1FE and A241 to one character, and A240 and A242: only their bytes distinguish these two."""


# --- error handlers

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
    character = _MISSING_CHARACTERS.get(data[position : position + 2])
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
    codecs.register_error(name + _STRICT_SUFFIX, handle_strictly)
    return name


_STRICT_SUFFIX = "-strictly"
_GB18030_ERRORS = _register("blogarchive-gb18030", _decode_gb18030)
_GBK_ERRORS = _register("blogarchive-gbk", _decode_gbk)
_BIG5_ERRORS = _register("blogarchive-big5", _decode_big5)
_SHIFT_JIS_ERRORS = _register("blogarchive-shift-jis", _decode_shift_jis)
_EUC_JP_ERRORS = _register("blogarchive-euc-jp", _decode_euc_jp)
_EUC_KR_ERRORS = _register("blogarchive-euc-kr", _decode_euc_kr)
_BYTE = _register("blogarchive-byte", _decode_byte)
_HEBREW = _register("blogarchive-hebrew", _decode_hebrew)
_USER_DEFINED = _register("blogarchive-user-defined", _decode_user_defined)


# --- decoders


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Charset:
    """A decoder of the Encoding Standard.

    `name` is the standard's, `codec` and `errors` are Python's, `script` is the script of its texts.
    `common_codec` is a faster codec for the common part of the charset: GBK for GB 18030. `remapped` maps
    Python's characters to the standard's.
    """

    name: str
    codec: str
    errors: str = "replace"
    common_codec: str | None = None
    script: Script = "alphabet"
    remapped: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_single_byte(self) -> bool:
        """Return whether every byte is a character, so that no text is invalid."""
        return self.script == "alphabet" and not self.name.startswith(("utf-", "iso-2022", "hz"))

    def decode_common(self, data: bytes) -> str | None:
        """Return the text of `data` if `common_codec` decodes all of it, else None."""
        if not self.common_codec:
            return self.decode_strict(data)
        try:
            return data.decode(self.common_codec, _GBK_ERRORS + _STRICT_SUFFIX)
        except UnicodeDecodeError:
            return None

    def decode_strict(self, data: bytes) -> str | None:
        """Return the text of `data`, or None if some of it is invalid in this charset."""
        errors = "strict" if self.errors == "replace" else self.errors + _STRICT_SUFFIX
        try:
            return self._remap(data, data.decode(self.codec, errors))
        except UnicodeDecodeError:
            return None

    def is_valid_prefix(self, data: bytes) -> bool:
        """Return whether `data` is valid in this charset; the last character may be truncated."""
        if self.decode_strict(data) is not None:
            return True
        try:
            codecs.getincrementaldecoder(self.codec)().decode(data, final=False)
        except UnicodeDecodeError:
            return False
        return True

    def decode_lenient(self, data: bytes) -> str:
        """Return the text of `data` as a browser shows it, with U+FFFD for invalid bytes."""
        return self._remap(data, data.decode(self.codec, self.errors))

    def _remap(self, data: bytes, text: str) -> str:
        has_slash = self.name == "big5" and ("／" in text or _contains(text, "＼"))
        if has_slash and any(pair in data for pair in _AMBIGUOUS_PAIRS):
            return "".join(self._decode_ambiguous(data))
        return self._translate(text)

    def _translate(self, text: str) -> str:
        if not any(_contains(text, python) for python in self.remapped):
            return text
        return text.translate({ord(python): standard for python, standard in self.remapped.items()})

    def _decode_ambiguous(self, data: bytes) -> Iterator[str]:
        start = 0
        for pair in _BIG5_PAIR.finditer(data):
            if pair.group() in _AMBIGUOUS_PAIRS:
                yield self._translate(data[start : pair.start()].decode(self.codec, self.errors))
                yield _AMBIGUOUS_PAIRS[pair.group()]
                start = pair.end()
        yield self._translate(data[start:].decode(self.codec, self.errors))


def _contains(text: str, character: str) -> bool:
    # `in` compares low bytes first, `count` whole characters.
    return text.count(character) > 0 if ord(character) % 256 in _FREQUENT_BYTES else character in text


def charset_for_label(label: str) -> Charset | None:
    """Return the charset that `label` means, in any case; None for an unknown label.

    Besides the labels of the standard it accepts a few that pages use and browsers ignore.
    """
    plain = label.strip("\t\n\f\r \"';").lower()
    return _find_charset(_EXTRA_LABELS.get(plain.replace("_", "-")) or LABELS.get(plain, ""))


@cache
def _find_charset(name: str) -> Charset | None:
    if name in _CHARSETS:
        return _CHARSETS[name]
    if name in _SINGLE_BYTE_CODECS:
        errors = _HEBREW if name == "windows-1255" else _BYTE
        remapped = {"╝": "ў", "╬": "Ў"} if name == "koi8-u" else {}
        return Charset(name=name, codec=_SINGLE_BYTE_CODECS[name], errors=errors, remapped=remapped)
    return None


_FREQUENT_BYTES = frozenset(b'abcdefghijklmnopqrstuvwxyz0123456789 <>/="')  # in markup
_BIG5_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]")

_EXTRA_LABELS = {
    **dict.fromkeys(("cp936", "ms936", "windows-936", "euc-cn", "x-euc-cn", "gb2312-80", "gb-2312"), "gbk"),
    **dict.fromkeys(("gb2312-1980", "simplified-chinese", "gb-18030", "gb18030-2000", "gb18030-2005"), "gbk"),
    **dict.fromkeys(("gb-k", "cngb", "cn-gb", "zh-cn", "gb"), "gbk"),
    **dict.fromkeys(("cp950", "ms950", "windows-950", "x-windows-950", "hkscs", "big-5", "zh-tw"), "big5"),
    **dict.fromkeys(("big5hkscs", "big5-eten", "bigfive", "big5-2003", "x-big5"), "big5"),
    **dict.fromkeys(("utf-8-sig", "utf8mb4", "unicode-utf-8", "utf 8", "u8"), "utf-8"),
    **dict.fromkeys(("cp932", "cp943", "s-jis"), "shift_jis"),
    **dict.fromkeys(("cp949", "uhc", "ms949"), "euc-kr"),
    **dict.fromkeys(("hz", "hz-gb", "hzgb", "hz-gb-2312"), "hz-gb-2312"),
}
# Browsers dropped these for safety and show one U+FFFD; an archive decodes them.
_EXTRA_LABELS |= {"iso-2022-kr": "iso-2022-kr", "csiso2022kr": "iso-2022-kr"}


def _gb18030_2022() -> dict[str, str]:
    """Return the characters of GB 18030-2022 that this Python's codec decodes otherwise."""
    cells = "a3a0 a6d9 a6da a6db a6dc a6dd a6de a6df a6ec a6ed a6f3 a8bc fe59 fe61 fe66 fe67 fe6d fe7e fe90 fea0 8135f437"
    python = [bytes.fromhex(cell).decode("gb18030") for cell in cells.split()]
    standard = "\u3000︐︒︑︓︔︕︖︗︘︙ḿ龴龵龶龷龸龹龺龻\ue7c7"
    return {old: new for old, new in zip(python, standard, strict=True) if old != new}


UTF_8 = Charset(name="utf-8", codec="utf-8", script="chinese")
GB18030 = Charset(
    name="gb18030",
    codec="gb18030",
    common_codec="gbk",
    errors=_GB18030_ERRORS,
    script="chinese",
    remapped=_gb18030_2022(),
)
BIG5 = Charset(name="big5", codec="big5hkscs", errors=_BIG5_ERRORS, script="chinese", remapped=_BIG5_REMAPPED)
HZ = Charset(name="hz-gb-2312", codec="hz", script="chinese")
UTF_16LE = Charset(name="utf-16le", codec="utf-16-le", script="chinese")
UTF_16BE = Charset(name="utf-16be", codec="utf-16-be", script="chinese")
EUC_JP = Charset(
    name="euc-jp",
    codec="euc_jp",
    errors=_EUC_JP_ERRORS,
    script="japanese",
    remapped=dict(zip("〜‖−¢£¬", "～∥－￠￡￢", strict=True)),
)
SHIFT_JIS = Charset(
    name="shift_jis",
    codec="cp932",
    errors=_SHIFT_JIS_ERRORS,
    script="japanese",
    remapped=dict.fromkeys("\uf8f0\uf8f1\uf8f2\uf8f3", "\ufffd"),
)
ISO_2022_JP = Charset(name="iso-2022-jp", codec="iso2022_jp_ext", script="japanese")
EUC_KR = Charset(name="euc-kr", codec="cp949", errors=_EUC_KR_ERRORS, script="korean")
_CHARSETS = {
    "gbk": GB18030,
    "iso-2022-kr": Charset(name="iso-2022-kr", codec="iso2022_kr", script="korean"),
    "x-user-defined": Charset(name="x-user-defined", codec="ascii", errors=_USER_DEFINED),
    **{
        c.name: c
        for c in (UTF_8, GB18030, BIG5, HZ, UTF_16LE, UTF_16BE, EUC_JP, SHIFT_JIS, ISO_2022_JP, EUC_KR)
    },
}
_SINGLE_BYTE_CODECS = {
    "iso-8859-8-i": "iso8859-8",
    "macintosh": "mac-roman",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac-cyrillic",
    "ibm866": "cp866",
    **{f"windows-{n}": f"cp{n}" for n in range(1250, 1259)},
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"koi8-{letter}": f"koi8-{letter}" for letter in "ru"},
}
WINDOWS_1252 = cast(Charset, _find_charset("windows-1252"))
