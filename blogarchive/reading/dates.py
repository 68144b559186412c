"""Date words to aware times."""

import re
from datetime import date, datetime
from typing import NamedTuple

from blogarchive.items import Precision

_NUMERIC = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[ T]+(\d\d?):(\d\d)(?::(\d\d))?)?", re.ASCII)
_RANGE = re.compile(r"\s*(\d{4}-\d\d?-\d\d?)\s*[-~～—–至到]+\s*(\d{4}-\d\d?-\d\d?)\s*")


class ShownDate(NamedTuple):
    """A time and how much of it was shown; `at` is aware, fields below `precision` are at their minimum."""

    at: datetime
    precision: Precision


def parse_date(text: str, relative_to: datetime) -> ShownDate | None:
    """The date in `text`, in the zone of the aware `relative_to`, or None."""
    found = _NUMERIC.search(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(group or 0) for group in found.groups())
    precision: Precision = "second" if found[6] else "minute" if found[4] else "day"
    try:
        return ShownDate(
            datetime(year, month, day, hour, minute, second, tzinfo=relative_to.tzinfo), precision
        )
    except ValueError:
        return None


def date_range(text: str) -> tuple[date, date] | None:
    """The first and last date of an archive row (`2025-01-19 - 2025-01-29`), or None for any other text."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    try:
        first, last = (date(*map(int, part.split("-"))) for part in found.groups())
    except ValueError:
        return None
    return (first, last) if first <= last else None


_ISO_LENGTH: dict[Precision, int] = {"year": 4, "month": 7, "day": 10, "hour": 13, "minute": 16, "second": 19}


def to_iso(shown: ShownDate) -> str:
    """ISO 8601 text cut to the precision: `2014`, `2014-07`, `2014-07-14`, `2014-07-14T08:11-07:00`."""
    text = shown.at.isoformat(timespec="seconds")
    cut = text[: _ISO_LENGTH[shown.precision]]
    return cut + text[19:] if shown.precision in ("hour", "minute", "second") else cut
