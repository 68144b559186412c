"""A year as a calendar: a square for each day, darker the more posts it has."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup, escape

from blogarchive.browse.plots.bars import Bar

_CELL: Final = 13
_LEFT: Final = 26
_TOP: Final = 18
_DARKEST: Final = 4


def draw_calendar(year: int, days: Mapping[str, Bar], *, title: str, weekdays: str) -> Markup:
    """Return the days of `year`, weeks from Monday as columns; `days` has those with posts (YYYY-MM-DD).

    `weekdays` are the names of Monday to Sunday, separated by spaces.
    """
    first = date(year, 1, 1)
    parts = [
        f'<text x="0" y="{_TOP + place * _CELL + 10}">{escape(name)}</text>'
        for place, name in enumerate(weekdays.split(" "))
        if place % 2 == 0
    ]
    day = first
    while day.year == year:
        week = (day.toordinal() - first.toordinal() + first.weekday()) // 7
        x, y = _LEFT + week * _CELL, _TOP + day.weekday() * _CELL
        if day.day == 1:
            parts.append(f'<text x="{x}" y="12">{day.month}</text>')
        parts.append(_draw_day(days.get(day.isoformat()), x, y))
        if day == date.max:
            break
        day += timedelta(days=1)
    return Markup(  # noqa: S704 - every part is escaped or a number
        f'<svg class="plot-svg calendar" viewBox="0 0 {_LEFT + 54 * _CELL} {_TOP + 7 * _CELL}" role="group">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _draw_day(bar: Bar | None, x: int, y: int) -> str:
    square = f'x="{x}" y="{y}" width="{_CELL - 2}" height="{_CELL - 2}"'
    if bar is None:
        return f'<rect class="day0" {square}/>'
    body = f'<title>{escape(bar.title)}</title><rect class="day{min(_DARKEST, bar.value)}" {square}/>'
    return f'<a href="{escape(bar.href)}" tabindex="-1">{body}</a>'
