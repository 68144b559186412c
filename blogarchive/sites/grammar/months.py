"""The months of the sidebar: rows of dates below a label, names of months, or a `select`."""

import re
from bisect import bisect_left
from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import takewhile

from blogarchive.items import DateText, MonthRow, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.html import Element, absolute_url
from blogarchive.sites.grammar.links import PageLink
from blogarchive.sites.grammar.page import PageView
from blogarchive.sites.grammar.words import BULLETS, DATE, NUMERIC_DATE, fold, strip_bullets

# --- rows of dates

_RANGE = re.compile(
    rf"(?:从|自|\d{{4}}\s*年\s*\d{{1,2}}\s*月)?\s*[\[(]?\s*(?P<first>{NUMERIC_DATE})\s*(?:-+|~+|→|\.{{2,3}}|至|到|to)\s*"
    rf"(?P<last>{NUMERIC_DATE})"
    r"\s*[\])]?(?:\s*[(\[]?\s*\d+\s*篇?\s*[)\]]?)?(?:\s*\[?(?:查看|浏览|打开)\]?)?"
)
_NUMBERS = re.compile(r"\d+")
_FIRST_YEAR = 1995
"""No blog is older."""
_TOLERANCE = timedelta(days=1)  # the site's time zone is a guess
_MAX_LENGTH = 80
_RANGE_START = re.compile(rf"[{re.escape(BULLETS)}\s\u200b]*[从自\[(]?\s*\d{{4}}")


def _parse_rows(view: PageView, lines: Sequence[int]) -> tuple[list[MonthRow], list[int], int]:
    """Return the months of the rows that these lines begin with, the rows with other dates, and the number of lines.

    A post is pinned by a date in the future, so its month is one.
    """
    months, unparsed = list[MonthRow](), list[int]()
    own = list(takewhile(lambda i: not view.folded[i] or _is_row(view.folded[i]), lines))
    for index in (i for i in own if view.folded[i]):
        row = _parse_range(view.lines[index].text, _first_url(view.links[index]))
        if row is None:
            unparsed.append(index)
        else:
            months.append(row)
    return months, unparsed, len(own)


def _last_month(now: datetime) -> str:
    """Return the last month that may have begun at `now`, as YYYY-MM."""
    last = now + _TOLERANCE
    return f"{last.year:04}-{last.month:02}"


def _first_url(links: Sequence[PageLink]) -> str | None:
    return next((each.url for _, _, each in links if each is not None), None)


def _is_row(folded: str) -> bool:
    return len(folded) <= _MAX_LENGTH and _matches_range(folded)


@lru_cache(maxsize=2048)
def _matches_range(text: str) -> bool:
    return _RANGE_START.match(text) is not None and _RANGE.fullmatch(strip_bullets(text).strip()) is not None


@lru_cache(maxsize=2048)
def _parse_range(text: str, url: str | None) -> MonthRow | None:
    raw = strip_bullets(text).strip()
    match = _RANGE.fullmatch(fold(raw))
    first, last = (None, None) if match is None else (_parse_day(match["first"]), _parse_day(match["last"]))
    if match is None or first is None or last is None or first > last:
        return None
    return MonthRow(
        month=f"{first.year:04}-{first.month:02}",
        first=DateText(text=raw[slice(*match.span("first"))].strip()),
        last=DateText(text=raw[slice(*match.span("last"))].strip()),
        url=url,
    )


def _parse_day(text: str) -> date | None:
    """Parse YYYY-MM-DD with any separators; None if there is no such day, or no blog was so early."""
    year, month, day = map(int, _NUMBERS.findall(text))
    try:
        return date(year, month, day) if year >= _FIRST_YEAR else None
    except ValueError:
        return None


# --- names of months

_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COUNT = re.compile(r"\s*[(\[]\s*\d{1,5}\s*篇?\s*[)\]]\s*$|\s*\d{1,5}\s*篇\s*$")
_NAME = re.compile(
    r"(?P<year>\d{4})\s*(?:年\s*(?P<month>0?[1-9]|1[0-2])\s*月份?|[-/.]?\s*(?P<digits>0[1-9]|1[0-2]|(?<=\D)[1-9]))"
    rf"|(?P<name>{'|'.join(_ENGLISH)})[a-z]{{0,6}}\.?,?\s+(?P<year_after>\d{{4}})",
    re.IGNORECASE,
)
_IS_URL = re.compile(r"https?://|[/?]|.*\.(?:html?|php)")


# Promise "any words": an archive may name months instead of their first and last days.
def _parse_month_names(view: PageView, lines: Sequence[int]) -> tuple[tuple[MonthRow, ...], int]:
    """Return the months that these lines begin with, each a link or one of several, and the number of their lines."""
    found: list[MonthRow] = []
    count = 0
    for number, index in enumerate(lines, 1):
        links = [(text, each.url) for text, _, each in view.links[index] if each is not None]
        rows = [row for text, url in links if (row := _parse_month(text, url)) is not None]
        if view.folded[index].strip() and not rows:
            break
        found += rows
        count = number if rows else count
    return _select_valid(view, found), count


