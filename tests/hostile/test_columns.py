"""One bad value in any column: each command and each page that reads the column ends as it should, in little time."""

import gc
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from datasette.app import Datasette

from blogarchive.browse.serve import create_app
from tests.browse.conftest import close
from tests.faults.make_archive import NUMBER, make_archive
from tests.faults.run_commands import reading_commands, run_command
from tests.hostile.columns import COLUMNS, add_rows, noted_reads, store_value
from tests.hostile.commands import measure_call
from tests.hostile.serve import bad_answer, paths_of

# Datasette leaves coroutines behind when a statement fails.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SAMPLE = [*COLUMNS][:: len(COLUMNS) // 4]
SECONDS, MEGABYTES = 10, 300
"""Limits of a command: 20 times what it takes for a harmless text of the same size."""
Words = tuple[str, ...]
Columns = set[tuple[str, str]]
Server = tuple[Datasette, dict[str, Columns]]
_WRITING = "merge", "search", "pause", "settings", "reparse", "forget"
"""The last commands, each of which changes a copy of its own."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an archive that has rows in each table, and one to merge it into."""
    folder = tmp_path_factory.mktemp("columns")
    shutil.copy(make_archive(folder), folder / "other.db")
    add_rows(folder / "whole.db")
    return folder


def _commands(folder: Path) -> list[Words]:
    theirs, out = folder / "theirs.db", folder / "out"
    at = ("--db", str(theirs))
    reading = [
        *(tuple(words) for words in reading_commands(theirs, out, NUMBER)),
        ("seal", "--file-only", str(out / "sealed.db"), *at),
        ("export", "wacz", str(out / "x.wacz"), *at),
        ("export", "parquet", str(out / "parquet"), *at),
        ("status", "--json", *at),
        ("failures", "--json", *at),
        ("log", *at),
        ("discover", *at),
        ("update", "--dry-run", *at),
        ("merge", str(theirs), "--db", str(folder / "mine.db")),
    ]
    return [
        *reading,
        ("merge", str(folder / "other.db"), *at),
        ("search", "--rebuild", *at),
        ("pause", "31182", *at),
        ("settings", "31182", "delay=2", *at),
        ("reparse", "--workers", "1", *at),
        ("forget", "31182", "--delete", "--yes", *at),
    ]


def _renew(folder: Path) -> None:
    """Put valid archives in place of the changed ones, each as another file: an open connection keeps the old one."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "out").mkdir()
    for name, source in (("theirs", "whole"), ("mine", "other")):
        _copy(folder / f"{source}.db", folder / f"{name}.db")


def _copy(source: Path, target: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    shutil.copy(source, target)


@pytest.fixture(scope="module", autouse=True)
def one_core() -> Iterator[None]:
    """Verify on one core: on two, each check opens a small archive of its own, for five times the processor time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("blogarchive.cli.reports.count_cores", lambda: 1)
        yield


@pytest.fixture(scope="module")
def reads(folder: Path) -> dict[Words, Columns]:
    """Return the columns that each command reads in an archive without a bad value."""
    found: dict[Words, Columns] = {}
    for words in _commands(folder):
        _renew(folder)
        with noted_reads() as found[words]:
            ended = run_command(*words)
        assert ended.code == 0, ended
    return found


def _run_all(column: str, folder: Path, reads: dict[Words, Columns]) -> list[str]:
    """Return what is wrong with the commands over each value of a column."""
    table, name, kinds = COLUMNS[column]
    wrong = []
    for kind in kinds:
        _renew(folder)
        if not store_value(folder / "theirs.db", COLUMNS[column], kind):
            continue
        _copy(folder / "theirs.db", folder / "bad.db")
        for place, (words, columns) in enumerate(reads.items()):
            # A new archive is merged for its pages; the rows of other tables are merged into `mine`.
            is_repeated = words[-1].endswith("merged.db") and table != "pages"
            if is_repeated or not (words[0] == "verify" or columns & {(table, name), (table, "*")}):
                continue
            if place >= len(reads) - len(_WRITING):
                _copy(folder / "bad.db", folder / "theirs.db")
            wrong += [f"{kind}: {line}" for line in _run(*words)]
        ended = run_command("verify", "--db", str(folder / "mine.db"))
        wrong += [f"{kind}: {ended}"] if ended.code else []
        wrong += [str(path) for parent in folder.parents[:4] for path in parent.glob("*/escaped")]
    return wrong


def _run(*words: str) -> list[str]:
    ended, seconds, megabytes = measure_call(lambda: run_command(*words))
    if ended.code:
        gc.collect()  # closes the connections of the traceback, which hold a lock
    is_cheap = seconds < SECONDS and megabytes < MEGABYTES
    is_named = len(ended.err) < 20_000 and ".part" not in ended.err and "disk I/O" not in ended.err
    return [] if ended.is_good and is_cheap and is_named else [f"{ended} {seconds} s {megabytes} MB"]


@pytest.mark.slow
@pytest.mark.parametrize("column", SAMPLE)
def test_a_bad_value_ends_a_command_in_a_line(column: str, folder: Path, reads: dict[Words, Columns]) -> None:
    assert _run_all(column, folder, reads) == []


@pytest.mark.attack
@pytest.mark.parametrize("column", COLUMNS)
def test_every_bad_value_ends_every_command_in_a_line(
    column: str, folder: Path, reads: dict[Words, Columns]
) -> None:
    assert _run_all(column, folder, reads) == []


@pytest_asyncio.fixture(scope="module")
async def server(folder: Path) -> AsyncIterator[Server]:
    """Return a server whose archive each test changes, and the columns that each page reads."""
    db = folder / "served.db"
    shutil.copy(folder / "whole.db", db)
    pages: dict[str, Columns] = {}
    with noted_reads() as found, pytest.MonkeyPatch.context() as patch:
        patch.setattr("datasette.handle_exception.rich", None)  # prints a traceback with all variables
        served = create_app(db)
        await served.invoke_startup()
        for path in paths_of(served, db):
            _serve_instead(folder / "whole.db", db)
            found.clear()
            assert await bad_answer(served, path, damaged=False) == ""
            pages[path] = set(found)
        gc.freeze()  # each request ends with a collection of garbage
        yield served, pages
    close(served)


def _serve_instead(source: Path, db: Path) -> None:
    """Write the rows of another file, as a run does under a server."""
    with closing(sqlite3.connect(source)) as new, closing(sqlite3.connect(db)) as old:
        new.backup(old)


async def _request_all(column: str, folder: Path, served: Datasette, pages: dict[str, Columns]) -> list[str]:
    """Return what is wrong with the pages over each value of a column."""
    table, name, kinds = COLUMNS[column]
    wrong = []
    for kind in kinds:
        _copy(folder / "whole.db", folder / "bad.db")
        if not store_value(folder / "bad.db", COLUMNS[column], kind):
            continue
        _serve_instead(folder / "bad.db", folder / "served.db")
        for path in (path for path, columns in pages.items() if (table, name) in columns):
            found = await bad_answer(served, path, damaged=True)
            wrong += [f"{kind}: {found}"] if found else []
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("column", SAMPLE)
async def test_a_page_with_a_bad_value_is_served(column: str, folder: Path, server: Server) -> None:
    assert await _request_all(column, folder, *server) == []


@pytest.mark.attack
@pytest.mark.parametrize("column", COLUMNS)
async def test_every_page_with_a_bad_value_is_served(column: str, folder: Path, server: Server) -> None:
    assert await _request_all(column, folder, *server) == []
