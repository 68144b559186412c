"""The months of the sidebar: rows of dates below a label, names of months, or a `select`."""

import re
from collections.abc import Mapping, Sequence

from blogarchive.items import MonthRow, Problem
from blogarchive.messages.details import Detail
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import DATE
from blogarchive.sites.grammar.sidebar.month_names import parse_month_names, parse_month_select
from blogarchive.sites.grammar.sidebar.month_ranges import (
    is_month_line,
    last_month,
    parse_month_line,
    parse_month_rows,
)

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
