"""The type of a date rule, the text that must surround a date, and time zones by name."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import MINYEAR, datetime, timedelta, timezone, tzinfo
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from blogarchive.items import Precision
from blogarchive.parsing.dates.numbers import ENGLISH_WEEKDAY, WEEKDAY, words_of

# --- time zones

_HOURS = words_of("zones")
_PLACES = {f"{name}时间": zone for name, zone in words_of("places").items()}
PLACE = "(?:" + "|".join(_PLACES) + ")"
"""Pattern of a zone named by a place."""
_PLACE = re.compile(PLACE)
_NAME = re.compile(rf"[ (\[]*(?:o'clock )?({'|'.join(_HOURS)}|cst)(?![\w+-]| ?[+-][0-9])")
_MINUTES = ("00", "30", "45")  # all offsets in use
_OFFSET = re.compile(
    r"[ (\[]*(?P<word>utc|gmt)? ?(?P<sign>[+-])(?:(?P<h>[0-9]{2}):?(?P<m>[0-9]{2})|(?P<hours>[0-9]{1,2}))"
    r"(?![0-9:-])"
)


def parse_zone(text: str, start: int, *, exact: bool) -> tuple[tzinfo | None, int]:
    """Return the zone right after a time that ends at `start` of the folded `text`, and its end.

    `exact`: the time has seconds or ISO 8601's T; without them 08:11-09:00 is a range of times. Raise
    ValueError for an impossible offset, and for CST, which has two meanings 14 hours apart.
    """
    if match := _NAME.match(text, start):
        if match[1] == "cst":
            raise ValueError("CST is ambiguous: China or Chicago")
        return timezone(timedelta(hours=int(_HOURS[match[1]]))), match.end()
    match = _OFFSET.match(text, start)
    if match is None or not _is_offset(match, exact=exact):
        return None, start
    hours, minutes = int(match["h"] or match["hours"]), int(match["m"] or 0)
    if hours > 14 or minutes > 59:
        raise ValueError(f"no offset: {match[0]}")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if match["sign"] == "-" else offset), match.end()


def _is_offset(match: re.Match[str], *, exact: bool) -> bool:
    """Return whether the match behind a time is an offset from UTC, no other number or end of a range."""
    if match["word"]:
        return True
    if match["h"]:
        if match[0].startswith(" ") and match["m"] not in _MINUTES:
            return False  # another number beside the time, such as votes
        return exact or match["sign"] == "+" or ":" not in match[0]
    return exact and len(match["hours"]) == 2 and match[0][0] == match["sign"]


def find_named_zone(text: str) -> tzinfo | None:
    """Return the zone of the first place named in the folded `text` (北京时间), or None."""
    match = _PLACE.search(text)
    return ZoneInfo(_PLACES[match[0]]) if match else None


# --- rules


class Placement(Enum):
    """The context that a form needs to be a date."""

    ANYWHERE = auto()
    BOUNDED = auto()  # between white space, punctuation or labels
    TIMED = auto()  # as BOUNDED, and followed by a time of day
    DATED = auto()  # as TIMED, or as ALONE
    ALONE = auto()  # only labels beside it


class ResolvedDate(NamedTuple):
    """The date that a form means; `at` is aware, in the zone asked for.

    `yearless`: the form has no year, so `at` may lie in the future.
    """

    at: datetime
    precision: Precision
    yearless: bool = False


Resolver = Callable[[re.Match[str], datetime], ResolvedDate]


@dataclass(frozen=True, eq=False)
class Rule:
    """A form of date; `resolve` returns its date relative to a time, or raises ValueError if it is impossible."""

    placement: Placement
    form: str
    resolve: Resolver

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled form: all forms take a tenth of the start of a process, and most pages need one."""
        return re.compile(self.form)


def make_rules(*forms: tuple[Placement, str, Resolver]) -> tuple[Rule, ...]:
    """Return a rule for each form."""
    return tuple(Rule(*form) for form in forms)


FIRST_YEAR, LAST_YEAR = 1900, 2100
"""A year outside of these is no date of a blog."""

FUTURE_TOLERANCE = timedelta(days=1)
"""Time after the fetch that a date without a year may be, because clocks and zones differ."""

