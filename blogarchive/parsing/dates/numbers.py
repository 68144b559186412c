"""Parse counts (1,851,847 · １２３ · 1.2万 · (9) · 1769 次 · 一千二百) and Chinese numerals."""

import re
import unicodedata
from decimal import Decimal

_SCALES = {
    "k": 10**3,
    "千": 10**3,
    "w": 10**4,
    "万": 10**4,
    "萬": 10**4,
    "m": 10**6,
    "亿": 10**8,
    "億": 10**8,
}
_COUNT = re.compile(
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3}){1,6}|[0-9]{1,19})"
    r"(?:(?P<part>\.[0-9]{1,8})? ?(?P<scale>[kwm千万萬亿億])\+?)?"
)
_BRACKETS = {"(": ")", "[": "]", "【": "】", "<": ">", "「": "」"}
_CLASSIFIERS = re.compile(r" ?(?:次|条|條|篇|人|个|個|回|票|位)$")
_MAX_COUNT = 2**63 - 1
"""The largest integer that SQLite stores."""
_MAX_DIGITS = 1000  # leading zeros; Python refuses to convert more than 4300 digits

_SIMPLIFIED = str.maketrans("〇萬億兩", "零万亿两")
_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"两": 2}
_DIGIT = "[一二三四五六七八九两]"
_BELOW_MYRIAD = re.compile(
    rf"零?(?:({_DIGIT})千)?零?(?:({_DIGIT})百)?零?(?:({_DIGIT})?(?P<ten>十)|(?P<tens>[廿卅]))?(?P<zero>零)?({_DIGIT})?"
)


def parse_count(text: str) -> int | None:
    """Return the count that `text` shows; None for any other text, or if SQLite cannot store it.

    Accepts half- or full-width digits with or without thousands separators, 1.2万 (exactly 12000), 3千, 1.5亿,
    12k, 10万+, Chinese numerals, one pair of brackets, and one classifier (次, 条, …) at the end. Never
    negative.
    """
    if (plain := parse_digits(text)) is not None:
        return plain
    bare = _strip_affixes(unicodedata.normalize("NFKC", text).strip().lower())
    match = _COUNT.fullmatch(bare)
    if match is None:
        return parse_chinese_number(bare)
    value = Decimal(match["number"].replace(",", "") + (match["part"] or "")) * _SCALES.get(
        match["scale"] or "", 1
    )
    return int(value) if value == int(value) and value <= _MAX_COUNT else None


def parse_digits(digits: str) -> int | None:
    """Return the number that ASCII digits write; None for other text, or if SQLite cannot store it."""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS):
        return None
    value = int(digits)
    return value if value <= _MAX_COUNT else None


def _strip_affixes(parsed: str) -> str:
    """Return the text without its brackets and its classifier."""
    if len(parsed) > 2 and _BRACKETS.get(parsed[0]) == parsed[-1]:
        parsed = parsed[1:-1].strip()
    return _CLASSIFIERS.sub("", parsed)


def parse_chinese_number(words: str) -> int | None:
    """Return the value of Chinese numerals with units (一百零一, 廿五, 三万五千), or None for other text.

    两三 ("two or three") returns None; `parse_digit_numerals` parses 二〇一二.
    """
    words = words.translate(_SIMPLIFIED)
    if not words or len(words) > 20:
        return None
    total, tenth = 0, 0
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        head, match, rest = words.partition(unit)
        if match:
            section = _parse_below_myriad(head)
            if not section:
                return None
            total, tenth, words = total + section * size, size // 10, rest
    if len(words) == 1 and tenth and words in _DIGITS:
        return total + _DIGITS[words] * tenth  # 三万五 is 35000
    section = _parse_below_myriad(words) if words else 0
    return None if section is None else total + section


def parse_digit_numerals(words: str) -> int | None:
    """Return the value of numerals written digit by digit, as in years (二〇一二); None for other text."""
    words = words.translate(_SIMPLIFIED)
    if not words or len(words) > 18 or not all(word in _DIGITS for word in words):
        return None
    return int("".join(str(_DIGITS[word]) for word in words))


def _parse_below_myriad(words: str) -> int | None:
    """Return the value of 一千二百三十四; a last digit right after 百 or 千 is a tenth of that: 一千二 is 1200."""
    match = _BELOW_MYRIAD.fullmatch(words)
    if match is None or not words:
        return None
    thousands, hundreds, tens, ten, twenties, zero, ones = match.groups()
    value = 1000 * _DIGITS.get(thousands, 0) + 100 * _DIGITS.get(hundreds, 0)
    value += 10 * _DIGITS.get(tens, 1) if ten else {"廿": 20, "卅": 30}.get(twenties, 0)
    scale = {"千": 100, "百": 10}.get(words[-2:-1], 1) if ones and not zero else 1
    return value + scale * _DIGITS.get(ones, 0)