# Promise "any markup": saved pages of other hosts have the archive in a `select`.
def _parse_month_select(view: PageView, outside: Container[int]) -> tuple[MonthRow, ...]:
    """Return the months of the first `select` among these lines; its first option may be a prompt."""
    for node in view.document.root.iter("select"):
        if not _is_inside(view, node, outside):
            continue
        options = list(node.iter("option"))
        rows = [row for option in options if (row := _parse_option(view, option)) is not None]
        if rows and len(rows) >= len(options) - 1:
            return _select_valid(view, rows)
    return ()


def _parse_option(view: PageView, option: Element) -> MonthRow | None:
    value, text = option.get("value", ""), " ".join("".join(map(str, option.itertext())).split())
    url = absolute_url(value, view.base) if _IS_URL.match(value) else None
    return _parse_month(text, None if url is None else view.parse_url(url).url)


def _parse_month(text: str, url: str | None) -> MonthRow | None:
    """Return the month that a text names by its two dates, as `2025年1月`, `2025-01` or `January 2025`."""
    if len(text) <= _MAX_LENGTH and (row := _parse_range(text, url)) is not None:
        return row
    match = _NAME.fullmatch(_COUNT.sub("", strip_bullets(fold(text))).strip(" []【】:|"))
    if match is None:
        return None
    if match["name"]:
        return MonthRow(
            month=f"{match['year_after']}-{_ENGLISH.index(match['name'].lower()) + 1:02}", url=url
        )
    return MonthRow(month=f"{match['year']}-{int(match['month'] or match['digits']):02}", url=url)


def _select_valid(view: PageView, rows: Sequence[MonthRow]) -> tuple[MonthRow, ...]:
    """Return each month once, without future ones and those before there were blogs."""
    last = _last_month(view.now)
    months: dict[str, MonthRow] = {}
    for row in rows:
        if f"{_FIRST_YEAR}" <= row.month <= last:
            months.setdefault(row.month, row)
    return tuple(months.values())


def _is_inside(view: PageView, node: Element, outside: Container[int]) -> bool:
    """Return True if an element without lines is between lines that are all among these."""
    offsets = view.document.positions(node)
    if offsets is None:
        return False
    index = bisect_left(view.document.starts, offsets[0])
    return all(i in outside for i in (index - 1, index) if 0 <= i < len(view.lines))


# --- all forms

_DATE = re.compile(DATE)
_FIRST_ROWS = 3  # below the label of the archive


def parse_labelled_months(
    view: PageView, lines: Sequence[int]
) -> tuple[tuple[MonthRow, ...], tuple[Problem, ...], int]:
    """Return the months below their label, problems of rows with invalid dates, and the number of lines."""
    months, unparsed, rows = _parse_rows(view, lines)
    if months:
        return tuple(months), _report_unparsed(view, unparsed), rows
    named, count = _parse_month_names(view, lines)
    if named:
        return named, (), count
    return (), _report_unparsed(view, unparsed or _find_unparsed(view, lines)), rows


def parse_unlabelled_months(
    view: PageView, outside: Sequence[int], *, labelled: bool
) -> tuple[Mapping[int, MonthRow], tuple[MonthRow, ...]]:
    """Return the months without a label by line, and all months, or those of a `select`."""
    found: Mapping[int, MonthRow] = {}
    if not labelled:
        found = _parse_month_lines(
            view, [i for i in outside if i not in view.post_lines]
        )  # the title of a post may be two dates
    return found, tuple(found.values()) or _parse_month_select(view, frozenset(outside))


def _parse_month_lines(view: PageView, lines: Sequence[int]) -> dict[int, MonthRow]:
    """Parse the rows of an archive without a label; each must link to its month."""
    last = _last_month(view.now)
    rows = {
        i: row
        for i in lines
        if _is_row(view.folded[i])
        and (row := _parse_range(view.lines[i].text, _first_url(view.links[i]))) is not None
    }
    return {i: row for i, row in rows.items() if row.url is not None and row.month <= last}


def _find_unparsed(view: PageView, lines: Sequence[int]) -> Sequence[int]:
    """Find the first date or link of the next lines: a row of the archive in an unknown form."""
    own = (i for i in lines[:_FIRST_ROWS] if i not in view.post_lines)
    return [i for i in own if view.links[i] or _DATE.fullmatch(view.folded[i].strip())][:1]


def _report_unparsed(view: PageView, lines: Sequence[int]) -> tuple[Problem, ...]:
    """Build a problem for each row with invalid dates."""
    return tuple(
        Problem(
            kind="unreadable",
            field="archive_months",
            detail=Detail.NO_DATES.format(text=view.lines[i].text[:80]),
        )
        for i in lines
    )
