"""The rows of the archive: `2025-01-19 - 2025-01-29`, one a month, newest first."""

import re

from blogarchive.items import MonthRow, Shown
from blogarchive.reading.dates import date_range
from blogarchive.reading.lines import Line
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import BULLETS, DATE, unbulleted

_RANGE = re.compile(
    rf"[\[(]?\s*(?P<first>{DATE})\s*(?:-+|~+|至|到)\s*(?P<last>{DATE})\s*[\])]?(?:\s*[(\[]\s*\d+\s*篇?\s*[)\]])?"
)
_STARTS = re.compile(rf"[{re.escape(BULLETS)}\s\u200b]*[\[(]?\s*\d{{4}}")


def month_row(view: View, line: Line) -> MonthRow | None:
    """The month that a line shows; None where it is no row of the archive."""
    match = None
    if _STARTS.match(view.folded[line.index]):
        match = _RANGE.fullmatch(unbulleted(view.folded[line.index]).strip())
    days = date_range(f"{match['first']} - {match['last']}") if match else None
    if match is None or days is None:
        return None
    raw = unbulleted(line.text).strip()
    return MonthRow(
        month=f"{days[0]:%Y-%m}",
        first=Shown(text=raw[slice(*match.span("first"))].strip()),
        last=Shown(text=raw[slice(*match.span("last"))].strip()),
        url=next((address.url for _, _, address in view.links[line.index] if address is not None), None),
    )
