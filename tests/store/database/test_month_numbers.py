"""Posts of 文学城 in an archive of the version that numbered them without their month."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.importing.html import import_html
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.migrations import apply_migrations
from tests.paths import FIXTURES

_PAGE = FIXTURES / "wenxuecity" / "month" / "template-2005" / "page.html"
_URL = "http://blog.wenxuecity.com/archives.php?date=200605&blogID=4657"
_POSTS = """
select number, url, title, body_text, (select count(*) from post_stats where post_id = p.id) from posts p order by url
"""

# As version 0.1.0 stored the posts.
_OLDER = """
update posts set number = substr(number, 8);
update frontier set number = substr(number, 8), key = site || '/' || uid || '/' || substr(number, 8) where kind = 'post';
update sidebar_titles set number = substr(number, 8);
delete from _sqlite_migrations where name = 'm010_month_numbers';
"""

# As the development version stored the newest post again.
_TWICE = """
insert into posts(author_id, number, url, title, body_html, body_text, content_hash, first_seen_at, last_seen_at)
select author_id, 'NEW', url, title, body_html, '另一个版本', 'other',
       '2027-01-01T00:00:00+00:00', '2027-01-01T00:00:00+00:00'
  from posts where body_text is not null order by id limit 1;
update posts set number = substr(url, instr(url, 'date=') + 5, 6) || '_' || substr(url, instr(url, 'postID=') + 7)
 where number = 'NEW';
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a current archive of one month page."""
    path = tmp_path / "archive.db"
    import_html(path, _PAGE, url=_URL)
    return path


def _run(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def _migrate(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        apply_migrations(connection)


def test_posts_of_an_older_archive_continue_under_their_month_and_id(archive: Path) -> None:
    queries = (_POSTS, "select key, number, url from frontier", "select title, number from sidebar_titles")
    today = [_rows(archive, query) for query in queries]
    _run(archive, _OLDER)
    assert _rows(archive, "select count(*) from posts where instr(number, '_')") == [(0,)]
    _migrate(archive)
    assert [_rows(archive, query) for query in queries] == today
    saved_again = archive.with_name("again.html")
    saved_again.write_bytes(_PAGE.read_bytes() + b"<!-- later -->")
    report = import_html(archive, saved_again, url=_URL)
    assert (report.pages, report.posts) == (1, 0)
    assert _rows(archive, _POSTS) == today[0]


def test_a_post_that_two_versions_stored_is_one_post_with_both_texts(archive: Path) -> None:
    numbers = [row[0] for row in _rows(archive, _POSTS)]
    (text,) = _rows(archive, "select body_text from posts where body_text is not null order by id limit 1")
    first_seen = _rows(archive, "select min(first_seen_at) from posts")
    _run(archive, _OLDER + _TWICE)
    _migrate(archive)
    assert [row[0] for row in _rows(archive, _POSTS)] == numbers
    assert _rows(archive, "select body_text from posts where content_hash = 'other'") == [("另一个版本",)]
    assert text in _rows(archive, "select body_text from post_revisions")
    assert _rows(archive, "select first_seen_at from posts where content_hash = 'other'") == first_seen
    assert _rows(archive, "pragma foreign_key_check") == []
    with Archive.open(archive) as opened:
        assert opened.rows("pragma integrity_check") == [("ok",)]
