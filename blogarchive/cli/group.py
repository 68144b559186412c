"""The group of all commands, and how errors become one line and an exit code."""

import importlib
import logging
import signal
import sqlite3
import sys
from collections.abc import Sequence
from gettext import gettext as _
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn

import click

from blogarchive import __version__
from blogarchive.cli import stdio
from blogarchive.errors import BlogArchiveError, Interrupted
from blogarchive.workers.process import stop_signals

_MODULES = {
    "backup": "backup_update",
    "update": "backup_update",
    "status": "reports",
    "failures": "reports",
    "verify": "reports",
    "diff": "reports",
    "sites": "reports",
    "settings": "blogs",
    "pause": "blogs",
    "resume": "blogs",
    "forget": "blogs",
    "reparse": "reparse_doctor",
    "doctor": "reparse_doctor",
    "search": "search_serve",
    "serve": "search_serve",
    "app": "search_serve",
    "export": "export_import",
    "import": "export_import",
    "merge": "export_import",
    "demo": "demo",
}


class _Lazy(click.Group):
    """Imports a command's module when it is asked for: `status` need not wait for Scrapy or Datasette."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        module = importlib.import_module(f"blogarchive.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, _NAMES.get(cmd_name, cmd_name))
        return command


_NAMES = {"import": "import_"}  # where Python keeps the command's name for itself


_HELP = _(
    """Back up hosted blogs into one SQLite file, keep them up to date, read and search them.

\b
Exit codes: 0 done, nothing new included; 1 done, with failures; 2 usage; 3 interrupted;
4 not reached, blocked or forbidden by robots.txt; 5 the site seems to have changed;
6 archive damaged or disk full; 75 another run holds the archive.
"""
)


@click.group(
    cls=_Lazy, help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="blogarchive")
def cli() -> None:
    """Group of all commands; its help is `_HELP`, translated."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    stdio.prepare()
    for signum in stop_signals():
        signal.signal(signum, _stopped)
    sys.excepthook = _unexpected
    code = run(arguments)
    for signum in stop_signals():  # a second one must not change the exit code of the first
        signal.signal(signum, signal.SIG_IGN)
    sys.exit(code)


def run(arguments: Sequence[str] | None) -> int:
    """Run the command line; gives its exit code. Mistakes of this program come out as they are."""
    stdout = sys.stdout
    try:
        code = cli.main(arguments, prog_name="blogarchive", standalone_mode=False)
    except BlogArchiveError as error:
        logging.getLogger(__name__).debug("", exc_info=error)
        _say(str(error))
        return error.exit_code
    except sqlite3.DatabaseError as error:
        told = _damage(error)
        _say(str(told))
        return told.exit_code
    except click.ClickException as error:
        _tell(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return Interrupted.exit_code
    except SystemExit:
        if sys.stdout is stdout:
            raise
        return 0  # click put another in its place: the reader of our output (head, less) has seen enough
    return code if isinstance(code, int) else 0


def _damage(error: sqlite3.DatabaseError) -> BlogArchiveError:
    """What a damaged page of the archive means that was met where nobody knew the file's name."""
    from blogarchive.store.database.connection import to_user_error

    found = to_user_error(error, Path("the archive"))
    if found is None:
        raise error
    return found


def _tell(error: click.ClickException) -> None:
    """One line, for a log too, in place of click's four; its help where nothing was typed."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    words = " ".join(error.format_message().split()).removesuffix(".")
    _say(f"{words}; `{context.command_path if context else 'blogarchive'} --help` tells more")


def _say(words: str) -> None:
    from blogarchive.crawl.progress import stamped

    click.echo(stamped(f"blogarchive: {words}", sys.stderr), err=True)


def _unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A mistake of this program: one line, and the whole story with -v; Python leaves with exit code 1."""
    _say(f"unexpected {kind.__name__}: {error}; the same command with -v tells more")
    logging.getLogger(__name__).error("", exc_info=(kind, error, trace))


def _stopped(signum: int, frame: FrameType | None) -> None:
    # Not an `Interrupted`: it may come in the middle of an import, where libraries catch every Exception.
    raise KeyboardInterrupt
