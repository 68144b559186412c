"""Rules for named days: 昨天, 大前天, 上周三, 周三, 刚刚, yesterday.

刚刚 has the precision of a minute, the others of a day. 上周 without a weekday is seven days ago. A week begins
on Monday; 周三 alone is the latest Wednesday, today included.
"""

import re
from datetime import datetime, timedelta

from blogarchive.parsing.dates.numerals import ENGLISH_WEEKDAY, NUMBER, WEEKDAYS
from blogarchive.parsing.dates.rules import Placement, ResolvedDate, calendar_date, compile_rules, truncate
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
# 昨晚 and 昨天下午 are a day if no hour follows.
_PERIOD = rf"(?:的? ?(?>{PERIOD})(?! ?(?:{NUMBER}|{PERIOD})))?"
_CHINESE_DAY = "(?P<name>" + "|".join(name for name in _DAYS if not name.isascii()) + ")"
_ENGLISH_DAY = r"(?:the )?\b(?P<name>" + "|".join(name for name in _DAYS if name.isascii()) + r")\b"

_WEEK = r"(?:(?P<ups>上+)个?|(?P<downs>下+)个?|本|这个?)(?:周|星期|礼拜)"
_BARE_WEEK = r"(?<![上下个本这每])(?:周|星期|礼拜)"
_WEEKDAY = r"(?P<weekday>[一二三四五六日天七])"
_ENGLISH_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _resolve_named_day(match: re.Match[str], now: datetime) -> ResolvedDate:
    return _shift_days(now, _DAYS[match["name"]])


def _shift_days(now: datetime, days: int) -> ResolvedDate:
    on = now.date() + timedelta(days=days)
    return calendar_date(now, on.year, on.month, on.day)


def _resolve_weekday_of_week(match: re.Match[str], now: datetime) -> ResolvedDate:
    weeks = len(match["downs"] or "") - len(match["ups"] or "")
    return _shift_days(now, 7 * weeks + WEEKDAYS[match["weekday"]] - now.weekday())


def _resolve_week(match: re.Match[str], now: datetime) -> ResolvedDate:
    return _shift_days(now, 7 * (len(match["downs"] or "") - len(match["ups"] or "")))


def _resolve_latest_weekday(match: re.Match[str], now: datetime) -> ResolvedDate:
    return _shift_days(now, -((now.weekday() - WEEKDAYS[match["weekday"]]) % 7))


def _resolve_english_weekday(match: re.Match[str], now: datetime) -> ResolvedDate:
    wanted = next(
        number for number, name in enumerate(_ENGLISH_WEEKDAYS) if name.startswith(match["weekday"][:3])
    )
    return _shift_days(now, -((now.weekday() - wanted) % 7))


def _resolve_now(match: re.Match[str], now: datetime) -> ResolvedDate:
    return truncate(now, "minute")


NAMED_RULES = (
    *compile_rules(
        Placement.BOUNDED,
        (r"刚刚|刚才|方才|just now", _resolve_now),
    ),
    *compile_rules(
        Placement.ALONE,
        (r"现在|此刻|此时|刚|\bnow\b", _resolve_now),
    ),
    *compile_rules(
        Placement.BOUNDED,
        (_CHINESE_DAY + _PERIOD, _resolve_named_day),
    ),
    *compile_rules(
        Placement.TIMED,
        (_ENGLISH_DAY, _resolve_named_day),
    ),
    *compile_rules(
        Placement.ALONE,
        (_ENGLISH_DAY, _resolve_named_day),
    ),
    *compile_rules(
        Placement.BOUNDED,
        (_WEEK + _WEEKDAY + _PERIOD, _resolve_weekday_of_week),
        (_WEEK, _resolve_week),
    ),
    *compile_rules(
        Placement.TIMED,
        (_BARE_WEEK + _WEEKDAY, _resolve_latest_weekday),
    ),
    *compile_rules(
        Placement.ALONE,
        (_BARE_WEEK + _WEEKDAY, _resolve_latest_weekday),
    ),
    *compile_rules(
        Placement.TIMED,
        (rf"\b(?P<weekday>{ENGLISH_WEEKDAY})", _resolve_english_weekday),
    ),
    *compile_rules(
        Placement.ALONE,
        (
            rf"(?<!last )(?<!next )(?<!this )\b(?=[a-z]*day)(?P<weekday>{ENGLISH_WEEKDAY})",
            _resolve_english_weekday,
        ),
    ),
)
"""The rules of this module, the most specific first."""
