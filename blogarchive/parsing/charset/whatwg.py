"""The decoders of the Encoding Standard, built on Python's codecs."""

import codecs
import re
import string
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

from webencodings.labels import LABELS

from blogarchive.parsing.charset.char_cost import Script

MARKUP_BYTES = frozenset(string.ascii_letters.encode() + string.digits.encode() + b" <>/=.:;-_\\\"'#&\t\r\n")
"""Bytes that are frequent in markup: `in` is slow for a character with one of them as its low byte."""

_TABLES: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

# --- Big5

_TRAIL_BYTES = bytes((*range(0x40, 0x7F), *range(0xA1, 0xFF)))


def _expand_runs(runs: Iterable[str]) -> Iterator[tuple[bytes, str]]:
    """Yield two bytes and their character for runs such as "8fcb覦覩", which fill consecutive cells from 8F CB."""
    for run in runs:
        lead, trail = bytes.fromhex(run[:4])
        first = lead * len(_TRAIL_BYTES) + _TRAIL_BYTES.index(trail)
        for cell, character in enumerate(run[4:], first):
            row, column = divmod(cell, len(_TRAIL_BYTES))
            yield bytes((row, _TRAIL_BYTES[column])), character


# Two bytes to the character that only the standard has.
_MISSING_CHARACTERS = dict(_expand_runs(_TABLES["big5"]["missing"]))

# Python decodes A1FE and A241 to one character, and A240 and A242: only their bytes distinguish these two.
_AMBIGUOUS_PAIRS = {b"\xa2\x41": "∕", b"\xa2\x42": "﹨"}


# --- error handlers

Replacement = tuple[str, int]  # the text, and the position at which decoding continues


def _replace_pair(data: bytes, position: int, leads: range) -> Replacement:
    """Replace a bad pair: an ASCII trail byte is decoded again, any other trail byte belongs to the error."""
    # A browser shows the ASCII byte again, so that a cut character does not swallow the < of a tag.
    alone = data[position] not in leads or position + 1 >= len(data) or data[position + 1] < 0x80
    return "\ufffd", position + (1 if alone else 2)


def _decode_gb18030(data: bytes, position: int) -> Replacement:
    """Replace a bad sequence as the standard's decoder of gb18030 does."""
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
        # Two rows of 94 cells are one lead byte of Shift_JIS.
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


def _register(read: Callable[[bytes, int], Replacement]) -> str:
    """Register two error handlers, and return the name of the first; the strict one raises at the first bad byte."""

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

    name = f"blogarchive.{read.__name__}"
    codecs.register_error(name, handle)
    codecs.register_error(name + _STRICT_SUFFIX, handle_strictly)
    return name


_STRICT_SUFFIX = "-strictly"
_GBK_ERRORS = _register(_decode_gbk)
_BYTE = _register(_decode_byte)
_HEBREW = _register(_decode_hebrew)


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
        return self.script == "alphabet"

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
        # Searched first in the text, which costs less than in the bytes: most pages have neither.
        has_slash = self.name == "big5" and ("／" in text or "＼" in text)
        if has_slash and any(pair in data for pair in _AMBIGUOUS_PAIRS):
            return "".join(self._decode_ambiguous(data))
        return self._translate(text)

    def _translate(self, text: str) -> str:
        if not any(python in text for python in self.remapped):
            return text
        return text.translate({ord(python): standard for python, standard in self.remapped.items()})

    def _decode_ambiguous(self, data: bytes) -> Iterator[str]:
        """Yield the parts of a Big5 text; each of `_AMBIGUOUS_PAIRS` becomes its own character."""
        start = 0
        for pair in _BIG5_PAIR.finditer(data):
            if pair.group() in _AMBIGUOUS_PAIRS:
                yield self._translate(data[start : pair.start()].decode(self.codec, self.errors))
                yield _AMBIGUOUS_PAIRS[pair.group()]
                start = pair.end()
        yield self._translate(data[start:].decode(self.codec, self.errors))


def charset_for_label(label: str) -> Charset | None:
    """Return the charset that `label` means, in any case; None for an unknown label.

    Besides the labels of the standard it accepts a few that pages use and browsers ignore.
    """
    plain = label.strip("\t\n\f\r \"';").lower()
    return _find_charset(_EXTRA_LABELS.get(plain.replace("_", "-")) or LABELS.get(plain, "replacement"))


@cache
def _find_charset(name: str) -> Charset | None:
    if name in _CHARSETS or name == "replacement":
        return _CHARSETS.get(name)
    # Python's tables lack these two or three characters of the standard.
    errors = _HEBREW if name == "windows-1255" else _BYTE
    remapped = {"╝": "ў", "╬": "Ў"} if name == "koi8-u" else {}
    return Charset(name=name, codec=_TABLES["codecs"].get(name, name), errors=errors, remapped=remapped)


_EXTRA_LABELS = {label: name for name, labels in _TABLES["labels"].items() for label in labels}
_BIG5_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]")


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
    errors=_register(_decode_gb18030),
    script="chinese",
    remapped=_gb18030_2022(),
)
BIG5 = Charset(
    name="big5",
    codec="big5hkscs",
    errors=_register(_decode_big5),
    script="chinese",
    remapped=dict(zip("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡", strict=True)),
)
HZ = Charset(name="hz-gb-2312", codec="hz", script="chinese")
UTF_16LE = Charset(name="utf-16le", codec="utf-16-le", script="chinese")
UTF_16BE = Charset(name="utf-16be", codec="utf-16-be", script="chinese")
EUC_JP = Charset(
    name="euc-jp",
    codec="euc_jp",
    errors=_register(_decode_euc_jp),
    script="japanese",
    remapped=dict(zip("〜‖−¢£¬", "～∥－￠￡￢", strict=True)),
)
SHIFT_JIS = Charset(
    name="shift_jis",
    codec="cp932",
    errors=_register(_decode_shift_jis),
    script="japanese",
    remapped=dict.fromkeys("\uf8f0\uf8f1\uf8f2\uf8f3", "\ufffd"),
)
ISO_2022_JP = Charset(name="iso-2022-jp", codec="iso2022_jp_ext", script="japanese")
EUC_KR = Charset(name="euc-kr", codec="cp949", errors=_register(_decode_euc_kr), script="korean")
ISO_2022_KR = Charset(name="iso-2022-kr", codec="iso2022_kr", script="korean")
_NAMED = (UTF_8, GB18030, BIG5, HZ, UTF_16LE, UTF_16BE, EUC_JP, SHIFT_JIS, ISO_2022_JP, EUC_KR, ISO_2022_KR)
_CHARSETS = {"gbk": GB18030} | {charset.name: charset for charset in _NAMED}
WINDOWS_1252 = cast(Charset, _find_charset("windows-1252"))
