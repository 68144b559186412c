"""The rows of benchmarks, and whether a figure reaches its goal."""

import re
from dataclasses import dataclass
from typing import NamedTuple

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class Row(NamedTuple):
    """One row of the table: the name of the measurement, its goal and its figure as text.

    A goal that can be missed begins with `at most`, `at least` or `exactly` and a number; it applies to all numbers
    of the figure before a bracket.
    """

    name: str
    goal: str
    figure: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A finished process: wall seconds, processor seconds with those of its processes, peak memory in MiB, its output."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    exit_code: int
    stdout: str


def verdict(row: Row) -> str:
    """Return `ok` or `short`; empty for a row without a goal."""
    limit = _NUMBER.search(row.goal.replace(",", ""))
    told = [float(number) for number in _NUMBER.findall(row.figure.replace(",", "").split("(")[0])]
    if limit is None or not told:
        return ""
    bound = float(limit[0])
    reached = {
        "at most": all(number <= bound for number in told),
        "at least": all(number >= bound for number in told),
        "exactly": all(number == bound for number in told),
    }
    for words_of_goal, holds in reached.items():
        if row.goal.startswith(words_of_goal):
            return "ok" if holds else "short"
    return ""
