"""Texts of fetched pages may wait for the search index a while, so that a page does not cost what thirty do."""

import sqlite3
from pathlib import Path

from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.search import index
from blogarchive.store.search.search import search
from tests.store.fake_blog import Clock, a_blog


def read_posts(archive: Archive, posts: int) -> None:
    """Post pages saved one after the other, with twelve comments each."""
    blog, clock = a_blog(posts=posts, comments=12), Clock()
    for number in blog.entries:
        save_page.save_page(archive, blog.crawled(blog.post_target(number), clock()), None)


def found(connection: sqlite3.Connection, words: str) -> int:
    return len(search(connection, words, limit=100))


def test_only_some_texts_wait_for_the_search_however_many_pages_come(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        read_posts(archive, 150)
        assert 0 < index.count_pending(archive.db.conn) <= 300
        assert found(archive.db.conn, "正文") == 100  # as many as are asked for


def test_nothing_waits_once_an_archive_is_closed(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        read_posts(archive, 8)
        assert index.count_pending(archive.db.conn) > 0
    with Archive.open(path, read_only=True) as archive:
        assert found(archive.db.conn, "正文") == 8


def test_what_waited_when_a_run_was_killed_is_found_once_the_archive_was_written_again(path: Path) -> None:
    killed = path.with_name("killed.db")
    with Archive.open(path, create=True) as archive:
        read_posts(archive, 8)
        killed.write_bytes(path.read_bytes())
        killed.with_name("killed.db-wal").write_bytes(path.with_name(f"{path.name}-wal").read_bytes())
    with Archive.open(killed) as archive:
        assert index.count_pending(archive.db.conn) > 0
        assert found(archive.db.conn, "正文") == 0
    with Archive.open(killed, read_only=True) as archive:
        assert found(archive.db.conn, "正文") == 8
