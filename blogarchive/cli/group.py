"""The group of all commands; converts errors to one line and an exit code."""

import _thread
import gc
import importlib
import logging
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence
from copy import copy
from gettext import gettext as _
from inspect import cleandoc
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Final, NoReturn

import click

from blogarchive.cli import output
from blogarchive.cli.options import add_common, format_examples
from blogarchive.errors import SYSTEM_REASONS, BlogArchiveError, CannotWrite, Interrupted
from blogarchive.messages import N_
from blogarchive.processes import is_bundle
from blogarchive.store.statements import to_user_error
from blogarchive.workers.pool import stop_signals

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# The module and the first sentence of each command: the help of all commands imports none of them.
_SECTIONS: Final = {
    N_("Every day"): {
        "backup": ("backup_update", N_("Back up blogs by the URL of a blog or of a post.")),
        "update": ("backup_update", N_("Update every blog of the archive, or those with these UIDs.")),
        "status": ("status", N_("Show how much of each blog is stored.")),
        "failures": ("reports", N_("List pages and images that could not be fetched or parsed.")),
        "log": ("reports", N_("List the runs, the newest first.")),
        "app": ("search_serve", N_("Start, watch and stop backups in the browser.")),
    },
    N_("Reading"): {
        "search": ("search_serve", N_("Find posts or comments.")),
        "serve": ("search_serve", N_("Read and search the archive in the browser, with Datasette.")),
        "diff": ("reports", N_("Show the changes of a post and of its comments.")),
        "export": ("export", N_("Write blogs to files that need no special program.")),
    },
    N_("Keeping"): {
        "settings": ("blogs", N_("Show or change the settings of blogs.")),
        "pause": ("blogs", N_("Leave a blog out of updates until `resume`.")),
        "resume": ("blogs", N_("Include a paused or forgotten blog in updates again.")),
        "forget": ("blogs", N_("Leave a blog out of updates for good.")),
        "discover": ("discover", N_("Find the other blogs of a host.")),
        "import": ("import_merge", N_("Import saved pages, and the export files of platforms.")),
        "merge": ("import_merge", N_("Copy everything from other archives into this one.")),
        "seal": ("export", N_("Write a verified copy for a stick or a disc.")),
        "verify": ("reports", N_("Check the file, its references and all stored bytes.")),
        "reparse": ("reparse_doctor", N_("Parse all stored pages again with the installed version.")),
        "doctor": ("reparse_doctor", N_("Fetch or read one page, and print every parsed field.")),
        "sites": ("reports", N_("List the supported sites with their hosts.")),
        "demo": ("backup_update", N_("Back up invented blogs from a small host on this machine.")),
    },
    N_("Several machines"): {"fleet": ("fleet", N_("Keep the archives of many hosts on several machines."))},
}

_COMMANDS: Final = {name: entry for section in _SECTIONS.values() for name, entry in section.items()}


