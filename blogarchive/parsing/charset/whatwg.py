"""The decoders of the Encoding Standard, built on Python's codecs.

Source: https://encoding.spec.whatwg.org, GB 18030 as of 2022. Python's codec decodes undamaged text in C, an
error handler (`error_handlers`) decodes what the codec refuses, and the characters that differ are replaced
afterwards.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from webencodings.labels import LABELS

from blogarchive.parsing.charset import error_handlers
from blogarchive.parsing.charset.big5_extra import AMBIGUOUS_PAIRS, REMAPPED
from blogarchive.parsing.charset.char_cost import Script


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
            return data.decode(self.common_codec, error_handlers.GBK + error_handlers.STRICT_SUFFIX)
        except UnicodeDecodeError:
            return None

    def decode_strict(self, data: bytes) -> str | None:
        """Return the text of `data`, or None if some of it is invalid in this charset."""
        errors = "strict" if self.errors == "replace" else self.errors + error_handlers.STRICT_SUFFIX
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
        if (
            self.name == "big5"
            and ("／" in text or _contains(text, "＼"))
            and any(pair in data for pair in AMBIGUOUS_PAIRS)
        ):
            return "".join(self._decode_ambiguous(data))
        return self._translate(text)

    def _translate(self, text: str) -> str:
        if not any(_contains(text, python) for python in self.remapped):
            return text
        return text.translate({ord(python): standard for python, standard in self.remapped.items()})

    def _decode_ambiguous(self, data: bytes) -> Iterator[str]:
        start = 0
        for pair in _BIG5_PAIR.finditer(data):
            if pair.group() in AMBIGUOUS_PAIRS:
                yield self._translate(data[start : pair.start()].decode(self.codec, self.errors))
                yield AMBIGUOUS_PAIRS[pair.group()]
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
        errors = error_handlers.HEBREW if name == "windows-1255" else error_handlers.BYTE
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
    cells = (
        "a3a0 a6d9 a6da a6db a6dc a6dd a6de a6df a6ec a6ed a6f3 a8bc fe59 fe61 fe66 fe67 fe6d fe7e fe90 fea0"
    )
    characters = "\u3000︐︒︑︓︔︕︖︗︘︙ḿ龴龵龶龷龸龹龺龻"
    cells += " 8135f437"
    python = [bytes.fromhex(cell).decode("gb18030") for cell in cells.split()]
    standard = [*characters, "\ue7c7"]
    return {old: new for old, new in zip(python, standard, strict=True) if old != new}


UTF_8 = Charset(name="utf-8", codec="utf-8", script="chinese")
GB18030 = Charset(
    name="gb18030",
    codec="gb18030",
    common_codec="gbk",
    errors=error_handlers.GB18030,
    script="chinese",
    remapped=_gb18030_2022(),
)
BIG5 = Charset(
    name="big5", codec="big5hkscs", errors=error_handlers.BIG5, script="chinese", remapped=REMAPPED
)
HZ = Charset(name="hz-gb-2312", codec="hz", script="chinese")
UTF_16LE = Charset(name="utf-16le", codec="utf-16-le", script="chinese")
UTF_16BE = Charset(name="utf-16be", codec="utf-16-be", script="chinese")
EUC_JP = Charset(
    name="euc-jp",
    codec="euc_jp",
    errors=error_handlers.EUC_JP,
    script="japanese",
    remapped=dict(zip("〜‖−¢£¬", "～∥－￠￡￢", strict=True)),
)
SHIFT_JIS = Charset(
    name="shift_jis",
    codec="cp932",
    errors=error_handlers.SHIFT_JIS,
    script="japanese",
    remapped=dict.fromkeys("\uf8f0\uf8f1\uf8f2\uf8f3", "\ufffd"),
)
ISO_2022_JP = Charset(name="iso-2022-jp", codec="iso2022_jp_ext", script="japanese")
EUC_KR = Charset(name="euc-kr", codec="cp949", errors=error_handlers.EUC_KR, script="korean")
_CHARSETS = {
    "gbk": GB18030,
    "iso-2022-kr": Charset(name="iso-2022-kr", codec="iso2022_kr", script="korean"),
    "x-user-defined": Charset(name="x-user-defined", codec="ascii", errors=error_handlers.USER_DEFINED),
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
