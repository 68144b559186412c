"""Months that an archive names without days: `2025年1月 (3)`, `2025-01`, `January 2025`, `1月` below its year."""

import re
from bisect import bisect_left
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from blogarchive.items import MonthRow
from blogarchive.parsing.dates.calendar import ROC_EPOCH
from blogarchive.parsing.dates.numbers import parse_chinese_number, parse_digit_numerals
from blogarchive.parsing.html import Element, absolute_url
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import fold, strip_bullets
from blogarchive.sites.grammar.sidebar.month_ranges import FIRST_YEAR, last_month, parse_month_text

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
            else (None, _build_rows(parsed, year, None))
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
        rows += _build_rows(parsed, year, url)
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
    return _build_rows(_parse_name(fold(text)), named and named.year, canonical)


def _build_rows(parsed: _NamedMonth | None, year: int | None, url: str | None) -> list[MonthRow]:
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
