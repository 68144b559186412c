"""Totals are those of the rows after every run, whoever changed the rows, and `verify` finds those that are not."""

import os
import random
import signal
import sqlite3
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest

from blogarchive.store.database import schema, totals
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import connect
from blogarchive.store.read.status import read_status
from blogarchive.store.statements import Statements
from blogarchive.store.verify import verify_archive
from tests.sql import read_sql, run_sql
from tests.store.fake_blog import Clock, a_blog, crawl
from tests.tool import run_command

COUNTED = {
    "select author_id, posts, missing, gone, comments, first_post_on, last_post_on from _blog_totals": """
        select a.id, count(p.id), sum(p.content_hash is null and p.gone_at is null), sum(p.gone_at is not null),
               (select count(*) from posts q join comments c on c.post_id = q.id where q.author_id = a.id),
               substr(min(p.posted_at), 1, 10), substr(max(p.posted_at), 1, 10)
          from authors a join posts p on p.author_id = a.id group by a.id""",
    "select author_id, month, posts, gone from _month_totals": """
        select author_id, substr(posted_at, 1, 7), count(*), sum(gone_at is not null) from posts
         where posted_at is not null group by 1, 2""",
    "select author_id, name, comments, posts, first_at, last_at from _commenter_totals": """
        select p.author_id, c.author_name, count(*), count(distinct c.post_id), min(c.posted_at), max(c.posted_at)
          from posts p join comments c on c.post_id = p.id group by 1, 2""",
    "select reader_version, is_held, pages, bytes from _page_totals": """
        select reader_version, held_at is not null, count(*), sum(body_size) from pages group by 1, 2""",
    "select site, numbers, highest from _number_totals": """
        select a.site, count(distinct p.number), max(cast(p.number as integer)) from posts p
          join authors a on a.id = p.author_id group by 1""",
    "select author_id, month, comments from _comment_totals": """
        select p.author_id, substr(c.posted_at, 1, 7), count(*) from posts p join comments c on c.post_id = p.id
         where c.posted_at is not null group by 1, 2""",
    "select author_id, name, reply_to, comments from _reply_totals": """
        select p.author_id, c.author_name, c.reply_to, count(*) from posts p join comments c on c.post_id = p.id
         where c.reply_to is not null group by 1, 2, 3""",
    "select category_id, year, posts from _category_totals": """
        select pc.category_id, coalesce(p.year, ''), count(*) from posts_in_categories pc
          join posts p on p.id = pc.post_id group by 1, 2""",
}


@pytest.fixture
def stored(path: Path, clock: Clock) -> Path:
    with Archive.open(path, create=True) as archive:
        blog = a_blog(12, comments=3)
        crawl(archive, blog, clock)
        first, second, *_ = blog.entries.values()
        first.text, second.status, second.listed = "改过的正文", 404, False
        crawl(archive, blog, clock, full=True)
        archive.execute("update comments set reply_to = '读者0' where author_name = '读者1'")
    return path


def assert_totals(path: Path) -> None:
    for query, counted in COUNTED.items():
        rows = sorted(read_sql(path, counted), key=repr)
        assert rows
        assert sorted(read_sql(path, query), key=repr) == rows, query


def test_totals_follow_edits_and_deletions_of_a_run(stored: Path) -> None:
    assert_totals(stored)


def test_totals_follow_rows_that_another_program_changed(stored: Path) -> None:
    run_sql(stored, "delete from comments where id in (select id from comments limit 2)")
    run_sql(stored, "update posts set posted_at = '2001-02-03T04:05:06+08:00' where id = 1")
    run_sql(stored, "update comments set author_name = '改名的人' where author_name = '读者0'")
    Archive.open(stored).close()
    assert_totals(stored)


def test_status_of_changed_blogs_is_counted_at_once(stored: Path) -> None:
    run_sql(stored, "delete from comments where post_id = 3")
    run_sql(stored, "update posts set comment_count = 9, comments_complete_at = null where id = 5")
    run_sql(stored, "update posts set gone_at = '2025-01-01T00:00:00+00:00' where id = 4")
    with Archive.open(stored, read_only=True) as archive:
        before = read_status(archive).blogs
        assert archive.exists("select 1 from _totals_pending")
    Archive.open(stored).close()
    with Archive.open(stored, read_only=True) as archive:
        assert not archive.exists("select 1 from _totals_pending")
        assert read_status(archive).blogs == before
    assert before[0].posts_lacking_comments == 1


