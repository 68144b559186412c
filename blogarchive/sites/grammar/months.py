"""The months of the sidebar: rows of dates below a label, names of months, or a `select`."""

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from blogarchive.items import DateText, MonthRow, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.calendar import ROC_EPOCH
from blogarchive.parsing.dates.numbers import parse_chinese_number, parse_digit_numerals
from blogarchive.parsing.html import Element, absolute_url
from blogarchive.sites.grammar.links import PageLink
from blogarchive.sites.grammar.page import PageView
from blogarchive.sites.grammar.words import BULLETS, DATE, NUMERIC_DATE, fold, strip_bullets

# month_ranges

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
    return _build_rows_of_month_ranges(count, months, unparsed)


def _drop_future(rows: MonthRows, last: str) -> MonthRows:
    """The rows without those after the `last` month, which count as unread."""
    if rows.newest <= last:
        return rows
    months = {p: row for p, row in zip(rows.offsets, rows.months, strict=True) if row.month <= last}
    unparsed = sorted({*rows.unparsed, *rows.offsets} - months.keys())
    return _build_rows_of_month_ranges(rows.count, months, unparsed)


def _build_rows_of_month_ranges(
    count: int, months: Mapping[int, MonthRow], unparsed: Iterable[int]
) -> MonthRows:
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


# month_names

_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COUNT = re.compile(r"\s*[(\[]\s*\d{1,5}\s*篇?\s*[)\]]\s*$|\s*\d{1,5}\s*篇\s*$")
_YEAR = r"(?P<year>\d{4}|[〇零一二三四五六七八九]{4})"
_MONTH = r"(?P<month>0?[1-9]|1[0-2]|十[一二]?|[一二三四五六七八九])"
_NAME = rf"(?P<name>{'|'.join(_ENGLISH)})[a-z]{{0,6}}\.?"
_YEAR_MONTH = re.compile(
    rf"民国\s*(?P<roc>\d{{2,3}})\s*年\s*(?P<m3>0?[1-9]|1[0-2])\s*月|{_YEAR}\s*年\s*{_MONTH}\s*月份?|(?P<y>\d{{4}})\s*[-/.]?\s*(?P<m>0[1-9]|1[0-2]|(?<=\D)[1-9])"
    r"|(?P<m2>0?[1-9]|1[0-2]|十[一二]?|[一二三四五六七八九])\s*月\s*(?P<y2>\d{4})\s*年?",
)
_NAME_AFTER = _NAME.replace("name", "name2")
_ENGLISH_YEAR_MONTH = re.compile(
    rf"{_NAME},?\s+(?P<year>\d{{4}})|(?P<year2>\d{{4}})\s+{_NAME_AFTER}", re.IGNORECASE
)
_YEAR_ALONE = re.compile(rf"{_YEAR}\s*年?度?\s*:?")
_MONTH_ALONE = re.compile(rf"{_MONTH}\s*月?份?|{_NAME}", re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"\s*{_YEAR}\s*年?\s*[:|]?")
_IS_URL = re.compile(r"https?://|[/?]|.*\.(?:html?|php)")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedMonths:
    """Months in the order of the page, and the number of lines that they take."""

    count: int
    months: tuple[MonthRow, ...]


class _NamedMonth(NamedTuple):
    """A month of a year, a year alone, or a month of a year named before."""

    year: int | None
    month: int | None


def parse_month_names(view: PageView, lines: Sequence[int]) -> NamedMonths:
    """Return the months that these lines begin with, each on a line or as one of several links."""
    found: list[MonthRow] = []
    year: int | None = None
    count = own_lines = 0
    for count, index in enumerate(lines, 1):
        if not view.folded[index].strip():
            continue
        year, rows = _parse_line(view, index, year)
        if year is None and not rows:
            break
        found += rows
        own_lines = count if rows else own_lines
        if not rows and not _is_year(view.folded[index]):
            break
    return NamedMonths(count=own_lines, months=_select_valid(view, found))


def parse_month_select(view: PageView, outside: Container[int]) -> tuple[MonthRow, ...]:
    """Return the months of the first `select` among these lines; its first option may be a prompt."""
    for node in view.document.root.iter("select"):
        if not is_inside(view, node, outside):
            continue
        rows = [row for option in node.iter("option") for row in _parse_option(view, option)]
        if rows and len(rows) >= len(list(node.iter("option"))) - 1:
            return _select_valid(view, rows)
    return ()


def _parse_line(view: PageView, index: int, year: int | None) -> tuple[int | None, list[MonthRow]]:
    """Return the year that applies from this line on, and the months on it."""
    folded = view.folded[index]
    links = [(text, parsed_url.url) for text, _, parsed_url in view.links[index] if parsed_url is not None]
    if not links:
        parsed = _parse_name(folded)
        return (
            (parsed.year or year, [])
            if parsed and parsed.month is None
            else (None, _build_rows_of_month_names(parsed, year, None))
        )
    before = _YEAR_FIRST.match(folded)
    if before is not None and fold(links[0][0]).strip() not in before[0]:
        year = _parse_number(before["year"])
    rows: list[MonthRow] = []
    for text, url in links:
        if (row := parse_month_text(text, url)) is not None:
            rows.append(row)
            continue
        parsed = _parse_name(fold(text))
        if parsed is not None and parsed.month is None:
            year = parsed.year
        rows += _build_rows_of_month_names(parsed, year, url)
    return year, rows


