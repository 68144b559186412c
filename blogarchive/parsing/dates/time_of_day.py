"""Parse the time of day beside a date: 08:11:22, 下午三点二十分, 十一点半, 8:11 PM, with the zone after it.

Twelve-hour words, for a date d:

======================  ===================================================================================
上午 早上 清晨 凌晨 am     12 is 0 o'clock (上午12:30 is 00:30, as in zh-TW); above 12: impossible
中午 午间                11 and 12 unchanged; 0, 1, 2 after noon; others: impossible
下午 pm                  1 to 11 and 0 after noon, 12 is noon, 13 to 23 unchanged
傍晚 黄昏                3 to 9 after noon, 15 to 21 unchanged; others: impossible
晚上                     5 to 11 after noon, 17 to 23 unchanged; 12 is the end of d; others: impossible
夜里 深夜 半夜 午夜       0 to 5 and 18 to 23 unchanged, 12 is the beginning of d, 6 to 11 after noon
======================  ===================================================================================

24:00 is the end of d (ISO 8601:2004, 4.2.3).
"""

import re
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from blogarchive.items import Precision
from blogarchive.parsing.dates.numerals import ENGLISH_WEEKDAY, NUMBER, WEEKDAY, parse_number
from blogarchive.parsing.dates.timezones import PLACE, parse_zone

_MORNING = "凌晨|清晨|早晨|清早|早上|上午|午前|早"
_NIGHT = "夜里|夜晚|夜间|深夜|半夜|午夜"
PERIOD = rf"(?:{_MORNING}|中午|正午|午间|下午|午后|傍晚|黄昏|晚上|晚间|晚|{_NIGHT})"
"""Pattern of a word for a part of the day."""
# WordPress prints 8:11 下午; in 08:11 晚上好 the word belongs to the greeting.
_PERIOD_AFTER = rf"{PERIOD}(?=\Z|\W|发|更|编|回|评|留)(?! ?(?:{NUMBER}|{PERIOD}))"
_MERIDIEM = r"[ap](?:m\b|\.m\.?)"

_COLONS = (
    r"(?P<hour>[0-9]{1,3}) ?: ?(?P<minute>[0-9]{1,3})"
    r"(?: ?: ?(?P<second>[0-9]{1,3})(?:[.,][0-9]{1,9})?)?(?![0-9]| ?: ?[0-9])"
)
# 一点 also means "a little", 三点 "three points": an hour alone needs 钟, 整, an end or a verb of posting after it.
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
_BETWEEN = (
    rf"(?:[\s,;|_·()\[\]【】\"'、。@-]|{WEEKDAY}|(?<=\()[一二三四五六日](?=\))"
    rf"|{ENGLISH_WEEKDAY}|{PLACE}|(?<=[0-9])[t:](?=[0-9])|at\b|的|{PERIOD}(?= ?{PERIOD}))*"
)
_AFTER_DATE = re.compile(_BETWEEN + _CLOCK)
_NO_NUMBER_BEFORE = r"(?<![0-9./-])(?<![0-9]:)"
_BEFORE_DATE = re.compile(rf"{_NO_NUMBER_BEFORE}{_CLOCK}{_BETWEEN}\Z")
# 16:9 is a screen format: without a date, minutes need two digits.
_ALONE = re.compile(rf"{_NO_NUMBER_BEFORE}(?!(?:{PERIOD} ?)?[0-9]+ ?: ?[0-9](?![0-9])){_CLOCK}")
_MAX_LEAD = 40
"""Number of characters before a date in which its time is searched."""


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
    match = _AFTER_DATE.match(text, end)
    return _parse_time(match, match.start()) if match else None


def time_before(text: str, start: int) -> TimeOfDay | None:
    """Return the time right before a date that begins at `start`, or None; raise ValueError if it is impossible."""
    match = _BEFORE_DATE.search(text, max(0, start - _MAX_LEAD), start)
    return _parse_time(match, match.start()) if match else None


def time_alone(text: str) -> TimeOfDay | None:
    """Return the first time of day in `text`, or None; raise ValueError if it is impossible."""
    match = _ALONE.search(text)
    return _parse_time(match, match.start()) if match else None


def _parse_time(match: re.Match[str], start: int) -> TimeOfDay:
    hour = parse_number(match["hour"] or match["hour_word"] or match["hour_alone"] or match["hour_iso"])
    minute, second, precision = _parse_fields(match)
    period = match["before"] or match["after"]
    hour, days = _to_24_hours(hour, period) if period else (hour, 0)
    if (hour, minute, second) == (24, 0, 0):
        hour, days = 0, 1
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"no time of day: {match[0]}")
    exact = precision == "second" or "t" in match[0]
    zone, end = parse_zone(match.string, match.end(), exact=exact)
    return TimeOfDay(hour, minute, second, precision, days, zone, start, end)


def _parse_fields(match: re.Match[str]) -> tuple[int, int, Precision]:
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
    """Return the hour of the day and the days to add, by the table in the module docstring."""
    if period[0] == "a" or period in _MORNING.split("|"):
        return _pick_hour(shown, period, {12: 0}, range(12))
    if period in ("中午", "正午", "午间"):
        return _pick_hour(shown, period, {0: 12, 1: 13, 2: 14}, range(11, 15))
    if period[0] == "p" or period in ("下午", "午后"):
        return _pick_hour(shown, period, {hour: hour + 12 for hour in range(12)}, range(12, 24))
    if period in ("傍晚", "黄昏"):
        return _pick_hour(shown, period, {hour: hour + 12 for hour in range(3, 10)}, range(15, 22))
    if period in _NIGHT.split("|"):
        late = {hour: hour + 12 for hour in range(6, 12)}
        return _pick_hour(shown, period, late | {12: 0}, (*range(6), *range(18, 24)))
    if shown == 12:
        return 0, 1
    return _pick_hour(shown, period, {hour: hour + 12 for hour in range(5, 12)}, range(17, 24))


def _pick_hour(
    shown: int, period: str, shifted: dict[int, int], unchanged: range | tuple[int, ...]
) -> tuple[int, int]:
    if shown in shifted:
        return shifted[shown], 0
    if shown in unchanged:
        return shown, 0
    raise ValueError(f"no hour of {period}: {shown}")
