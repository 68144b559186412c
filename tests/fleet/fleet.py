"""A fleet of this machine: commands in this process, workers and crawls in their own."""

import io
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from blogarchive.cli.group import run
from tests.demo import DemoHost
from tests.tool import COMMAND, Ran

DELAY = 0.1


class Fleet:
    """Commands of `blogarchive fleet` with the shards of `folder`."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self._started: list[subprocess.Popen[str]] = []

    def run(self, *words: str | Path) -> Ran:
        """Run a command of the fleet in this process."""
        return self.call("fleet", *words)

    def call(self, *words: str | Path) -> Ran:
        """Run a command that sends no request in this process."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(list(map(str, words)))
        return Ran(code=code, out=out.getvalue(), err=err.getvalue())

    def add(self, name: str, url: str, *words: str, delay: float = DELAY) -> Path:
        """Add a shard with the blog at `url`, and return the path of its archive."""
        db = self.folder / f"{name}.db"
        added = self.run(
            "add", url, "--site", "creaders", "--db", db, "--no-media", "--delay", str(delay), *words
        )
        assert added.code == 0, added.err
        return db

    def status(self) -> dict[str, dict[str, Any]]:
        """Return the status of the shards by name."""
        ran = self.run("status", "--json")
        assert ran.code == 0, ran.err
        return {shard["shard"]: shard for shard in json.loads(ran.out)}

    def work(self, *words: str, folder: Path | None = None) -> subprocess.Popen[str]:
        """Start a worker in a process group of its own."""
        return self.start("fleet", "work", str(folder or self.folder), *words)

    def start(self, *words: str, prefix: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        process = subprocess.Popen(
            [*prefix, *COMMAND, *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def backup(
        self, url: str, name: str, *words: str, media: bool = False, prefix: Sequence[str] = ()
    ) -> subprocess.Popen[str]:
        """Start a plain backup that shares the hosts of the fleet."""
        options = ["--site", "creaders", "--delay", str(DELAY), *([] if media else ["--no-media"])]
        db = self.folder / f"{name}.db"
        return self.start("backup", url, "--db", str(db), *options, *words, prefix=prefix)

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement in the database of the fleet."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Kill what the tests have left."""
        for process in self._started:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.communicate()


def usual_gap(host: DemoHost) -> float:
    """Return the median of the seconds between the pages or images of a host.

    Two processes at once would halve it. A busy machine records some requests late, and the next in time.
    """
    times = sorted(request.at for request in host.requests if request.path != "/robots.txt")
    return median(later - earlier for earlier, later in pairwise(times))


def children(process: subprocess.Popen[str]) -> list[int]:
    """Return the processes that a worker has started; it must run."""
    assert process.poll() is None, process.communicate()
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in found.split()]


def wait_until(holds: Callable[[], object], seconds: float = 300, *, every: float = 0.05) -> None:
    """Wait until `holds` returns something true; raises AssertionError."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "waited too long"
        time.sleep(every)


def ended(process: subprocess.Popen[str], seconds: float = 300) -> Ran:
    """Wait for a started command."""
    out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err, err
    return Ran(code=process.returncode, out=out, err=err)