def _parse_option(view: PageView, option: Element) -> Sequence[MonthRow]:
    value, text = option.get("value", ""), " ".join("".join(map(str, option.itertext())).split())
    url = absolute_url(value, view.base) if _IS_URL.match(value) else None
    parsed_url = None if url is None else view.parse_url(url)
    canonical = None if parsed_url is None else parsed_url.url
    if (row := parse_month_text(text, canonical)) is not None:
        return [row]
    group = option.getparent()
    named = (
        _parse_name(fold(group.get("label", ""))) if group is not None and group.tag == "optgroup" else None
    )
    return _build_rows_of_month_names(_parse_name(fold(text)), named and named.year, canonical)


def _build_rows_of_month_names(
    parsed: _NamedMonth | None, year: int | None, url: str | None
) -> list[MonthRow]:
    whole = None if parsed is None else parsed.year or year
    if parsed is None or parsed.month is None or whole is None:
        return []
    return [MonthRow(month=f"{whole:04}-{parsed.month:02}", url=url)]


def _parse_name(folded: str) -> _NamedMonth | None:
    text = _COUNT.sub("", strip_bullets(folded)).strip(" []【】:|")
    if match := _YEAR_MONTH.fullmatch(text):
        if match["roc"]:
            return _NamedMonth(int(match["roc"]) + ROC_EPOCH, int(match["m3"]))
        return _NamedMonth(
            _parse_number(match["year"] or match["y"] or match["y2"]),
            _parse_number(match["month"] or match["m"] or match["m2"]),
        )
    if match := _ENGLISH_YEAR_MONTH.fullmatch(text):
        return _NamedMonth(
            int(match["year"] or match["year2"]), _parse_english(match["name"] or match["name2"])
        )
    if match := _YEAR_ALONE.fullmatch(text):
        return _NamedMonth(_parse_number(match["year"]), None)
    if match := _MONTH_ALONE.fullmatch(text):
        return _NamedMonth(
            None, _parse_number(match["month"]) if match["month"] else _parse_english(match["name"])
        )
    return None


def _is_year(folded: str) -> bool:
    parsed = _parse_name(folded)
    return parsed is not None and parsed.month is None


def _parse_english(name: str) -> int:
    return _ENGLISH.index(name.lower()) + 1


def _parse_number(text: str) -> int | None:
    if text.isascii():
        return int(text)
    return parse_digit_numerals(text) if len(text) > 2 else parse_chinese_number(text)


def _select_valid(view: PageView, rows: Sequence[MonthRow]) -> tuple[MonthRow, ...]:
    """Return each month once, without future ones and those before there were blogs."""
    last = last_month(view.now)
    months: dict[str, MonthRow] = {}
    for row in rows:
        if f"{FIRST_YEAR}" <= row.month <= last:
            months.setdefault(row.month, row)
    return tuple(months.values())


def is_inside(view: PageView, node: Element, outside: Container[int]) -> bool:
    """Return True if an element without lines is between lines that are all among these."""
    offsets = view.document.positions(node)
    if offsets is None:
        return False
    index = bisect_left(view.document.starts, offsets[0])
    return all(i in outside for i in (index - 1, index) if 0 <= i < len(view.lines))


# months

_DATE = re.compile(DATE)
_FIRST_ROWS = 3  # below the label of the archive


def parse_labelled_months(
    view: PageView, lines: Sequence[int]
) -> tuple[tuple[MonthRow, ...], tuple[Problem, ...], int]:
    """Return the months below their label, problems of rows with invalid dates, and the number of lines."""
    rows = parse_month_rows(view, lines)
    if rows.months:
        return rows.months, _report_unparsed(view, [lines[offset] for offset in rows.unparsed]), rows.count
    named = parse_month_names(view, lines)
    if named.months:
        return named.months, (), named.count
    unparsed = [lines[offset] for offset in rows.unparsed] or _find_unparsed(view, lines)
    return (), _report_unparsed(view, unparsed), rows.count


def parse_unlabelled_months(
    view: PageView, outside: Sequence[int], *, labelled: bool
) -> tuple[Mapping[int, MonthRow], tuple[MonthRow, ...]]:
    """Return the months without a label by line, and all months, or those of a `select`."""
    found: Mapping[int, MonthRow] = {}
    if not labelled:
        found = _parse_month_lines(
            view, [i for i in outside if i not in view.post_lines]
        )  # the title of a post may be two dates
    return found, tuple(found.values()) or parse_month_select(view, frozenset(outside))


def _parse_month_lines(view: PageView, lines: Sequence[int]) -> dict[int, MonthRow]:
    """Parse the rows of an archive without a label; each must link to its month."""
    last = last_month(view.now)
    rows = {
        i: row for i in lines if is_month_line(view, i) and (row := parse_month_line(view, i)) is not None
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
