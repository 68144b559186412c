"""Options that several commands share."""

import errno
import logging
import os
import re
import sys
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from functools import wraps
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import click

from blogarchive.crawl.options import default_db

_F = TypeVar("_F", bound=Callable[..., Any])
_SPAN = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2}))?")
_LARGEST = 2**31 - 1


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD; YYYY-MM and YYYY are the first day in it, the last one where `last` says so."""

    name = "date"

    def __init__(self, *, last: bool = False) -> None:
        self._last = last

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; fails where the words are none."""
        if isinstance(value, date):
            return value
        try:
            if span := _SPAN.fullmatch(str(value)):
                return self._day(int(span["year"]), int(span["month"]) if span["month"] else None)
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2025-01-28, 2025-01 or 2025", param, ctx)

    def _day(self, year: int, month: int | None) -> date:
        if not self._last:
            return date(year, month or 1, 1)
        month = month or 12
        return date(year, month, monthrange(year, month)[1])


class Count(click.IntRange):
    """A number of things; one that no archive could hold is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; fails where the words are none, or too many."""
        number: int = super().convert(value, param, ctx)
        return number if number <= _LARGEST else self.fail(f"{value!r} is too large a number", param, ctx)


class Seconds(click.FloatRange):
    """A number of seconds; `nan` and `inf`, which are numbers too, are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds; fails where the words are none."""
        seconds: float = super().convert(value, param, ctx)
        return seconds if isfinite(seconds) else self.fail(f"{value!r} is no number of seconds", param, ctx)


class PathArgument(click.Path):
    """A path as `pathlib.Path`; `~` is the home folder where no shell made it so: `--db=~/archive.db`, a crontab."""

    def __init__(self, **how: Any) -> None:
        super().__init__(path_type=Path, **how)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; fails where what it must be is not so, and where no file can have that name."""
        if not os.fspath(value):
            self.fail("the name is empty", param, ctx)
        path = os.path.expanduser(value)  # noqa: PTH111 - pathlib's may raise
        try:
            os.lstat(path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                self.fail(f"{path[:40]}… is too long a name", param, ctx)
        return super().convert(path, param, ctx)


def db(function: _F) -> _F:
    """`--db PATH`, given to the command as `db`."""
    return click.option(
        "--db",
        type=PathArgument(dir_okay=False),
        default=default_db,
        help="The archive. [default: BLOGARCHIVE_DB, else data/archive.db]",
    )(function)


def as_json(function: _F) -> _F:
    """`--json`, given to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")(function)


def no_db(function: _F) -> _F:
    """`--db`, which every command takes, for one that opens no archive."""
    return click.option("--db", type=PathArgument(), expose_value=False, hidden=True)(function)


def verbosity(function: _F) -> _F:
    """`-q` and `-v`, given to the command as `quiet` and `verbose`; -v shows the libraries' log too."""
    quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing when all is well.")
    verbose = click.option("-v", "--verbose", is_flag=True, callback=_loud, help="Say more, with the log.")
    return quiet(verbose(function))


def any_verbosity(function: _F) -> _F:
    """`-q` and `-v` for a command that only prints what it was asked for: -q changes nothing there."""
    quiet = click.option("-q", "--quiet", is_flag=True, expose_value=False, hidden=True)
    verbose = click.option(
        "-v", "--verbose", is_flag=True, expose_value=False, callback=_loud, help="Show the log as well."
    )
    return quiet(verbose(function))


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlFlags:
    """How a run walks, as the options of `backup` and `update` say."""

    delay: float | None
    limit: int | None
    since: date | None
    no_media: bool
    media_hosts: tuple[str, ...]
    cookies: Path | None
    ignore_robots: bool
    dry_run: bool
    as_json: bool
    quiet: bool
    verbose: bool


cookies = click.option(
    "--cookies",
    type=PathArgument(exists=True, dir_okay=False),
    help="Your own cookies, as Netscape cookies.txt: they show your hidden posts.",
)

_WALKING = (
    click.option("--delay", type=Seconds(min=0), help="Seconds between requests. [default: 1]"),
    click.option("--limit", type=Count(min=1), help="Read at most so many posts."),
    click.option("--since", type=Day(), help="Leave out posts older than that day."),
    click.option("--no-media", is_flag=True, help="Fetch no pictures."),
    click.option("--media-hosts", multiple=True, metavar="HOST", help="Fetch pictures from there too."),
    cookies,
    click.option("--ignore-robots", is_flag=True, help="Do not ask robots.txt: for your own blog."),
    click.option("--dry-run", is_flag=True, help="Say what would be requested; ask and write nothing."),
)


def walking(function: Callable[..., int]) -> Callable[..., int]:
    """The options of `backup` and `update`, given to the command as one `manner`."""

    @wraps(function)
    def command(**given: Any) -> int:
        manner = CrawlFlags(**{field.name: given.pop(field.name) for field in fields(CrawlFlags)})
        return function(**given, manner=manner)

    for option in reversed(_WALKING):
        command = option(command)
    return db(as_json(verbosity(command)))


def _loud(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    """Send the log to stderr; without -v the run's own words are enough."""
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    level = logging.INFO if value else logging.CRITICAL
    for handler in logging.getLogger().handlers:
        handler.setLevel(level)
    return value
