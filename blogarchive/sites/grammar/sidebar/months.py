"""The months of the sidebar: rows of dates under their label, names of months, a list to choose from."""

import re
from collections.abc import Mapping, Sequence

from blogarchive.items import MonthRow, Problem
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
_FIRST_ROWS = 3  # lines under the label of the archive


def parse_labelled_months(
    view: PageView, lines: Sequence[int]
) -> tuple[tuple[MonthRow, ...], tuple[Problem, ...], int]:
    """The months under their label, what to tell of rows that are none, and how many lines they take."""
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
    """The rows of months that stand under no label, by line, and all months, or those of a list to choose from."""
    found: Mapping[int, MonthRow] = {}
    if not labelled:
        found = _parse_month_lines(
            view, [i for i in outside if i not in view.post_lines]
        )  # a post's title may be two dates
    return found, tuple(found.values()) or parse_month_select(view, frozenset(outside))


def _parse_month_lines(view: PageView, lines: Sequence[int]) -> dict[int, MonthRow]:
    """The rows of an archive without a label among these lines: each links to its month."""
    last = last_month(view.now)
    rows = {
        i: row for i in lines if is_month_line(view, i) and (row := parse_month_line(view, i)) is not None
    }
    return {i: row for i, row in rows.items() if row.url is not None and row.month <= last}


def _find_unparsed(view: PageView, lines: Sequence[int]) -> Sequence[int]:
    """The first of the next lines that is a date alone or a link: the rows of the archive have a form that is not known."""
    own = (i for i in lines[:_FIRST_ROWS] if i not in view.post_lines)
    return [i for i in own if view.links[i] or _DATE.fullmatch(view.folded[i].strip())][:1]


def _report_unparsed(view: PageView, lines: Sequence[int]) -> tuple[Problem, ...]:
    """What to tell of rows whose dates are none."""
    return tuple(
        Problem(kind="unreadable", field="archive_months", detail=f"no dates: {view.lines[i].text[:80]!r}")
        for i in lines
    )
