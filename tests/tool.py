"""`blogarchive` in a process of its own with an archive of its own, and the rows of that archive.

`Tool.run` forks the process from one that has imported the program: the imports of a start cost 0.6 s of CPU.
`Tool.start` starts the program afresh, for tests that send signals or set limits.
"""

import multiprocessing
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from blogarchive.store.rows import NOW_VARIABLE
from tests.sql import read_sql, run_sql

COMMAND = (sys.executable, "-m", "blogarchive")
FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["tests.preloaded", "tests.tool"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """The exit code of a command and its two outputs."""

    code: int
    out: str
    err: str


class Tool:
    """The command line, run in `folder`, which is made; images are not backed up unless `media`."""

    def __init__(self, folder: Path, *, media: bool = False) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.media = media
        self.db = folder / "archive.db"
        self.days_ahead = 0.0  # of the clock of `run`
        self.now: datetime | None = None  # the clock of `run`, if given
        self._started: list[subprocess.Popen[str]] = []

    def command(self, *words: str, delay: float = 0) -> list[str]:
        """Return the words of a command line that starts the program afresh."""
        crawls = words[0] in ("backup", "update") or "--retry" in words
        options = ["--db", str(self.db), *(["--delay", str(delay)] if crawls else [])]
        if crawls and not self.media:
            options.append("--no-media")
        if words[0] == "backup":
            options += ["--site", "creaders"]
        return [*COMMAND, *words, *options]

    def start(self, *words: str, delay: float = 0, **options: object) -> subprocess.Popen[str]:
        """Start a command; `options` are those of `Popen`."""
        if "preexec_fn" in options:
            # Below a limit of the size of files, Python stores its bytecode cut. Later starts fail to load it.
            options.setdefault("env", {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        process = subprocess.Popen(
            self.command(*words, delay=delay),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,  # type: ignore[call-overload]
        )
        self._started.append(process)
        return process

    def close(self) -> None:
        """Kill the processes that a failed test has left."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def run(self, *words: str, delay: float = 0.001, timeout: float = 300) -> Ran:
        """Run a command, by default with a delay, and so without a second process that parses."""
        line = self.command(*words, delay=delay)[len(COMMAND) :]
        now = self.now or datetime.now(UTC) + timedelta(days=self.days_ahead)
        given = now if self.now or self.days_ahead else None
        ran = run_command(*line, folder=self.folder, now=given, timeout=timeout)
        assert "Traceback" not in ran.err, ran.err
        return ran

    def rows(self, sql: str, *values: object) -> list[tuple]:
        """Return the rows of a query of the archive."""
        return read_sql(self.db, sql, *values)

    def change(self, sql: str, *values: object) -> None:
        """Write to the archive, as if time had passed or a disk had failed."""
        run_sql(self.db, sql, *values)

    def scalar(self, sql: str, *values: object) -> int:
        """Return the integer in the first column of the first row."""
        found = self.rows(sql, *values)[0][0]
        assert isinstance(found, int)
        return found


def run_command(*words: str, folder: Path, now: datetime | None = None, timeout: float = 300) -> Ran:
    """Run a command line in `folder` in a forked process whose clock begins at `now`; raises TimeoutError."""
    return _run_forked(_main, words, folder, now, timeout=timeout)


def run_code(code: str, *words: str, folder: Path) -> Ran:
    """Run Python code in `folder` in a forked process, whose `sys.argv` has the words; raises TimeoutError."""
    return _run_forked(_execute, code, words, folder)


def _run_forked(target: Callable[..., None], *arguments: object, timeout: float = 300) -> Ran:
    with TemporaryDirectory() as temporary:
        outputs = [Path(temporary) / name for name in ("out", "err")]
        process = FORKSERVER.Process(target=target, args=(outputs, *arguments))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"{arguments} took more than {timeout} s")
        out, err = (path.read_text(encoding="utf-8") for path in outputs)
        return Ran(code=process.exitcode, out=out, err=err)


def _begin(outputs: list[Path], words: tuple[str, ...], folder: Path) -> None:
    for descriptor, path in enumerate(outputs, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
    os.chdir(folder)
    sys.argv = ["blogarchive", *words]


def _execute(outputs: list[Path], code: str, words: tuple[str, ...], folder: Path) -> None:
    _begin(outputs, words, folder)
    exec(code, {"__name__": "__main__"})


def _main(outputs: list[Path], words: tuple[str, ...], folder: Path, now: datetime | None) -> None:
    from blogarchive.cli import main

    _begin(outputs, words, folder)
    if now is not None:
        os.environ[NOW_VARIABLE] = now.isoformat()
    main()


def ended(process: subprocess.Popen[str]) -> Ran:
    """Wait for a started command."""
    out, err = process.communicate(timeout=300)
    assert "Traceback" not in err, err
    return Ran(code=process.returncode, out=out, err=err)


def contents(db: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of an archive by natural keys: without ids, times of ours and counts of tries."""
    with closing(sqlite3.connect(db)) as connection:
        return {name: sorted(connection.execute(sql).fetchall(), key=repr) for name, sql in _CONTENTS.items()}


_CONTENTS = {
    "authors": "select site, uid, nickname, blog_title, tagline, url, registered_on from authors",
    "posts": (
        "select a.uid, p.number, p.url, p.title, p.posted_at, p.posted_at_text, p.body_html, p.body_text,"
        " p.content_hash, p.views, p.likes, p.comment_count, p.gone_reason"
        " from posts p join authors a on a.id = p.author_id"
    ),
    "comments": (
        "select p.number, c.author_name, c.author_url, c.reply_to, c.body_html, c.body_text, c.posted_at,"
        " c.likes, c.fingerprint from comments c join posts p on p.id = c.post_id"
    ),
    "categories": "select a.uid, c.name, c.url from categories c join authors a on a.id = c.author_id",
    "post_categories": (
        "select p.number, c.name from post_categories x join posts p on p.id = x.post_id"
        " join categories c on c.id = x.category_id"
    ),
    "months": "select month, first_post_on, last_post_on, url from archive_months",
    "pictures": "select p.number, m.url, m.position from post_media m join posts p on p.id = m.post_id",
    "pages": "select url, kind from pages",
    "frontier": "select key, url, kind, state from frontier",
    "failures": "select url, kind, field from open_failures",
}
