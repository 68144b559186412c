"""The months of the sidebar: rows of dates under their label, names of months, a list to choose from."""

import re
from collections.abc import Mapping, Sequence

from blogarchive.items import MonthRow, Problem
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import DATE
from blogarchive.sites.grammar.sidebar.month_names import months_chosen, months_named
from blogarchive.sites.grammar.sidebar.month_ranges import last_month, month_row, reads_like_month, rows_under

_DATE = re.compile(DATE)
_FIRST_ROWS = 3  # lines under the label of the archive


def months_under(
    view: PageView, lines: Sequence[int]
) -> tuple[tuple[MonthRow, ...], tuple[Problem, ...], int]:
    """The months under their label, what to tell of rows that are none, and how many lines they take."""
    rows = rows_under(view, lines)
    if rows.months:
        return rows.months, _senseless(view, [lines[place] for place in rows.unread]), rows.count
    named = months_named(view, lines)
    if named.months:
        return named.months, (), named.count
    unread = [lines[place] for place in rows.unread] or _unread(view, lines)
    return (), _senseless(view, unread), rows.count


def months_elsewhere(
    view: PageView, outside: Sequence[int], *, labelled: bool
) -> tuple[Mapping[int, MonthRow], tuple[MonthRow, ...]]:
    """The rows of months that stand under no label, by line, and all months, or those of a list to choose from."""
    found: Mapping[int, MonthRow] = {}
    if not labelled:
        found = _months(view, [i for i in outside if i not in view.posts])  # a post's title may be two dates
    return found, tuple(found.values()) or months_chosen(view, frozenset(outside))


def _months(view: PageView, lines: Sequence[int]) -> dict[int, MonthRow]:
    """The rows of an archive without a label among these lines: each links to its month."""
    last = last_month(view.now)
    rows = {i: row for i in lines if reads_like_month(view, i) and (row := month_row(view, i)) is not None}
    return {i: row for i, row in rows.items() if row.url is not None and row.month <= last}


def _unread(view: PageView, lines: Sequence[int]) -> Sequence[int]:
    """The first of the next lines that is a date alone or a link: the rows of the archive have a form that is not known."""
    own = (i for i in lines[:_FIRST_ROWS] if i not in view.posts)
    return [i for i in own if view.links[i] or _DATE.fullmatch(view.folded[i].strip())][:1]


def _senseless(view: PageView, lines: Sequence[int]) -> tuple[Problem, ...]:
    """What to tell of rows whose dates are none."""
    return tuple(
        Problem(kind="unreadable", field="archive_months", detail=f"no dates: {view.lines[i].text[:80]!r}")
        for i in lines
    )
