"""Calendar dates in the grammar: 2014-07-14, 二〇一二年三月五日, 民国101年, 14.07.2014, Jul 14, 2014."""

import re
from datetime import datetime, timedelta

from blogarchive.parsing.dates.numerals import ENGLISH_WEEKDAY, MONTH_NAME, MONTHS, NUMBER, number
from blogarchive.parsing.dates.rules import LAST_YEAR, Moment, Rule, Where, day, latest

_NO_NUMBER_BEFORE = r"(?<![0-9])(?<![0-9][-/.,:])"
# Not 2014.7.14.1 and not 2014-07-14-2015, but 2014-07-14-08:11 and 2014-07-1408:11 (two cells run together).
_NO_NUMBER_AFTER = r"(?![0-9])(?![-/.][0-9]{1,4}(?![0-9:]))"
_DAY_OR_GLUED = rf"(?P<d>[0-9]{{2}}(?=[0-9]{{2}}:[0-9]{{2}})|[0-9]{{1,2}}{_NO_NUMBER_AFTER})"

_ROC = rf"民国 ?(?P<roc>{NUMBER}|元)"
_YEAR_WORDS = {
    "大前年": -3,
    "前年": -2,
    "去年": -1,
    "上年": -1,
    "今年": 0,
    "本年": 0,
    "明年": 1,
    "下年": 1,
    "后年": 2,
}
_YEAR = (
    rf"(?:{_ROC} ?年|(?:[公西]元 ?)?(?<![0-9.])(?P<y>[0-9]{{2,4}}|[零一二三四五六七八九十百千两]{{2,7}}) ?年"
    rf"|(?<![0-9.])(?P<numeric>(?:19|20)[0-9]{{2}})(?: ?[-/.]| )|(?P<word>{'|'.join(_YEAR_WORDS)})的?)"
)
_MONTH_WORD = r"(?P<word_month>(?P<ups>上+)个?月|本月|这个?月|当月|(?P<downs>下+)个?月)"
_MONTH = rf"(?P<m>{NUMBER}|元) ?月(?:份)?"
_NO_YEAR_BEFORE = r"(?<![0-9.年零一二三四五六七八九十])(?<!年 )(?<![0-9]{4} )"
_DAY = rf"(?P<d>{NUMBER})(?: ?[日号]|(?![\w:.]))"
_ROC_NUMBERS = (
    r"(?<![0-9./:-])(?P<y>1[0-9]{2})(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})(?![-/0-9.])"
)
"""103/07/14, as hosts in Taiwan count the years."""
_YEAR_TAIL = r"(?! ?(?:[0-9]|代|级|度|前|后|来|间|内|多|之|以|初|底|末|中))"

_NTH = r"(?:st|nd|rd|th)?"
_MON = rf"(?<![a-z])(?P<mon>{MONTH_NAME})(?![a-z])\.?"
_EN_DAY = rf"(?P<d>[0-9]{{1,2}}){_NTH}(?![0-9a-z:])"
_EN_YEAR = r"(?P<y>[0-9]{4})(?![0-9])"


def _year(found: re.Match[str], now: datetime) -> int:
    """The year of `_YEAR`: of the Republic (1 is 1912), by word, with four digits or two."""
    groups = found.groupdict()
    if groups.get("tail"):
        return int(groups["tail"])
    if groups.get("roc"):
        return _republic(1 if groups["roc"] == "元" else number(groups["roc"], by_place=True))
    if groups.get("word"):
        return now.year + _YEAR_WORDS[groups["word"]]
    shown = groups.get("y") or groups["numeric"]
    value = number(shown, by_place=True)
    if len(shown) == 2 and "十" not in shown:
        return _century(value, now)
    return _republic(value) if shown.isascii() and len(shown) == 3 else value


def _republic(year: int) -> int:
    if not 1 <= year <= LAST_YEAR - 1911:
        raise ValueError(f"no year of the Republic: {year}")
    return year + 1911


def _century(year: int, now: datetime) -> int:
    """The whole year of two digits: this century's up to now, the last one's from 70 on."""
    if 2000 + year <= now.year + 1:
        return 2000 + year
    if year >= 70:
        return 1900 + year
    raise ValueError(f"no year of a blog: {year}")


