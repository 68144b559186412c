"""Rules for calendar dates: 2014-07-14, 二〇一二年三月五日, 民国101年, 14.07.2014, Jul 14, 2014."""

import re
from datetime import datetime, timedelta

from blogarchive.parsing.dates.numerals import (
    ENGLISH_WEEKDAY,
    MONTH_NAME,
    MONTHS,
    NUMBER,
    parse_number,
)
from blogarchive.parsing.dates.rules import (
    Placement,
    ResolvedDate,
    calendar_date,
    compile_rules,
    yearless_date,
)
from blogarchive.parsing.dates.years import (
    YEAR,
    YEAR_BEHIND,
    YEAR_FIRST,
    expand_year,
    has_ambiguous_year,
    resolve_year,
)

_NO_NUMBER_BEFORE = r"(?<![0-9])(?<![0-9][-/.,:])"
# Rejects 2014.7.14.1 and 2014-07-14-2015; accepts 2014-07-14-08:11 and 2014-07-1408:11 (two cells without a space).
_NO_NUMBER_AFTER = r"(?![0-9])(?![-/.][0-9]{1,4}(?![0-9:]))"
_DAY_OR_GLUED = rf"(?P<d>[0-9]{{2}}(?=[0-9]{{2}}:[0-9]{{2}})|[0-9]{{1,2}}{_NO_NUMBER_AFTER})"

_MONTH_WORD = r"(?P<word_month>(?P<ups>上+)个?月|本月|这个?月|当月|(?P<downs>下+)个?月)"
_MONTH = rf"(?P<m>{NUMBER}|元) ?月(?:份)?"
_NO_YEAR_BEFORE = r"(?<![0-9.年零一二三四五六七八九十])(?<!年 )(?<![0-9]{4} )"
_DAY = rf"(?P<d>{NUMBER})(?: ?[日号]|(?![\w:.]))"
_ROC_NUMBERS = (
    r"(?<![0-9./:-])(?P<y>1[0-9]{2})(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})(?![-/0-9.])"
)
"""103/07/14: year of the Republic of China, as hosts in Taiwan write it."""
_YEAR_TAIL = r"(?! ?(?:[0-9]|代|级|度|前|后|来|间|内|多|之|以|初|底|末|中))"

_ORDINAL = r"(?:st|nd|rd|th)?"
_EN_MONTH = rf"(?<![a-z])(?P<mon>{MONTH_NAME})(?![a-z])\.?"
_EN_DAY = rf"(?P<d>[0-9]{{1,2}}){_ORDINAL}(?![0-9a-z:])"
_EN_YEAR = r"(?P<y>[0-9]{4})(?![0-9])"


def _resolve_numeric(match: re.Match[str], now: datetime) -> ResolvedDate:
    return calendar_date(now, resolve_year(match, now), parse_number(match["m"]), parse_number(match["d"]))


def _resolve_two_digit_year(match: re.Match[str], now: datetime) -> ResolvedDate:
    return calendar_date(now, expand_year(int(match["yy"]), now), int(match["m"]), int(match["d"]))


def _parse_month(match: re.Match[str]) -> int:
    return 1 if match["m"] == "元" else parse_number(match["m"])


def _resolve_written(match: re.Match[str], now: datetime) -> ResolvedDate:
    return calendar_date(now, resolve_year(match, now), _parse_month(match), parse_number(match["d"]))


def _resolve_month_first(match: re.Match[str], now: datetime) -> ResolvedDate:
    """9月3日, with or without its year behind it."""
    month, day_of_month = _parse_month(match), parse_number(match["d"])
    if year := match["tail"] or match["late"]:
        return calendar_date(now, int(year), month, day_of_month)
    if has_ambiguous_year(match.string, *match.span()):
        raise ValueError(f"ambiguous year: {match.string}")
    return yearless_date(now, month, day_of_month)


