"""Lines over time: a plot with axes, and a small line without."""

from collections.abc import Sequence
from datetime import UTC, datetime

from markupsafe import Markup, escape

from blogarchive.browse.plots.frame import RIGHT, draw_frame, height_of, label_times
from blogarchive.browse.plots.scales import round_ticks, spread

_SPARK_WIDTH, _SPARK_HEIGHT = 160, 36
_LABELS = 5
_YEAR_SECONDS = 366 * 86_400


def draw_line(points: Sequence[tuple[str, int]], *, title: str, unit: str) -> Markup:
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
    return draw_frame(body, title=title, unit=unit, ticks=ticks, times=_label_dates(times))


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
    """Label equal steps from the first time to the last, with days within a year, else with months."""
    first, last = times[0], times[-1]
    length = len("YYYY-MM-DD") if last - first < _YEAR_SECONDS else len("YYYY-MM")
    steps = [first + (last - first) * step / (_LABELS - 1) for step in range(_LABELS)]
    texts = [datetime.fromtimestamp(at, UTC).isoformat()[:length] for at in steps]
    return label_times(list(zip(spread(steps, 4, RIGHT), texts, strict=True)))
