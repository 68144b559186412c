"""Plots as SVG: bars by month, the days of a year, a line over time, and a small line without axes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from markupsafe import Markup, escape

from blogarchive.messages import Language

MONTH: Final = re.compile(r"(?:1[89]|20|21)\d\d-(?:0[1-9]|1[0-2])")
_STEPS: Final = (1, 2, 5, 10)


def round_ticks(highest: float, lowest: float = 0, *, most: int = 4) -> list[int]:
    """Return round numbers with equal steps: the first is at most `lowest`, the last at least `highest`; two or more."""
    raw = max(1.0, highest - lowest) / most
    power = 10 ** (len(str(int(raw))) - 1)
    step = next(step * power for step in _STEPS if step * power >= raw)
    first = int(lowest // step * step)
    last = int(-(-highest // step) * step)
    return list(range(first, max(last, first + step) + 1, step))


def short_number(value: int, language: Language) -> str:
    """Return a number for an axis: 1200 as `1,200`, 1850000 as `1.85M`, in Chinese as `185万`."""
    unit, sign = (10_000, "万") if language == "zh" else (1_000_000, "M")
    return f"{round(value / unit, 4):,.10g}{sign}" if value >= unit else f"{value:,}"


def months_between(first: str, last: str) -> list[str]:
    """Return every month (YYYY-MM) from `first` to `last`, both included."""
    start, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1)]


def spread(values: Sequence[float], low: float, high: float) -> list[float]:
    """Scale `values` to `low` to `high`; the middle if they are all equal."""
    least, most = min(values), max(values)
    if most == least:
        return [(low + high) / 2] * len(values)
    return [low + (value - least) / (most - least) * (high - low) for value in values]


WIDTH: Final = 720
HEIGHT: Final = 150
RIGHT: Final = WIDTH - 52
"""The right end of the plot; the labels of the vertical axis are beside it, where the newest values are."""

TOP: Final = 22
_BOTTOM: Final = 22


def draw_frame(
    body: Iterable[str], *, title: str, unit: str, language: Language, ticks: Sequence[int], times: str
) -> Markup:
    """Return the plot: `body` is escaped SVG, `ticks` label the vertical axis in `unit`, `times` the horizontal one."""
    lines = []
    for tick in ticks:
        y = height_of(tick, ticks)
        lines.append(
            f'<line class="grid" x1="0" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{RIGHT + 6}" y="{y + 4:.1f}">{short_number(tick, language)}</text>'
        )
    return Markup(  # noqa: S704 - every part is escaped or a number
        f'<svg class="plot-svg" viewBox="0 0 {WIDTH} {TOP + HEIGHT + _BOTTOM}" role="group">'
        f"<title>{escape(title)}</title>"
        f'<text x="{WIDTH}" y="10" text-anchor="end">{escape(unit)}</text>{"".join(lines)}{"".join(body)}{times}'
        f'<line class="axis" x1="0" x2="{RIGHT}" y1="{TOP + HEIGHT}" y2="{TOP + HEIGHT}"/></svg>'
    )


def height_of(value: float, ticks: Sequence[int]) -> float:
    """Return the vertical position of a value on the axis of `ticks`."""
    return TOP + HEIGHT - (value - ticks[0]) / (ticks[-1] - ticks[0]) * HEIGHT


def label_times(places: Sequence[tuple[float, str]]) -> str:
    """Return labels under the axis at horizontal positions; as many as fit, from the first on."""
    labels, free = [], -1.0
    for x, text in places:
        width = _label_width(text)
        is_last = x + width > WIDTH - 40
        if x - (width if is_last else 0) < free:
            continue
        anchor = "end" if is_last else "start"
        labels.append(
            f'<text x="{x:.1f}" y="{TOP + HEIGHT + 16}" text-anchor="{anchor}">{escape(text)}</text>'
        )
        free = x + width
    return "".join(labels)


def _label_width(text: str) -> float:
    return 10 + 7.5 * len(text)


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of a month: its value, a part above it that is lacking, a title in words, and its link or ""."""

    value: int
    title: str
    href: str = ""
    lacking: int = 0


def draw_bars(bars: Mapping[str, Bar], *, title: str, unit: str, language: Language) -> Markup:
    """Return a bar for each month (YYYY-MM) from the first to the last; empty months have none.

    Invalid months are skipped. Returns "" if no month is left.
    """
    known = {month: bar for month, bar in bars.items() if MONTH.fullmatch(month)}
    if not known:
        return Markup("")
    months = months_between(min(known), max(known))
    ticks = round_ticks(max(bar.value + bar.lacking for bar in known.values()))
    step = RIGHT / max(len(months), 12)
    scale = HEIGHT / ticks[-1]
    # The newest month is at the right, where a narrow screen begins.
    places = {month: RIGHT - (len(months) - place) * step for place, month in enumerate(months)}
    return draw_frame(
        (_draw_bar(bar, places[month], step, scale) for month, bar in known.items()),
        title=title,
        unit=unit,
        language=language,
        ticks=ticks,
        times=_label_months(places),
    )


