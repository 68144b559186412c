"""Tests of opening, closing, locking and dry runs of an archive, and of the errors that a user sees."""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copy

import pytest

from blogarchive.browse.serve import create_app
from blogarchive.errors import ArchiveBusy, ArchiveDamaged, CannotWrite, NoArchive
from blogarchive.store.database import connection
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import open_scratch
from blogarchive.store.statements import to_user_error
from blogarchive.store.verify import verify_archive
from tests.sql import run_sql
from tests.store.fake_blog import Clock, a_blog, crawl, rows
from tests.unprivileged import run_unprivileged, shared_folder


def test_an_archive_is_created_only_if_create_is_set(path: Path) -> None:
    with pytest.raises(NoArchive, match="backup"):
        Archive.open(path)
    assert not path.exists()
    Archive.open(path, create=True).close()
    Archive.open(path).close()


def test_the_folder_of_a_new_archive_is_made(tmp_path: Path) -> None:
    Archive.open(tmp_path / "a" / "b" / "archive.db", create=True).close()
    assert (tmp_path / "a" / "b" / "archive.db").exists()


def test_one_file_is_the_whole_archive_after_it_is_closed(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as archive:
        crawl(archive, a_blog(4), clock)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_text_file_is_refused_as_damaged(path: Path) -> None:
    path.write_text("今天天气不错" * 500, "utf-8")
    with pytest.raises(ArchiveDamaged):
        Archive.open(path)


def test_a_database_of_another_program_is_refused_and_unchanged(path: Path) -> None:
    run_sql(path, "create table recipes (name text)")
    before = path.read_bytes()
    with pytest.raises(ArchiveDamaged, match="something else"):
        Archive.open(path, create=True)
    assert path.read_bytes() == before


def test_a_truncated_file_is_reported_as_damaged(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as archive:
        crawl(archive, a_blog(30), clock)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 8192) + whole[-4096:])
    with pytest.raises(ArchiveDamaged), Archive.open(path) as archive:
        rows(archive, "posts")


def test_a_full_disk_rolls_back_the_page_and_keeps_all_before_it(path: Path, clock: Clock) -> None:
    blog = a_blog(40)
    with Archive.open(path, create=True) as archive:
        crawl(archive, blog, clock, stop_after=10)
        before = archive.scalar("select count(*) from pages")
        page_limit = archive.scalar("pragma page_count")
        archive.execute(f"pragma max_page_count = {page_limit}")
        with pytest.raises(CannotWrite, match="the disk is full at"):
            crawl(archive, blog, clock)
        archive.execute("pragma max_page_count = 1000000")
        assert archive.rows("pragma integrity_check") == [("ok",)]
        assert archive.scalar("select count(*) from pages") >= before
        crawl(archive, blog, clock)
        assert archive.scalar("select count(*) from posts where content_hash is not null") == 40


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes to read-only files")
def test_a_write_to_a_read_only_file_raises_cannot_write(path: Path, clock: Clock) -> None:
    Archive.open(path, create=True).close()
    path.chmod(0o444)
    with pytest.raises(CannotWrite), Archive.open(path) as archive:
        crawl(archive, a_blog(1), clock)


