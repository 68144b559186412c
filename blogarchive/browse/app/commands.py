"""Commands of blogarchive as processes of their own: a crawl, a task that writes files, or a short command.

The pages write to the archive only by commands, so that a page never does other things than a terminal.
"""

import asyncio
import os
import signal
import subprocess
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from blogarchive.errors import Interrupted
from blogarchive.messages import Language
from blogarchive.processes import PROGRESS_FILE, detached_environment, own_command
from blogarchive.store.database.connection import lock_holder

SHORT_COMMAND = 120.0
"""Seconds that a short command may take."""

# Ctrl-C in the terminal of the server must not reach the crawl; the server stops it itself.
_NEW_GROUP: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # Windows
_STOP: signal.Signals = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)

# Exit codes of a command that was stopped before it could handle the signal; the second one of Windows.
_STOPPED = (-signal.SIGTERM, 0xC000013A)


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandResult:
    """Result of a short command: its exit code and its output."""

    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """The last line of the error output, without the program's name."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        return lines[-1].partition("blogarchive: ")[2] or lines[-1] if lines else ""

    def words(self, otherwise: str) -> str:
        """Return the message, or `otherwise` if there is none or it names commands or options."""
        return otherwise if not self.message or "`" in self.message or "--" in self.message else self.message


async def run_command(*words: str, language: Language, seconds: float = SHORT_COMMAND) -> CommandResult:
    """Run a short command and wait for its end; it is killed after `seconds`, or if this call is cancelled."""
    process = await asyncio.create_subprocess_exec(
        *own_command(*words), env=_environment(language), stdin=DEVNULL, stdout=PIPE, stderr=PIPE
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


class BackgroundCommand:
    """A command in a process of its own, and the file with its messages. The last one is remembered."""

    def __init__(self, archive: Path, messages: Path) -> None:
        self._archive, self._messages = archive, messages
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str, language: Language, **environment: str) -> None:
        """Start a command on the archive in a group of its own; it goes on if this process is killed."""
        with self._messages.open("wb") as file:  # a pipe would end a crawl that goes on without this process
            self._process = subprocess.Popen(  # noqa: S603 - no shell, and the words are arguments of our own command
                own_command(*words, "--db", str(self._archive)),
                env={**_environment(language), **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=file,
                creationflags=_NEW_GROUP,
                start_new_session=os.name == "posix",
            )

    @property
    def is_own(self) -> bool:
        """Whether the command that was started here runs now."""
        return self._process is not None and self._process.poll() is None

    @property
    def result(self) -> CommandResult | None:
        """The result of the command that was started here last; None if there is none, or while it runs."""
        code = None if self._process is None else self._process.poll()
        code = Interrupted.exit_code if code in _STOPPED else code
        return None if code is None else CommandResult(code=code, out="", err=_text(self._messages))

    def stop_own(self) -> None:
        """Stop the command that was started here, if it still runs."""
        if self._process is not None and self.is_own:
            self._process.send_signal(_STOP)


class CrawlJob(BackgroundCommand):
    """The crawl that writes to an archive: started here, or by another process that holds the archive's lock."""

    def __init__(self, archive: Path) -> None:
        super().__init__(archive, archive.with_name(f"{archive.name}.log"))

    @property
    def is_running(self) -> bool:
        """Whether a process writes to the archive now."""
        return self.is_own or lock_holder(self._archive) is not None

    def stop(self) -> None:
        """Ask the crawl to stop after its page; the same command continues it later."""
        if self.is_own:
            self.stop_own()
        elif holder := lock_holder(self._archive):
            # Windows sends Ctrl-Break only to processes of this console; SIGTERM ends any process there, at once. The
            # process may have ended, or belong to another user: the page shows whether it runs.
            with suppress(OSError):
                os.kill(holder.pid, signal.SIGTERM)


class FileTask(BackgroundCommand):
    """A command that writes or deletes much: one at a time. `kind` names it to a person; "" before the first one."""

    def __init__(self, archive: Path) -> None:
        self._folder = TemporaryDirectory(prefix="blogarchive-", ignore_cleanup_errors=True)
        super().__init__(archive, Path(self._folder.name, "errors"))
        self._progress = Path(self._folder.name, "progress")
        self.kind, self.target = "", Path()
        self.cookies: set[str] = set()  # in use when a deletion began

    def begin(self, kind: str, *words: str, target: Path, language: Language) -> None:
        """Start `blogarchive WORDS`, which writes `target`."""
        self.kind, self.target = kind, target
        self._progress.unlink(missing_ok=True)
        self.start(*words, language=language, **{PROGRESS_FILE: str(self._progress)})

    @property
    def percent(self) -> int | None:
        """The progress of the command; None until it is known."""
        done, _separator, total = _text(self._progress).partition(" ")
        return 100 * int(done) // int(total) if done.isdigit() and total.isdigit() and int(total) else None

    def close(self) -> None:
        """Stop the task that still runs; its unfinished files are no export and no copy."""
        self.stop_own()
        if self._process is not None:
            self._process.wait()
        self._folder.cleanup()


def _text(path: Path) -> str:
    return path.read_text("utf-8", errors="replace") if path.exists() else ""


def _environment(language: Language) -> dict[str, str]:
    encoding = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
    return {**detached_environment(), **encoding, "BLOGARCHIVE_LANG": language}