def _draw_bar(bar: Bar, x: float, step: float, scale: float) -> str:
    width = max(step * 0.8, 0.6)
    base = TOP + HEIGHT
    stored, lacking = bar.value * scale, bar.lacking * scale
    parts = [f"<title>{escape(bar.title)}</title>"]
    if bar.href:  # a narrow or low bar is hard to hit: its whole column leads there
        parts.append(
            f'<rect class="reach" x="{x:.1f}" y="{TOP}" width="{max(step, 1):.1f}" height="{HEIGHT}"/>'
        )
    for kind, height, below in (("stored", stored, 0.0), ("lacking", lacking, stored)):
        if height:
            parts.append(
                f'<rect class="{kind}" x="{x:.1f}" y="{base - below - height:.1f}"'
                f' width="{width:.1f}" height="{height:.1f}"/>'
            )
    body = "".join(parts)
    # The same links are in a list below the plot: the Tab key does not stop at hundreds of bars.
    return f'<a href="{escape(bar.href)}" tabindex="-1">{body}</a>' if bar.href else f"<g>{body}</g>"


def _label_months(places: Mapping[str, float]) -> str:
    """Label the years; within two years, the months."""
    years = [(x, month[:4]) for month, x in places.items() if month.endswith("-01")]
    if len(years) < 3:
        return label_times([(x, month) for month, x in places.items()])
    return label_times(years)


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


_SPARK_WIDTH, _SPARK_HEIGHT = 160, 36
_LABELS = 5
_YEAR_SECONDS = 366 * 86_400


def draw_line(points: Sequence[tuple[str, int]], *, title: str, unit: str, language: Language) -> Markup:
    """Return a line through `points` (ISO 8601 time, value), with a dot and its words at each.

    Returns "" for fewer than two points or an invalid time.
    """
    times = _seconds(points)
    if times is None:
        return Markup("")
    values = [value for _, value in points]
    low = min(values)
    # A counter that grew by a tenth would look like a level line above 0; the labels show where the axis begins.
    ticks = round_ticks(max(values), low if low > max(values) / 2 else min(0, low))
    xs = spread(times, 4, RIGHT - 5)
    ys = [height_of(value, ticks) for _, value in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    dots = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(at[:10])}: {value:,}</title></circle>'
        for x, y, (at, value) in zip(xs, ys, points, strict=True)
    )
    body = [f'<polyline points="{line}"/>', *dots]
    return draw_frame(body, title=title, unit=unit, language=language, ticks=ticks, times=_label_dates(times))


def draw_sparkline(points: Sequence[tuple[str, int]], title: str) -> Markup:
    """Return a small line through `points` with the newest marked; "" as `draw_line`."""
    times = _seconds(points)
    if times is None:
        return Markup("")
    xs = spread(times, 3, _SPARK_WIDTH - 5)
    ys = [_SPARK_HEIGHT - y for y in spread([value for _, value in points], 5, _SPARK_HEIGHT - 5)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img"><title>{}</title>'
        '<polyline points="{}"/><circle cx="{:.1f}" cy="{:.1f}" r="3"/></svg>'
    ).format(_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_WIDTH, _SPARK_HEIGHT, title, line, xs[-1], ys[-1])


def _seconds(points: Sequence[tuple[str, int]]) -> list[float] | None:
    if len(points) < 2:
        return None
    try:
        return [datetime.fromisoformat(at).timestamp() for at, _ in points]
    except (ValueError, OverflowError, OSError):  # a merged archive may have any text
        return None


def _label_dates(times: Sequence[float]) -> str:
    """Label equal steps from the first time to the last, with days within a year, else with months; each text once."""
    first, last = times[0], times[-1]
    length = len("YYYY-MM-DD") if last - first < _YEAR_SECONDS else len("YYYY-MM")
    steps = [first + (last - first) * step / (_LABELS - 1) for step in range(_LABELS)]
    texts = [datetime.fromtimestamp(at, UTC).isoformat()[:length] for at in steps]
    places = dict(
        zip(reversed(texts), reversed(spread(steps, 4, RIGHT)), strict=True)
    )  # the first place of a text
    return label_times([(place, text) for text, place in reversed(places.items())])
