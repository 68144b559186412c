"""Texts of fetched pages are indexed in batches, which is faster than page by page."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.search import index
from blogarchive.store.search.search import search
from tests.store.fake_blog import Clock, a_blog
from tests.tool import run_command


def read_posts(archive: Archive, posts: int) -> None:
    """Save pages of posts in turn, with twelve comments each."""
    blog, clock = a_blog(posts=posts, comments=12), Clock()
    for number in blog.entries:
        save_page.save_page(archive, blog.crawled(blog.post_target(number), clock()), None)


def found(connection: sqlite3.Connection, words: str) -> int:
    return len(search(connection, words, limit=100))


def test_the_number_of_texts_without_index_is_limited(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        read_posts(archive, 150)
        assert 0 < index.count_pending(archive.connection) <= 300
        assert found(archive.connection, "正文") == 100  # the limit of the search


def test_closing_an_archive_indexes_all_texts(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        read_posts(archive, 8)
        assert index.count_pending(archive.connection) > 0
    with Archive.open(path, read_only=True) as archive:
        assert found(archive.connection, "正文") == 8


def test_texts_without_index_of_a_killed_run_are_indexed_by_the_next_write(path: Path) -> None:
    killed = path.with_name("killed.db")
    with Archive.open(path, create=True) as archive:
        read_posts(archive, 8)
        killed.write_bytes(path.read_bytes())
        killed.with_name("killed.db-wal").write_bytes(path.with_name(f"{path.name}-wal").read_bytes())
    with Archive.open(killed) as archive:
        assert index.count_pending(archive.connection) > 0
        assert found(archive.connection, "正文") == 0
    with Archive.open(killed, read_only=True) as archive:
        assert found(archive.connection, "正文") == 8


@pytest.mark.parametrize(
    "change", ["update posts set title = '改题' where id = 1", "update _search_state set folding = 'other'"]
)
def test_search_never_says_that_nothing_is_there_while_texts_wait_for_the_index(
    path: Path, change: str
) -> None:
    with Archive.open(path, create=True) as archive:
        read_posts(archive, 2)
    words = ("search", "没有的词", "--db", str(path))
    assert run_command(*words, folder=path.parent).err == "nothing found\n"
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(change)
    told = run_command(*words, folder=path.parent)
    assert ("nothing found" in told.err, "not in the index yet" in told.err) == (False, True)
    assert run_command("search", "--rebuild", "--db", str(path), folder=path.parent).code == 0
    assert run_command(*words, folder=path.parent).err == "nothing found\n"
