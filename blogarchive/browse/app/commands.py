"""Commands of blogarchive as processes of their own: a crawl in the background, or a short command with its output.

The pages write to the archive through the command line alone, so that a page and a terminal can never do
different things.
"""

import asyncio
import json
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blogarchive.messages import Language
from blogarchive.processes import detached_environment, own_command
from blogarchive.store.database.connection import lock_holder

_SHORT_COMMAND_SECONDS = 120.0
# Ctrl-C in the terminal of the server must not reach the crawl; the server stops it itself.
_NEW_GROUP: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # Windows
_STOP: signal.Signals = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandResult:
    """Result of a short command: its exit code and its output."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return the output, parsed as JSON."""
        return json.loads(self.out)

    @property
    def message(self) -> str:
        """The last line of the error output, without the program's name."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        return lines[-1].partition("blogarchive: ")[2] or lines[-1] if lines else ""


async def run_command(*words: str, language: Language) -> CommandResult:
    """Run a short command and wait for its end; one that takes too long is killed and has the code -9."""
    process = await asyncio.create_subprocess_exec(
        *own_command(*words),
        env=_environment(language),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), _SHORT_COMMAND_SECONDS)
    except TimeoutError:
        process.kill()
        out, err = await process.communicate()
    return CommandResult(code=process.returncode or 0, out=out.decode("utf-8"), err=err.decode("utf-8"))


class CrawlJob:
    """The crawl that writes to an archive: started here, or by another process that holds the archive's lock."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._log = archive.with_name(f"{archive.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a process writes to the archive now."""
        if self._process is not None and self._process.poll() is None:
            return True
        return lock_holder(self._archive) is not None

    def start(self, *words: str, language: Language) -> None:
        """Start a command that crawls; it goes on if this process is killed."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - no shell, and the words are arguments of our own command
                own_command(*words, "--db", str(self._archive)),
                env=_environment(language),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                creationflags=_NEW_GROUP,
                start_new_session=os.name == "posix",
            )

    def stop(self) -> None:
        """Ask the crawl to stop after its page; the same command continues it later."""
        if self._process is not None and self._process.poll() is None:
            self.stop_own()
        elif holder := lock_holder(self._archive):
            # Windows sends Ctrl-Break only to processes of this console; SIGTERM ends any process there, at once.
            with suppress(
                OSError
            ):  # it has ended, or belongs to another user: the page shows whether it runs
                os.kill(holder.pid, signal.SIGTERM)

    def stop_own(self) -> None:
        """Stop the crawl that was started here, if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(_STOP)

    def last_message(self) -> str | None:
        """Return the last line of a crawl that ended; None if none ended, or it printed nothing."""
        if self._process is None or self._process.poll() is None:
            return None
        lines = self._log.read_text("utf-8", errors="replace").splitlines()
        return CommandResult(code=0, out="", err="\n".join(lines)).message or None

    @property
    def exit_code(self) -> int | None:
        """The exit code of the crawl that was started here last; None if there is none, or while it runs."""
        return None if self._process is None else self._process.poll()


def _environment(language: Language) -> dict[str, str]:
    return {
        **detached_environment(),
        "BLOGARCHIVE_LANG": language,
        "PYTHONUTF8": "1",
        "PYTHONIOENCODING": "utf-8",
    }
