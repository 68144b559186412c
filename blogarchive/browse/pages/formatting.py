"""Format values for the pages: times with their zone, counts, outcomes of runs, reasons."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from blogarchive.messages import N_
from blogarchive.messages.labels import gone_reason_words

_RUN_OUTCOMES = {
    None: N_("running"),
    "done": N_("done"),
    "limited": N_("ended at its limit, continues with the next run"),
    "failures": N_("done, with failures"),
    "interrupted": N_("interrupted, can be continued"),
    "unreachable": N_("not reached"),
    "blocked": N_("blocked by the site"),
    "forbidden": N_("forbidden by robots.txt"),
    "changed": N_("the site seems to have changed"),
    "damaged": N_("archive damaged"),
    "unwritable": N_("cannot write"),
    "killed": N_("killed, can be continued"),
}


def format_time(at: str | None) -> str:
    """Return `2025-01-28T01:46:53-08:00` as `2025-01-28 01:46:53 UTC−8`; a shorter time or other text unchanged."""
    if not at or "T" not in at:
        return at or ""
    try:
        offset = datetime.fromisoformat(at).utcoffset()
    except ValueError:  # a merged archive may have any text
        return at
    moment = at[:10] + " " + at[11:].split("+")[0].split("-")[0].removesuffix("Z")
    if offset is None:
        return moment
    minutes = int(offset.total_seconds()) // 60
    sign, hours, rest = "−" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60
    zone = f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"
    return f"{moment} {zone}"


def format_day(at: str | None) -> str:
    """Return the day of a time, or the month or year if it has no day."""
    return (at or "")[:10]


def year_query(at: str | None) -> str:
    """Return the query that opens the year of a time on the page of its author; "" if there is no year."""
    year = (at or "")[:4]
    return f"?year={year}#posts" if year.isascii() and year.isdigit() and len(year) == 4 else ""


def format_count(number: int | None) -> str:
    """Return 1851847 as `1,851,847`, None as ""."""
    return "" if number is None else f"{number:,}"


def format_outcome(name: str | None) -> str:
    """Return the outcome of a run in words, which a template translates."""
    return _RUN_OUTCOMES.get(name, name or "")


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "archive_time": format_time,
    "archive_day": format_day,
    "archive_year": year_query,
    "archive_count": format_count,
    "archive_outcome": format_outcome,
    "archive_reason": gone_reason_words,
}
