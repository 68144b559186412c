"""Draw small plots as inline SVG, styled by the stylesheet of the page.

Every plot has a `<title>` that describes it in words. Colours come from CSS classes and follow dark mode and print.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from markupsafe import Markup, escape

from blogarchive.store.queries.blog_models import Month

_MONTH = re.compile(r"(?:1[89]|20|21)\d\d-(?:0[1-9]|1[0-2])")
_SPARK_WIDTH, _SPARK_HEIGHT = 160, 36
_BARS_WIDTH, _BARS_HEIGHT, _AXIS = 720, 120, 18


def draw_sparkline(points: Sequence[tuple[str, int]], title: str) -> Markup:
    """Return a line through `points` (ISO 8601 time, value) with the newest marked; "" for fewer than two points."""
    if len(points) < 2:
        return Markup("")
    try:
        times = [datetime.fromisoformat(at).timestamp() for at, _ in points]
    except ValueError:  # a merged archive may have any text
        return Markup("")
    values = [value for _, value in points]
    xs = _spread(times, 3, _SPARK_WIDTH - 5)
    ys = [_SPARK_HEIGHT - y for y in _spread(values, 5, _SPARK_HEIGHT - 5)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img"><title>{}</title>'
        '<polyline points="{}"/><circle cx="{:.1f}" cy="{:.1f}" r="3"/></svg>'
    ).format(_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_WIDTH, _SPARK_HEIGHT, title, line, xs[-1], ys[-1])


def draw_bars(months: Sequence[Month], title: str, describe: Callable[[Month], str]) -> Markup:
    """Return a bar for every month from the first to the last, with its title from `describe`.

    Empty months are included; invalid months are skipped.
    """
    known = {month.month: month for month in months if _MONTH.fullmatch(month.month)}
    if not known:
        return Markup("")
    names = _months_between(min(known), max(known))
    highest = max(month.stored + month.lacking for month in known.values()) or 1
    step = _BARS_WIDTH / len(names)
    drawn = [
        _draw_bar(known[name], place * step, step, highest, describe(known[name]))
        for place, name in enumerate(names)
        if name in known
    ]
    return Markup(
        '<svg class="bars" viewBox="0 0 {} {}" role="img"><title>{}</title>{}{}'
        '<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/></svg>'
    ).format(
        _BARS_WIDTH,
        _BARS_HEIGHT + _AXIS,
        title,
        Markup("").join(drawn),
        _draw_years(names, step),
        _BARS_WIDTH,
        _BARS_HEIGHT,
        _BARS_HEIGHT,
    )


def _spread(values: Sequence[float], low: float, high: float) -> list[float]:
    """Scale `values` to `low` to `high`; the middle if they are all equal."""
    least, most = min(values), max(values)
    if most == least:
        return [(low + high) / 2] * len(values)
    return [low + (value - least) / (most - least) * (high - low) for value in values]


def _months_between(first: str, last: str) -> list[str]:
    start, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1)]


def _draw_bar(month: Month, x: float, step: float, highest: int, title: str) -> Markup:
    width = max(step * 0.8, 0.6)
    stored = month.stored / highest * (_BARS_HEIGHT - 4)
    lacking = month.lacking / highest * (_BARS_HEIGHT - 4)
    parts = [Markup("<g><title>{}</title>").format(escape(title))]
    for kind, height, below in (("stored", stored, 0.0), ("lacking", lacking, stored)):
        if height:
            parts.append(
                Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                    kind, x, _BARS_HEIGHT - below - height, width, height
                )
            )
    return Markup("").join([*parts, Markup("</g>")])


def _draw_years(names: Sequence[str], step: float) -> Markup:
    """Draw as many years as fit under the axis; within a single year draw the first and the last month."""
    starts = [(place, name[:4]) for place, name in enumerate(names) if name.endswith("-01")]
    if len(starts) < 2:
        starts = [(0, names[0]), (len(names) - 1, names[-1])] if len(names) > 6 else [(0, names[0])]
    every = max(1, round(48 / (step * 12)))
    shown = starts[::every]
    return Markup("").join(
        Markup('<text x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(
            min(place * step, _BARS_WIDTH),
            _BARS_HEIGHT + 14,
            "end" if place * step > _BARS_WIDTH - 48 else "start",
            year,
        )
        for place, year in shown
    )
