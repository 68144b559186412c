"""`--notify COMMAND`: run a command of the user with the summary of a run."""

import os
import subprocess
import sys
from gettext import gettext as _
from typing import Final

import click

SENTENCE: Final = "BLOGARCHIVE_SUMMARY"
"""Environment variable of the command, with the summary as one sentence."""
_TIMEOUT: Final = 60.0  # seconds


def notify(command: str, *, summary: str, sentence: str) -> None:
    """Run `command` in the shell with `summary` (JSON) on its standard input; print a line if it fails."""
    try:
        ended = subprocess.run(  # noqa: S602 - the user's own command line
            command,
            shell=True,
            input=f"{summary}\n".encode(),
            env={**os.environ, SENTENCE: sentence},
            stdout=sys.stderr.fileno(),
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _report(command, str(error))
        return
    if ended.returncode:
        _report(command, _("exit code {code}").format(code=ended.returncode))


def _report(command: str, reason: str) -> None:
    click.echo(
        _("blogarchive: the command of --notify failed: {command}: {reason}").format(
            command=command, reason=reason
        ),
        err=True,
    )
