"""Totals that triggers keep equal a count of their rows after any changes, and `verify` finds those that do not."""

import os
import random
import signal
import sqlite3
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest

from blogarchive.store.database import totals
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import connect
from blogarchive.store.read.status import read_status
from blogarchive.store.verify import verify_archive
from tests.store.fake_blog import Clock, a_blog, crawl
from tests.tool import run_command

AUTHORS = {1: "creaders", 2: "creaders", 3: "wenxuecity"}
NUMBERS = ("1", "7", "40", "500123", "999999999999999", "1000000000000000", "202501_7", "3b9aca02")
CHANGES = (
    "insert or ignore into posts(author_id, number, url, first_seen_at, last_seen_at)"
    " values (:author, :number, 'u', 'a', 'b')",
    "update or ignore posts set number = :number where id = :row",
    "update or ignore posts set author_id = :author where id = :row",
    "update posts set gone_at = 'x' where id = :row",
    "delete from posts where id = :row",
    "insert into pages(url, fetched_at, status, body, body_size, sha256, kind, site, reader_version, held_at)"
    " values ('u' || :size, 'a', 200, x'00', :size, hex(randomblob(8)), 'post', 'creaders', :version,"
    " iif(:size % 2, 'x', null))",
    "update pages set reader_version = :version, body_size = :size where id = :row",
    "update pages set held_at = iif(held_at is null, 'x', null) where id = :row",
    "delete from pages where id = :row",
)


def made(path: Path) -> Path:
    with Archive.open(path, create=True) as archive:
        for author, site in AUTHORS.items():
            archive.execute(
                "insert into authors(id, site, uid, url, first_seen_at, last_seen_at) values (?, ?, ?, '', 'a', 'b')",
                (author, site, str(author)),
            )
    return path


def change(connection: sqlite3.Connection, chance: random.Random) -> None:
    values = {
        "author": chance.choice(list(AUTHORS)),
        "number": chance.choice(NUMBERS),
        "row": chance.randint(1, 12),
        "size": chance.randint(1, 99),
        "version": chance.randint(1, 3),
    }
    connection.execute(chance.choice(CHANGES), values)


@pytest.mark.parametrize("seed", range(12))
def test_totals_equal_a_count_after_any_changes(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with closing(sqlite3.connect(made(path), isolation_level=None)) as connection:
        for _ in range(120):
            change(connection, chance)
            assert totals.wrong_totals(connection) == []
        assert connection.execute("select count(*) from _number_totals").fetchone() != (0,)
        totals.refresh(connection)
        unknown = "select count(*) from _number_totals where highest is null"
        assert connection.execute(unknown).fetchone() == (0,)
        assert totals.wrong_totals(connection) == []


def change_and_die(path: Path, steps: int) -> None:
    """Change rows in transactions, and kill this process after that many steps of SQLite's machine."""
    chance = random.Random(steps)
    connection = connect(path, read_only=False)
    connection.set_progress_handler(lambda: os.kill(os.getpid(), signal.SIGKILL), steps)
    while True:
        connection.execute("begin")
        for _ in range(7):
            change(connection, chance)
        connection.execute("commit")


@pytest.mark.parametrize("steps", [500, 3_000, 20_000])
def test_totals_equal_a_count_after_a_kill(path: Path, steps: int) -> None:
    process = get_context("forkserver").Process(target=change_and_die, args=(made(path), steps))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with closing(sqlite3.connect(path)) as connection:
        assert totals.wrong_totals(connection) == []


def test_status_reads_the_totals_and_reparse_counts_wrong_ones_again(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as archive:
        crawl(archive, a_blog(6), clock)
        status = read_status(archive)
        assert status.pages == archive.scalar("select count(*) from pages")
        assert status.bytes_served == archive.scalar("select sum(body_size) from pages")
        assert status.coverage[0].numbers_known == archive.scalar("select count(*) from posts")
        assert str(status.coverage[0].highest_number) == archive.text("select max(number) from posts")
        assert verify_archive(archive).damage == ()
        archive.execute("update _version_totals set bytes = bytes + 1")
        archive.execute("update _number_totals set numbers = numbers - 1")
        assert [line.split()[3] for line in verify_archive(archive).damage] == [
            "_version_totals",
            "_number_totals",
        ]
    assert run_command("reparse", "--stale", "-q", "--db", str(path), folder=path.parent).code == 0
    assert run_command("verify", "-q", "--db", str(path), folder=path.parent).code == 0
