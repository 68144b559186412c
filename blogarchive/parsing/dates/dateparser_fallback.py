"""Parse phrases outside the grammar with dateparser, and reject its guesses.

dateparser parses any number as a date ("1" is January, ￥12.50 is 12:50). So it only gets text with time
words, and never numbers that the grammar has rejected.
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from blogarchive.items import Precision
from blogarchive.parsing.dates.rules import FIRST_YEAR, FUTURE_TOLERANCE, LAST_YEAR, ResolvedDate, truncate

if TYPE_CHECKING:
    from dateparser.date import DateData

_MAX_LENGTH = 60
_TIME_WORDS = re.compile(
    r"\b(?:ago|last|next|previous|this|in|week|weeks|month|months|year|years|day|days|hours?|minutes?|fortnight"
    r"|yesterday|tomorrow|today|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|january|february|april|june|july|august|september|october|november|december)\b"
)
# Forms of the grammar: what it rejected stays rejected.
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
    """Return the date that dateparser parses in the folded `text` at `now`, or None."""
    if (
        len(text) > _MAX_LENGTH
        or _GRAMMAR_FORMS.search(text)
        or len(text.split()) < 2
        or not _TIME_WORDS.search(text)
    ):
        return None
    found = _run_dateparser(text, now)
    precision = _PERIODS.get(found.period or "")
    if found.date_obj is None or precision is None or not FIRST_YEAR <= found.date_obj.year <= LAST_YEAR:
        return None
    resolved = truncate(found.date_obj.replace(tzinfo=now.tzinfo), precision)
    if resolved.at - now > FUTURE_TOLERANCE and not _FUTURE_WORDS.search(text):
        return None
    return resolved


def _run_dateparser(text: str, now: datetime) -> "DateData":
    # Imported here: the import takes 0.1 s, and most runs never need it.
    from dateparser.date import DateDataParser

    settings = {
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "RETURN_TIME_AS_PERIOD": True,
        "PARSERS": ["relative-time", "absolute-time"],
    }
    return DateDataParser(languages=["en", "zh", "zh-Hant"], settings=settings).get_date_data(text)
