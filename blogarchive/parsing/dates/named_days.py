"""Dates by their name: 昨天, 大前天, 上周三, 周三, 刚刚, yesterday.

刚刚 is a minute, the others are days. 上周 without a weekday is seven days ago. A week begins on Monday;
周三 alone is the latest Wednesday, today included.
"""

import re
from datetime import datetime, timedelta

from blogarchive.parsing.dates.numerals import ENGLISH_WEEKDAY, NUMBER, WEEKDAYS
from blogarchive.parsing.dates.rules import Moment, Rule, Where, cut, day
from blogarchive.parsing.dates.time_of_day import PERIOD

_DAYS = {
    "大前天": -3,
    "前天": -2,
    "前日": -2,
    "昨天": -1,
    "昨日": -1,
    "昨儿": -1,
    "今天": 0,
    "今日": 0,
    "今儿": 0,
    "明天": 1,
    "明日": 1,
    "大后天": 3,
    "后天": 2,
    "后日": 2,
    "day before yesterday": -2,
    "yesterday": -1,
    "today": 0,
    "tomorrow": 1,
}
# 昨晚 and 昨天下午 are the day where no hour follows.
_PERIOD = rf"(?:的? ?(?>{PERIOD})(?! ?(?:{NUMBER}|{PERIOD})))?"
_CHINESE_DAY = "(?P<name>" + "|".join(name for name in _DAYS if not name.isascii()) + ")"
_ENGLISH_DAY = r"(?:the )?\b(?P<name>" + "|".join(name for name in _DAYS if name.isascii()) + r")\b"

_WEEK = r"(?:(?P<ups>上+)个?|(?P<downs>下+)个?|本|这个?)(?:周|星期|礼拜)"
_BARE_WEEK = r"(?<![上下个本这每])(?:周|星期|礼拜)"
_WEEKDAY = r"(?P<weekday>[一二三四五六日天七])"
_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _named_day(found: re.Match[str], now: datetime) -> Moment:
    return _days_from(now, _DAYS[found["name"]])


def _days_from(now: datetime, days: int) -> Moment:
    on = now.date() + timedelta(days=days)
    return day(now, on.year, on.month, on.day)


def _day_of_week(found: re.Match[str], now: datetime) -> Moment:
    weeks = len(found["downs"] or "") - len(found["ups"] or "")
    return _days_from(now, 7 * weeks + WEEKDAYS[found["weekday"]] - now.weekday())


def _week(found: re.Match[str], now: datetime) -> Moment:
    return _days_from(now, 7 * (len(found["downs"] or "") - len(found["ups"] or "")))


def _latest_weekday(found: re.Match[str], now: datetime) -> Moment:
    return _days_from(now, -((now.weekday() - WEEKDAYS[found["weekday"]]) % 7))


def _latest_english_weekday(found: re.Match[str], now: datetime) -> Moment:
    wanted = next(number for number, name in enumerate(_ENGLISH) if name.startswith(found["weekday"][:3]))
    return _days_from(now, -((now.weekday() - wanted) % 7))


def _now(found: re.Match[str], now: datetime) -> Moment:
    return cut(now, "minute")


_FORMS = (
    (Where.BOUNDED, r"刚刚|刚才|方才|just now", _now),
    (Where.ALONE, r"现在|此刻|此时|刚|\bnow\b", _now),
    (Where.BOUNDED, _CHINESE_DAY + _PERIOD, _named_day),
    (Where.CLOCKED, _ENGLISH_DAY, _named_day),
    (Where.ALONE, _ENGLISH_DAY, _named_day),
    (Where.BOUNDED, _WEEK + _WEEKDAY + _PERIOD, _day_of_week),
    (Where.BOUNDED, _WEEK, _week),
    (Where.CLOCKED, _BARE_WEEK + _WEEKDAY, _latest_weekday),
    (Where.ALONE, _BARE_WEEK + _WEEKDAY, _latest_weekday),
    (Where.CLOCKED, rf"\b(?P<weekday>{ENGLISH_WEEKDAY})", _latest_english_weekday),
    (
        Where.ALONE,
        rf"(?<!last )(?<!next )(?<!this )\b(?=[a-z]*day)(?P<weekday>{ENGLISH_WEEKDAY})",
        _latest_english_weekday,
    ),
)

NAMED_RULES = tuple(Rule(where, re.compile(pattern), read) for where, pattern, read in _FORMS)
"""The rules of this module, the surer first."""
