"""The frame of a plot: title, axes with their labels, years under the axis of time."""

from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup, escape

from blogarchive.browse.plots.scales import short_number

WIDTH: Final = 720
HEIGHT: Final = 150
RIGHT: Final = WIDTH - 52
"""The right end of the plot; the labels of the vertical axis are beside it, where the newest values are."""

TOP: Final = 22
_BOTTOM: Final = 22


def draw_frame(body: Iterable[str], *, title: str, unit: str, ticks: Sequence[int], times: str) -> Markup:
    """Return the plot: `body` is escaped SVG, `ticks` label the vertical axis in `unit`, `times` the horizontal one."""
    lines = []
    for tick in ticks:
        y = height_of(tick, ticks)
        lines.append(
            f'<line class="grid" x1="0" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{RIGHT + 6}" y="{y + 4:.1f}">{short_number(tick)}</text>'
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