AUTHORS = {1: "creaders", 2: "creaders", 3: "wenxuecity"}
NUMBERS = ("1", "7", "40", "500123", "999999999999999", "1000000000000000", "202501_7", "3b9aca02")
DATES = (None, "2014", "2014-07", "2014-07-03", "2025-01-28T01:46:53-08:00", "2025-02-28T01:46-08:00")
CHANGES = (
    "insert or ignore into posts(author_id, number, url, posted_at, content_hash, comment_count, first_seen_at,"
    " last_seen_at) values (:author, :number, 'u', :date, nullif(:size % 3, 0), :size % 4, 'a', 'b')",
    "update or ignore posts set number = :number where id = :row",
    "update posts set gone_at = 'x', views = :size where id = :row",
    "update posts set posted_at = :date, content_hash = nullif(:size % 3, 0), gone_at = null where id = :row",
    "update posts set comment_count = :size % 4, comments_complete_at = null where id = :row",
    "delete from posts where id = :row and id not in (select post_id from comments union select post_id from"
    " post_categories union select post_id from post_revisions union select post_id from post_stats)",
    "insert or ignore into comments(post_id, author_name, reply_to, body_html, body_text, posted_at, fingerprint,"
    " first_seen_at, last_seen_at) select id, 'n' || :version, nullif('n' || (:size % 3), 'n0'), '', '', :date,"
    " (:size % 5) || iif(:size % 7, '|', '|answer|') || :date || '|n' || :version, 'a', 'b' from posts where id = :row",
    "update comments set author_name = 'n' || :size, reply_to = null where id = :row",
    "update comments set gone_at = iif(gone_at is null, 'x', null), posted_at = :date where id = :row",
    "delete from comments where id = :row and id not in (select comment_id from comment_revisions)",
    "insert into comment_revisions(comment_id, body_html, body_text, captured_at) select id, '', '', 'a'"
    " from comments where id = :row",
    "insert into post_revisions(post_id, content_hash, captured_at) select id, 'x', 'a' from posts where id = :row",
    "insert or ignore into post_stats(post_id, captured_at) select id, '2025-01-0' || (1 + :size % 9)"
    " from posts where id = :row",
    "insert or ignore into categories(author_id, name, first_seen_at, last_seen_at)"
    " values (:author, 'c' || :version, 'a', 'b')",
    "insert or ignore into post_categories(post_id, category_id) select p.id, c.id from posts p join categories c"
    " on c.author_id = p.author_id where p.id = :row",
    "update post_categories set gone_at = iif(gone_at is null, 'x', null) where post_id = :row",
    "delete from post_categories where post_id = :row",
    "delete from categories where id not in (select category_id from post_categories)",
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
        "date": chance.choice(DATES),
        "row": chance.randint(1, 9),
        "size": chance.randint(1, 99),
        "version": chance.randint(1, 3),
    }
    # Inserts are more frequent, so that rows remain.
    inserts = [sql for sql in CHANGES if sql.startswith("insert")]
    connection.execute(chance.choice([*CHANGES, *inserts, *inserts]), values)


def stored_totals(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    names = [name for kind, name in schema.statements() if kind == "table" and name.endswith("_totals")]
    return {name: sorted(connection.execute(f"select * from {name}").fetchall(), key=repr) for name in names}


@pytest.mark.parametrize("seed", range(5))
def test_after_any_writes_totals_equal_a_recount(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    seen: set[str] = set()
    with closing(sqlite3.connect(made(path), isolation_level=None)) as connection:
        archive = Statements(path, connection)
        connection.execute("pragma foreign_keys = on")
        connection.execute("insert or ignore into _totals_pending select id from authors")
        for _ in range(25):
            for _ in range(chance.randint(1, 12)):
                change(connection, chance)
                assert totals.wrong_totals(archive) == []
            current = {
                "_blog_totals": sorted(connection.execute(totals.CURRENT_BLOGS).fetchall(), key=repr),
                "_month_totals": sorted(connection.execute(totals.CURRENT_MONTHS).fetchall(), key=repr),
                "_number_totals": sorted(connection.execute(totals.CURRENT_NUMBERS).fetchall(), key=repr),
            }
            totals.refresh(archive)
            kept = stored_totals(connection)
            totals.recount(archive)
            assert kept == stored_totals(connection)
            assert {name: kept[name] for name in current} == current
            seen |= {name for name in kept if kept[name]}
        assert seen >= kept.keys() - {"_category_totals", "_reply_totals", "_number_totals"}


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
@pytest.mark.slow
def test_totals_equal_a_count_after_a_kill(path: Path, steps: int) -> None:
    process = get_context("forkserver").Process(target=change_and_die, args=(made(path), steps))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with closing(sqlite3.connect(path)) as connection:
        assert totals.wrong_totals(Statements(path, connection)) == []


def test_status_reads_the_totals_and_reparse_counts_wrong_ones_again(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as archive:
        crawl(archive, a_blog(6), clock)
        status = read_status(archive)
        assert status.pages == archive.scalar("select count(*) from pages")
        assert status.bytes_served == archive.scalar("select sum(body_size) from pages")
        assert status.coverage[0].numbers_known == archive.scalar("select count(*) from posts")
        assert str(status.coverage[0].highest_number) == archive.text("select max(number) from posts")
        assert verify_archive(archive).damage == ()
        archive.execute("update _page_totals set bytes = bytes + 1")
        archive.execute("update _number_totals set numbers = numbers - 1")
        assert [line.split()[3] for line in verify_archive(archive).damage] == [
            "_page_totals",
            "_number_totals",
        ]
    assert run_command("reparse", "--stale", "-q", "--db", str(path), folder=path.parent).code == 0
    assert run_command("verify", "-q", "--db", str(path), folder=path.parent).code == 0