def _numbers(found: re.Match[str], now: datetime) -> Moment:
    return day(now, _year(found, now), number(found["m"]), number(found["d"]))


def _two_digit_year(found: re.Match[str], now: datetime) -> Moment:
    return day(now, _century(int(found["yy"]), now), int(found["m"]), int(found["d"]))


def _month_number(found: re.Match[str]) -> int:
    return 1 if found["m"] == "元" else number(found["m"])


def _written(found: re.Match[str], now: datetime) -> Moment:
    month, day_of_month = _month_number(found), number(found["d"])
    if any(found[name] for name in ("roc", "y", "numeric", "word", "tail")):
        return day(now, _year(found, now), month, day_of_month)
    return latest(now, month, day_of_month)


def _new_year(found: re.Match[str], now: datetime) -> Moment:
    return day(now, _year(found, now), 1, 1)


def _written_month(found: re.Match[str], now: datetime) -> Moment:
    return day(now, _year(found, now), _month_number(found), precision="month")


def _written_year(found: re.Match[str], now: datetime) -> Moment:
    return day(now, _year(found, now), 1, precision="year")


def _bare_month(found: re.Match[str], now: datetime) -> Moment:
    return latest(now, _month_number(found), precision="month")


def _word_month(found: re.Match[str], now: datetime) -> Moment:
    step = len(found["downs"] or "") - len(found["ups"] or "")
    years, month = divmod(now.year * 12 + now.month - 1 + step, 12)
    if day_of_month := found.groupdict().get("d"):
        return day(now, years, month + 1, number(day_of_month))
    return day(now, years, month + 1, precision="month")


def _bare_day(found: re.Match[str], now: datetime) -> Moment:
    """15日: the latest such day."""
    wanted, on = number(found["d"]), now + timedelta(days=1)
    for _ in range(62):
        if on.day == wanted:
            return day(now, on.year, on.month, on.day)
        on -= timedelta(days=1)
    raise ValueError(f"no day of a month: {wanted}")


def _year_last(found: re.Match[str], now: datetime) -> Moment:
    """Two numbers, then the year: the day is first where dots say so, else one reading must be impossible."""
    first, second = int(found["a"]), int(found["b"])
    if first > 12 or "." in found["sep"] or first == second:
        return day(now, int(found["y"]), second, first)
    if second > 12:
        return day(now, int(found["y"]), first, second)
    raise ValueError(f"day first or month first: {found[0]}")


def _month_day(found: re.Match[str], now: datetime) -> Moment:
    month, day_of_month = int(found["m"]), int(found["d"])
    if month > 12 and "/" in found[0]:
        month, day_of_month = day_of_month, month
    return latest(now, month, day_of_month)


def _english(found: re.Match[str], now: datetime) -> Moment:
    groups = found.groupdict()
    year = int(groups["y"]) if groups.get("y") else _century(int(groups["yy"]), now)
    return day(now, year, MONTHS[found["mon"]], int(found["d"]))


def _english_month(found: re.Match[str], now: datetime) -> Moment:
    return day(now, int(found["y"]), MONTHS[found["mon"]], precision="month")


def _english_yearless(found: re.Match[str], now: datetime) -> Moment:
    return latest(now, MONTHS[found["mon"]], int(found["d"]))


