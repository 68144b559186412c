"""Date rules for distances such as 三天前, and the time of day beside a date."""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Container, Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import NamedTuple

from blogarchive.items import Precision
from blogarchive.parsing.dates import numbers, rules
from blogarchive.parsing.dates.numbers import ENGLISH_WEEKDAY, NUMBER, WEEKDAY, parse_number

# --- distances

_CHINESE_UNITS, _ENGLISH_UNITS = numbers.words_of("chinese_units"), numbers.words_of("english_units")
_SMALLER_UNITS = {
    "year": ("month", 12),
    "month": ("day", 30),
    "week": ("day", 7),
    "day": ("hour", 24),
    "hour": ("minute", 60),
    "quarter": ("minute", 15),
    "minute": ("second", 60),
}
_NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_ENGLISH_NUMBERS = {"a": 1, "an": 1} | {word: number for number, word in enumerate(_NUMBER_WORDS, start=1)}
_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")  # of the rows of DISTANCES
_FINEST_FIRST: tuple[Precision, ...] = ("second", "minute", "hour", "day", "month", "year")

_COUNT = r"[0-9]{1,6}(?:\.[0-9]{1,2})?"
_UNIT = "|".join(_CHINESE_UNITS)
_PART = re.compile(rf"({_COUNT}|{NUMBER}|半) ?(个)?(半)? ?({_UNIT})(半)?")
_CHINESE_AGO = (
    rf"(?:(?:大约|大概|约|近) ?)?(?<![0-9.第数几])(?<![0-9][-~、,到至])"
    rf"(?P<parts>(?:(?:{_COUNT}|{NUMBER}|半) ?个?半? ?(?:{_UNIT})半?[ 零又,]*+)++)(?P<way>[以之]?[前后]|ago\b)"
)
_ENGLISH_COUNT = rf"(?:{_COUNT} ?|(?:{'|'.join(_ENGLISH_NUMBERS)}) )"
_ENGLISH_UNIT = "|".join(sorted(_ENGLISH_UNITS, key=len, reverse=True))
_ENGLISH_PART = re.compile(rf"\b(half )?({_ENGLISH_COUNT})({_ENGLISH_UNIT})s?\b")
_ENGLISH_AGO = (
    r"(?:about |over |almost |around )?"
    rf"(?P<parts>(?:\b(?:half )?{_ENGLISH_COUNT}(?:{_ENGLISH_UNIT})s?\b\.?(?:,? and |, ?| )?)+)ago\b"
)


