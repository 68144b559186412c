"""The rows of the archive: `2025-01-19 - 2025-01-29`, one a month, newest first."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from blogarchive.items import MonthRow, Shown
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import BULLETS, DATE, fold, unbulleted

_RANGE = re.compile(
    rf"(?:从|自|\d{{4}}\s*年\s*\d{{1,2}}\s*月)?\s*[\[(]?\s*(?P<first>{DATE})\s*(?:-+|~+|→|\.{{2,3}}|至|到|to)\s*(?P<last>{DATE})"
    r"\s*[\])]?(?:\s*[(\[]?\s*\d+\s*篇?\s*[)\]]?)?(?:\s*\[?(?:查看|浏览|打开)\]?)?"
)
_NUMBERS = re.compile(r"\d+")
_FIRST_YEAR = 1995
_TOLERANCE = timedelta(days=1)  # the site's clock is a guess
_LONGEST = 80
_STARTS = re.compile(rf"[{re.escape(BULLETS)}\s\u200b]*[从自\[(]?\s*\d{{4}}")


def reads_like_month(view: View, index: int) -> bool:
    """Whether a line has the form of a row, whatever its dates."""
    text = view.folded[index]
    return len(text) <= _LONGEST and _has_form(text)


def month_row(view: View, index: int) -> MonthRow | None:
    """The month that a line shows, which reads like a row; None where its dates are none."""
    for _, _, address in view.links[index]:
        if address is not None:
            return _read(view.lines[index].text, address.url)
    return _read(view.lines[index].text, None)


def is_to_come(row: MonthRow, now: datetime) -> bool:
    """Whether the month begins later than a day after `now`."""
    return row.month > f"{now + _TOLERANCE:%Y-%m}"


@lru_cache(maxsize=4096)  # the same hundreds stand on every page of a blog
def _has_form(text: str) -> bool:
    return _STARTS.match(text) is not None and _RANGE.fullmatch(unbulleted(text).strip()) is not None


@lru_cache(maxsize=4096)
def _read(text: str, url: str | None) -> MonthRow | None:
    raw = unbulleted(text).strip()
    match = _RANGE.fullmatch(fold(raw))
    first = None if match is None else _day(match["first"])
    last = None if match is None else _day(match["last"])
    if match is None or first is None or last is None or first > last:
        return None
    return MonthRow(
        month=f"{first.year:04}-{first.month:02}",
        first=Shown(text=raw[slice(*match.span("first"))].strip()),
        last=Shown(text=raw[slice(*match.span("last"))].strip()),
        url=url,
    )


def _day(text: str) -> date | None:
    """The day that `YYYY-MM-DD`, in whatever signs, names; None where there is no such day or no blogs were yet."""
    year, month, day = map(int, _NUMBERS.findall(text))
    try:
        return date(year, month, day) if year >= _FIRST_YEAR else None
    except ValueError:
        return None
