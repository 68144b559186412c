"""One round of a shard: a bounded `backup` or `update` in a process of its own."""

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

from blogarchive.errors import BlogArchiveError
from blogarchive.fleet.shard import ROUND_VARIABLE, ShardRow
from blogarchive.processes import own_command
from blogarchive.store.database.archive import Archive
from blogarchive.store.read.status import count_posts, has_discovered_due, is_list_backed_up

_SECONDS_TO_STOP: Final = 8.0
_LONGEST_LINE: Final = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundResult:
    """Result of a round. `exit_code` is negative if a signal killed its process. `outcome` is that of `runs`.

    `hosts` are those that failed, each with its `message`, and the `exit_code` of a run of this host alone.
    `is_unfinished`: the others have pages or images that are due.
    """

    exit_code: int
    outcome: str | None = None
    requests: int | None = None
    pages: int | None = None
    message: str | None = None
    hosts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_unfinished: bool = False


@dataclass(slots=True, eq=False)
class Round:
    """A round in progress; `report` receives the lines that its process writes to stderr."""

    shard: ShardRow
    number: int
    report: Callable[[str], None]
    _process: Process | None = field(default=None, init=False)
    _stopping: bool = field(default=False, init=False)
    _last_line: str | None = field(default=None, init=False)

    async def run(self) -> RoundResult:
        """Run the process until it ends, and return its result."""
        words, listed = round_command(self.shard)
        with TemporaryFile() as given:
            # A file and no pipe: a process that reads late, or not at all, must not block this one.
            given.write(listed.encode())
            given.seek(0)
            env = {**os.environ, "PYTHONIOENCODING": "utf-8", ROUND_VARIABLE: str(self.number)}
            start = partial(asyncio.create_subprocess_exec, stdin=given, stdout=PIPE, stderr=PIPE, env=env)
            process = await start(*own_command(*words), limit=_LONGEST_LINE)
        self._process = process
        if self._stopping:
            self.stop()
        assert process.stdout is not None  # noqa: S101 - a pipe
        out, _lines = await asyncio.gather(process.stdout.read(), self._read_lines(process))
        code = await process.wait()
        line = self._last_line if code else None  # a line of the program, without its time and name
        return _result(code, out, line and (line.partition("blogarchive: ")[2] or line))

    def stop(self) -> None:
        """Ask the process to end after its page; kill it if it does not."""
        self._stopping = True
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            asyncio.get_running_loop().call_later(_SECONDS_TO_STOP, _kill, self._process)

    async def _read_lines(self, process: Process) -> None:
        assert process.stderr is not None  # noqa: S101 - a pipe
        async for line in process.stderr:
            self._last_line = line.decode("utf-8", "replace").rstrip()
            self.report(self._last_line)


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):  # it has ended
        process.kill()


def round_command(shard: ShardRow) -> tuple[list[str], str]:
    """Return the words of the command of the next round, and its standard input."""
    options = ["--db", shard.db, "--for", f"{shard.slice_seconds}s", "--json", "-q"]
    if shard.delay is not None:
        options += ["--delay", f"{shard.delay:g}"]
    if not shard.media:
        options.append("--no-media")
    command, listed = _command(shard)
    if command[0] == "backup" and shard.site:
        options += ["--site", shard.site]
    return [*command, *options], "".join(f"{url}\n" for url in listed)


def _command(shard: ShardRow) -> tuple[Sequence[str], Sequence[str]]:
    """Return the command and the list on its standard input: the list first, then discovered blogs, then updates."""
    db = Path(shard.db)
    if not db.exists():
        return ("backup", "--from", "-"), shard.urls or tuple(f"https://{host}/" for host in shard.hosts)
    # The command of the round reports an error, with its exit code.
    with suppress(BlogArchiveError), Archive.open(db, read_only=True) as archive:
        if shard.list_digest and not is_list_backed_up(archive, shard.list_digest):
            return ("backup", "--from", "-"), shard.urls
        if has_discovered_due(archive):
            return ("backup", "--discovered"), ()
    return ("update",), ()


def stored_posts(db: Path) -> int | None:
    """Return the number of posts in an archive; None if it cannot be opened."""
    with suppress(BlogArchiveError), Archive.open(db, read_only=True) as archive:
        return count_posts(archive)
    return None  # the next round reports the error, with its exit code


def _result(code: int, out: bytes, last_line: str | None) -> RoundResult:
    try:
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
    except (IndexError, ValueError):
        return RoundResult(exit_code=code, message=last_line)
    known = {name: found.get(name) for name in ("outcome", "requests", "pages")}
    message, is_unfinished = found.get("message") or last_line, bool(found.get("unfinished"))
    hosts = found.get("hosts", {})
    return RoundResult(exit_code=code, message=message, hosts=hosts, is_unfinished=is_unfinished, **known)
