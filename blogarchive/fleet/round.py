"""One round of a shard: a bounded `backup` or `update` in a process of its own."""

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from blogarchive.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    BlogArchiveError,
    HostBusy,
    Interrupted,
    SiteChanged,
    Unreachable,
    UsageError,
)
from blogarchive.fleet.shard import HomeShard
from blogarchive.processes import own_command
from blogarchive.store.database.archive import Archive
from blogarchive.store.read.status import has_discovered_due, is_list_backed_up

# schedule

_FIRST_BACK_OFF: Final = timedelta(minutes=15)
_LONGEST_BACK_OFF: Final = timedelta(days=1)
_MOST_DOUBLINGS: Final = 10
_SOON: Final = timedelta(minutes=1)
_NOW: Final = timedelta(0)
PAUSED: Final = frozenset({UsageError.exit_code, SiteChanged.exit_code, ArchiveDamaged.exit_code})
"""Exit codes that need a person: repeating the round would change nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundResult:
    """Result of a round. `exit_code` is negative if a signal killed its process. `outcome` is that of `runs`."""

    exit_code: int
    outcome: str | None = None
    requests: int | None = None
    pages: int | None = None
    message: str | None = None


def next_round(
    result: RoundResult, *, repeated: int, every: timedelta, lasted: timedelta
) -> timedelta | None:
    """Return the time from the end of a round to the next one; None pauses the shard.

    `repeated` is how many rounds in a row ended with this exit code. `every` counts from the start of the round.
    """
    code = result.exit_code
    if code in PAUSED:
        return None
    if code == Interrupted.exit_code or result.outcome == "limited":
        return _NOW
    if code == Unreachable.exit_code:
        return min(_FIRST_BACK_OFF * (1 << min(repeated - 1, _MOST_DOUBLINGS)), _LONGEST_BACK_OFF)
    if code in (ArchiveBusy.exit_code, HostBusy.exit_code):
        return _SOON
    if code < 0:
        return _NOW if repeated == 1 else _SOON
    return max(every - lasted, _NOW)


# round

_SECONDS_TO_STOP: Final = 8.0
_LONGEST_LINE: Final = 1 << 20


class Round:
    """A round in progress; `report` receives the lines that its process writes to stderr."""

    def __init__(self, home: HomeShard, report: Callable[[str], None]) -> None:
        self._home = home
        self._report = report
        self._process: Process | None = None
        self._stopping = False
        self._last_line: str | None = None

    async def run(self) -> RoundResult:
        """Run the process until it ends, and return its result."""
        words, listed = round_command(self._home)
        process = await asyncio.create_subprocess_exec(
            *own_command(*words),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            limit=_LONGEST_LINE,
        )
        self._process = process
        if self._stopping:
            self.stop()
        out, _lines = await asyncio.gather(self._exchange(process, listed), self._read_lines(process))
        code = await process.wait()
        return _result(code, out, None if code == 0 else _message(self._last_line))

    def stop(self) -> None:
        """Ask the process to end after its page; kill it if it does not."""
        self._stopping = True
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            asyncio.get_running_loop().call_later(_SECONDS_TO_STOP, self._kill)

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _exchange(self, process: Process, listed: str) -> bytes:
        assert process.stdin is not None  # noqa: S101 - a pipe
        assert process.stdout is not None  # noqa: S101 - a pipe
        with suppress(BrokenPipeError, ConnectionResetError):  # the process may end before it reads the list
            process.stdin.write(listed.encode())
            await process.stdin.drain()
        process.stdin.close()
        return await process.stdout.read()

    async def _read_lines(self, process: Process) -> None:
        assert process.stderr is not None  # noqa: S101 - a pipe
        async for line in process.stderr:
            self._last_line = line.decode("utf-8", "replace").rstrip()
            self._report(self._last_line)


def round_command(home: HomeShard) -> tuple[list[str], str]:
    """Return the words of the command of the next round, and its standard input."""
    shard = home.shard
    options = ["--db", str(home.db), "--for", f"{shard.slice_seconds}s", "--json", "-q"]
    if shard.delay is not None:
        options += ["--delay", f"{shard.delay:g}"]
    if not shard.media:
        options.append("--no-media")
    command, listed = _command(home)
    if command[0] == "backup" and shard.site:
        options += ["--site", shard.site]
    return [*command, *options], "".join(f"{url}\n" for url in listed)


def _command(home: HomeShard) -> tuple[Sequence[str], Sequence[str]]:
    """Return the command and the list on its standard input: the list first, then discovered blogs, then updates."""
    shard = home.shard
    if not home.db.exists():
        return ("backup", "--from", "-"), shard.urls or tuple(f"https://{host}/" for host in shard.hosts)
    try:
        with Archive.open(home.db, read_only=True) as archive:
            if shard.list_digest and not is_list_backed_up(archive, shard.list_digest):
                return ("backup", "--from", "-"), shard.urls
            if has_discovered_due(archive):
                return ("backup", "--discovered"), ()
    except BlogArchiveError:  # the command of the round reports it, with its exit code
        return ("update",), ()
    return ("update",), ()


def _message(line: str | None) -> str | None:
    """Return a line of the program without its time and name."""
    return line and (line.partition("blogarchive: ")[2] or line)


def _result(code: int, out: bytes, last_line: str | None) -> RoundResult:
    try:
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
    except (IndexError, ValueError):
        return RoundResult(exit_code=code, message=last_line)
    return RoundResult(
        exit_code=code,
        outcome=found.get("outcome"),
        requests=found.get("requests"),
        pages=found.get("pages"),
        message=found.get("message") or last_line,
    )
