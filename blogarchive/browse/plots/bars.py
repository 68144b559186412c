"""Bars by month: a bar may have two parts and is a link."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from blogarchive.browse.plots.frame import HEIGHT, RIGHT, TOP, draw_frame, label_times
from blogarchive.browse.plots.scales import MONTH, months_between, round_ticks


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of a month: its value, a part above it that is lacking, a title in words, and its link or ""."""

    value: int
    title: str
    href: str = ""
    lacking: int = 0


def draw_bars(bars: Mapping[str, Bar], *, title: str, unit: str) -> Markup:
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
