"""Options that several commands share."""

import errno
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import reduce
from gettext import gettext as _
from math import isfinite
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from blogarchive.cli.output import explain_damage
from blogarchive.errors import UsageError
from blogarchive.store.database.files import default_db

_SPAN = r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2}))?"
# More than any archive has; SQLite and timers refuse much larger ones in the middle of a run.
_LARGEST = 2**31 - 1
_DURATION = r"(?P<count>[0-9]{1,9})(?P<unit>[smhd])"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = 366 * 86400


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD; YYYY-MM and YYYY mean their first day, or with `last` their last day."""

    name = "date"

    def __init__(self, *, last: bool = False) -> None:
        self._last = last

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; raises `click.BadParameter` for other text."""
        try:
            if span := re.fullmatch(_SPAN, str(value)):
                return self._day(int(span["year"]), int(span["month"]) if span["month"] else None)
            return date.fromisoformat(str(value))
        except ValueError:
            text = _("{value!r} is no day; write it as 2025-01-28, 2025-01 or 2025")
            self.fail(text.format(value=value), param, ctx)

    def _day(self, year: int, month: int | None) -> date:
        from calendar import monthrange  # few commands name a day

        month = month or (12 if self._last else 1)
        return date(year, month, monthrange(year, month)[1] if self._last else 1)


class Count(click.IntRange):
    """A count, at most 2**31 - 1."""

    name = "number"  # a message names it, and so does the help

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the count; raises `click.BadParameter` for other text."""
        number: int = super().convert(value, param, ctx)
        if number > _LARGEST:
            self.fail(_("{value!r} is too large a number").format(value=value), param, ctx)
        return number


class Seconds(click.FloatRange):
    """A finite number of seconds."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds; raises `click.BadParameter` for other text, `nan` and `inf`."""
        seconds: float = super().convert(value, param, ctx)
        if not isfinite(seconds):
            self.fail(_("{value!r} is no number of seconds").format(value=value), param, ctx)
        return seconds


class Duration(click.ParamType[timedelta]):
    """A time as a number and a unit: 90s, 30m, 2h or 1d."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the time; raises `click.BadParameter` for other text, zero and more than a year."""
        parts = re.fullmatch(_DURATION, str(value))
        seconds = int(parts["count"]) * _SECONDS[parts["unit"]] if parts else 0
        if not 0 < seconds <= _LONGEST:
            text = _("{value!r} is no duration; write it as 30m, 2h or 1d")
            self.fail(text.format(value=value), param, ctx)
        return timedelta(seconds=seconds)


class OutArgument(click.ParamType[Path | str]):
    """A path, or the URL of an object store as `s3://bucket/folder`."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        """Return the path, or the URL as it is."""
        if isinstance(value, str) and "://" in value:
            return value
        path: Path = PathArgument().convert(value, param, ctx)
        return path


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
        try:  # SQLite adds up to eight characters to the name of an archive, we add `.holder`
            os.lstat(f"{path}.holder" if param and param.name == "db" else path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:  # click would print the whole of it
                self.fail(_("{path}… is too long a name").format(path=path[:40]), param, ctx)
        return super().convert(path, param, ctx)


FILE: Final = PathArgument(dir_okay=False)
"""The path of a file, which need not exist."""


def format_examples(name: str) -> str | None:
    """Return the examples of a command as the end of its help; None if it has none."""
    every = Path(__file__).with_name("examples.txt").read_text("utf-8").splitlines()
    found = [f"  blogarchive {words}" for words in every if words.partition(" ")[0] == name]
    return "\n".join(("\b", _("Examples:"), *found)) if found else None


FILE_NAME: Final = "blogarchive.toml"
_F = TypeVar("_F", bound=Callable[..., Any])

_COMMANDS: Final = ("backup", "update", "serve")


def load_config(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    """Set the defaults of the options of a command; raises `UsageError` for an unknown key or an invalid file."""
    db: Path = ctx.params.get("db") or Path()
    path = value or db.with_name(FILE_NAME)
    if value is None and not path.is_file():
        return
    import tomllib  # few archives have such a file

    try:
        found = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        text = _("{path} is no valid configuration file: {error}")
        raise UsageError(text, path=path, error=_reason(error)) from error
    _check_keys(ctx, path, found)
    # The file beside an archive must not name another archive, beside which may be another file.
    if value is None and any("db" in table for table in (found, *found.values()) if isinstance(table, dict)):
        text = _("{path}: {key} can only be set in a file named with --config")
        raise UsageError(text, path=path, key="db")
    plain = {key: default for key, default in found.items() if not isinstance(default, dict)}
    chosen = {**plain, **found.get(ctx.info_name or "", {})}
    ctx.default_map = dict(_defaults(ctx.command, path, chosen))


def _reason(error: Exception) -> str:
    """Return why a configuration file cannot be read, with Python's words, which are English, in brackets."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    line = re.search(r"line ([0-9]+)", str(error))
    text = _("line {line} is no TOML ({error})") if line else _("it is no TOML in UTF-8 ({error})")
    return text.format(line=line and line[1], error=error)


