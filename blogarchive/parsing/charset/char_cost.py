"""The cost of a text: low for text that people write, high for bytes decoded in a wrong charset.

A character costs about -log2 of its frequency, in quarters of a bit. A text costs the sum of its characters. So texts
decoded from the same bytes in different charsets are comparable, and the difference is the certainty.

`char_cost.toml` has the costs of common characters and of other scripts. Rarer Chinese characters are ranked by the
levels of GB 2312 and Big5. Their first level is the few thousand characters in use.
"""

import re
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

Script = Literal["chinese", "guests", "japanese", "korean", "alphabet"]

BIT = 4  # costs are in quarters of a bit
REPLACEMENT_COST = 34 * BIT  # of U+FFFD, which no real text contains

NON_ASCII = re.compile("[^\x00-\x7f]+")
_UTF16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"
_TABLES: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
EVERYDAY = "".join(_TABLES["characters"]["everyday"]["of"])


def text_cost(text: str, script: Script = "chinese") -> int:
    """Return the cost of `text` in quarters of a bit, if it is text in `script`."""
    units = memoryview(text.encode(_UTF16, "surrogatepass")).cast("H")
    table = cost_table(script)
    return sum([table[unit] for unit in units])


def mixed_script_cost(text: str, script: Script) -> int:
    """Return the cost of `text` in quarters of a bit; kana, Greek and Cyrillic cost little in Chinese."""
    cost = text_cost(text, script)
    return min(cost, text_cost(text, "guests")) if script == "chinese" else cost


def mean_cost(text: str) -> float:
    """Return the mean cost in bits of the characters of Chinese `text` outside ASCII; 0.0 if there are none.

    Chinese text costs 8 to 11 bits a character, Chinese decoded in a wrong charset 15 and more.
    """
    rest = non_ascii(text)
    return text_cost(rest) / len(rest) / BIT if rest else 0.0


def non_ascii(text: str) -> str:
    """Return the characters of `text` outside ASCII."""
    return "".join(NON_ASCII.findall(text))


@cache
def cost_table(script: Script) -> bytes:
    """Return the cost of each of the 65,536 UTF-16 code units in `script`, in quarters of a bit."""
    table = bytearray(b"\xff") * 0x10000
    for first, last, bits in _TABLES["ranges"]["default"] + _TABLES["ranges"][script]:
        table[first : last + 1] = bytes([bits * BIT]) * (last + 1 - first)
    if script == "alphabet":
        return bytes(table)
    for bits, characters in _charset_levels():
        for character in characters:
            table[ord(character)] = bits * BIT
    for tier in _TABLES["characters"].values():
        for character in "".join(tier["of"]) if tier.get("script", script) == script else "":
            table[ord(character)] = tier["cost"] * BIT
    return bytes(table)


def _charset_levels() -> Iterable[tuple[int, Iterable[str]]]:
    """Yield a cost in bits and its characters; later levels override earlier ones."""
    yield 18, _decode_block("gb2312", range(0xD8, 0xF8), range(0xA1, 0xFF))
    yield 18, _decode_block("big5", range(0xC9, 0xFA), (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    yield 15, _decode_block("big5", range(0xA4, 0xC7), (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    yield 15, _decode_block("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))


def _decode_block(codec: str, leads: Iterable[int], trails: Iterable[int]) -> Iterable[str]:
    """Return the Chinese characters of a block of a double-byte charset."""
    cells = b"".join(bytes((lead, trail)) for lead in leads for trail in trails)
    return (c for c in cells.decode(codec, "ignore") if c >= "\u4e00")
