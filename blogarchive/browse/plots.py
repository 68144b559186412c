"""Plots as SVG: bars by month, the days of a year, a line over time, a small line without axes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from blogarchive.messages import Language

MONTH: Final = re.compile(r"(?:1[89]|20|21)\d\d-(?:0[1-9]|1[0-2])")
_STEPS: Final = (1, 2, 5, 10)
_MOST_STEPS: Final = 4


def round_ticks(highest: float, lowest: float = 0) -> list[int]:
    """Return round numbers with equal steps: the first is at most `lowest`, the last at least `highest`; two or more."""
    raw = max(1.0, highest - lowest, highest / 200) / _MOST_STEPS  # a longer label leaves the plot
    power = 10 ** (len(str(int(raw))) - 1)
    step = next(step * power for step in _STEPS if step * power >= raw)
    first = int(lowest // step * step)
    last = int(-(-highest // step) * step)
    return list(range(first, max(last, first + step) + 1, step))


def short_number(value: int, language: Language) -> str:
    """Return a number for an axis: 1200 as `1,200`, 1850000 as `1.85M`, in Chinese as `185万`."""
    unit, sign = (10_000, "万") if language == "zh" else (1_000_000, "M")
    return f"{round(value / unit, 4):,.10g}{sign}" if value >= unit else f"{value:,}"


def spread(values: Sequence[float], low: float, high: float) -> list[float]:
    """Scale `values` to `low` to `high`; the middle if they are all equal."""
    least, most = min(values), max(values)
    if most == least:
        return [(low + high) / 2] * len(values)
    return [low + (value - least) / (most - least) * (high - low) for value in values]


_WIDTH: Final = 720
# The right end of the plot; the labels of the vertical axis are beside it, where the newest values are.
_RIGHT: Final = _WIDTH - 52

_TOP: Final = 22
_BASE: Final = _TOP + 150


@cache
def _macros() -> Any:
    """Return the macros of the template, which draw; positions are computed here."""
    loader = PackageLoader("blogarchive.browse")
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(width=_WIDTH, right=_RIGHT, top=_TOP, base=_BASE)
    return environment.get_template("svg.html").module


def _make_frame(
    title: str, unit: str, language: Language, ticks: Sequence[int], times: Sequence[tuple[float, str]]
) -> dict[str, Any]:
    """Return the title, the unit and labels of the vertical axis, and the labels of the horizontal one."""
    rows = [(_height_of(tick, ticks), short_number(tick, language)) for tick in ticks]
    return {"title": title, "unit": unit, "rows": rows, "times": list(_fit_labels(times))}


def _height_of(value: float, ticks: Sequence[int]) -> float:
    """Return the vertical position of a value on the axis of `ticks`."""
    return _BASE - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (_BASE - _TOP)


def _fit_labels(places: Sequence[tuple[float, str]]) -> Iterator[tuple[float, str, str]]:
    """Yield labels under the axis with their anchors; as many as fit, from the first on."""
    free = -1.0
    for x, text in places:
        width = 10 + 7.5 * len(text)
        is_last = x + width > _WIDTH - 40
        if x - (width if is_last else 0) >= free:
            yield x, text, "end" if is_last else "start"
            free = x + width


class Bar(NamedTuple):
    """The bar of a month: its value, the lacking part above it, a title in words, and its link or ""."""

    value: int
    title: str
    href: str = ""
    lacking: int = 0


def draw_bars(bars: Mapping[str, Bar], *, title: str, unit: str, language: Language) -> Markup:
    """Return a bar for each month (YYYY-MM) from the first to the last; empty months have none.

    Invalid months are skipped. Returns "" if no month is left.
    """
    known = {int(m[:4]) * 12 + int(m[5:7]) - 1: bar for m, bar in bars.items() if MONTH.fullmatch(m)}
    if not known:
        return Markup("")
    first, last = min(known), max(known)
    ticks = round_ticks(max(bar.value + bar.lacking for bar in known.values()))
    step = _RIGHT / max(last - first + 1, 12)  # the bar of a single month would fill the page
    # The newest month is at the right, where a narrow screen begins.
    places = {month: _RIGHT - (last - month + 1) * step for month in range(first, last + 1)}
    years = [(x, f"{month // 12:04}") for month, x in places.items() if month % 12 == 0]
    if len(years) < 3:
        years = [(x, f"{month // 12:04}-{month % 12 + 1:02}") for month, x in places.items()]
    frame = _make_frame(title, unit, language, ticks, years)
    drawn = [(bar, places[month]) for month, bar in known.items()]
    return Markup(_macros().bars(frame, drawn, step, (_BASE - _TOP) / ticks[-1]))  # noqa: S704 - the template escapes


def draw_calendar(year: int, days: Mapping[str, Bar], *, title: str, weekdays: str) -> Markup:
    """Return the days of `year`, weeks from Monday as columns; `days` has those with posts (YYYY-MM-DD).

    `weekdays` are the names of Monday to Sunday, separated by spaces.
    """
    first = date(year, 1, 1)
    every = [first + timedelta(days=count) for count in range((date(year, 12, 31) - first).days + 1)]
    drawn = []
    for count, day in enumerate(every):
        bar, week = days.get(day.isoformat()), (count + first.weekday()) // 7
        month, level = day.month if day.day == 1 else "", min(4, bar.value) if bar else 0
        drawn.append((month, 26 + 13 * week, 18 + 13 * day.weekday(), level, bar))
    return Markup(_macros().calendar(title, weekdays.split(" "), drawn))  # noqa: S704 - the template escapes


_LABELS, _YEAR_SECONDS = 5, 366 * 86_400


def draw_line(points: Sequence[tuple[str, int]], *, title: str, unit: str, language: Language) -> Markup:
    """Return a line through `points` (ISO 8601 time, value), with a dot and its words at each.

    Returns "" for fewer than two points or an invalid time.
    """
    times = _seconds(points)
    if times is None:
        return Markup("")
    values = [value for _, value in points]
    low = min(values)
    # A counter that grew by a tenth would look like a level line above 0. The labels show where the axis begins.
    ticks = round_ticks(max(values), low if low > max(values) / 2 else min(0, low))
    dots = [
        (x, _height_of(value, ticks), f"{at[:10]}: {value:,}")
        for x, (at, value) in zip(spread(times, 4, _RIGHT - 5), points, strict=True)
    ]
    frame = _make_frame(title, unit, language, ticks, _label_dates(times))
    return Markup(_macros().line(frame, dots))  # noqa: S704 - the template escapes


def draw_sparkline(points: Sequence[tuple[str, int]], title: str) -> Markup:
    """Return a small line through `points` with the newest marked; "" as `draw_line`."""
    times = _seconds(points)
    if times is None:
        return Markup("")
    ys = [36 - y for y in spread([value for _, value in points], 5, 31)]
    return Markup(_macros().spark(title, list(zip(spread(times, 3, 155), ys, strict=True))))  # noqa: S704 - the template escapes


def _seconds(points: Sequence[tuple[str, int]]) -> list[float] | None:
    if len(points) < 2:
        return None
    try:
        return [datetime.fromisoformat(at).timestamp() for at, _ in points]
    except (ValueError, OverflowError, OSError):  # a merged archive may have any text
        return None


def _label_dates(times: Sequence[float]) -> list[tuple[float, str]]:
    """Label equal steps from the first time to the last: days within a year, else months. Each text is used once."""
    first, last = times[0], times[-1]
    length = len("YYYY-MM-DD") if last - first < _YEAR_SECONDS else len("YYYY-MM")
    steps = [first + (last - first) * step / (_LABELS - 1) for step in range(_LABELS)]
    texts = [datetime.fromtimestamp(at, UTC).isoformat()[:length] for at in steps]
    # the first place of a text
    places = dict(zip(reversed(texts), reversed(spread(steps, 4, _RIGHT)), strict=True))
    return [(place, text) for text, place in reversed(places.items())]
