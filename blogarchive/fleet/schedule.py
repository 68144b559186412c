"""The time of the next round of a shard, by the result of the last one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from blogarchive.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    HostBusy,
    Interrupted,
    SiteChanged,
    Unreachable,
    UsageError,
)

_FIRST_BACK_OFF: Final = timedelta(minutes=15)
_LONGEST_BACK_OFF: Final = timedelta(days=1)
_MOST_DOUBLINGS: Final = 10
_SOON: Final = timedelta(minutes=1)
_NOW: Final = timedelta(0)
PAUSED: Final = frozenset({UsageError.exit_code, SiteChanged.exit_code, ArchiveDamaged.exit_code})
"""Exit codes that need a person: repeating the round would change nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundResult:
    """Result of a round. `exit_code` is negative if a signal killed its process. `outcome` is that of `runs`."""

    exit_code: int
    outcome: str | None = None
    requests: int | None = None
    pages: int | None = None
    message: str | None = None


def next_round(
    result: RoundResult, *, repeated: int, every: timedelta, lasted: timedelta
) -> timedelta | None:
    """Return the time from the end of a round to the next one; None pauses the shard.

    `repeated` is how many rounds in a row ended with this exit code. `every` counts from the start of the round.
    """
    code = result.exit_code
    if code in PAUSED:
        return None
    if code == Interrupted.exit_code or result.outcome == "limited":
        return _NOW
    if code == Unreachable.exit_code:
        return min(_FIRST_BACK_OFF * (1 << min(repeated - 1, _MOST_DOUBLINGS)), _LONGEST_BACK_OFF)
    if code in (ArchiveBusy.exit_code, HostBusy.exit_code):
        return _SOON
    if code < 0:
        return _NOW if repeated == 1 else _SOON
    return max(every - lasted, _NOW)
