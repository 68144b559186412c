"""Rules for relative times: 3小时前, 一个半小时前, 半年前, 1天3小时前, 3天后, an hour ago.

The precision is that of the smallest unit, or of the unit that a half needs. 3小时前 has the precision of an
hour, 5分钟前 and 半小时前 of a minute. 两天前, 一周前 and 半个月前 (15 days) have that of a day, 两个月前 and
半年前 of a month, 两年前 of a year.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from blogarchive.items import Precision
from blogarchive.parsing.dates.numerals import NUMBER, parse_number
from blogarchive.parsing.dates.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    Placement,
    ResolvedDate,
    compile_rules,
    truncate,
)

_CHINESE_UNITS = {
    "秒钟": "second",
    "秒": "second",
    "分钟": "minute",
    "分": "minute",
    "刻钟": "quarter",
    "小时": "hour",
    "钟头": "hour",
    "天": "day",
    "日": "day",
    "周": "week",
    "星期": "week",
    "礼拜": "week",
    "月": "month",
    "年": "year",
}
_ENGLISH_UNITS = {
    "second": "second",
    "sec": "second",
    "s": "second",
    "minute": "minute",
    "min": "minute",
    "m": "minute",
    "hour": "hour",
    "hr": "hour",
    "h": "hour",
    "day": "day",
    "d": "day",
    "week": "week",
    "w": "week",
    "month": "month",
    "year": "year",
    "yr": "year",
    "y": "year",
}
_SMALLER_UNITS = {
    "year": ("month", 12),
    "month": ("day", 30),
    "week": ("day", 7),
    "day": ("hour", 24),
    "hour": ("minute", 60),
    "minute": ("second", 60),
}
_MULTIPLES = {"quarter": ("minute", 15), "week": ("day", 7)}
_ENGLISH_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6} | {
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}
_FINEST_FIRST: tuple[Precision, ...] = ("second", "minute", "hour", "day", "month", "year")

_COUNT = r"[0-9]{1,6}(?:\.[0-9]{1,2})?"
_UNIT = "|".join(_CHINESE_UNITS)
_PART = re.compile(rf"({_COUNT}|{NUMBER}|半) ?(个)?(半)? ?({_UNIT})(半)?")
_CHINESE_AGO = (
    rf"(?:(?:大约|大概|约|近) ?)?(?<![0-9.第数几])(?<![0-9][-~、,到至])"
    rf"(?P<parts>(?:(?:{_COUNT}|{NUMBER}|半) ?个?半? ?(?:{_UNIT})半?[ 零又,]*+)++)(?P<way>[以之]?[前后])"
)
_ENGLISH_COUNT = rf"(?:{_COUNT} ?|(?:{'|'.join(_ENGLISH_NUMBERS)}) )"
_ENGLISH_UNIT = "|".join(sorted(_ENGLISH_UNITS, key=len, reverse=True))
_ENGLISH_PART = re.compile(rf"\b(half )?({_ENGLISH_COUNT})({_ENGLISH_UNIT})s?\b")
_ENGLISH_AGO = (
    r"(?:about |over |almost |around )?"
    rf"(?P<parts>(?:\b(?:half )?{_ENGLISH_COUNT}(?:{_ENGLISH_UNIT})s?\b\.?(?:,? and |, ?| )?)+)ago\b"
)


def _resolve_chinese(match: re.Match[str], now: datetime) -> ResolvedDate:
    amounts = [_parse_chinese_amount(part) for part in _PART.finditer(match["parts"])]
    return _shift(now, amounts, 1 if match["way"].endswith("后") else -1)


def _parse_chinese_amount(part: re.Match[str]) -> tuple[Decimal, str]:
    """Return count and unit: 一个半小时 is 1.5 hours, 半年 half a year, 两年半 2.5 years."""
    parsed, measure, half, unit, and_half = part.groups()
    if unit == "月" and not measure:
        raise ValueError("3月前 means before March, 3个月前 three months ago")
    if parsed == "半":
        return Decimal("0.5"), _CHINESE_UNITS[unit]
    count = Decimal(parsed) if parsed[0].isascii() else Decimal(parse_number(parsed))
    return count + (Decimal("0.5") if half or and_half else 0), _CHINESE_UNITS[unit]


def _resolve_english(match: re.Match[str], now: datetime) -> ResolvedDate:
    return _shift(now, [_parse_english_amount(part) for part in _ENGLISH_PART.finditer(match["parts"])], -1)


def _parse_english_amount(part: re.Match[str]) -> tuple[Decimal, str]:
    half, parsed, unit = part[1], part[2].strip(), part[3]
    count = Decimal(_ENGLISH_NUMBERS.get(parsed) or parsed)
    return count / 2 if half else count, _ENGLISH_UNITS[unit]


def _shift(now: datetime, amounts: Iterable[tuple[Decimal, str]], sign: int) -> ResolvedDate:
    """Shift `now` by all amounts, and truncate it to the smallest unit among them."""
    total: Counter[str] = Counter()
    for count, unit in amounts:
        whole, unit = _to_whole_units(count, unit)
        total[unit] += sign * whole
    at = _shift_months(now, 12 * total["year"] + total["month"]) + timedelta(days=total["day"])
    # Hours are elapsed hours, also across a change of the clock.
    span = timedelta(hours=total["hour"], minutes=total["minute"], seconds=total["second"])
    at = (at.astimezone(UTC) + span).astimezone(now.tzinfo) if span else at
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"year out of range: {at.year}")
    return truncate(at, next(unit for unit in _FINEST_FIRST if unit in total))


def _to_whole_units(count: Decimal, unit: str) -> tuple[int, str]:
    """Convert an amount to a whole number of years, months, days, hours, minutes or seconds."""
    if unit in _MULTIPLES:
        unit, size = _MULTIPLES[unit]
        count *= size
    while count != int(count):
        if unit not in _SMALLER_UNITS:
            raise ValueError(f"no whole {unit}s: {count}")
        unit, size = _SMALLER_UNITS[unit]
        count *= size
    return int(count), unit


def _shift_months(now: datetime, months: int) -> datetime:
    """Shift `now` by months; a month that is too short returns its last day."""
    if not months:
        return now
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    for day in (now.day, 30, 29, 28):
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue  # a shorter month, or a year out of range
    raise ValueError(f"no such year: {year}")


RELATIVE_RULES = compile_rules(
    Placement.BOUNDED, (_CHINESE_AGO, _resolve_chinese), (_ENGLISH_AGO, _resolve_english)
)
"""The rules of this module."""
