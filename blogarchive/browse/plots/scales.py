"""Scales of plots: round ticks for values, months between two months, positions of times."""

import re
from collections.abc import Sequence
from typing import Final

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


def short_number(value: int) -> str:
    """Return a number for an axis: 1200 as `1,200`, 1850000 as `1.85M`."""
    return f"{value / 1_000_000:g}M" if value >= 1_000_000 else f"{value:,}"


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
