"""The rows of the archive: `2025-01-19 - 2025-01-29`, one a month, newest first."""

import re

from blogarchive.items import MonthRow, Shown
from blogarchive.reading.dates import date_range
from blogarchive.reading.lines import Line
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import DATE, unbulleted

_RANGE = re.compile(
    rf"[\[(]?\s*(?P<first>{DATE})\s*(?:-+|~+|至|到)\s*(?P<last>{DATE})\s*[\])]?(?:\s*[(\[]\s*\d+\s*篇?\s*[)\]])?"
)
_STARTS = re.compile(r"[\[(]?\s*\d{4}")


def month_row(view: View, line: Line) -> MonthRow | None:
    """The month that a line shows; None where it is no row of the archive."""
    text = unbulleted(view.folded[line.index]).strip()
    match = _RANGE.fullmatch(text) if _STARTS.match(text) else None
    days = date_range(f"{match['first']} - {match['last']}") if match else None
    if match is None or days is None:
        return None
    raw = unbulleted(line.text).strip()
    urls = [url for _, anchor in line.links() if (url := view.href(anchor)) is not None]
    return MonthRow(
        month=f"{days[0]:%Y-%m}",
        first=Shown(text=raw[slice(*match.span("first"))].strip()),
        last=Shown(text=raw[slice(*match.span("last"))].strip()),
        url=urls[0] if urls else None,
    )
