"""Commands of blogarchive as processes of their own: a crawl, a task that writes files, or a short command.

The pages write to the archive through the command line alone, so that a page and a terminal can never do
different things.
"""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from blogarchive.messages import Language
from blogarchive.processes import PROGRESS_FILE, detached_environment, own_command
from blogarchive.store.database.connection import lock_holder

SHORT_COMMAND = 120.0
"""Seconds that a short command may take."""

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

    def words(self, otherwise: str) -> str:
        """Return the message, or `otherwise` if there is none or it speaks of commands and their options."""
        return otherwise if not self.message or "`" in self.message or "--" in self.message else self.message


async def run_command(*words: str, language: Language, seconds: float = SHORT_COMMAND) -> CommandResult:
    """Run a short command and wait for its end; it is killed after `seconds`, or if this call is cancelled."""
    process = await asyncio.create_subprocess_exec(
        *own_command(*words),
        env=_environment(language),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        process.kill()
        out, err = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
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
        return self.is_own or lock_holder(self._archive) is not None

    @property
    def is_own(self) -> bool:
        """Whether the crawl that was started here runs now."""
        return self._process is not None and self._process.poll() is None

    def start(self, *words: str, language: Language) -> None:
        """Start a command that crawls; it goes on if this process is killed."""
        self._process = _start((*words, "--db", str(self._archive)), _environment(language), self._log)

    def stop(self) -> None:
        """Ask the crawl to stop after its page; the same command continues it later."""
        if self.is_own:
            self.stop_own()
        elif holder := lock_holder(self._archive):
            # Windows sends Ctrl-Break only to processes of this console; SIGTERM ends any process there, at once.
            # It may have ended, or belong to another user: the page shows whether it runs.
            with suppress(OSError):
                os.kill(holder.pid, signal.SIGTERM)

    def stop_own(self) -> None:
        """Stop the crawl that was started here, if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(_STOP)

    def last_message(self) -> str | None:
        """Return the last line of a crawl that ended; None if none ended, or it printed nothing."""
        if self.exit_code is None:
            return None
        lines = self._log.read_text("utf-8", errors="replace").splitlines()
        return CommandResult(code=0, out="", err="\n".join(lines)).message or None

    @property
    def exit_code(self) -> int | None:
        """The exit code of the crawl that was started here last; None if there is none, or while it runs."""
        return None if self._process is None else self._process.poll()


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskState:
    """One look at a task. `percent` is None until it is known; `result` is None while the task runs."""

    kind: str
    target: Path
    percent: int | None
    result: CommandResult | None


class FileTask:
    """A command that writes or deletes much, in the background: one at a time, the last one remembered."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._folder = TemporaryDirectory(prefix="blogarchive-", ignore_cleanup_errors=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._kind, self._target = "", Path()

    @property
    def is_running(self) -> bool:
        """Whether the task still runs."""
        return self._process is not None and self._process.poll() is None

    def start(self, kind: str, *words: str, target: Path, language: Language) -> None:
        """Start `blogarchive WORDS`, which writes `target`; `kind` names the task to a person."""
        self._kind, self._target = kind, target
        self._progress.unlink(missing_ok=True)
        environment = {**_environment(language), PROGRESS_FILE: str(self._progress)}
        self._process = _start((*words, "--db", str(self._archive)), environment, self._errors)

    def look(self) -> TaskState | None:
        """Return the state of the last task, None if there was none."""
        if self._process is None:
            return None
        code = self._process.poll()
        result = None if code is None else CommandResult(code=code, out="", err=_text(self._errors))
        return TaskState(kind=self._kind, target=self._target, percent=self._percent(), result=result)

    def close(self) -> None:
        """Stop the task that still runs; its unfinished files are no export and no copy."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(_STOP)
            self._process.wait()
        self._folder.cleanup()

    @property
    def _errors(self) -> Path:
        return Path(self._folder.name, "errors")

    @property
    def _progress(self) -> Path:
        return Path(self._folder.name, "progress")

    def _percent(self) -> int | None:
        done, _separator, total = _text(self._progress).partition(" ")
        return 100 * int(done) // int(total) if done.isdigit() and total.isdigit() and int(total) else None


def _start(words: Sequence[str], environment: Mapping[str, str], errors: Path) -> "subprocess.Popen[bytes]":
    """Start a command in a group of its own, with its messages in the file `errors`."""
    with errors.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 - no shell, and the words are arguments of our own command
            own_command(*words),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=file,
            creationflags=_NEW_GROUP,
            start_new_session=os.name == "posix",
        )


def _text(path: Path) -> str:
    return path.read_text("utf-8", errors="replace") if path.exists() else ""


def _environment(language: Language) -> dict[str, str]:
    return {
        **detached_environment(),
        "BLOGARCHIVE_LANG": language,
        "PYTHONUTF8": "1",
        "PYTHONIOENCODING": "utf-8",
    }