def _resolve_chinese(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    parts = [*_PART.finditer(match["parts"])]
    is_span = len(parts) > 1 or match["way"] == "ago"  # Django writes `4 月，3 周前`
    amounts = [_parse_chinese_amount(part, is_span=is_span) for part in parts]
    return _shift(now, amounts, 1 if match["way"].endswith("后") else -1)


def _parse_chinese_amount(part: re.Match[str], *, is_span: bool) -> tuple[Decimal, str]:
    """Return count and unit: 一个半小时 is 1.5 hours, 半年 half a year, 两年半 2.5 years. In a span, 4 月 is no date.

    WordPress writes `6 月前`, with a space.
    """
    parsed, measure, half, unit, and_half = part.groups()
    if unit == "月" and not measure and not is_span and f"{parsed} " not in part[0]:
        raise ValueError("3月前 means before March, 3个月前 three months ago")
    if parsed == "半":
        return Decimal("0.5"), _CHINESE_UNITS[unit]
    count = Decimal(parsed) if parsed[0].isascii() else Decimal(parse_number(parsed))
    return count + (Decimal("0.5") if half or and_half else 0), _CHINESE_UNITS[unit]


def _resolve_english(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    return _shift(now, [_parse_english_amount(part) for part in _ENGLISH_PART.finditer(match["parts"])], -1)


def _parse_english_amount(part: re.Match[str]) -> tuple[Decimal, str]:
    half, parsed, unit = part[1], part[2].strip(), part[3]
    count = Decimal(_ENGLISH_NUMBERS.get(parsed) or parsed)
    return count / 2 if half else count, _ENGLISH_UNITS[unit]


def _resolve_distance(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    """Return the date of a distance in any language: a theme that is not translated has the unit in English.

    `години` is a year in Bulgarian and an hour in Ukrainian: the word beside it tells, `ago` does not.
    """
    found = set[str]()
    for before, behind, *units in numbers.DISTANCES.values():
        unit = "|".join(map("({}|{})".format, units, numbers.DISTANCES["en"][2:]))
        form = rf"(?:(?:{before}) )?(?:[0-9]+|\w+ ) ?(?:de )?(?:{unit})(?: ?(?:{behind}|ago))?"
        one = re.fullmatch(form, match[0])
        found |= {_UNITS[one.lastindex - 1]} if one and one.lastindex else set()
    (unit,) = found
    return _shift(now, [(Decimal(number[0] if (number := re.search("[0-9]+", match[0])) else 1), unit)], -1)


def _shift(now: datetime, amounts: Iterable[tuple[Decimal, str]], sign: int) -> rules.ResolvedDate:
    """Shift `now` by all amounts, and truncate it to the smallest unit among them."""
    total: Counter[str] = Counter()
    for count, unit in amounts:
        whole, unit = _to_whole_units(count, unit)
        total[unit] += sign * whole
    at = _shift_months(now, 12 * total["year"] + total["month"]) + timedelta(days=total["day"])
    # Hours are elapsed hours, also across a change of the clock.
    span = timedelta(hours=total["hour"], minutes=total["minute"], seconds=total["second"])
    at = (at.astimezone(UTC) + span).astimezone(now.tzinfo) if span else at
    if not rules.FIRST_YEAR <= at.year <= rules.LAST_YEAR:
        raise ValueError(f"year out of range: {at.year}")
    return rules.truncate(at, next(unit for unit in _FINEST_FIRST if unit in total))


def _to_whole_units(count: Decimal, unit: str) -> tuple[int, str]:
    """Convert an amount to a whole number of years, months, days, hours, minutes or seconds."""
    while count != int(count) or unit in ("week", "quarter"):
        if unit not in _SMALLER_UNITS:
            raise ValueError(f"no whole {unit}s: {count}")
        unit, size = _SMALLER_UNITS[unit]
        count *= size
    return int(count), unit


def _shift_months(now: datetime, months: int) -> datetime:
    """Shift `now` by months, in a shorter month to its last day. Raises `ValueError` for a year out of range."""
    year, before = divmod(now.year * 12 + now.month - 1 + months, 12)
    return now.replace(year=year, month=before + 1, day=min(now.day, monthrange(year, before + 1)[1]))


RELATIVE_RULES = rules.make_rules(
    (rules.Placement.BOUNDED, _CHINESE_AGO, _resolve_chinese),
    (rules.Placement.BOUNDED, _ENGLISH_AGO, _resolve_english),
    (rules.Placement.BOUNDED, numbers.DISTANCE, _resolve_distance),
)
"""The rules of this module."""


# --- time of day

_EVENING = "晚上|晚间|晚"
# 凌晨12点 is 0:00, 夜里 may be before or after midnight.
_HOURS_OF_PERIODS: dict[str, Container[int]] = {
    "凌晨|清晨|早晨|清早|早上|上午|午前|早": range(12),
    "中午|正午|午间": range(11, 15),
    "下午|午后": range(12, 24),
    "傍晚|黄昏": range(15, 22),
    _EVENING: range(17, 24),
    "夜里|夜晚|夜间|深夜|半夜|午夜": (*range(6), *range(18, 24)),
}
PERIOD = f"(?:{'|'.join(_HOURS_OF_PERIODS)})"
"""Pattern of a word for a part of the day."""
# WordPress prints 8:11 下午; in 08:11 晚上好 the word belongs to the greeting.
_PERIOD_AFTER = rf"{PERIOD}(?=\Z|\W|发|更|编|回|评|留)(?! ?(?:{NUMBER}|{PERIOD}))"
_MERIDIEM = r"[ap](?:m\b|\.m\.?)"

_COLONS = (
    r"(?P<hour>[0-9]{1,3}) ?: ?(?P<minute>[0-9]{1,3})"
    r"(?: ?: ?(?P<second>[0-9]{1,3})(?:[.,][0-9]{1,9})?)?(?![0-9]| ?: ?[0-9])"
)
# 一点 also means "a little", 三点 "three points". An hour alone needs 钟, 整, an end or a verb of posting after it.
_HOUR_WORDS = (
    rf"(?P<hour_word>{NUMBER}) ?[点时](?:(?P<half>半)| ?(?P<quarters>[一二三123])刻"
    rf"| ?过?(?P<minute_word>{NUMBER})(?: ?分(?: ?(?P<second_word>{NUMBER}) ?(?:秒|(?!\w)))?|(?![\w:]))"
    r"|钟?整|钟|(?= ?(?:发|更|回|左右|许|\W|$)))"
)
_CLOCK = (
    rf"(?:(?P<before>{PERIOD}|{_MERIDIEM}) ?)?"
    rf"(?:{_COLONS}|{_HOUR_WORDS}|(?P<hour_alone>[0-9]{{1,2}})(?= ?{_MERIDIEM})"
    r"|(?<=[0-9]t)(?P<hour_iso>[0-9]{2})(?![0-9]))"
    rf"(?: ?分)?(?: ?\(?(?P<after>{_MERIDIEM}|{_PERIOD_AFTER})\)?)?"
)
# Allowed between a date and its time: a weekday, brackets, separators, "at", the T of ISO 8601.
# FC2, where many Taiwanese wrote, prints 2014/07/14(月) 08:11.
_BETWEEN = (
    rf"(?:[\s,;|_·()\[\]【】\"'、。@-]|{WEEKDAY}|(?<=\()[一二三四五六日月火水木金土](?=\))"
    rf"|{ENGLISH_WEEKDAY}|{rules.PLACE}|(?<=[0-9])[t:](?=[0-9])|at\b|的|{PERIOD}(?= ?{PERIOD}))*"
)
# Texts, which `re` compiles at their first use: most pages show times in one form that needs none of them.
_AFTER_DATE = _BETWEEN + _CLOCK
_NO_NUMBER_BEFORE = r"(?<![0-9./-])(?<![0-9]:)"
_BEFORE_DATE = rf"{_NO_NUMBER_BEFORE}{_CLOCK}{_BETWEEN}\Z"
# 16:9 is a screen format: without a date, minutes need two digits.
_ALONE = rf"{_NO_NUMBER_BEFORE}(?!(?:{PERIOD} ?)?[0-9]+ ?: ?[0-9](?![0-9])){_CLOCK}"
# Number of characters before a date in which its time is searched.
_MAX_LEAD = 40


class TimeOfDay(NamedTuple):
    """A time of day; `start` and `end` are its position in the text.

    `hour` is 0 to 23; `days` is added to the date (1 for 24:00).
    """

    hour: int
    minute: int
    second: int
    precision: Precision
    days: int
    zone: tzinfo | None
    start: int
    end: int

    def on(self, day: datetime) -> datetime:
        """Return this time on `day`; in the repeated hour of autumn, the first of the two."""
        return day.replace(hour=self.hour, minute=self.minute, second=self.second) + timedelta(days=self.days)


def time_after(text: str, end: int) -> TimeOfDay | None:
    """Return the time after a date that ends at `end`, or None; raise ValueError if it is impossible."""
    return _parse_time(re.compile(_AFTER_DATE).match(text, end))


def time_before(text: str, start: int) -> TimeOfDay | None:
    """Return the time right before a date that begins at `start`, or None; raise ValueError if it is impossible."""
    return _parse_time(re.compile(_BEFORE_DATE).search(text, max(0, start - _MAX_LEAD), start))


def time_alone(text: str) -> TimeOfDay | None:
    """Return the first time of day in `text`, or None; raise ValueError if it is impossible."""
    return _parse_time(re.search(_ALONE, text))


def _parse_time(match: re.Match[str] | None) -> TimeOfDay | None:
    """Return the time of a match, None for None; raise ValueError if it is impossible."""
    if match is None:
        return None
    hour = parse_number(match["hour"] or match["hour_word"] or match["hour_alone"] or match["hour_iso"])
    minute, second, precision = _parse_fields(match)
    period = match["before"] or match["after"]
    hour, days = _to_24_hours(hour, period) if period else (hour, 0)
    if (hour, minute, second) == (24, 0, 0):
        hour, days = 0, 1
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"no time of day: {match[0]}")
    exact = precision == "second" or "t" in match[0]
    zone, end = rules.parse_zone(match.string, match.end(), exact=exact)
    return TimeOfDay(hour, minute, second, precision, days, zone, match.start(), end)


def _parse_fields(match: re.Match[str]) -> tuple[int, int, Precision]:
    """Return minute, second and precision of a time."""
    if second := match["second"] or match["second_word"]:
        return parse_number(match["minute"] or match["minute_word"]), parse_number(second), "second"
    if minute := match["minute"] or match["minute_word"]:
        return parse_number(minute), 0, "minute"
    if match["half"]:
        return 30, 0, "minute"
    if match["quarters"]:
        return 15 * parse_number(match["quarters"]), 0, "minute"
    return 0, 0, "hour"


def _to_24_hours(shown: int, period: str) -> tuple[int, int]:
    """Return the hour of the day and the days to add: 晚上12点 is midnight, at the end of the day.

    Raise ValueError if the part of the day has no such hour.
    """
    period = {"a": "上午", "p": "下午"}.get(period[0], period)
    words, hours = next(row for row in _HOURS_OF_PERIODS.items() if period in row[0].split("|"))
    if words == _EVENING and shown == 12:
        return 0, 1
    for hour in (shown, (shown + 12) % 24) if shown <= 12 else (shown,):
        if hour in hours:
            return hour, 0
    raise ValueError(f"no hour of {period}: {shown}")
