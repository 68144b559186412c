"""The rows of the archive: `2025-01-19 - 2025-01-29`, one a month, newest first."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from blogarchive.items import MonthRow, Shown
from blogarchive.sites.grammar.page_links import Linked
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
_MOST_REMEMBERED = 100_000  # characters of an archive
_STARTS = re.compile(rf"[{re.escape(BULLETS)}\s\u200b]*[从自\[(]?\s*\d{{4}}")


def reads_like_month(view: View, index: int) -> bool:
    """Whether a line has the form of a row, whatever its dates."""
    return _is_row(view.folded[index])


def month_row(view: View, index: int) -> MonthRow | None:
    """The month that a line shows, which reads like a row; None where its dates are none."""
    return _read(view.lines[index].text, _leads_to(view.links[index]))


def first_rows(view: View, lines: Sequence[int]) -> Sequence[MonthRow | None]:
    """The months of the first of these lines, up to one that does not read like a row; None where a line has none."""
    end = len(lines)
    while end and (folded := view.folded[lines[end - 1]]) and not _STARTS.match(folded):
        end -= 1  # what ends a page is another on each
    lines = lines[:end]
    texts = tuple([view.lines[i].text for i in lines])
    urls = tuple([_leads_to(view.links[i]) for i in lines])
    read = _read_all if sum(map(len, texts)) < _MOST_REMEMBERED else _read_all.__wrapped__
    return read(texts, urls)


def is_to_come(row: MonthRow, now: datetime) -> bool:
    """Whether the month begins later than a day after `now`."""
    return row.month > f"{now + _TOLERANCE:%Y-%m}"


def _leads_to(links: Sequence[Linked]) -> str | None:
    for _, _, address in links:
        if address is not None:
            return address.url
    return None


@lru_cache(maxsize=16)  # the same hundreds stand on every page of a blog
def _read_all(texts: Sequence[str], urls: Sequence[str | None]) -> Sequence[MonthRow | None]:
    rows: list[MonthRow | None] = []
    for text, url in zip(texts, urls, strict=True):
        folded = fold(text)
        if folded and not _is_row(folded):
            break
        rows.append(_read(text, url) if folded else None)
    return rows


def _is_row(folded: str) -> bool:
    return len(folded) <= _LONGEST and _has_form(folded)


@lru_cache(maxsize=4096)
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