_FIELDS = ("year", "month", "day", "hour", "minute", "second")
_MINIMUMS = (1, 1, 1, 0, 0, 0)

# What hosts print before a date, and after one: only there a bare number is a date.
_LABEL_END = re.compile(
    r"(?:[于在自@]|时间|日期|时刻|时间戳|发表|发布|更新|编辑|回复|评论|留言|修改|创建|注册|登录"
    r"|\b(?:date|time|timestamp|posted|published|updated|created|modified|edited|on|at|since|by))$"
)
_LABEL_AFTER = re.compile(
    rf"$|{WEEKDAY}\W*$|{PLACE}"
    r"|发表|发布|发帖|更新|已?编辑|回复|评论|留言|修改|创建|注册|登录|上传|转发|来自|ip ?属地|通过|浏览|阅读|点击|查看"
    r"|举报|收藏|分享|(?:[0-9]{1,7} ?)?赞"
    r"|(?:by|from|via|in|views?|comments?|repl(?:y|ies)|posted|updated|edited)\b"
)
_MAX_LABEL = 20
_WEEKDAY_END = re.compile(rf"(?:{WEEKDAY}|\b{ENGLISH_WEEKDAY})$")
_SEPARATORS = " .,;:|()[]{}【】「」<>\"'-/·•。、!"
_CLOSING_SEPARATORS = tuple("|·•/)]】-")


def has_date_context(rule: Rule, text: str, start: int, end: int, *, has_time: bool) -> bool:
    """Return whether the folded `text` around `start` to `end` allows the form to be a date."""
    if rule.placement is Placement.ANYWHERE:
        return True
    if rule.placement is Placement.TIMED and not has_time:
        return False
    # Nothing follows, or a word that sites print after a date.
    has_follow_up = _LABEL_AFTER.match(text[end:].lstrip(_SEPARATORS)) is not None
    has_label = _is_labelled(text[:start])
    if rule.placement is Placement.ALONE or (rule.placement is Placement.DATED and not has_time):
        return has_label and has_follow_up
    before = has_label or not _is_word(text[start - 1])
    is_closed = has_follow_up or text[end:].lstrip().startswith(_CLOSING_SEPARATORS)
    return before and (is_closed or (has_time and not _is_word(text[end : end + 1])))


def _is_labelled(lead: str) -> bool:
    """Return whether only a weekday or a label precedes."""
    lead = _WEEKDAY_END.sub("", lead.strip(_SEPARATORS)[-_MAX_LABEL:]).strip(_SEPARATORS)
    return not lead or _LABEL_END.search(lead) is not None


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def calendar_date(
    now: datetime, year: int, month: int, day: int = 1, precision: Precision = "day"
) -> ResolvedDate:
    """Return a calendar date in the zone of `now`; raise ValueError if there is no such date."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"year out of range: {year}")
    return ResolvedDate(datetime(year, month, day, tzinfo=now.tzinfo), precision)


def truncate(at: datetime, precision: Precision) -> ResolvedDate:
    """Return `at` with the fields below `precision` at their minimum."""
    count = _FIELDS.index(precision) + 1
    year, month, day, hour, minute, second = at.timetuple()[:count] + _MINIMUMS[count:]
    truncated = datetime(year, month, day, hour, minute, second, tzinfo=at.tzinfo, fold=at.fold)
    return ResolvedDate(truncated, precision)


def yearless_date(
    now: datetime, month: int, day_of_month: int = 1, precision: Precision = "day"
) -> ResolvedDate:
    """Return a date in next year, or in the last year that has it; `move_into_past` corrects the year."""
    # 29 February may be eight years back: 1900 and 2100 have none.
    for year in range(now.year + 1, now.year - 9, -1):
        with suppress(ValueError):  # 29 February
            at = datetime(year, month, day_of_month, tzinfo=now.tzinfo)
            return ResolvedDate(at, precision, yearless=True)
    raise ValueError(f"no date in any year: {month}-{day_of_month}")


def move_into_past(at: datetime, now: datetime, ahead: timedelta = FUTURE_TOLERANCE) -> datetime:
    """Return `at` in the latest year in which it is at most `ahead` after `now`."""
    year = at.year
    while at - now > ahead and year > MINYEAR:
        year -= 1
        with suppress(ValueError):  # 29 February
            at = at.replace(year=year)
    return at
