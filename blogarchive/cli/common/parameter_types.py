"""Types of parameters of the command line: days, counts, seconds, durations, paths."""

import errno
import os
import re
from calendar import monthrange
from datetime import date, timedelta
from gettext import gettext as _
from math import isfinite
from pathlib import Path
from typing import Any

import click

_SPAN = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2}))?")
_LARGEST = 2**31 - 1
_DURATION = re.compile(r"(?P<count>[0-9]{1,9})(?P<unit>[smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = 366 * 86400


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD; YYYY-MM and YYYY mean their first day, or with `last` their last day."""

    name = "date"

    def __init__(self, *, last: bool = False) -> None:
        self._last = last

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; raises `click.BadParameter` for other text."""
        if isinstance(value, date):
            return value
        try:
            if span := _SPAN.fullmatch(str(value)):
                return self._day(int(span["year"]), int(span["month"]) if span["month"] else None)
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(
                _("{value!r} is no day; write it as 2025-01-28, 2025-01 or 2025").format(value=value),
                param,
                ctx,
            )

    def _day(self, year: int, month: int | None) -> date:
        if not self._last:
            return date(year, month or 1, 1)
        month = month or 12
        return date(year, month, monthrange(year, month)[1])


class Count(click.IntRange):
    """A count, at most 2**31 - 1."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the count; raises `click.BadParameter` for other text."""
        number: int = super().convert(value, param, ctx)
        return (
            number
            if number <= _LARGEST
            else self.fail(_("{value!r} is too large a number").format(value=value), param, ctx)
        )


class Seconds(click.FloatRange):
    """A finite number of seconds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds; raises `click.BadParameter` for other text, `nan` and `inf`."""
        seconds: float = super().convert(value, param, ctx)
        return (
            seconds
            if isfinite(seconds)
            else self.fail(_("{value!r} is no number of seconds").format(value=value), param, ctx)
        )


class Duration(click.ParamType[timedelta]):
    """A time as a number and a unit: 90s, 30m, 2h or 1d."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the time; raises `click.BadParameter` for other text, zero and more than a year."""
        if isinstance(value, timedelta):
            return value
        parts = _DURATION.fullmatch(str(value))
        seconds = int(parts["count"]) * _SECONDS[parts["unit"]] if parts else 0
        if not 0 < seconds <= _LONGEST:
            self.fail(
                _("{value!r} is no duration; write it as 30m, 2h or 1d").format(value=value), param, ctx
            )
        return timedelta(seconds=seconds)


class PathArgument(click.Path):
    """A `pathlib.Path`; expands `~`, which the shell leaves in `--db=~/archive.db` and cron everywhere."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(path_type=Path, **kwargs)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """Return an English word: click aligns options by characters, and Chinese ones are two columns wide."""
        if isinstance(param, click.Argument):
            return None
        return "PATH" if self.dir_okay else "FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; raises `click.BadParameter` if it is empty, too long or not of the required type."""
        if not os.fspath(value):
            self.fail(_("the name is empty"), param, ctx)
        path = os.path.expanduser(value)  # noqa: PTH111 - Path.expanduser may raise
        try:
            os.lstat(path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                self.fail(_("{path}… is too long a name").format(path=path[:40]), param, ctx)
        return super().convert(path, param, ctx)
