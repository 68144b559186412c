"""What a benchmark gives back: a name, the goal, the figure; a number of its own for the table and the JSON."""

from dataclasses import dataclass
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table: what was measured, the goal in words, the figure in words."""

    name: str
    goal: str
    figure: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A finished process: wall seconds, its own processor seconds, peak memory in MiB, what it printed."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    exit_code: int
    stdout: str
