"""The rows of the archive: `2025-01-19 - 2025-01-29`, one a month, newest first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from blogarchive.items import DateText, MonthRow
from blogarchive.sites.grammar.page.links import Linked
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import BULLETS, DATE, fold, strip_bullets

_DAY_OF_MONTH = r"\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"  # the last day, without its year
_RANGE = re.compile(
    rf"(?:从|自|\d{{4}}\s*年\s*\d{{1,2}}\s*月)?\s*[\[(]?\s*(?P<first>{DATE})\s*(?:-+|~+|→|\.{{2,3}}|至|到|to)\s*"
    rf"(?:(?P<last>{DATE})|{_DAY_OF_MONTH})"
    r"\s*[\])]?(?:\s*[(\[]?\s*\d+\s*篇?\s*[)\]]?)?(?:\s*\[?(?:查看|浏览|打开)\]?)?"
)
_NUMBERS = re.compile(r"\d+")
FIRST_YEAR = 1995
"""Before it there were no blogs."""
_TOLERANCE = timedelta(days=1)  # the site's clock is a guess
_LONGEST = 80
_MOST_REMEMBERED = 100_000  # characters of an archive
_STARTS = re.compile(rf"[{re.escape(BULLETS)}\s\u200b]*[从自\[(]?\s*\d{{4}}")


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthRows:
    """Rows that follow each other: the lines they take, blank ones among them, the months they show.

    `places` are those of the months among the lines, `unread` those of rows whose dates are none; `newest`, as
    YYYY-MM, is empty where there is no month.
    """

    count: int
    months: tuple[MonthRow, ...]
    places: tuple[int, ...]
    unread: tuple[int, ...]
    newest: str


def reads_like_month(view: PageView, index: int) -> bool:
    """Whether a line has the form of a row, whatever its dates."""
    return _is_row(view.folded[index])


def month_row(view: PageView, index: int) -> MonthRow | None:
    """The month that a line shows, which reads like a row; None where its dates are none."""
    return _read(view.lines[index].text, _leads_to(view.links[index]))


def row_of(text: str, url: str | None) -> MonthRow | None:
    """The month that a link's words show from its first day to its last; None where they show none."""
    return _read(text, url) if len(text) <= _LONGEST else None


def rows_under(view: PageView, lines: Sequence[int]) -> MonthRows:
    """The rows that these lines begin with."""
    end = len(lines)
    while end and (folded := view.folded[lines[end - 1]]) and not _STARTS.match(folded):
        end -= 1  # what ends a page is another on each
    texts = tuple([view.lines[i].text for i in lines[:end]])
    urls = tuple([_leads_to(view.links[i]) for i in lines[:end]])
    read = _read_all if sum(map(len, texts)) < _MOST_REMEMBERED else _read_all.__wrapped__
    return _past(read(texts, urls), last_month(view.now))


def last_month(now: datetime) -> str:
    """The last month that may have begun at `now`; later rows are those of an endless calendar."""
    last = now + _TOLERANCE
    return f"{last.year:04}-{last.month:02}"


def _leads_to(links: Sequence[Linked]) -> str | None:
    for _, _, parsed_url in links:
        if parsed_url is not None:
            return parsed_url.url
    return None


@lru_cache(maxsize=16)  # the same hundreds stand on every page of a blog
def _read_all(texts: Sequence[str], urls: Sequence[str | None]) -> MonthRows:
    months: dict[int, MonthRow] = {}
    unread: list[int] = []
    count = 0
    for text, url in zip(texts, urls, strict=True):
        folded = fold(text)
        if folded and not _is_row(folded):
            break
        if folded and (row := _read(text, url)) is not None:
            months[count] = row
        elif folded:
            unread.append(count)
        count += 1
    return _rows(count, months, unread)


def _past(rows: MonthRows, last: str) -> MonthRows:
    """The rows without those after the `last` month, which count as unread."""
    if rows.newest <= last:
        return rows
    months = {p: row for p, row in zip(rows.places, rows.months, strict=True) if row.month <= last}
    unread = sorted({*rows.unread, *rows.places} - months.keys())
    return _rows(rows.count, months, unread)


def _rows(count: int, months: Mapping[int, MonthRow], unread: Iterable[int]) -> MonthRows:
    return MonthRows(
        count=count,
        months=tuple(months.values()),
        places=tuple(months),
        unread=tuple(unread),
        newest=max([row.month for row in months.values()], default=""),
    )


def _is_row(folded: str) -> bool:
    return len(folded) <= _LONGEST and _has_form(folded)


@lru_cache(maxsize=4096)
def _has_form(text: str) -> bool:
    return _STARTS.match(text) is not None and _RANGE.fullmatch(strip_bullets(text).strip()) is not None


@lru_cache(maxsize=4096)
def _read(text: str, url: str | None) -> MonthRow | None:
    raw = strip_bullets(text).strip()
    match = _RANGE.fullmatch(fold(raw))
    first = None if match is None else _day(match["first"])
    if match is None or first is None:
        return None
    row = MonthRow(
        month=f"{first.year:04}-{first.month:02}",
        first=DateText(text=raw[slice(*match.span("first"))].strip()),
        url=url,
    )
    if match["last"] is None:
        return row
    last = _day(match["last"])
    shown = DateText(text=raw[slice(*match.span("last"))].strip())
    return None if last is None or first > last else replace(row, last=shown)


def _day(text: str) -> date | None:
    """The day that `YYYY-MM-DD`, in whatever signs, names; None where there is no such day or no blogs were yet."""
    year, month, day = map(int, _NUMBERS.findall(text))
    try:
        return date(year, month, day) if year >= FIRST_YEAR else None
    except ValueError:
        return None
