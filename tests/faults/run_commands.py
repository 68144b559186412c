"""Run every command that reads an archive in this process, and report the ones that end in an uncaught exception."""

import io
import shutil
import traceback
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy  # noqa: F401 - `export parquet` hides it from what this process imports later

from blogarchive.cli.group import run

GOOD_CODES = {0, 1, 2, 6}
FAILED = "this program failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """The end of a command: its exit code and its error lines, or the traceback of an uncaught exception."""

    command: str
    code: int | None
    err: str

    @property
    def is_good(self) -> bool:
        """Return whether the command ended with a code of its own and did not blame itself."""
        return self.code in GOOD_CODES and FAILED not in self.err


def run_command(*words: str) -> Ended:
    """Run a command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code: int | None = run(words)
        except Exception:  # noqa: BLE001 - what the tests look for
            return Ended(command=" ".join(words), code=None, err=traceback.format_exc())
    return Ended(command=" ".join(words), code=code, err=err.getvalue())


def reading_commands(db: Path, folder: Path, number: str) -> Iterator[Sequence[str]]:
    """Yield command lines that read the archive at `db`; they write into `folder` alone."""
    at = ("--db", str(db))
    yield "verify", *at
    yield "status", *at
    yield "failures", *at
    yield "settings", *at
    yield "diff", number, *at
    yield "search", "第", *at
    yield "search", "--comments", "第", *at
    yield "search", "--best", "章", "--limit", "1", *at
    for kind, out in EXPORTS.items():
        yield "export", kind, str(folder / out), *at
    yield "export", "jsonl", "--table", str(folder / "table"), *at
    yield "reparse", "--diff", "--workers", "1", *at
    yield "merge", str(db), "--db", str(folder / "merged.db")


EXPORTS = {
    "jsonl": "x.jsonl",
    "markdown": "markdown",
    "html": "html",
    "epub": "x.epub",
    "atom": "x.xml",
    "warc": "x.warc.gz",
}


def writing_commands(db: Path, whole: Path) -> Iterator[Sequence[str]]:
    """Yield command lines that write the archive at `db`; each runs on a copy of its own."""
    at = ("--db", str(db))
    yield "search", "--rebuild", *at
    yield "reparse", "--workers", "1", *at
    yield "merge", str(whole), *at


def run_all(data: bytes, wal: bytes, whole: Path, folder: Path, number: str) -> list[Ended]:
    """Run every command on an archive with these bytes and return how each ended."""
    folder.mkdir(parents=True)
    db = folder / "damaged.db"
    write_archive(db, data, wal)
    ended = [run_command(*words) for words in reading_commands(db, folder, number)]
    for words in writing_commands(db, whole):
        write_archive(db, data, wal)
        ended.append(run_command(*words))
    shutil.rmtree(folder)
    return ended


def write_archive(db: Path, data: bytes, wal: bytes) -> None:
    """Write the files of an archive in place of the ones that are there."""
    for suffix, content in (("", data), ("-wal", wal), ("-shm", b"")):
        path = Path(f"{db}{suffix}")
        path.unlink(missing_ok=True)
        if content:
            path.write_bytes(content)
