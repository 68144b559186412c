"""What the rules of the date grammar share: a rule, the moment it finds, and what may stand around it.

A full date (2014-07-14, 7月14日) is one wherever it stands. Words such as 今天 or 去年 are dates only where
a site would print them: after white space or a label such as 发表于, and before the end or a verb of
posting. Bare numbers (10-05, 18:10, 20140714) are dates only when nothing but such labels is beside
them.
"""

import re
from collections.abc import Callable
from datetime import MINYEAR, datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from blogarchive.items import Precision
from blogarchive.parsing.dates.numerals import ENGLISH_WEEKDAY, WEEKDAY
from blogarchive.parsing.dates.timezones import PLACE


class Placement(Enum):
    """How much a form needs around it to be a date."""

    ANYWHERE = auto()
    BOUNDED = auto()  # on its own between white space, punctuation or labels
    CLOCKED = auto()  # as BOUNDED, and a time of day must follow
    ALONE = auto()  # with nothing but labels beside it


class ResolvedDate(NamedTuple):
    """What a form means: `at` aware, in the zone asked for.

    `yearless`: the year was not shown, and `at` may still lie ahead.
    """

    at: datetime
    precision: Precision
    yearless: bool = False


class Rule(NamedTuple):
    """A form of date: `read` gives its moment as seen at a time; ValueError where it is senseless."""

    placement: Placement
    pattern: re.Pattern[str]
    resolve: Callable[[re.Match[str], datetime], ResolvedDate]


FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years outside are no dates of a blog, whatever a page says."""

FUTURE_TOLERANCE = timedelta(days=1)
"""How far ahead of the fetch a date without a year may lie: clocks and zones differ."""

_FIELDS = ("year", "month", "day", "hour", "minute", "second")
_MINIMUMS = (1, 1, 1, 0, 0, 0)

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
    """Whether the characters around `start` to `end` of the folded `text` let the form be a date."""
    if rule.placement is Placement.ANYWHERE:
        return True
    if rule.placement is Placement.CLOCKED and not has_time:
        return False
    labelled, followed = _is_labelled(text[:start]), _is_followed(text[end:])
    if rule.placement is Placement.ALONE:
        return labelled and followed
    before = labelled or not _is_word(text[start - 1])
    after = (
        followed
        or text[end:].lstrip().startswith(_CLOSING_SEPARATORS)
        or (has_time and not _is_word(text[end : end + 1]))
    )
    return before and after


def _is_labelled(lead: str) -> bool:
    """Whether nothing stands before but a weekday, or something that ends in a label."""
    lead = _WEEKDAY_END.sub("", lead.strip(_SEPARATORS)[-_MAX_LABEL:]).strip(_SEPARATORS)
    return not lead or _LABEL_END.search(lead) is not None


def _is_followed(rest: str) -> bool:
    """Whether nothing comes after, or a word that sites print after a date."""
    return _LABEL_AFTER.match(rest.lstrip(_SEPARATORS)) is not None


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def calendar_date(
    now: datetime, year: int, month: int, day: int = 1, precision: Precision = "day"
) -> ResolvedDate:
    """A calendar date in `now`'s zone; ValueError where there is none such."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"no year of a blog: {year}")
    return ResolvedDate(datetime(year, month, day, tzinfo=now.tzinfo), precision)


def truncate(at: datetime, precision: Precision) -> ResolvedDate:
    """`at` with the fields below `precision` at their minimum."""
    kept = _FIELDS.index(precision) + 1
    year, month, day, hour, minute, second = at.timetuple()[:kept] + _MINIMUMS[kept:]
    whole = datetime(year, month, day, hour, minute, second, tzinfo=at.tzinfo, fold=at.fold)
    return ResolvedDate(whole, precision)


def yearless_date(
    now: datetime, month: int, day_of_month: int = 1, precision: Precision = "day"
) -> ResolvedDate:
    """A date without its year, in the next year or the last that has it; `into_past` settles it."""
    for year in range(now.year + 1, now.year - 9, -1):
        try:
            return ResolvedDate(
                datetime(year, month, day_of_month, tzinfo=now.tzinfo), precision, yearless=True
            )
        except ValueError:
            continue  # 29 February
    raise ValueError(f"no date in any year: {month}-{day_of_month}")


def move_into_past(at: datetime, now: datetime, ahead: timedelta = FUTURE_TOLERANCE) -> datetime:
    """`at` in the latest year up to its own that is not more than `ahead` of `now`."""
    year = at.year
    while at - now > ahead and year > MINYEAR:
        year -= 1
        try:
            at = at.replace(year=year)
        except ValueError:
            continue  # 29 February
    return at
