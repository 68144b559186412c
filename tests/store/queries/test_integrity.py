"""A verification finds and names every row, byte and table that was changed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.errors import ArchiveDamaged
from blogarchive.store.database.archive import Archive
from blogarchive.store.verify import verify_archive
from tests.store.fake_blog import Clock, a_blog, crawl


@pytest.fixture
def whole(path: Path, clock: Clock) -> Path:
    with Archive.open(path, create=True) as archive:
        blog = a_blog(6)
        crawl(archive, blog, clock)
        next(iter(blog.entries.values())).text = "改过的正文"
        crawl(archive, blog, clock, full=True)
    return path


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
    assert found(whole) == ()
    with closing(sqlite3.connect(whole)) as changed:
        changed.executescript(CHANGES[words])
    damage = found(whole)
    assert any(words in line for line in damage), damage
    with Archive.open(whole, read_only=True) as archive:
        assert verify_archive(archive, threads=3).damage == damage


def test_a_text_that_is_not_utf_8_is_damage_to_every_reader(whole: Path) -> None:
    with closing(sqlite3.connect(whole)) as changed, changed:
        changed.execute("update posts set body_text = cast(x'ffff' as text) where number = 500002")
    with Archive.open(whole, read_only=True) as archive, pytest.raises(ArchiveDamaged):
        archive.rows("select body_text from posts")
