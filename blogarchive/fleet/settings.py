"""The address of the fleet's PostgreSQL, the optional packages that it needs, and its time limits."""

import importlib.util
import math
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import gettext as _
from typing import Final

from blogarchive.errors import UsageError

VARIABLE: Final = "BLOGARCHIVE_FLEET"
"""Environment variable with the address of PostgreSQL; without it, no command uses a fleet."""

PATIENCE_VARIABLE: Final = "BLOGARCHIVE_FLEET_PATIENCE"
"""Environment variable with `TimeLimits.client`, for slow networks; the same on all machines of a fleet."""
_PATIENCE: Final = 8.0
_SHORTEST_PATIENCE: Final = 1.0

_PACKAGES: Final = ("psycopg", "procrastinate")


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeLimits:
    """Seconds. A process sends no more requests if PostgreSQL has not answered for `client`.

    PostgreSQL ends the session of a process that was silent for `server`, and so frees its locks: later than `client`.
    """

    client: float

    @property
    def ping(self) -> float:
        """Return the time between two statements that confirm a session."""
        return self.client / 4

    @property
    def server(self) -> float:
        """Return the time after which PostgreSQL ends a silent session."""
        return self.client * 2.5

    @property
    def after_start(self) -> float:
        """Return the time after a start of PostgreSQL, which frees all locks, until their holders have stopped."""
        return self.client + 2.0


def time_limits(environment: Mapping[str, str] = os.environ) -> TimeLimits:
    """Return the time limits of the fleet. Raises `UsageError` for a value that is no number of seconds."""
    text = environment.get(PATIENCE_VARIABLE) or str(_PATIENCE)
    try:
        client = float(text)
    except ValueError:
        client = 0.0
    if not _SHORTEST_PATIENCE <= client < math.inf:
        raise UsageError(
            _("{variable}={value} is no number of seconds of at least 1").format(
                variable=PATIENCE_VARIABLE, value=text
            )
        )
    return TimeLimits(client=client)


def fleet_url(environment: Mapping[str, str] = os.environ) -> str:
    """Return the address of PostgreSQL. Raises `UsageError` if it is not set or the extra is not installed."""
    url = environment.get(VARIABLE, "")
    if not url:
        raise UsageError(
            _("set {variable} to the address of PostgreSQL, as postgresql://user@host/database").format(
                variable=VARIABLE
            )
        )
    if not all(map(importlib.util.find_spec, _PACKAGES)):
        raise UsageError(
            _("a fleet needs more packages: install this program again with its extra blogarchive[fleet]")
        )
    return url


def boot_clock() -> float:
    """Return seconds of a clock that also runs while the machine sleeps."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    elif sys.platform == "darwin":  # noqa: RET505 - mypy takes statements after `return` as unreachable on Linux
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # `time.monotonic` stands still while a Mac sleeps
    else:
        return time.monotonic()
