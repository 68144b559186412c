"""dateparser's vocabulary for what the grammar here does not know, with its guesses refused.

dateparser reads any number as some date ("1" is January, ￥12.50 is 12:50). So it is asked only about words
of time, never about numbers that the grammar has already seen and refused.
"""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from blogarchive.items import Precision
from blogarchive.parsing.dates.rules import FIRST_YEAR, LAST_YEAR, ResolvedDate

if TYPE_CHECKING:
    from dateparser.date import DateData

_MAX_LENGTH = 60
_TIME_WORDS = re.compile(
    r"\b(?:ago|last|next|previous|this|in|week|weeks|month|months|year|years|day|days|hours?|minutes?|fortnight"
    r"|yesterday|tomorrow|today|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|january|february|april|june|july|august|september|october|november|december)\b"
)
# The forms that the grammar owns: what it refused stays refused.
_GRAMMAR_FORMS = re.compile(
    r"[0-9] ?[-/.:] ?[0-9]|[0-9零一二三四五六七八九十百两] ?[年月日号点时]|[$¥￥€%]|[0-9]{5,}"
)
_PERIODS: dict[str, Precision] = {
    "time": "minute",
    "day": "day",
    "week": "day",
    "month": "month",
    "year": "year",
}
_FUTURE_WORDS = re.compile(r"\b(?:in|next|tomorrow|from now|later)\b")


def parse_with_dateparser(text: str, now: datetime) -> ResolvedDate | None:
    """The moment that dateparser reads in the folded `text` as seen at `now`, or None."""
    if (
        len(text) > _MAX_LENGTH
        or _GRAMMAR_FORMS.search(text)
        or len(text.split()) < 2
        or not _TIME_WORDS.search(text)
    ):
        return None
    match = _run_dateparser(text, now)
    precision = _PERIODS.get(match.period or "")
    if match.date_obj is None or precision is None or not FIRST_YEAR <= match.date_obj.year <= LAST_YEAR:
        return None
    at = _cut(match.date_obj, precision).replace(tzinfo=now.tzinfo)
    if at - now > timedelta(days=1) and not _FUTURE_WORDS.search(text):
        return None
    return ResolvedDate(at, precision)


def _run_dateparser(text: str, now: datetime) -> "DateData":
    # Imported here: it takes a tenth of a second, and most runs never need it.
    from dateparser.date import DateDataParser

    settings = {
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "RETURN_TIME_AS_PERIOD": True,
        "PARSERS": ["relative-time", "absolute-time"],
    }
    return DateDataParser(languages=["en", "zh", "zh-Hant"], settings=settings).get_date_data(text)


def _cut(at: datetime, precision: Precision) -> datetime:
    at = at.replace(second=0, microsecond=0, tzinfo=None)
    if precision == "minute":
        return at
    at = at.replace(hour=0, minute=0)
    return (
        at.replace(month=1, day=1)
        if precision == "year"
        else at.replace(day=1)
        if precision == "month"
        else at
    )