def _resolve_new_year(match: re.Match[str], now: datetime) -> ResolvedDate:
    return calendar_date(now, resolve_year(match, now), 1, 1)


def _resolve_written_month(match: re.Match[str], now: datetime) -> ResolvedDate:
    return calendar_date(now, resolve_year(match, now), _parse_month(match), precision="month")


def _resolve_written_year(match: re.Match[str], now: datetime) -> ResolvedDate:
    return calendar_date(now, resolve_year(match, now), 1, precision="year")


def _resolve_bare_month(match: re.Match[str], now: datetime) -> ResolvedDate:
    return yearless_date(now, _parse_month(match), precision="month")


def _resolve_word_month(match: re.Match[str], now: datetime) -> ResolvedDate:
    step = len(match["downs"] or "") - len(match["ups"] or "")
    years, month = divmod(now.year * 12 + now.month - 1 + step, 12)
    if day_of_month := match.groupdict().get("d"):
        return calendar_date(now, years, month + 1, parse_number(day_of_month))
    return calendar_date(now, years, month + 1, precision="month")


def _resolve_bare_day(match: re.Match[str], now: datetime) -> ResolvedDate:
    """15日: the latest such day."""
    wanted, on = parse_number(match["d"]), now + timedelta(days=1)
    for _ in range(62):
        if on.day == wanted:
            return calendar_date(now, on.year, on.month, on.day)
        on -= timedelta(days=1)
    raise ValueError(f"no day of a month: {wanted}")


def _resolve_year_last(match: re.Match[str], now: datetime) -> ResolvedDate:
    """Two numbers, then the year: dots put the day first; else only one order may be possible."""
    first, second = int(match["a"]), int(match["b"])
    if first > 12 or "." in match["sep"] or first == second:
        return calendar_date(now, int(match["y"]), second, first)
    if second > 12:
        return calendar_date(now, int(match["y"]), first, second)
    raise ValueError(f"ambiguous order of day and month: {match[0]}")


def _resolve_month_day(match: re.Match[str], now: datetime) -> ResolvedDate:
    month, day_of_month = int(match["m"]), int(match["d"])
    if month > 12 and "/" in match[0]:
        month, day_of_month = day_of_month, month
    return yearless_date(now, month, day_of_month)


def _resolve_english(match: re.Match[str], now: datetime) -> ResolvedDate:
    groups = match.groupdict()
    year = int(groups["y"]) if groups.get("y") else expand_year(int(groups["yy"]), now)
    return calendar_date(now, year, MONTHS[match["mon"]], int(match["d"]))


def _resolve_english_month(match: re.Match[str], now: datetime) -> ResolvedDate:
    return calendar_date(now, int(match["y"]), MONTHS[match["mon"]], precision="month")


def _resolve_english_yearless(match: re.Match[str], now: datetime) -> ResolvedDate:
    return yearless_date(now, MONTHS[match["mon"]], int(match["d"]))