def test_reading_a_read_only_file_leaves_nothing_beside_it_that_prevents_a_later_write(
    path: Path, clock: Clock
) -> None:
    def read(db: Path) -> None:
        with Archive.open(db, read_only=True) as archive:
            assert archive.scalar("select count(*) from posts") == 1
        create_app(db)

    with Archive.open(path, create=True) as archive:
        crawl(archive, a_blog(1), clock)
    with shared_folder() as folder:
        db = folder / "archive.db"
        copy(path, db)
        read(path)  # imports the modules, which `nobody` may be unable to read
        folder.chmod(0o777)
        db.chmod(0o444)
        run_unprivileged(lambda: read(db))
        assert [file.name for file in folder.iterdir()] == ["archive.db"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes to read-only folders")
def test_an_archive_in_a_read_only_folder_can_be_read(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as archive:
        crawl(archive, a_blog(1), clock)
    path.parent.chmod(0o555)
    try:
        with Archive.open(path, read_only=True) as archive:
            assert archive.scalar("select count(*) from posts") == 1
    finally:
        path.parent.chmod(0o755)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes to read-only folders")
def test_a_dry_run_on_a_read_only_archive_uses_a_copy(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as archive:
        crawl(archive, a_blog(1), clock)
    path.chmod(0o444)
    with open_scratch(path) as archive:
        archive.execute("update posts set title = 'x'")
        assert archive.path != path
    with Archive.open(path, read_only=True) as archive:
        assert archive.scalar("select count(*) from posts where title = 'x'") == 0


def test_a_dry_run_is_rolled_back_and_locks_the_archive_if_named(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as archive:
        crawl(archive, a_blog(1), clock)
    with open_scratch(path, command="reparse") as archive:
        archive.execute("update posts set title = 'x'")
        with pytest.raises(ArchiveBusy, match="reparse"), connection.hold_lock(path, "update", now=clock.now):
            pass
    with Archive.open(path, read_only=True) as archive:
        assert archive.scalar("select count(*) from posts where title = 'x'") == 0


def test_a_lock_of_no_archive_leaves_neither_a_file_nor_a_folder(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "old").mkdir()
    for path in (tmp_path / "new" / "blogs" / "archive.db", tmp_path / "old" / "archive.db"):
        with connection.hold_lock(path, "backup", now=clock.now):
            assert path.with_name("archive.db.lock").exists()
        assert [found.name for found in tmp_path.rglob("*")] == ["old"]


def test_an_archive_and_a_link_to_it_share_one_lock(path: Path, clock: Clock) -> None:
    Archive.open(path, create=True).close()
    link = path.with_name("link.db")
    link.symlink_to(path.name)
    with (
        connection.hold_lock(link, "backup", now=clock.now),
        pytest.raises(ArchiveBusy, match="backup"),
        connection.hold_lock(path, "update", now=clock.now),
    ):
        pass


def test_sqlite_errors_become_errors_that_tell_the_user_what_to_do() -> None:
    where = Path("a.db")
    assert isinstance(to_user_error(sqlite3.OperationalError("database or disk is full"), where), CannotWrite)
    assert isinstance(
        to_user_error(sqlite3.OperationalError("attempt to write a readonly database"), where), CannotWrite
    )
    assert isinstance(
        to_user_error(sqlite3.OperationalError("unable to open database file"), where), CannotWrite
    )
    assert isinstance(
        to_user_error(sqlite3.DatabaseError("database disk image is malformed"), where), ArchiveDamaged
    )
    assert isinstance(to_user_error(sqlite3.OperationalError("database is locked"), where), ArchiveBusy)
    assert to_user_error(sqlite3.IntegrityError("UNIQUE constraint failed: posts.number"), where) is None


def test_the_archive_can_be_read_while_a_run_writes(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as writer:
        crawl(writer, a_blog(3), clock)
        with writer.atomic():
            writer.execute("update posts set views = 77")
            with Archive.open(path, read_only=True) as reader:
                assert 77 not in [row[0] for row in reader.rows("select views from posts")]
        with Archive.open(path, read_only=True) as reader:
            assert {row[0] for row in reader.rows("select views from posts")} == {77}


def test_a_reader_cannot_write(path: Path) -> None:
    Archive.open(path, create=True).close()
    with Archive.open(path, read_only=True) as reader, pytest.raises(CannotWrite):
        reader.execute("delete from posts")


def test_an_archive_without_tables_after_a_crash_is_completed(path: Path) -> None:
    sqlite3.connect(path).close()
    with Archive.open(path, create=True) as archive:
        assert rows(archive, "posts") == []


def test_a_dry_run_is_rolled_back(archive: Archive, clock: Clock) -> None:
    blog = a_blog(3)
    crawl(archive, blog, clock)
    before = rows(archive, "posts")
    with archive.dry_run():
        archive.execute("delete from comments")
        archive.execute("update posts set title = 'x'")
    assert rows(archive, "posts") == before


def test_a_reader_leaves_no_file_beside_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    Archive.open(path, create=True).close()
    with Archive.open(path, read_only=True) as archive:
        assert archive.scalar("select count(*) from posts") == 0
    assert [file.name for file in tmp_path.iterdir()] == ["archive.db"]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, clock = tmp_path_factory.mktemp("whole") / "archive.db", Clock()
    with Archive.open(path, create=True) as archive:
        blog = a_blog(6)
        crawl(archive, blog, clock)
        next(iter(blog.entries.values())).text = "改过的正文"
        crawl(archive, blog, clock, full=True)
    assert found(path) == ()
    return path


@pytest.fixture
def whole(crawled: Path, path: Path) -> Path:
    return Path(copy(crawled, path))


def found(path: Path) -> tuple[str, ...]:
    with Archive.open(path, read_only=True) as archive:
        return verify_archive(archive).damage


CHANGES = {
    "a text of http://blog.test": "update posts set body_html = replace(body_html, '文', '丈') where number = 500002",
    "a text of http": "update post_revisions set title = title || 'x'",
    "a comment of ": "update comments set body_text = body_text || '！' where id = 2",
    "the stored bytes of ": "update pages set body = zeroblob(length(body)) where id = 3",
    "the index posts_year is not there": "drop index posts_year",
    "the trigger search_posts_update is not there": "drop trigger search_posts_update",
    "names a row of posts that is not there": "pragma foreign_keys = off; delete from posts where number = 500002",
}


@pytest.mark.parametrize("words", CHANGES)
def test_a_change_by_another_program_is_found(whole: Path, words: str) -> None:
    with closing(sqlite3.connect(whole)) as changed:
        changed.executescript(CHANGES[words])
    damage = found(whole)
    assert any(words in line for line in damage), damage
    with Archive.open(whole, read_only=True) as archive:
        assert verify_archive(archive, threads=3).damage == damage


def test_a_text_that_is_not_utf_8_is_damage_to_every_reader(whole: Path) -> None:
    run_sql(whole, "update posts set body_text = cast(x'ffff' as text) where number = 500002")
    run_sql(whole, "delete from _search_pending")  # as after damage to the file
    assert any("(posts, row " in line for line in found(whole)), "verify names it, too"
    with Archive.open(whole, read_only=True) as archive, pytest.raises(ArchiveDamaged):
        archive.rows("select body_text from posts")


def test_the_message_about_a_foreign_trigger_has_the_statement_that_removes_it(path: Path) -> None:
    Archive.open(path, create=True).close()
    run_sql(path, 'create trigger "my ""log""" after insert on posts begin select 1; end')
    with pytest.raises(ArchiveDamaged, match="my") as refused:
        Archive.open(path)
    (statement,) = re.findall("`(.+)`", str(refused.value))
    run_sql(path, statement)
    Archive.open(path).close()


def test_a_unique_index_of_ones_own_is_named_before_a_run_and_hinders_no_reader(path: Path) -> None:
    Archive.open(path, create=True).close()
    run_sql(path, "create index words on runs(command)")
    Archive.open(path).close()
    run_sql(path, "create unique index once on runs(command)")
    Archive.open(path, read_only=True).close()
    with pytest.raises(ArchiveDamaged, match="once") as refused:
        Archive.open(path)
    (statement,) = re.findall("`(.+)`", str(refused.value))
    run_sql(path, statement)
    Archive.open(path).close()


def test_rows_that_were_not_read_to_their_end_may_outlive_the_archive(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        found = archive.each("select 1 union select 2")
        assert next(found) == (1,)
    found.close()  # type: ignore[attr-defined]
