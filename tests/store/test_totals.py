"""Totals are those of the rows after every run, whoever changed the rows."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from blogarchive.store.read.status import read_status
from tests.store.fake_blog import Clock, a_blog, crawl

COUNTED = {
    "select author_id, posts, missing, gone, comments, first_post_on, last_post_on from _blog_totals": """
        select a.id, count(p.id), sum(p.content_hash is null and p.gone_at is null), sum(p.gone_at is not null),
               (select count(*) from posts q join comments c on c.post_id = q.id where q.author_id = a.id),
               substr(min(p.posted_at), 1, 10), substr(max(p.posted_at), 1, 10)
          from authors a join posts p on p.author_id = a.id group by a.id""",
    "select author_id, month, posts, gone from _month_totals": """
        select author_id, substr(posted_at, 1, 7), count(*), sum(gone_at is not null) from posts
         where length(posted_at) >= 7 group by 1, 2""",
    "select category_id, posts from _category_totals where posts > 0": """
        select category_id, count(*) from posts_in_categories group by 1""",
    "select author_id, name, comments from _commenter_totals": """
        select p.author_id, c.author_name, count(*) from posts p join comments c on c.post_id = p.id group by 1, 2""",
    "select name, comments, posts, first_at, last_at from _person_totals": """
        select author_name, count(*), count(distinct post_id), min(posted_at), max(posted_at) from comments group by 1""",
    "select reader_version, is_held, pages, bytes from _version_totals": """
        select reader_version, held_at is not null, count(*), sum(body_size) from pages group by 1, 2""",
    "select site, numbers, highest from _number_totals": """
        select a.site, count(distinct p.number), max(cast(p.number as integer)) from posts p
          join authors a on a.id = p.author_id group by 1""",
    "select author_id, month, comments from _comment_month_totals": """
        select p.author_id, substr(c.posted_at, 1, 7), count(*) from posts p join comments c on c.post_id = p.id
         where length(c.posted_at) >= 7 group by 1, 2""",
    "select author_id, name, reply_to, comments from _reply_totals": """
        select p.author_id, c.author_name, c.reply_to, count(*) from posts p join comments c on c.post_id = p.id
         where c.reply_to is not null group by 1, 2, 3""",
    "select category_id, year, posts from _category_year_totals": """
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
    with closing(sqlite3.connect(path)) as connection:
        for totals, counted in COUNTED.items():
            rows = sorted(connection.execute(counted).fetchall(), key=repr)
            assert rows
            assert sorted(connection.execute(totals).fetchall(), key=repr) == rows, totals


def test_totals_follow_edits_and_deletions_of_a_run(stored: Path) -> None:
    assert_totals(stored)


def test_totals_follow_rows_that_another_program_changed(stored: Path) -> None:
    with closing(sqlite3.connect(stored)) as connection, connection:
        connection.execute("delete from comments where id in (select id from comments limit 2)")
        connection.execute("update posts set posted_at = '2001-02-03T04:05:06+08:00' where id = 1")
    Archive.open(stored).close()
    assert_totals(stored)


def test_totals_follow_pages_and_urls_at_once(stored: Path) -> None:
    with closing(sqlite3.connect(stored)) as connection, connection:
        connection.execute("pragma foreign_keys = off")
        copied = "url, fetched_at, status, body, body_size, sha256, kind, site, reader_version"
        for moment in ("a", "a"):  # the second is a duplicate, which `merge` skips in this way
            connection.execute(
                f"insert or ignore into pages({copied}) select {copied.replace('fetched_at', '?')} from pages",
                (moment,),
            )
        connection.execute("delete from pages where kind = 'month'")
        connection.execute("update frontier set state = 'todo' where kind = 'post'")
        connection.execute("delete from frontier where kind = 'category'")
    assert_totals(stored)


def test_people_are_those_of_the_comments_that_remain(stored: Path) -> None:
    with closing(sqlite3.connect(stored)) as connection, connection:
        connection.execute("update comments set author_name = '改名的人' where author_name = "
                           "(select author_name from comments limit 1)")  # fmt: skip
    Archive.open(stored).close()
    assert_totals(stored)


def test_status_of_changed_blogs_is_counted_at_once(stored: Path) -> None:
    with closing(sqlite3.connect(stored)) as connection, connection:
        connection.execute("delete from comments where post_id = 3")
        connection.execute("update posts set comment_count = 9, comments_complete_at = null where id = 5")
        connection.execute("update posts set gone_at = '2025-01-01T00:00:00+00:00' where id = 4")
    with Archive.open(stored, read_only=True) as archive:
        before = read_status(archive).blogs
        assert archive.exists("select 1 from _totals_pending")
    Archive.open(stored).close()
    with Archive.open(stored, read_only=True) as archive:
        assert not archive.exists("select 1 from _totals_pending")
        assert read_status(archive).blogs == before
    assert before[0].posts_lacking_comments == 1
