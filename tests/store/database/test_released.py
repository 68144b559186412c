"""An archive written by each released version is brought up to date with all that it has."""

import gzip
import multiprocessing
import os
import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import connect
from blogarchive.store.database.migrations import prepare
from blogarchive.store.statements import Statements
from tests.paths import ROOT
from tests.sql import read_sql, run_sql
from tests.store.database.test_migrations import tables
from tests.store.database.write_released import RELEASED
from tests.tool import Ran, run_command

NOTICE = "was made by an older blogarchive and is now up to date; the older one cannot open it any more"
FILES = sorted(RELEASED.glob("*.db.gz"))


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the archive of a released version."""
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress(request.param.read_bytes()))
    return path


def run(db: Path, *words: str) -> Ran:
    return run_command(*words, "--db", str(db), folder=db.parent)


def texts(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the posts, comments, revisions, series and pages that a version stored."""
    queries = (
        "select number, title, posted_at, body_text, comment_count, gone_at is null from posts",
        "select author_name, posted_at, body_text, likes, gone_at is null from comments",
        "select title, body_text, captured_at from post_revisions",
        "select body_text, captured_at from comment_revisions",
        "select captured_at, views, likes from post_stats",
        "select url, fetched_at, sha256, body from pages",
        "select sha256, content_type, size from media",
    )
    return {query: sorted(read_sql(path, query), key=repr) for query in queries}


def test_there_is_an_archive_of_every_released_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert {path.name.removesuffix(".db.gz") for path in FILES} == set(released) - {
        "0.1.0"
    }  # never published


def test_an_archive_of_a_released_version_keeps_all_it_has(released: Path, tmp_path: Path) -> None:
    before = texts(released)
    assert all(before.values())
    Archive.open(released).close()
    Archive.open(tmp_path / "new.db", create=True).close()
    assert tables(released) == tables(tmp_path / "new.db")
    assert texts(released) == before
    assert read_sql(released, "select count(*) from comment_revisions where author_name is null")[0] == (0,)
    assert run(released, "verify").code == 0