def _check_keys(ctx: click.Context, path: Path, found: Mapping[str, Any]) -> None:
    """Raise `UsageError` for a key that is no option, or no option of the command of its table."""
    group = ctx.find_root().command
    assert isinstance(group, click.Group)  # noqa: S101 - the root of the command line is a group
    commands = {name: group.get_command(ctx, name) for name in _COMMANDS}
    options = {name: _options(command).keys() for name, command in commands.items() if command}
    everywhere = {key for keys in options.values() for key in keys}
    for key, value in found.items():
        is_table = key in options and isinstance(value, dict)
        known = options[key] if is_table else everywhere
        for name in value if is_table else (key,):
            if name not in known:
                shown = f"{key}.{name}" if is_table else key
                text = _("{path}: unknown key {key}; known keys: {known}")
                raise UsageError(text, path=path, key=shown, known=", ".join(sorted(known)))


def _defaults(command: click.Command, path: Path, chosen: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the name of each parameter and its default, with paths relative to the file."""
    options = _options(command)
    for key in options.keys() & chosen.keys():
        option, value = options[key], chosen[key]
        if isinstance(value, dict) or (isinstance(value, list) and not option.multiple):
            raise UsageError(_("{path}: {key} takes one value"), path=path, key=key)
        if isinstance(option.type, click.Path):
            value = str(path.absolute().parent / Path(str(value)).expanduser())
        if option.multiple:
            yield option.name or key, list(map(str, value if isinstance(value, list) else [value]))
        else:  # as text, which click converts: a number or a date in place of a flag would be an uncaught error
            yield option.name or key, value if isinstance(value, bool) else str(value)


def _options(command: click.Command) -> dict[str, click.Option]:
    """Return the visible options of a command by their long names."""
    return {
        name.removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
        for name in option.opts
        if name.startswith("--") and name not in ("--config", "--help")
    }


def _open_db(ctx: click.Context, param: click.Parameter, value: Path) -> Path:
    """Return the path of the archive; its damage explains an unexpected error of the command.

    Raises `UsageError` if the user names a folder that does not exist.
    """
    source = ctx.get_parameter_source(param.name or "")
    # A mistyped folder would be made, and the blog be fetched into it as if nothing were stored.
    if source is not click.core.ParameterSource.DEFAULT and not value.parent.exists():
        text = _("no archive at {path}: there is no folder {folder}; make it, or correct --db")
        raise UsageError(text, path=value, folder=value.parent)
    ctx.with_resource(explain_damage(value))
    return value


def set_up_logging(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    """Send the log to stderr with -v; without it, only critical records."""
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    level = logging.INFO if value else logging.CRITICAL
    for handler in logging.getLogger().handlers:
        handler.setLevel(level)
    logging.getLogger("blogarchive.notices").propagate = False  # Python prints them without level and name
    return value


db = click.option(
    "--db",
    type=FILE,
    default=default_db,
    is_eager=True,  # the configuration file is beside the archive
    callback=_open_db,
    help=_("Path of the archive. [default: BLOGARCHIVE_DB, data/archive.db or ~/blogarchive/archive.db]"),
)

config = click.option(
    "--config",
    type=PathArgument(exists=True, dir_okay=False),
    is_eager=True,
    expose_value=False,
    callback=load_config,  # between `db` and the other options, for which the file has defaults
    help=_("Defaults of options, as TOML. [default: blogarchive.toml beside the archive]"),
)

as_json = click.option("--json", "as_json", is_flag=True, help=_("Print JSON on stdout."))

quiet = click.option("-q", "--quiet", is_flag=True, help=_("Print nothing if all is well."))

site = click.option(
    "--site", metavar="NAME", help=_("Read the pages as those of this site; `blogarchive sites` lists them.")
)

delay = click.option("--delay", type=Seconds(min=0), help=_("Seconds between requests. [default: 1]"))

duration = click.option(
    "--for", "duration", type=Duration(), help=_("End after this time, as 30m, 2h or 1d.")
)

max_requests = click.option("--max-requests", type=Count(min=1), help=_("End after this many requests."))

cookies = click.option(
    "--cookies",
    type=PathArgument(exists=True, dir_okay=False),
    help=_("Your cookies, as Netscape cookies.txt: they show your hidden posts."),
)

ignore_robots = click.option(
    "--ignore-robots", is_flag=True, help=_("Do not obey robots.txt: for your own blog.")
)

ignore_certificates = click.option(
    "--ignore-certificates",
    is_flag=True,
    help=_("Accept an expired or foreign certificate: others may then change what arrives."),
)


def url_list(text: str, errors: str = "strict") -> Callable[[_F], _F]:
    """Return the option `--from FILE`, passed to the command as `list_file`; `text` is its help."""
    file = click.File(encoding="utf-8", errors=errors)
    return click.option("--from", "list_file", type=file, metavar="FILE", help=text)


def add_common(command: click.Command) -> click.Command:
    """Add `--db`, `-q` and `-v` to a command that does not define them; -v shows the log."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            add_common(each)
        return command
    hidden: dict[str, Any] = {"expose_value": False, "hidden": True}
    explained = _("Print the log as well.")
    common = (
        click.Option(["--db"], type=PathArgument(), **hidden),  # of a command that opens no archive
        click.Option(["-q", "--quiet"], is_flag=True, **hidden),  # of one that always prints its result
        click.Option(
            ["-v", "--verbose"], is_flag=True, expose_value=False, callback=set_up_logging, help=explained
        ),
    )
    named = {word for param in command.params for word in param.opts}
    command.params += [option for option in common if not named & set(option.opts)]
    return command


def all_of(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    """Return a decorator that adds these options to a command, in this order in its help."""
    return lambda command: reduce(lambda decorated, option: option(decorated), reversed(options), command)


db_and_json = all_of(db, as_json)

db_json_quiet = all_of(db, as_json, quiet)

crawl_flags = all_of(
    delay,
    click.option("--limit", type=Count(min=1), help=_("Fetch at most this many posts.")),
    click.option(
        "--since", type=Day(), help=_("Leave out posts that a list or their URL dates before this day.")
    ),
    duration,
    max_requests,
    click.option(
        "--revisits",
        type=Count(min=0),
        help=_("Requests of a run for pages that may have changed; stored for the blog."),
    ),
    click.option("--no-media", is_flag=True, help=_("Fetch no images.")),
    click.option("--media-hosts", multiple=True, metavar="HOST", help=_("Also fetch images from this host.")),
    cookies,
    ignore_robots,
    ignore_certificates,
    click.option(
        "--notify",
        metavar="COMMAND",
        help=_("Run this command if something is new or wrong; it gets the result as JSON on its input."),
    ),
    click.option("--dry-run", is_flag=True, help=_("Print the requests; send none and write nothing.")),
    db,
    config,
    as_json,
    quiet,
    click.option(
        "-v", "--verbose", is_flag=True, callback=set_up_logging, help=_("Print more, with the log.")
    ),
)
"""The options of a crawl, which a command passes on to `run_crawl`."""