_FORMS = (
    (
        Where.ANYWHERE,
        rf"民国 ?(?P<roc>[0-9]{{1,3}})(?P<sep>[-/.])(?P<m>[0-9]{{1,2}})(?P=sep){_DAY_OR_GLUED}",
        _numbers,
    ),
    (
        Where.ANYWHERE,
        rf"{_NO_NUMBER_BEFORE}(?P<y>[0-9]{{4}})(?P<sep> ?[-/.] ?)(?P<m>[0-9]{{1,2}})(?P=sep){_DAY_OR_GLUED}",
        _numbers,
    ),
    (
        Where.ANYWHERE,
        rf"(?:{_YEAR} ?|{_NO_YEAR_BEFORE}){_MONTH} ?{_DAY}(?:, ?(?P<tail>[0-9]{{4}})(?![0-9:]))?",
        _written,
    ),
    (Where.ANYWHERE, rf"{_YEAR} ?元旦", _new_year),
    (Where.ANYWHERE, rf"{_YEAR} ?{_MONTH}(?! ?[0-9])", _written_month),
    (Where.ANYWHERE, rf"{_MONTH_WORD}的? ?(?P<d>{NUMBER}) ?[日号]", _word_month),
    (
        Where.ANYWHERE,
        rf"{_NO_NUMBER_BEFORE}(?P<a>[0-9]{{1,2}})(?P<sep>[-/]|\. ?)(?P<b>[0-9]{{1,2}})(?P=sep){_EN_YEAR}"
        r"(?![-/.][0-9])",
        _year_last,
    ),
    (Where.ANYWHERE, rf"{_MON} ?{_EN_DAY},? ?(?:{ENGLISH_WEEKDAY},? )?{_EN_YEAR}", _english),
    (
        Where.ANYWHERE,
        rf"(?<![0-9:])(?P<d>[0-9]{{1,2}}){_NTH}[ /-]?(?:of )?{_MON}[ ,/-]{{1,2}}{_EN_YEAR}",
        _english,
    ),
    (Where.ANYWHERE, rf"(?<![0-9])(?P<d>[0-9]{{1,2}})-{_MON}-(?P<yy>[0-9]{{2}})(?![0-9])", _english),
    (Where.ANYWHERE, rf"(?<![0-9])(?P<d>[0-9]{{1,2}}) {_MON} (?P<yy>[0-9]{{2}})(?= [0-9]{{2}}:)", _english),
    (Where.ANYWHERE, rf"(?<![0-9])(?P<y>[0-9]{{4}})[ -]{_MON}[ -]{_EN_DAY}", _english),
    (Where.BOUNDED, rf"(?![0-9]{{2,3}} ?年|.[0-9]? ?[-/.]){_YEAR}{_YEAR_TAIL}", _written_year),
    (Where.BOUNDED, _MONTH_WORD, _word_month),
    (
        Where.CLOCKED,
        r"(?<![0-9./:-])(?P<m>[0-9]{1,2})[-/](?P<d>[0-9]{2}(?=[0-9]{2}:)|[0-9]{1,2})(?![-/0-9.])",
        _month_day,
    ),
    (
        Where.CLOCKED,
        r"(?<![0-9./:-])(?P<yy>[0-9]{2})(?P<sep>[-/])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})(?![-/0-9.])",
        _two_digit_year,
    ),
    (Where.CLOCKED, rf"{_MON} ?{_EN_DAY}", _english_yearless),
    (Where.CLOCKED, rf"(?<![0-9:])(?P<d>[0-9]{{1,2}}){_NTH} ?{_MON}", _english_yearless),
    *((where, _ROC_NUMBERS, _numbers) for where in (Where.CLOCKED, Where.ALONE)),
    (
        Where.ALONE,
        r"(?<![0-9])(?P<yy>[0-9]{2})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})(?![0-9])",
        _two_digit_year,
    ),
    (Where.ALONE, r"(?<![0-9])(?P<y>(?:19|20)[0-9]{2}) (?P<m>[0-9]{2}) (?P<d>[0-9]{2})(?![0-9])", _numbers),
    (Where.ALONE, r"(?<![0-9])(?P<y>[0-9]{4})[-/](?P<m>[0-9]{1,2})(?![-/0-9])", _written_month),
    (Where.ALONE, r"(?<![0-9])(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?![-/0-9])", _month_day),
    (Where.ALONE, rf"{_NO_YEAR_BEFORE}{_MONTH}(?! ?[0-9])", _bare_month),
    (Where.ALONE, rf"(?<![0-9月])(?P<d>{NUMBER}) ?日", _bare_day),
    (Where.ALONE, rf"{_MON},? {_EN_YEAR}", _english_month),
    (Where.ALONE, rf"{_MON} ?{_EN_DAY}", _english_yearless),
    (Where.ALONE, rf"(?<![0-9:])(?P<d>[0-9]{{1,2}}){_NTH} ?{_MON}", _english_yearless),
)

DAY_RULES = tuple(Rule(where, re.compile(pattern), read) for where, pattern, read in _FORMS)
"""The rules of this module, the surer first."""
