"""A run survives a copy of its files, a jump of the clock, and an archive that is removed or replaced under it."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from blogarchive.errors import CannotWrite
from blogarchive.store.database.archive import Archive
from blogarchive.store.verify import verify_archive
from tests.store.fake_blog import START, Clock, a_blog, crawl, rows

TABLES = ("posts", "comments", "categories", "archive_months")


def contents(archive: Archive) -> list[list[tuple[object, ...]]]:
    return [rows(archive, table, times=False) for table in TABLES]


def test_copies_of_file_and_log_in_the_middle_of_a_run_continue_to_the_same_rows(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "whole.db", create=True) as archive:
        crawl(archive, a_blog(6), Clock())
        expected = contents(archive)
    for pages in (1, 4, 9, 14):
        with Archive.open(tmp_path / f"{pages}.db", create=True) as archive:
            crawl(archive, a_blog(6), Clock(), stop_after=pages)
            for suffix in ("", "-wal"):
                shutil.copy(f"{archive.path}{suffix}", tmp_path / f"copy-{pages}.db{suffix}")
        with Archive.open(tmp_path / f"copy-{pages}.db") as copy:
            assert verify_archive(copy).damage == ()
            crawl(copy, a_blog(6), Clock(START + timedelta(hours=1)))
            assert contents(copy) == expected


@pytest.mark.parametrize("days", [-4000, -1, 1, 4000])
def test_a_jump_of_the_clock_marks_nothing_as_gone_and_loses_no_text(days: int, tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        crawl(archive, a_blog(6), Clock())
        expected = archive.rows("select number, title, body_text from posts order by number")
        for start in (START + timedelta(days=days), START + timedelta(days=1)):
            crawl(archive, a_blog(6), Clock(start), full=True)
            assert archive.rows("select number, title, body_text from posts order by number") == expected
            assert archive.scalar("select count(*) from posts where gone_at is not null") == 0
            assert archive.scalar("select count(*) from post_revisions") == 0
            assert verify_archive(archive).damage == ()


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_run_ends_if_its_archive_is_removed_or_replaced(is_replaced: bool, tmp_path: Path) -> None:
    archive = Archive.open(tmp_path / "a.db", create=True)
    crawl(archive, a_blog(6), Clock(), stop_after=3)
    archive.path.rename(tmp_path / "other.db")
    if is_replaced:
        shutil.copy(tmp_path / "other.db", archive.path)
    with pytest.raises(CannotWrite, match="removed or replaced"):
        crawl(archive, a_blog(6), Clock())
    with pytest.raises(CannotWrite, match="removed or replaced"):
        archive.close()
