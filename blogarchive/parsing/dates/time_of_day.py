"""The time of day beside a date: 08:11:22, 下午三点二十分, 十一点半, 8:11 PM, with the zone after it.

Twelve-hour words, for a date d:

======================  ===================================================================================
上午 早上 清晨 凌晨 am     12 is 0 o'clock (上午12:30 is 00:30, as zh-TW clocks show it); above 12: senseless
中午 午间                11 and 12 as they are; 0, 1, 2 after noon; others: senseless
下午 pm                  1 to 11 and 0 after noon, 12 is noon, 13 to 23 as they are
傍晚 黄昏                3 to 9 after noon, 15 to 21 as they are; others: senseless
晚上                     5 to 11 after noon, 17 to 23 as they are; 12 is the end of d; others: senseless
夜里 深夜 半夜 午夜       0 to 5 and 18 to 23 as they are, 12 is the beginning of d, 6 to 11 after noon
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
"""A word that tells which half of the day an hour is in."""
# 8:11 下午 is how WordPress prints it; 08:11 晚上好 is no time of the evening.
_PERIOD_AFTER = rf"{PERIOD}(?=\Z|\W|发|更|编|回|评|留)(?! ?(?:{NUMBER}|{PERIOD}))"
_MERIDIEM = r"[ap](?:m\b|\.m\.?)"

_COLONS = (
    r"(?P<hour>[0-9]{1,3}) ?: ?(?P<minute>[0-9]{1,3})"
    r"(?: ?: ?(?P<second>[0-9]{1,3})(?:[.,][0-9]{1,9})?)?(?![0-9]| ?: ?[0-9])"
)
# 一点 is also "a little", 三点 "three points": alone it needs an end, 钟, 整 or a verb of posting after it.
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
# What may stand between a date and its time: a weekday, brackets, separators, "at", the T of ISO 8601.
_BETWEEN = (
    rf"(?:[\s,;|_·()\[\]【】\"'、。@-]|{WEEKDAY}|(?<=\()[一二三四五六日](?=\))"
    rf"|{ENGLISH_WEEKDAY}|{PLACE}|(?<=[0-9])[t:](?=[0-9])|at\b|的|{PERIOD}(?= ?{PERIOD}))*"
)
_AFTER_DATE = re.compile(_BETWEEN + _CLOCK)
_NO_NUMBER_BEFORE = r"(?<![0-9./-])(?<![0-9]:)"
_BEFORE_DATE = re.compile(rf"{_NO_NUMBER_BEFORE}{_CLOCK}{_BETWEEN}\Z")
# 16:9 is a shape of screens: without a date beside it a time has two digits of minutes.
_ALONE = re.compile(rf"{_NO_NUMBER_BEFORE}(?!(?:{PERIOD} ?)?[0-9]+ ?: ?[0-9](?![0-9])){_CLOCK}")
_MAX_LEAD = 40
"""Characters before a date in which its time is looked for."""


class TimeOfDay(NamedTuple):
    """A time of day: `hour` 0 to 23; `days` after the date it stands with (1 for 24:00); where it stood."""

    hour: int
    minute: int
    second: int
    precision: Precision
    days: int
    zone: tzinfo | None
    start: int
    end: int

    def on(self, day: datetime) -> datetime:
        """This time on `day`; in an autumn's double hour the first of the two."""
        return day.replace(hour=self.hour, minute=self.minute, second=self.second) + timedelta(days=self.days)


def time_after(text: str, end: int) -> TimeOfDay | None:
    """The time in the folded `text` that follows a date ending at `end`; ValueError where it is senseless."""
    match = _AFTER_DATE.match(text, end)
    return _parse_time(match, match.start()) if match else None


def time_before(text: str, start: int) -> TimeOfDay | None:
    """The time right before a date that begins at `start`; ValueError where it is senseless."""
    match = _BEFORE_DATE.search(text, max(0, start - _MAX_LEAD), start)
    return _parse_time(match, match.start()) if match else None


def time_alone(text: str) -> TimeOfDay | None:
    """The first time of day in `text`, whatever stands around it; ValueError where it is senseless."""
    match = _ALONE.search(text)
    return _parse_time(match, match.start()) if match else None


def _parse_time(match: re.Match[str], start: int) -> TimeOfDay:
    hour = parse_number(match["hour"] or match["hour_word"] or match["hour_alone"] or match["hour_iso"])
    minute, second, precision = _parse_fields(match)
    word = match["before"] or match["after"]
    hour, days = _to_24_hours(hour, word) if word else (hour, 0)
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


def _to_24_hours(parsed: int, word: str) -> tuple[int, int]:
    """The hour of the day and the days to add, by the table above."""
    if word[0] == "a" or word in _MORNING.split("|"):
        return _pick_hour(parsed, word, {12: 0}, range(12))
    if word in ("中午", "正午", "午间"):
        return _pick_hour(parsed, word, {0: 12, 1: 13, 2: 14}, range(11, 15))
    if word[0] == "p" or word in ("下午", "午后"):
        return _pick_hour(parsed, word, {hour: hour + 12 for hour in range(12)}, range(12, 24))
    if word in ("傍晚", "黄昏"):
        return _pick_hour(parsed, word, {hour: hour + 12 for hour in range(3, 10)}, range(15, 22))
    if word in _NIGHT.split("|"):
        late = {hour: hour + 12 for hour in range(6, 12)}
        return _pick_hour(parsed, word, late | {12: 0}, (*range(6), *range(18, 24)))
    if parsed == 12:
        return 0, 1
    return _pick_hour(parsed, word, {hour: hour + 12 for hour in range(5, 12)}, range(17, 24))


def _pick_hour(
    parsed: int, word: str, moved: dict[int, int], kept: range | tuple[int, ...]
) -> tuple[int, int]:
    if parsed in moved:
        return moved[parsed], 0
    if parsed in kept:
        return parsed, 0
    raise ValueError(f"no hour of {word}: {parsed}")