CALENDAR_RULES = (
    *compile_rules(
        Placement.ANYWHERE,
        (
            rf"民国 ?(?P<roc>[0-9]{{1,3}})(?P<sep>[-/.])(?P<m>[0-9]{{1,2}})(?P=sep){_DAY_OR_GLUED}",
            _resolve_numeric,
        ),
        (
            rf"{_NO_NUMBER_BEFORE}(?P<y>[0-9]{{4}})(?P<sep> ?[-/.] ?)(?P<m>[0-9]{{1,2}})(?P=sep){_DAY_OR_GLUED}",
            _resolve_numeric,
        ),
        (rf"{YEAR_FIRST}{_MONTH} ?{_DAY}", _resolve_written),
        (rf"{_NO_YEAR_BEFORE}{_MONTH} ?{_DAY}(?:{YEAR_BEHIND})?", _resolve_month_first),
        (rf"{YEAR} ?元旦", _resolve_new_year),
        (rf"{YEAR} ?{_MONTH}(?! ?[0-9])", _resolve_written_month),
        (rf"{_MONTH_WORD}的? ?(?P<d>{NUMBER}) ?[日号]", _resolve_word_month),
        (
            rf"{_NO_NUMBER_BEFORE}(?P<a>[0-9]{{1,2}})(?P<sep>[-/]|\. ?)(?P<b>[0-9]{{1,2}})(?P=sep){_EN_YEAR}"
            r"(?![-/.][0-9])",
            _resolve_year_last,
        ),
        (rf"{_EN_MONTH} ?{_EN_DAY},? ?(?:{ENGLISH_WEEKDAY},? )?{_EN_YEAR}", _resolve_english),
        (
            rf"(?<![0-9:])(?P<d>[0-9]{{1,2}}){_ORDINAL}[ /-]?(?:of )?{_EN_MONTH}[ ,/-]{{1,2}}{_EN_YEAR}",
            _resolve_english,
        ),
        (rf"(?<![0-9])(?P<d>[0-9]{{1,2}})-{_EN_MONTH}-(?P<yy>[0-9]{{2}})(?![0-9])", _resolve_english),
        (rf"(?<![0-9])(?P<d>[0-9]{{1,2}}) {_EN_MONTH} (?P<yy>[0-9]{{2}})(?= [0-9]{{2}}:)", _resolve_english),
        (rf"(?<![0-9])(?P<y>[0-9]{{4}})[ -]{_EN_MONTH}[ -]{_EN_DAY}", _resolve_english),
    ),
    *compile_rules(
        Placement.BOUNDED,
        (rf"(?![0-9]{{2,3}} ?年|.[0-9]? ?[-/.]){YEAR}{_YEAR_TAIL}", _resolve_written_year),
        (_MONTH_WORD, _resolve_word_month),
    ),
    *compile_rules(
        Placement.TIMED,
        (
            r"(?<![0-9./:-])(?P<m>[0-9]{1,2})[-/](?P<d>[0-9]{2}(?=[0-9]{2}:)|[0-9]{1,2})(?![-/0-9.])",
            _resolve_month_day,
        ),
        (
            r"(?<![0-9./:-])(?P<yy>[0-9]{2})(?P<sep>[-/])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})(?![-/0-9.])",
            _resolve_two_digit_year,
        ),
        (rf"{_EN_MONTH} ?{_EN_DAY}", _resolve_english_yearless),
        (rf"(?<![0-9:])(?P<d>[0-9]{{1,2}}){_ORDINAL} ?{_EN_MONTH}", _resolve_english_yearless),
        (_ROC_NUMBERS, _resolve_numeric),
    ),
    *compile_rules(
        Placement.ALONE,
        (_ROC_NUMBERS, _resolve_numeric),
        (r"(?<![0-9])(?P<yy>[0-9]{2})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})(?![0-9])", _resolve_two_digit_year),
        (r"(?<![0-9])(?P<y>(?:19|20)[0-9]{2}) (?P<m>[0-9]{2}) (?P<d>[0-9]{2})(?![0-9])", _resolve_numeric),
        (r"(?<![0-9])(?P<y>[0-9]{4})[-/](?P<m>[0-9]{1,2})(?![-/0-9])", _resolve_written_month),
        (r"(?<![0-9])(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?![-/0-9])", _resolve_month_day),
        (rf"{_NO_YEAR_BEFORE}{_MONTH}(?! ?[0-9])", _resolve_bare_month),
        (rf"(?<![0-9月])(?P<d>{NUMBER}) ?日", _resolve_bare_day),
        (rf"{_EN_MONTH},? {_EN_YEAR}", _resolve_english_month),
        (rf"{_EN_MONTH} ?{_EN_DAY}", _resolve_english_yearless),
        (rf"(?<![0-9:])(?P<d>[0-9]{{1,2}}){_ORDINAL} ?{_EN_MONTH}", _resolve_english_yearless),
    ),
)
"""The rules of this module, the most specific first."""
