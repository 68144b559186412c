"""Small plots as inline SVG: drawn here, styled by the page's stylesheet, readable without a picture.

Every plot has a `<title>` that says in words what it shows; colours come from classes, so that dark mode and
print hold for plots too.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup, escape

from blogarchive.store.queries.blog_models import Month

_MONTH = re.compile(r"(?:1[89]|20|21)\d\d-(?:0[1-9]|1[0-2])")
_SPARK_WIDTH, _SPARK_HEIGHT = 160, 36
_BARS_WIDTH, _BARS_HEIGHT, _AXIS = 720, 120, 18


def spark(points: Sequence[tuple[str, int]], words: str) -> Markup:
    """A line through `points` (time as ISO 8601 text, value), the newest marked; nothing for fewer than
    two.
    """
    if len(points) < 2:
        return Markup("")
    try:
        times = [datetime.fromisoformat(at).timestamp() for at, _ in points]
    except ValueError:  # an archive that was merged in may hold anything
        return Markup("")
    values = [value for _, value in points]
    xs = _spread(times, 3, _SPARK_WIDTH - 5)
    ys = [_SPARK_HEIGHT - y for y in _spread(values, 5, _SPARK_HEIGHT - 5)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img"><title>{}</title>'
        '<polyline points="{}"/><circle cx="{:.1f}" cy="{:.1f}" r="3"/></svg>'
    ).format(_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_WIDTH, _SPARK_HEIGHT, words, line, xs[-1], ys[-1])


def bars(months: Sequence[Month], words: str) -> Markup:
    """A bar for every month from the first to the last, months without any included; years below. What is no month is
    left out.
    """
    known = {month.month: month for month in months if _MONTH.fullmatch(month.month)}
    if not known:
        return Markup("")
    names = _months_between(min(known), max(known))
    highest = max(month.stored + month.lacking for month in known.values()) or 1
    step = _BARS_WIDTH / len(names)
    drawn = [
        _bar(known[name], place * step, step, highest) for place, name in enumerate(names) if name in known
    ]
    return Markup(
        '<svg class="bars" viewBox="0 0 {} {}" role="img"><title>{}</title>{}{}'
        '<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/></svg>'
    ).format(
        _BARS_WIDTH,
        _BARS_HEIGHT + _AXIS,
        words,
        Markup("").join(drawn),
        _years(names, step),
        _BARS_WIDTH,
        _BARS_HEIGHT,
        _BARS_HEIGHT,
    )


def _spread(values: Sequence[float], low: float, high: float) -> list[float]:
    """`values` laid out between `low` and `high`; in the middle where they are all the same."""
    least, most = min(values), max(values)
    if most == least:
        return [(low + high) / 2] * len(values)
    return [low + (value - least) / (most - least) * (high - low) for value in values]


def _months_between(first: str, last: str) -> list[str]:
    start, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1)]


def _bar(month: Month, x: float, step: float, highest: int) -> Markup:
    width = max(step * 0.8, 0.6)
    held = month.stored / highest * (_BARS_HEIGHT - 4)
    lacking = month.lacking / highest * (_BARS_HEIGHT - 4)
    words = f"{month.month}：{month.stored} 篇" + (f"，缺 {month.lacking} 篇" if month.lacking else "")
    parts = [Markup("<g><title>{}</title>").format(escape(words))]
    for kind, height, below in (("held", held, 0.0), ("lacking", lacking, held)):
        if height:
            parts.append(
                Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                    kind, x, _BARS_HEIGHT - below - height, width, height
                )
            )
    return Markup("").join([*parts, Markup("</g>")])


def _years(names: Sequence[str], step: float) -> Markup:
    """Years along the axis, as many as there is room for; a single year or less is named by its first
    month.
    """
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
