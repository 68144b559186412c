"""The rows of the archive: `2025-01-19 - 2025-01-29`, one a month, newest first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from blogarchive.items import DateText, MonthRow
from blogarchive.sites.grammar.page.links import PageLink
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import BULLETS, NUMERIC_DATE, fold, strip_bullets

_DAY_OF_MONTH = r"\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"  # the last day, without its year
_RANGE = re.compile(
    rf"(?:从|自|\d{{4}}\s*年\s*\d{{1,2}}\s*月)?\s*[\[(]?\s*(?P<first>{NUMERIC_DATE})\s*(?:-+|~+|→|\.{{2,3}}|至|到|to)\s*"
    rf"(?:(?P<last>{NUMERIC_DATE})|{_DAY_OF_MONTH})"
    r"\s*[\])]?(?:\s*[(\[]?\s*\d+\s*篇?\s*[)\]]?)?(?:\s*\[?(?:查看|浏览|打开)\]?)?"
)
_NUMBERS = re.compile(r"\d+")
FIRST_YEAR = 1995
"""No blog is older."""
_TOLERANCE = timedelta(days=1)  # the site's time zone is a guess
_MAX_LENGTH = 80
_MAX_CACHED_LENGTH = 100_000  # characters
_RANGE_START = re.compile(rf"[{re.escape(BULLETS)}\s\u200b]*[从自\[(]?\s*\d{{4}}")


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthRows:
    """Consecutive rows: the number of their lines, blank ones included, and their months.

    `offsets` are those of the months among the lines, `unparsed` those of rows with invalid dates. `newest`
    is YYYY-MM, or empty if there is no month.
    """

    count: int
    months: tuple[MonthRow, ...]
    offsets: tuple[int, ...]
    unparsed: tuple[int, ...]
    newest: str


def is_month_line(view: PageView, index: int) -> bool:
    """Return True if a line has the form of a row, with valid dates or not."""
    return _is_row(view.folded[index])


def parse_month_line(view: PageView, index: int) -> MonthRow | None:
    """Return the month of a line in the form of a row; None if its dates are invalid."""
    return _parse_range(view.lines[index].text, _first_url(view.links[index]))


def parse_month_text(text: str, url: str | None) -> MonthRow | None:
    """Return the month with its first and last day from a link's text; None if it has another form."""
    return _parse_range(text, url) if len(text) <= _MAX_LENGTH else None


def parse_month_rows(view: PageView, lines: Sequence[int]) -> MonthRows:
    """Return the rows that these lines begin with."""
    end = len(lines)
    while end and (folded := view.folded[lines[end - 1]]) and not _RANGE_START.match(folded):
        end -= 1  # the last lines differ from page to page
    texts = tuple([view.lines[i].text for i in lines[:end]])
    urls = tuple([_first_url(view.links[i]) for i in lines[:end]])
    read = _parse_rows if sum(map(len, texts)) < _MAX_CACHED_LENGTH else _parse_rows.__wrapped__
    return _drop_future(read(texts, urls), last_month(view.now))


def last_month(now: datetime) -> str:
    """Return the last month that may have begun at `now`, as YYYY-MM; an endless calendar shows later ones."""
    last = now + _TOLERANCE
    return f"{last.year:04}-{last.month:02}"


def _first_url(links: Sequence[PageLink]) -> str | None:
    for _, _, parsed_url in links:
        if parsed_url is not None:
            return parsed_url.url
    return None


@lru_cache(maxsize=16)  # each page of a blog has the same hundreds of rows
def _parse_rows(texts: Sequence[str], urls: Sequence[str | None]) -> MonthRows:
    months: dict[int, MonthRow] = {}
    unparsed: list[int] = []
    count = 0
    for text, url in zip(texts, urls, strict=True):
        folded = fold(text)
        if folded and not _is_row(folded):
            break
        if folded and (row := _parse_range(text, url)) is not None:
            months[count] = row
        elif folded:
            unparsed.append(count)
        count += 1
    return _build_rows(count, months, unparsed)


def _drop_future(rows: MonthRows, last: str) -> MonthRows:
    """The rows without those after the `last` month, which count as unread."""
    if rows.newest <= last:
        return rows
    months = {p: row for p, row in zip(rows.offsets, rows.months, strict=True) if row.month <= last}
    unparsed = sorted({*rows.unparsed, *rows.offsets} - months.keys())
    return _build_rows(rows.count, months, unparsed)


def _build_rows(count: int, months: Mapping[int, MonthRow], unparsed: Iterable[int]) -> MonthRows:
    return MonthRows(
        count=count,
        months=tuple(months.values()),
        offsets=tuple(months),
        unparsed=tuple(unparsed),
        newest=max([row.month for row in months.values()], default=""),
    )


def _is_row(folded: str) -> bool:
    return len(folded) <= _MAX_LENGTH and _matches_range(folded)


@lru_cache(maxsize=2048)
def _matches_range(text: str) -> bool:
    return _RANGE_START.match(text) is not None and _RANGE.fullmatch(strip_bullets(text).strip()) is not None


@lru_cache(maxsize=2048)
def _parse_range(text: str, url: str | None) -> MonthRow | None:
    raw = strip_bullets(text).strip()
    match = _RANGE.fullmatch(fold(raw))
    first = None if match is None else _parse_day(match["first"])
    if match is None or first is None:
        return None
    row = MonthRow(
        month=f"{first.year:04}-{first.month:02}",
        first=DateText(text=raw[slice(*match.span("first"))].strip()),
        url=url,
    )
    if match["last"] is None:
        return row
    last = _parse_day(match["last"])
    last_text = DateText(text=raw[slice(*match.span("last"))].strip())
    return None if last is None or first > last else replace(row, last=last_text)


def _parse_day(text: str) -> date | None:
    """Parse YYYY-MM-DD with any separators; None if there is no such day, or no blog was so early."""
    year, month, day = map(int, _NUMBERS.findall(text))
    try:
        return date(year, month, day) if year >= FIRST_YEAR else None
    except ValueError:
        return None
