"""Date rules for years, days of the calendar (Gregorian, of the Republic, lunar) and named days such as 昨天."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from blogarchive.items import Precision
from blogarchive.parsing.dates import numbers, rules
from blogarchive.parsing.dates.relative import PERIOD

ANYWHERE, BOUNDED, TIMED, DATED, ALONE = rules.Placement

# --- years

# The year before the first year of the Republic of China.
_ROC_EPOCH = 1911
_ROC = rf"民国 ?(?P<roc>{numbers.NUMBER}|元)"
_YEAR_WORDS = numbers.words_of("years")
# Pattern of a year; `_resolve_year` returns its value.
_YEAR = (
    rf"(?:{_ROC} ?年|(?:[公西]元 ?)?(?<![0-9.])(?P<y>[0-9]{{2,4}}|[零一二三四五六七八九十百千两]{{2,7}}) ?年"
    rf"|(?<![0-9.])(?P<numeric>(?:19|20)[0-9]{{2}})(?: ?[-/.]| )|(?P<word>{'|'.join(_YEAR_WORDS)})的?)"
)
# Pattern of a year before its month; only a comma or 的 may separate them.
_YEAR_FIRST = rf"{_YEAR}(?:(?<=年) ?(?:, ?|的)| ?)"
# 7月14日 2014 次阅读: the number is that of the readers.
_NO_COUNTER = r"(?! ?(?:[次条人个篇赞]|阅读|浏览|点击|查看|评论|回复|留言|喜欢|[vcr][eio]))"
_WEEKDAY_AFTER = rf"(?: ?,? ?(?:{numbers.WEEKDAY}|\([一二三四五六日]\)))"
# 12月 06 週六 2025 17:12
# Pattern of a year behind its day, as `tail` or `late`. Without a comma, only beside a weekday or a time.
# WordPress in Chinese writes 四月 12, 2010 浏览：3 in one line.
_YEAR_BEHIND = (
    rf"(?:(?:,| ?·(?= ?[0-9]{{4}} ?年)) ?(?P<tail>[0-9]{{4}})(?![0-9:])"
    rf"(?:(?<=[0-9], (?:19|20)[0-9]{{2}})|{_NO_COUNTER})"
    rf"|(?P<weekday>{_WEEKDAY_AFTER})?[ ,]*(?P<late>(?:19|20)[0-9]{{2}})(?![0-9:]){_NO_COUNTER}(?: ?年)?"
    rf"(?(weekday)|(?= (?:{PERIOD} ?)?[0-9]{{1,2}}:[0-9]{{2}})))"
)
_MAYBE_YEAR_BEFORE = re.compile(rf"(?:{_YEAR}|(?<![0-9])(?:19|20)[0-9]{{2}})\W{{1,3}}\Z")
_MAYBE_YEAR_AFTER = re.compile(
    rf"[ ,]+(?:(?:19|20)[0-9]{{2}}(?![0-9:])|[零一二三四五六七八九]{{4}}年){_NO_COUNTER}"
)
_YEAR_GROUPS = ("y", "numeric", "tail", "late")
_MAX_YEAR_LENGTH = 12  # of a year and the separators behind it


def _resolve_year(groups: Mapping[str, str | None], now: datetime) -> int | None:
    """Return the year: of the Republic (1 is 1912), of a word (去年), with four digits or two; else None.

    Raise ValueError if it is out of range.
    """
    if roc := groups.get("roc"):
        return _roc_year(1 if roc == "元" else numbers.parse_number(roc, by_place=True))
    if word := groups.get("word"):
        return now.year + int(_YEAR_WORDS[word])
    shown = next(filter(None, map(groups.get, _YEAR_GROUPS)), None)
    if shown is None:
        return None
    value = numbers.parse_number(shown, by_place=True)
    # 一三年 is 2013, 十三年 is thirteen years.
    if len(shown) == 2 and "十" not in shown:
        return _expand_year(value, now)
    return _roc_year(value) if shown.isascii() and len(shown) == 3 else value


def _roc_year(year: int) -> int:
    if not 1 <= year <= rules.LAST_YEAR - _ROC_EPOCH:
        raise ValueError(f"no year of the Republic of China: {year}")
    return year + _ROC_EPOCH


def _expand_year(year: int, now: datetime) -> int:
    """Return the full year of two digits: of this century until next year, of the last one from 70 on.

    Raise ValueError for the other years.
    """
    if 2000 + year <= now.year + 1:
        return 2000 + year
    if year >= 70:
        return 1900 + year
    raise ValueError(f"year out of range: {year}")


def _has_ambiguous_year(text: str, start: int, end: int) -> bool:
    """Return whether a number right before `start` or behind `end` may be the year of a date without one."""
    before = _MAYBE_YEAR_BEFORE.search(text, max(0, start - _MAX_YEAR_LENGTH), start)
    return before is not None or _MAYBE_YEAR_AFTER.match(text, end) is not None


# --- days of the calendar

_NO_NUMBER_BEFORE = r"(?<![0-9])(?<![0-9][-/.,:])"
# Rejects 2014.7.14.1 and 2014-07-14-2015; accepts 2014-07-14-08:11 and 2014-07-1408:11 (two cells without a space).
_NO_NUMBER_AFTER = r"(?![0-9])(?![-/.][0-9]{1,4}(?![0-9:]))"
_DAY_OR_GLUED = rf"(?P<d>[0-9]{{2}}(?=[0-9]{{2}}:[0-9]{{2}})|[0-9]{{1,2}}{_NO_NUMBER_AFTER})"

_MONTH_WORD = r"(?P<word_month>(?P<ups>上+)个?月|本月|这个?月|当月|(?P<downs>下+)个?月)"
_MONTH = rf"(?P<m>{numbers.NUMBER}|元) ?月(?:份)?"
# 七月 2014: WordPress writes the months of its archive so in Chinese.
_MONTH_TAIL = rf"(?P<late>(?:19|20)[0-9]{{2}})(?: ?年)?(?! ?[-/.:0-9]){_NO_COUNTER}"
# 二〇一四七月14日: a year that no rule reads must not be replaced by the latest one.
_NO_YEAR_BEFORE = r"(?<![0-9.年零一二三四五六七八九十])(?<!年 )(?<![0-9]{4} )"
# 9月 25th, 2016: WordPress in Chinese keeps the English form.
_DAY = rf"(?P<d>{numbers.NUMBER})(?: ?[日号]|(?:st|nd|rd|th)?(?![\w:.]))"
# 103/07/14: year of the Republic of China, as hosts in Taiwan write it.
_ROC_NUMBERS = (
    r"(?<![0-9./:-])(?P<y>1[0-9]{2})(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})(?![-/0-9.])"
)
# 2014 级, 2014 年前 and 1998 年代 are no date.
_YEAR_TAIL = r"(?! ?(?:[0-9]|代|级|度|前|后|来|间|内|多|之|以|初|底|末|中))"

_ORDINAL = r"(?:st|nd|rd|th|er|\.)?"
_EN_MONTH = rf"(?<![a-z])(?P<mon>{numbers.MONTH_NAME})(?![a-z])\.?"
_EN_DAY = rf"(?P<d>[0-9]{{1,2}}){_ORDINAL}(?![0-9a-z:])"
_EN_YEAR = r"(?P<y>[0-9]{4})(?![0-9])"


def _resolve_date(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    """Resolve a form by its groups: its smallest unit is the precision, a missing year is the latest one."""
    groups = match.groupdict()
    named, number, day = groups.get("mon"), groups.get("m"), groups.get("d")
    precision: Precision = "day" if day else "month" if named or number else "year"
    month = numbers.MONTHS[named] if named else 1 if number in (None, "元") else numbers.parse_number(number)
    # Croatian has a dot behind the day and calls October listopad, which is November in Polish and Czech.
    month -= named == "listopada" and ". listopada" in match[0]
    day_of_month, year = numbers.parse_number(day) if day else 1, _resolve_year(groups, now)
    if year is None:
        return rules.yearless_date(now, month, day_of_month, precision)
    return rules.calendar_date(now, year, month, day_of_month, precision)


def _resolve_month_first(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    """9月3日, with or without its year behind it."""
    if not (match["tail"] or match["late"]) and _has_ambiguous_year(match.string, *match.span()):
        raise ValueError(f"ambiguous year: {match.string}")
    return _resolve_date(match, now)


def _resolve_new_year(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    return _resolve_date(match, now)._replace(precision="day")


def _count_ahead(match: re.Match[str]) -> int:
    """Return how many months or weeks 下 and 上 are ahead: 上上 is two ago."""
    return len(match["downs"] or "") - len(match["ups"] or "")


def _resolve_word_month(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    years, month = divmod(now.year * 12 + now.month - 1 + _count_ahead(match), 12)
    if day_of_month := match.groupdict().get("d"):
        return rules.calendar_date(now, years, month + 1, numbers.parse_number(day_of_month))
    return rules.calendar_date(now, years, month + 1, precision="month")


def _resolve_bare_day(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    """15日: the latest such day."""
    wanted, on = numbers.parse_number(match["d"]), now + timedelta(days=1)
    # Two months back at most: one of two months in a row has 31 days.
    for _ in range(62):
        if on.day == wanted:
            return rules.calendar_date(now, on.year, on.month, on.day)
        on -= timedelta(days=1)
    raise ValueError(f"no day of a month: {wanted}")


def _resolve_year_last(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    """Two numbers, then the year: dots put the day first; else only one order may be possible."""
    first, second = int(match["a"]), int(match["b"])
    if first > 12 or "." in match["sep"] or first == second:
        return rules.calendar_date(now, int(match["y"]), second, first)
    if second > 12:
        return rules.calendar_date(now, int(match["y"]), first, second)
    raise ValueError(f"ambiguous order of day and month: {match[0]}")


def _resolve_month_day(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    month, day_of_month = int(match["m"]), int(match["d"])
    if month > 12 and "/" in match[0]:
        month, day_of_month = day_of_month, month
    return rules.yearless_date(now, month, day_of_month)


CALENDAR_RULES = rules.make_rules(
    (
        ANYWHERE,
        rf"民国 ?(?P<roc>[0-9]{{1,3}})(?P<sep>[-/.])(?P<m>[0-9]{{1,2}})(?P=sep){_DAY_OR_GLUED}",
        _resolve_date,
    ),
    (
        ANYWHERE,
        rf"{_NO_NUMBER_BEFORE}(?P<y>[0-9]{{4}})(?P<sep> ?[-/.] ?)(?P<m>[0-9]{{1,2}})(?P=sep){_DAY_OR_GLUED}",
        _resolve_date,
    ),
    (ANYWHERE, rf"{_YEAR_FIRST}{_MONTH} ?{_DAY}", _resolve_date),
    (ANYWHERE, rf"{_NO_YEAR_BEFORE}{_MONTH},? {_MONTH_TAIL}", _resolve_date),
    (ANYWHERE, rf"{_NO_YEAR_BEFORE}{_MONTH} ?{_DAY}(?:{_YEAR_BEHIND})?", _resolve_month_first),
    # Essays of the New Year are dated by its name.
    (ANYWHERE, rf"{_YEAR} ?元旦", _resolve_new_year),
    (ANYWHERE, rf"{_YEAR} ?{_MONTH}(?! ?[0-9])", _resolve_date),
    (ANYWHERE, rf"{_MONTH_WORD}的? ?(?P<d>{numbers.NUMBER}) ?[日号]", _resolve_word_month),
    (
        ANYWHERE,
        rf"{_NO_NUMBER_BEFORE}(?P<a>[0-9]{{1,2}})(?P<sep>[-/]|\. ?)(?P<b>[0-9]{{1,2}})"
        rf"(?:(?P=sep)|(?<=[0-9]{{2}}\.[0-9]{{2}}), ){_EN_YEAR}"
        r"(?![-/.][0-9])",
        _resolve_year_last,
    ),
    (ANYWHERE, rf"{_EN_MONTH} ?{_EN_DAY} ?,? ?(?:{numbers.ENGLISH_WEEKDAY},? )?{_EN_YEAR}", _resolve_date),
    (
        ANYWHERE,
        # A site of Spain has dots alone: 28.oct.2012
        rf"(?<![0-9:])(?P<d>[0-9]{{1,2}}){_ORDINAL}[ /-]?(?:(?:of|de) )?{_EN_MONTH}(?: (?:de|năm))?"
        rf"(?:[ ,/-]{{1,3}}|(?<=\.)){_EN_YEAR}",
        _resolve_date,
    ),
    # 14-Jul-14; RFC 822, as feeds of 2005 have it: Mon, 14 Jul 14 08:11:22 GMT; 14 July 14 at 8:11
    (
        ANYWHERE,
        rf"(?<![0-9])(?P<d>[0-9]{{1,2}})(?P<sep>[ /-]){_EN_MONTH}(?P=sep)(?P<y>[0-9]{{2}})"
        r"(?:(?<=-..)(?![0-9])|(?=,? (?:at )?[0-9]{1,2}:[0-9]{2}))",
        _resolve_date,
    ),
    (ANYWHERE, rf"(?<![0-9])(?P<y>[0-9]{{4}})(?:[.,]? |-){_EN_MONTH}[ -]{_EN_DAY}", _resolve_date),
    # A year alone: 2012 年 is one, 12 年 and 3.5 年 are spans of time.
    (BOUNDED, rf"(?![0-9]{{2,3}} ?年|.[0-9]? ?[-/.]){_YEAR}{_YEAR_TAIL}", _resolve_date),
    (BOUNDED, _MONTH_WORD, _resolve_word_month),
    (
        TIMED,
        r"(?<![0-9./:-])(?P<m>[0-9]{1,2})[-/](?P<d>[0-9]{2}(?=[0-9]{2}:)|[0-9]{1,2})(?![-/0-9.])",
        _resolve_month_day,
    ),
    (
        TIMED,
        r"(?<![0-9./:-])(?P<y>[0-9]{2})(?P<sep>[-/])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})(?![-/0-9.])",
        _resolve_date,
    ),
    (DATED, rf"{_EN_MONTH} ?{_EN_DAY}", _resolve_date),
    (DATED, rf"(?<![0-9:])(?P<d>[0-9]{{1,2}}){_ORDINAL} ?{_EN_MONTH}", _resolve_date),
    # 103/07/14 could be a fraction of a page: it needs a time, or to be alone.
    (DATED, _ROC_NUMBERS, _resolve_date),
    (ALONE, r"(?<![0-9])(?P<y>[0-9]{2})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})(?![0-9])", _resolve_date),
    # A theme writes year, month and day into three elements side by side.
    (ALONE, r"(?<![0-9])(?P<y>(?:19|20)[0-9]{2}) (?P<m>[0-9]{2}) (?P<d>[0-9]{2})(?![0-9])", _resolve_date),
    (ALONE, r"(?<![0-9])(?P<y>[0-9]{4})[-/](?P<m>[0-9]{1,2})(?![-/0-9])", _resolve_date),
    (ALONE, r"(?<![0-9])(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?![-/0-9])", _resolve_month_day),
    (ALONE, rf"{_NO_YEAR_BEFORE}{_MONTH}(?! ?[0-9])", _resolve_date),
    (ALONE, rf"(?<![0-9月])(?P<d>{numbers.NUMBER}) ?日", _resolve_bare_day),
    # The months of an archive in English; dateparser takes March and May for verbs.
    (ALONE, rf"{_EN_MONTH},? {_EN_YEAR}", _resolve_date),
)
"""The rules of this module, the most specific first."""


# --- named days

_CHINESE_DAYS, _ENGLISH_DAYS = numbers.words_of("chinese_days"), numbers.words_of("english_days")
_DAYS = _CHINESE_DAYS | _ENGLISH_DAYS
# 昨晚 and 昨天下午 are a day if no hour follows.
_PERIOD = rf"(?:的? ?(?>{PERIOD})(?! ?(?:{numbers.NUMBER}|{PERIOD})))?"
_CHINESE_DAY = f"(?P<name>{'|'.join(_CHINESE_DAYS)})"
_ENGLISH_DAY = rf"(?:the )?\b(?P<name>{'|'.join(_ENGLISH_DAYS)})\b"

_WEEK = r"(?:(?P<ups>上+)个?|(?P<downs>下+)个?|本|这个?)(?:周|星期|礼拜)"
_BARE_WEEK = r"(?<![上下个本这每])(?:周|星期|礼拜)"
_WEEKDAY = r"(?P<weekday>[一二三四五六日天七])"


def _resolve_named_day(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    return _shift_days(now, int(_DAYS[match["name"]]))


def _shift_days(now: datetime, days: int) -> rules.ResolvedDate:
    on = now.date() + timedelta(days=days)
    return rules.calendar_date(now, on.year, on.month, on.day)


def _resolve_weekday_of_week(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    weekday = numbers.WEEKDAYS[match["weekday"]]
    return _shift_days(now, 7 * _count_ahead(match) + weekday - now.weekday())


def _resolve_week(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    return _shift_days(now, 7 * _count_ahead(match))


def _resolve_latest_weekday(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    return _shift_days(now, -((now.weekday() - numbers.WEEKDAYS[match["weekday"][:3]]) % 7))


def _resolve_now(match: re.Match[str], now: datetime) -> rules.ResolvedDate:
    return rules.truncate(now, "minute")


NAMED_RULES = rules.make_rules(
    (BOUNDED, r"刚刚|刚才|方才|[几数]秒钟?前|a few seconds ago|just now", _resolve_now),
    (ALONE, r"现在|此刻|此时|刚|\bnow\b", _resolve_now),
    # 今天 in a text is no date of the page, so words count only where a site prints dates.
    (BOUNDED, _CHINESE_DAY + _PERIOD, _resolve_named_day),
    (DATED, _ENGLISH_DAY, _resolve_named_day),
    (BOUNDED, _WEEK + _WEEKDAY + _PERIOD, _resolve_weekday_of_week),
    (BOUNDED, _WEEK, _resolve_week),
    (DATED, _BARE_WEEK + _WEEKDAY, _resolve_latest_weekday),
    (TIMED, rf"\b(?P<weekday>{numbers.ENGLISH_WEEKDAY})", _resolve_latest_weekday),
    (
        ALONE,
        rf"(?<!last )(?<!next )(?<!this )\b(?=[a-z]*day)(?P<weekday>{numbers.ENGLISH_WEEKDAY})",
        _resolve_latest_weekday,
    ),
)
"""The rules of this module, the most specific first."""