def test_versions_of_an_older_archive_that_a_reader_cannot_tell_apart_are_one(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    db.write_bytes(gzip.decompress(FILES[-1].read_bytes()))
    before = texts(db)
    with closing(sqlite3.connect(db)) as archive, archive:
        archive.execute(
            "insert into post_revisions(post_id, content_hash, title, body_html, body_text, captured_at)"
            " select id, 'x', title, ' ' || replace(body_html, '<p>', '<p>  '), body_text, '2020-01-01T00:00:00+00:00'"
            " from posts where content_hash is not null and id not in (select post_id from post_revisions)"
        )
        archive.execute(
            "insert into comment_revisions(comment_id, body_html, body_text, captured_at)"
            " select id, '<b>' || body_html || '</b>', body_text, '2020-01-01T00:00:00+00:00' from comments"
            " where id not in (select comment_id from comment_revisions)"
        )
    Archive.open(db).close()
    assert texts(db) == before
    assert read_sql(db, "select min(version_at) from posts")[0][0] == "2020-01-01T00:00:00+00:00"
    assert run(db, "verify").code == 0


@pytest.mark.parametrize(
    "change",
    [
        "update authors set url = x'fffe'",
        "update posts set title = x'fffe'",
        "update posts set body_text = x'fffe'",
        "drop view posts_view",
    ],
)
def test_an_older_archive_that_cannot_be_brought_up_to_date_is_one_line(tmp_path: Path, change: str) -> None:
    db = tmp_path / "archive.db"
    db.write_bytes(gzip.decompress(FILES[-1].read_bytes()))
    run_sql(db, change)
    before = texts(db)
    ran = run(db, "reparse", "--stale")
    assert (ran.code, "unexpected" in ran.err, ran.err.count("\n")) == (6, False, 1), ran.err
    assert texts(db) == before


def test_a_url_that_is_none_keeps_no_older_archive_from_being_brought_up_to_date(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    db.write_bytes(gzip.decompress(FILES[-1].read_bytes()))
    run_sql(db, "update posts set url = 'http://[' where id = 1")
    assert run(db, "reparse", "--stale", "-q").code == 0
    assert run(db, "verify").code == 0


@pytest.mark.parametrize("name", ["t", "search_t", 'x"_totals'])
def test_no_trigger_of_a_stranger_runs_when_an_older_archive_is_brought_up_to_date(
    tmp_path: Path, name: str
) -> None:
    db = tmp_path / "archive.db"
    db.write_bytes(gzip.decompress(FILES[-1].read_bytes()))
    before = texts(db)
    quoted = name.replace('"', '""')
    run_sql(db, f'create trigger "{quoted}" after update on posts begin delete from comments; end')
    ran = run(db, "reparse", "--stale")
    assert (ran.code, f'drop trigger "{name}"' in ran.err) == ((6, True) if name == "t" else (0, False)), (
        ran.err
    )
    assert texts(db) == before


def test_a_changed_trigger_of_ours_does_not_run_in_an_upgrade_and_is_made_again(tmp_path: Path) -> None:
    db, new = tmp_path / "archive.db", tmp_path / "new.db"
    Archive.open(new, create=True).close()
    db.write_bytes(gzip.decompress(FILES[-1].read_bytes()))
    before = texts(db)
    run_sql(db, "drop trigger if exists search_posts_update")
    run_sql(db, "create trigger search_posts_update after update on posts begin delete from comments; end")
    assert run(db, "reparse", "--stale").code == 0
    assert (texts(db), tables(db)) == (before, tables(new))


@pytest.mark.parametrize("part", ["data", "idx", "docsize", "config"])
def test_a_damaged_search_index_of_an_older_archive_is_made_again(tmp_path: Path, part: str) -> None:
    db = tmp_path / "archive.db"
    data = bytearray(gzip.decompress(FILES[-1].read_bytes()))
    db.write_bytes(data)
    (size,) = read_sql(db, "pragma page_size")[0]
    (page,) = read_sql(db, "select rootpage from sqlite_master where name = ?", f"posts_fts_{part}")[0]
    data[(page - 1) * size : page * size] = bytes(size)
    db.write_bytes(data)
    Archive.open(db).close()
    assert run(db, "verify").code == 0
    assert "http" in run(db, "search", "的").out


def migrate_and_die(path: Path, steps: int) -> None:
    """Apply the migrations, and kill this process after that many steps of SQLite's machine."""
    connection = connect(path, read_only=False)
    connection.execute("pragma journal_mode = wal")
    connection.set_progress_handler(lambda: os.kill(os.getpid(), signal.SIGKILL), steps)
    prepare(Statements(path, connection))


@pytest.mark.parametrize("steps", [100, 1_000, 3_000, 6_000])
@pytest.mark.slow
def test_a_kill_while_an_archive_is_brought_up_to_date_loses_nothing(tmp_path: Path, steps: int) -> None:
    db = tmp_path / "archive.db"
    db.write_bytes(gzip.decompress(FILES[0].read_bytes()))
    before = texts(db)
    process = multiprocessing.get_context("forkserver").Process(target=migrate_and_die, args=(db, steps))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    Archive.open(db).close()
    Archive.open(tmp_path / "new.db", create=True).close()
    assert tables(db) == tables(tmp_path / "new.db")
    assert texts(db) == before


def test_the_first_command_says_in_one_line_that_the_archive_was_brought_up_to_date(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    db.write_bytes(gzip.decompress(FILES[0].read_bytes()))
    copy = tmp_path / "copy.db"
    copy.write_bytes(db.read_bytes())
    first = run(db, "reparse", "--stale", "-q")
    assert (first.code, first.err.count("\n"), NOTICE in first.err) == (0, 1, True), first.err
    assert run(db, "reparse", "--stale", "-q").err == ""
    assert run(copy, "status").code == 2  # the copy is still one of the older version


def test_status_names_the_command_that_parses_pages_of_an_older_parser_again(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    db.write_bytes(gzip.decompress(FILES[0].read_bytes()))
    Archive.open(db).close()
    assert "pages parsed by an older version: 42; `blogarchive reparse --stale`" in run(db, "status").out
    assert run(db, "reparse", "--stale").code == 0
    assert "older version" not in run(db, "status").out


def test_a_dry_run_does_not_speak_of_the_copy_that_it_tries(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    db.write_bytes(gzip.decompress(FILES[0].read_bytes()))
    ran = run(db, "reparse", "--stale", "--diff")
    assert (ran.code, NOTICE in ran.err) == (0, False)
