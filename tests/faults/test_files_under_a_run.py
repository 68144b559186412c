"""Files of an archive that are copied, moved or removed while a backup writes them."""

import os
import random
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from blogarchive.errors import CannotWrite
from blogarchive.store.database.archive import Archive
from blogarchive.store.verify import verify_archive
from tests.demo.blogs.generated import make_blog
from tests.demo.server.host import DemoHost
from tests.killer import AtRequest
from tests.store.fake_blog import START, Clock, a_blog, crawl, rows
from tests.tool import Tool, contents, ended

UID = "31182"


@pytest.fixture
def host() -> Iterator[DemoHost]:
    with DemoHost([make_blog(UID, posts=16, comments=2)], delay=0.02) as host:
        yield host


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Tool]:
    tool = Tool(tmp_path / "run")
    yield tool
    tool.close()


def wait_for(host: DemoHost, requests: int) -> None:
    end = time.monotonic() + 300
    while len(host.requests) < requests:
        assert time.monotonic() < end
        time.sleep(0.005)


def test_copies_of_file_and_log_at_any_moment_are_read_or_refused_in_one_line_and_continue(
    host: DemoHost, tool: Tool, tmp_path: Path
) -> None:
    chance = random.Random(7)
    process = tool.start("backup", host.blog_url(UID))
    for place, requests in enumerate((2, 4, 9, 15, 20)):
        wait_for(host, requests)
        time.sleep(chance.random() / 20)
        copy = tmp_path / f"copy-{place}"
        copy.mkdir()
        for suffix in ("", "-wal"):  # not at once: a power loss cuts between two writes
            if Path(f"{tool.db}{suffix}").exists():
                shutil.copy(f"{tool.db}{suffix}", f"{copy / tool.db.name}{suffix}")
    assert ended(process).code == 0
    whole = contents(tool.db)
    for folder in sorted(tmp_path.glob("copy-*")):
        copied = Tool(folder)
        checked = copied.run("verify")
        assert checked.code == 0 or (checked.code == 6 and checked.err.count("blogarchive: ") == 1), (
            checked.err
        )
        if checked.code == 0:
            assert copied.run("backup", host.blog_url(UID)).code == 0
            assert contents(copied.db) == whole


def take_away(tool: Tool, moved: Path, how: str) -> None:
    if how == "folder moved":
        tool.folder.rename(moved)
        return
    moved.mkdir()
    for path in tool.folder.glob("archive.db*"):
        path.rename(moved / path.name)
    if how == "replaced":
        shutil.copy(moved / "archive.db", tool.db)


@pytest.mark.parametrize("how", ["folder moved", "removed", "replaced"])
def test_a_backup_ends_with_6_if_its_archive_is_taken_away_and_what_was_stored_stays(
    how: str, tool: Tool, tmp_path: Path
) -> None:
    rest = Tool(tmp_path / "moved")
    rest.folder.rmdir()
    moment = AtRequest(8, lambda: take_away(tool, rest.folder, how))
    with DemoHost([make_blog(UID, posts=16, comments=2)], observer=moment.listen) as host:
        ran = ended(tool.start("backup", host.blog_url(UID)))
        assert (ran.code, ran.err.count("blogarchive: ")) == (6, 1), ran.err
        assert rest.run("verify").code == 0
        assert rest.scalar("select count(*) from pages") > 0
        assert rest.run("backup", host.blog_url(UID)).code == 0


TABLES = ("posts", "comments", "categories", "archive_months")


def run_contents(archive: Archive) -> list[list[tuple[object, ...]]]:
    return [rows(archive, table, times=False) for table in TABLES]


def test_copies_of_file_and_log_in_the_middle_of_a_run_continue_to_the_same_rows(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "whole.db", create=True) as archive:
        crawl(archive, a_blog(6), Clock())
        expected = run_contents(archive)
    for pages in (1, 4, 9, 14):
        with Archive.open(tmp_path / f"{pages}.db", create=True) as archive:
            crawl(archive, a_blog(6), Clock(), stop_after=pages)
            for suffix in ("", "-wal"):
                shutil.copy(f"{archive.path}{suffix}", tmp_path / f"copy-{pages}.db{suffix}")
        with Archive.open(tmp_path / f"copy-{pages}.db") as copy:
            assert verify_archive(copy).damage == ()
            crawl(copy, a_blog(6), Clock(START + timedelta(hours=1)))
            assert run_contents(copy) == expected


def put_back(tool: Tool, file: bytes, log: bytes, *, after: float) -> Path:
    """Write a file and its log, as if the file had been written so many seconds after the log; return the log."""
    tool.db.write_bytes(file)
    wal = tool.folder / "archive.db-wal"
    wal.write_bytes(log)
    os.utime(tool.db, (time.time() + after, time.time() + after))
    return wal


def test_a_copy_put_beside_the_log_of_a_killed_run_is_not_destroyed_by_it(tool: Tool) -> None:
    with Archive.open(tool.db, create=True) as archive:
        crawl(archive, a_blog(6), Clock(), stop_after=2)
    older = tool.db.read_bytes()
    with Archive.open(tool.db) as archive:
        crawl(archive, a_blog(6), Clock(), stop_after=9)
        own, log = tool.db.read_bytes(), (tool.folder / "archive.db-wal").read_bytes()
    wal = put_back(tool, older, log, after=3600)
    for command in ("status", "verify", "update", "seal copy"):
        ran = tool.run(*command.split())
        assert (ran.code, f"delete {wal}" in ran.err, tool.db.read_bytes() == older) == (6, True, True), (
            command
        )
    wal.unlink()
    assert [tool.run(command).code for command in ("status", "verify")] == [0, 0]
    put_back(tool, own, log, after=60)  # a checkpoint had waited for a reader
    assert [tool.run(command).code for command in ("status", "verify")] == [0, 0]


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
