"""Months that an archive names without their days: `2025年1月 (3)`, `2025-01`, `January 2025`, `1月` under its year."""

import re
from bisect import bisect_left
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from blogarchive.items import MonthRow
from blogarchive.parsing.dates.numbers import chinese_number, number_by_place
from blogarchive.parsing.html.urls import absolute
from blogarchive.parsing.lines.document import Element
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import fold, strip_bullets
from blogarchive.sites.grammar.sidebar.month_ranges import FIRST_YEAR, last_month, row_of

_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COUNT = re.compile(r"\s*[(\[]\s*\d{1,5}\s*篇?\s*[)\]]\s*$|\s*\d{1,5}\s*篇\s*$")
_YEAR = r"(?P<year>\d{4}|[〇零一二三四五六七八九]{4})"
_MONTH = r"(?P<month>0?[1-9]|1[0-2]|十[一二]?|[一二三四五六七八九])"
_NAME = rf"(?P<name>{'|'.join(_ENGLISH)})[a-z]{{0,6}}\.?"
_WHOLE = re.compile(
    rf"{_YEAR}\s*年\s*{_MONTH}\s*月份?|(?P<y>\d{{4}})\s*[-/.]?\s*(?P<m>0[1-9]|1[0-2]|(?<=\D)[1-9])",
)
_NAME_AFTER = _NAME.replace("name", "name2")
_ENGLISH_WHOLE = re.compile(
    rf"{_NAME},?\s+(?P<year>\d{{4}})|(?P<year2>\d{{4}})\s+{_NAME_AFTER}", re.IGNORECASE
)
_YEAR_ALONE = re.compile(rf"{_YEAR}\s*年?度?\s*:?")
_MONTH_ALONE = re.compile(rf"{_MONTH}\s*月?份?|{_NAME}", re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"\s*{_YEAR}\s*年?\s*[:|]?")
_LEADS = re.compile(r"https?://|[/?]|.*\.(?:html?|php)")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedMonths:
    """Months in the order of the page, and how many of the lines looked at they take."""

    count: int
    months: tuple[MonthRow, ...]


class _Said(NamedTuple):
    """What words name: a month of a year, a year alone, or a month of a year that was named before."""

    year: int | None
    month: int | None


def months_named(view: PageView, lines: Sequence[int]) -> NamedMonths:
    """The months that these lines begin with, each on a line or as a link of one."""
    found: list[MonthRow] = []
    year: int | None = None
    count = taken = 0
    for count, index in enumerate(lines, 1):
        if not view.folded[index].strip():
            continue
        year, rows = _on_line(view, index, year)
        if year is None and not rows:
            break
        found += rows
        taken = count if rows else taken
        if not rows and not _is_year(view.folded[index]):
            break
    return NamedMonths(count=taken, months=_past(view, found))


def months_chosen(view: PageView, outside: Container[int]) -> tuple[MonthRow, ...]:
    """The months of the first `select` among these lines whose options name some, all but a first that says what it is."""
    for node in view.document.root.iter("select"):
        if not _stands_in(view, node, outside):
            continue
        rows = [row for option in node.iter("option") for row in _of_option(view, option)]
        if rows and len(rows) >= len(list(node.iter("option"))) - 1:
            return _past(view, rows)
    return ()


def _on_line(view: PageView, index: int, year: int | None) -> tuple[int | None, list[MonthRow]]:
    """The year that holds from this line on, and the months on it."""
    folded = view.folded[index]
    links = [(text, parsed_url.url) for text, _, parsed_url in view.links[index] if parsed_url is not None]
    if not links:
        said = _says(folded)
        return (said.year or year, []) if said and said.month is None else (None, _rows(said, year, None))
    before = _YEAR_FIRST.match(folded)
    if before is not None and fold(links[0][0]).strip() not in before[0]:
        year = _number(before["year"])
    rows: list[MonthRow] = []
    for text, url in links:
        if (row := row_of(text, url)) is not None:
            rows.append(row)
            continue
        said = _says(fold(text))
        if said is not None and said.month is None:
            year = said.year
        rows += _rows(said, year, url)
    return year, rows


def _of_option(view: PageView, option: Element) -> Sequence[MonthRow]:
    value, text = option.get("value", ""), " ".join("".join(map(str, option.itertext())).split())
    url = absolute(value, view.base) if _LEADS.match(value) else None
    parsed_url = None if url is None else view.parse_url(url)
    shown = None if parsed_url is None else parsed_url.url
    if (row := row_of(text, shown)) is not None:
        return [row]
    group = option.getparent()
    named = _says(fold(group.get("label", ""))) if group is not None and group.tag == "optgroup" else None
    return _rows(_says(fold(text)), named and named.year, shown)


def _rows(said: _Said | None, year: int | None, url: str | None) -> list[MonthRow]:
    whole = None if said is None else said.year or year
    if said is None or said.month is None or whole is None:
        return []
    return [MonthRow(month=f"{whole:04}-{said.month:02}", url=url)]


def _says(folded: str) -> _Said | None:
    text = _COUNT.sub("", strip_bullets(folded)).strip(" []【】:|")
    if match := _WHOLE.fullmatch(text):
        return _Said(_number(match["year"] or match["y"]), _number(match["month"] or match["m"]))
    if match := _ENGLISH_WHOLE.fullmatch(text):
        return _Said(int(match["year"] or match["year2"]), _english(match["name"] or match["name2"]))
    if match := _YEAR_ALONE.fullmatch(text):
        return _Said(_number(match["year"]), None)
    if match := _MONTH_ALONE.fullmatch(text):
        return _Said(None, _number(match["month"]) if match["month"] else _english(match["name"]))
    return None


def _is_year(folded: str) -> bool:
    said = _says(folded)
    return said is not None and said.month is None


def _english(name: str) -> int:
    return _ENGLISH.index(name.lower()) + 1


def _number(text: str) -> int | None:
    if text.isascii():
        return int(text)
    return number_by_place(text) if len(text) > 2 else chinese_number(text)


def _past(view: PageView, rows: Sequence[MonthRow]) -> tuple[MonthRow, ...]:
    """Each month once, none to come, none before there were blogs."""
    last = last_month(view.now)
    months: dict[str, MonthRow] = {}
    for row in rows:
        if f"{FIRST_YEAR}" <= row.month <= last:
            months.setdefault(row.month, row)
    return tuple(months.values())


def _stands_in(view: PageView, node: Element, outside: Container[int]) -> bool:
    """Whether an element that shows no line stands between lines that are all among these."""
    places = view.document.places(node)
    if places is None:
        return False
    index = bisect_left(view.document.starts, places[0])
    return all(i in outside for i in (index - 1, index) if 0 <= i < len(view.lines))
