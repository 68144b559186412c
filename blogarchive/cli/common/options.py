"""Options that several commands share."""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import wraps
from gettext import gettext as _
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from click.core import ParameterSource

from blogarchive.cli.common.config_file import load_config
from blogarchive.cli.common.damage import explain_damage
from blogarchive.cli.common.parameter_types import Count, Day, Duration, PathArgument, Seconds
from blogarchive.crawl.options import default_db
from blogarchive.errors import UsageError

_F = TypeVar("_F", bound=Callable[..., Any])


def db(function: _F) -> _F:
    """Add `--db PATH`, passed to the command as `db`; a folder that the user names must exist."""
    return _db_option(function, callback=_check_folder)


def db_in_new_folder(function: _F) -> _F:
    """Add `--db PATH`, passed to the command as `db`, to a command that makes the folder later."""
    return _db_option(function, callback=None)


def _db_option(function: _F, *, callback: Callable[..., Path] | None) -> _F:
    """Add `--db`; damage of that archive explains an unexpected error of the command."""

    @wraps(function)
    def command(*, db: Path, **values: Any) -> Any:
        with explain_damage(db):
            return function(db=db, **values)

    return click.option(
        "--db",
        type=PathArgument(dir_okay=False),
        default=default_db,
        is_eager=True,  # the configuration file is beside the archive
        callback=callback,
        help=_("Path of the archive. [default: BLOGARCHIVE_DB, data/archive.db or ~/blogarchive/archive.db]"),
    )(cast(_F, command))


def config(function: _F) -> _F:
    """Add `--config FILE`; apply it between `db` and the other options, for which it has defaults."""
    return click.option(
        "--config",
        type=PathArgument(exists=True, dir_okay=False),
        is_eager=True,
        expose_value=False,
        callback=load_config,
        help=_("Defaults of options, as TOML. [default: blogarchive.toml beside the archive]"),
    )(function)


def as_json(function: _F) -> _F:
    """Add `--json`, passed to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help=_("Print JSON on stdout."))(function)


def no_db(function: _F) -> _F:
    """Add a hidden `--db` to a command that opens no archive: every command accepts it."""
    return click.option("--db", type=PathArgument(), expose_value=False, hidden=True)(function)


def verbosity(function: _F) -> _F:
    """Add `-q` and `-v`, passed to the command as `quiet` and `verbose`; -v also shows the log."""
    quiet = click.option("-q", "--quiet", is_flag=True, help=_("Print nothing if all is well."))
    verbose = click.option(
        "-v", "--verbose", is_flag=True, callback=_set_up_logging, help=_("Print more, with the log.")
    )
    return quiet(verbose(function))


def any_verbosity(function: _F) -> _F:
    """Add `-q` and `-v` to a command that always prints its result; -q changes nothing."""
    quiet = click.option("-q", "--quiet", is_flag=True, expose_value=False, hidden=True)
    verbose = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_set_up_logging,
        help=_("Print the log as well."),
    )
    return quiet(verbose(function))


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlFlags:
    """Values of the options of `backup`, `update` and `failures`."""

    delay: float | None
    limit: int | None
    since: date | None
    duration: timedelta | None
    max_requests: int | None
    no_media: bool
    media_hosts: tuple[str, ...]
    cookies: Path | None
    ignore_robots: bool
    dry_run: bool
    as_json: bool
    quiet: bool
    verbose: bool
    notify: str | None
    named: frozenset[str]
    """Names of the options that are on the command line, not in the configuration file."""


cookies = click.option(
    "--cookies",
    type=PathArgument(exists=True, dir_okay=False),
    help=_("Your cookies, as Netscape cookies.txt: they show your hidden posts."),
)

_CRAWL_FLAGS = (
    click.option("--delay", type=Seconds(min=0), help=_("Seconds between requests. [default: 1]")),
    click.option("--limit", type=Count(min=1), help=_("Fetch at most this many posts.")),
    click.option("--since", type=Day(), help=_("Leave out older posts.")),
    click.option(
        "--for",
        "duration",
        type=Duration(),
        help=_("End after this time, as 30m, 2h or 1d; the next run continues."),
    ),
    click.option(
        "--max-requests",
        type=Count(min=1),
        help=_("End after this many requests; the next run continues."),
    ),
    click.option("--no-media", is_flag=True, help=_("Fetch no images.")),
    click.option("--media-hosts", multiple=True, metavar="HOST", help=_("Also fetch images from this host.")),
    cookies,
    click.option("--ignore-robots", is_flag=True, help=_("Do not obey robots.txt: for your own blog.")),
    click.option(
        "--notify",
        metavar="COMMAND",
        help=_("Run this command if something is new or wrong; it gets the result as JSON on its input."),
    ),
    click.option("--dry-run", is_flag=True, help=_("Print the requests; send none and write nothing.")),
)


def crawl_flags(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options of a crawl, passed to the command as one `flags`."""

    @wraps(function)
    def command(**values: Any) -> int:
        names = [field.name for field in fields(CrawlFlags) if field.name in values]
        context = click.get_current_context()
        named = {name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
        flags = CrawlFlags(**{name: values.pop(name) for name in names}, named=frozenset(named))
        return function(**values, flags=flags)

    for option in reversed(_CRAWL_FLAGS):
        command = option(command)
    return db(config(as_json(verbosity(command))))


def _check_folder(ctx: click.Context, param: click.Parameter, value: Path) -> Path:
    """Return the path of the archive; raises `UsageError` if the user names a folder that does not exist."""
    source = ctx.get_parameter_source(param.name or "")
    if source is not ParameterSource.DEFAULT and not value.parent.exists():
        raise UsageError(
            _("no archive at {path}: there is no folder {folder}; make it, or correct --db").format(
                path=value, folder=value.parent
            )
        )
    return value


def _set_up_logging(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    """Send the log to stderr with -v; without it, only critical records."""
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    level = logging.INFO if value else logging.CRITICAL
    for handler in logging.getLogger().handlers:
        handler.setLevel(level)
    logging.getLogger("blogarchive.notices").propagate = False  # Python prints them without level and name
    return value