class _Lazy(click.Group):
    """Imports the module of a command when it runs: `status` does not wait for Scrapy or Datasette."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the first sentences of the commands, by section."""
        for title, commands in _SECTIONS.items():
            with formatter.section(_(title)):
                formatter.write_dl([(f"{name:8}", _(words)) for name, (_module, words) in commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Return the commands that begin so, and the options."""
        from click.shell_completion import CompletionItem

        begun = (name for name in _COMMANDS if name.startswith(incomplete))
        found = [CompletionItem(name, help=_(_COMMANDS[name][1])) for name in begun]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        name, first_sentence = _COMMANDS[cmd_name]
        module = importlib.import_module(f"blogarchive.cli.{name}")
        gc.freeze()  # the first collection would visit all that the imports made: 3 ms
        gc.enable()
        command = add_common(copy(getattr(module, _NAMES.get(cmd_name, cmd_name))))
        command.help = f"{_(first_sentence)}\n\n{cleandoc(command.help or '')}".rstrip()
        command.epilog = format_examples(cmd_name)
        return command


_NAMES = {"import": "import_"}  # Python reserves the word


_HELP = _(
    """Back up hosted blogs into one SQLite file, keep them up to date, read and search them.

\b
Exit codes: 0 done, also if nothing is new; 1 done, with failures; 2 usage;
3 interrupted; 4 not reached, blocked or forbidden by robots.txt;
5 the site seems to have changed; 6 archive damaged or disk full;
75 another run holds the archive; 76 another worker holds the host.
"""
)


@click.group(
    cls=_Lazy,
    commands=[click.Command(name) for name in _COMMANDS],  # only their names: an error shows the similar ones
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(None, "-V", "--version", package_name="blogarchive", prog_name="blogarchive")
@click.option(
    "--completion",
    type=click.Choice(["bash", "zsh", "fish"]),
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, param, value: _print_completion(ctx, value),
    help=_("Print the completion of commands and options for this shell."),
)
def cli() -> None:
    """Group of all commands; its help is `_HELP`, translated."""


def _print_completion(ctx: click.Context, shell: str | None) -> None:
    if shell is None:
        return
    from click.shell_completion import get_completion_class

    if kind := get_completion_class(shell):
        click.echo(kind(ctx.command, {}, "blogarchive", "_BLOGARCHIVE_COMPLETE").source())
        ctx.exit()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its exit code."""
    if not (sys.argv[1:] if arguments is None else arguments):
        arguments = default_arguments()
    output.replace_streams()
    for signum in stop_signals():  # an init system and a closed terminal stop a command as Ctrl-C does
        signal.signal(signum, _interrupt)
    sys.excepthook = _report_program_error  # a user needs one line; -v logs the traceback
    code = run(arguments)
    gc.freeze()  # objects in cycles end with the process: to look for them takes a twentieth of an export
    for signum in stop_signals():  # a second signal must not change the exit code of the first
        signal.signal(signum, signal.SIG_IGN)
    sys.exit(code)


def default_arguments() -> list[str]:
    """Return `app` on a desktop if a terminal or a bundle starts the program, else nothing."""
    from blogarchive.store.database.files import has_display

    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    return ["app"] if (is_terminal or is_bundle()) and has_display(os.environ, sys.platform) else []


def run(arguments: Sequence[str] | None) -> int:
    """Run the command line and return its exit code; raises errors of this program."""
    stdout = sys.stdout
    try:
        # Standalone, click would print errors in four lines, and end with codes of its own.
        code = cli.main(arguments, prog_name="blogarchive", standalone_mode=False)
    except (BlogArchiveError, sqlite3.DatabaseError, PermissionError) as error:
        shown = _find_user_error(error)
        if shown is None:
            raise
        _print_error(str(shown))
        return shown.exit_code
    except click.ClickException as error:
        _print_usage_error(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _print_error(_("interrupted"))
        return Interrupted.exit_code
    except SystemExit:
        if sys.stdout is stdout:
            raise
        return 0  # click replaced stdout: the reader of the output (head, less) has ended
    return code if isinstance(code, int) else 0


def _find_user_error(error: Exception) -> BlogArchiveError | None:
    """Return the error to show to the user, or None if it is a mistake of this program."""
    if isinstance(error, BlogArchiveError):
        return error
    if not isinstance(error, PermissionError):
        return to_user_error(error, Path("the archive"))
    if error.filename is None:
        return None
    # Each look at a file fails in a folder that the user may not enter.
    text = _("no permission for {path}; correct it, or choose another place, then run again")
    return CannotWrite(text, path=error.filename)


def _print_usage_error(error: click.ClickException) -> None:
    """Print one line instead of click's four; the help if there are no arguments."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    text = " ".join(error.format_message().split()).removesuffix(".").removesuffix("。")
    for reason in SYSTEM_REASONS:
        text = text.replace(reason, _(reason))
    message = _("{error}; see `{command} --help`")
    _print_error(message.format(error=text, command=context.command_path if context else "blogarchive"))


def _print_error(text: str) -> None:
    from blogarchive.crawl.progress import stamped

    output.note(stamped(f"blogarchive: {text}", sys.stderr))


def _report_program_error(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an error of this program in one line, and log its traceback; Python exits with 1."""
    text = _("unexpected {error}; run the same command with -v for details")
    _print_error(text.format(error=f"{kind.__name__}: {error}"))
    logging.getLogger(__name__).error("", exc_info=(kind, error, trace))


def _interrupt(signum: int, frame: FrameType | None) -> None:
    """Raise `KeyboardInterrupt`; during an import, receive the signal again a moment later.

    Libraries catch every exception while they are imported, and Python ends with another code if one passes `exec`.
    """
    if _is_importing(frame):
        threading.Timer(0.05, _thread.interrupt_main, [signum]).start()
    else:
        # An object that was being made fails once more when it is deleted.
        sys.unraisablehook = lambda _: None
        raise KeyboardInterrupt


def _is_importing(frame: FrameType | None) -> bool:
    while frame and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None
