"""The year of a calendar date: 2014年, 民国101年, 去年, and a year separated from month and day."""

import re
from datetime import datetime

from blogarchive.parsing.dates.numerals import NUMBER, WEEKDAY, parse_number
from blogarchive.parsing.dates.rules import LAST_YEAR
from blogarchive.parsing.dates.time_of_day import PERIOD

ROC_EPOCH = 1911
"""The year before the first year of the Republic of China."""
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
YEAR = (
    rf"(?:{_ROC} ?年|(?:[公西]元 ?)?(?<![0-9.])(?P<y>[0-9]{{2,4}}|[零一二三四五六七八九十百千两]{{2,7}}) ?年"
    rf"|(?<![0-9.])(?P<numeric>(?:19|20)[0-9]{{2}})(?: ?[-/.]| )|(?P<word>{'|'.join(_YEAR_WORDS)})的?)"
)
"""Pattern of a year; `resolve_year` returns its value."""
YEAR_FIRST = rf"{YEAR}(?:(?<=年) ?(?:, ?|的)| ?)"
"""Pattern of a year before its month; only a comma or 的 may separate them."""
_NO_COUNTER = r"(?! ?(?:[次条人个篇赞]|阅读|浏览|点击|查看|评论|回复|留言|喜欢|[vcr][eio]))"
_WEEKDAY_AFTER = rf"(?: ?,? ?(?:{WEEKDAY}|\([一二三四五六日]\)))"
# 12月 06 週六 2025 17:12
YEAR_BEHIND = (
    rf"(?:, ?(?P<tail>[0-9]{{4}})(?![0-9:]){_NO_COUNTER}"
    rf"|(?P<weekday>{_WEEKDAY_AFTER})?[ ,]*(?P<late>(?:19|20)[0-9]{{2}})(?![0-9:]){_NO_COUNTER}(?: ?年)?"
    rf"(?(weekday)|(?= (?:{PERIOD} ?)?[0-9]{{1,2}}:[0-9]{{2}})))"
)
"""Pattern of a year behind its day, as `tail` or `late`; without a comma, only beside a weekday or a time."""
_MAYBE_YEAR_BEFORE = re.compile(rf"(?:{YEAR}|(?<![0-9])(?:19|20)[0-9]{{2}})\W{{1,3}}\Z")
_MAYBE_YEAR_AFTER = re.compile(
    rf"[ ,]+(?:(?:19|20)[0-9]{{2}}(?![0-9:])|[零一二三四五六七八九]{{4}}年){_NO_COUNTER}"
)
_MAX_YEAR_LENGTH = 12  # of a year and the separators behind it


def resolve_year(match: re.Match[str], now: datetime) -> int:
    """Return the year of `YEAR`: of the Republic (1 is 1912), of a word (去年), with four digits or with two.

    Raise ValueError if it is out of range.
    """
    groups = match.groupdict()
    if groups.get("roc"):
        return _roc_year(1 if groups["roc"] == "元" else parse_number(groups["roc"], by_place=True))
    if groups.get("word"):
        return now.year + _YEAR_WORDS[groups["word"]]
    parsed = groups.get("y") or groups["numeric"]
    value = parse_number(parsed, by_place=True)
    if len(parsed) == 2 and "十" not in parsed:
        return expand_year(value, now)
    return _roc_year(value) if parsed.isascii() and len(parsed) == 3 else value


def _roc_year(year: int) -> int:
    if not 1 <= year <= LAST_YEAR - ROC_EPOCH:
        raise ValueError(f"no year of the Republic of China: {year}")
    return year + ROC_EPOCH


def expand_year(year: int, now: datetime) -> int:
    """Return the full year of two digits: of this century until next year, of the last one from 70 on.

    Raise ValueError for the other years.
    """
    if 2000 + year <= now.year + 1:
        return 2000 + year
    if year >= 70:
        return 1900 + year
    raise ValueError(f"year out of range: {year}")


def has_ambiguous_year(text: str, start: int, end: int) -> bool:
    """Return whether a number right before `start` or behind `end` may be the year of a date without one."""
    before = _MAYBE_YEAR_BEFORE.search(text, max(0, start - _MAX_YEAR_LENGTH), start)
    return before is not None or _MAYBE_YEAR_AFTER.match(text, end) is not None
