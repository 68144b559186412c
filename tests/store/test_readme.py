"""The table `readme` explains an archive to a person who has only the file and `sqlite3`."""

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from tests.sql import read_sql
from tests.store.fake_blog import Clock, a_blog, crawl


@pytest.fixture
def stored(path: Path, clock: Clock) -> Path:
    with Archive.open(path, create=True) as archive:
        crawl(archive, a_blog(5, comments=2), clock)
        archive.execute("insert into media_files values ('ab12', 'image/png', 5, 'bytes')")
    return path


def read_texts(path: Path) -> dict[str, str]:
    return dict(read_sql(path, "select language, text from readme"))


def test_the_file_names_its_blogs_and_its_times_in_both_languages(stored: Path) -> None:
    texts = read_texts(stored)
    with closing(sqlite3.connect(stored)) as connection:
        (title, url, seen), *_ = connection.execute("select blog_title, url, last_seen_at from authors")
    assert sorted(texts) == ["en", "zh"]
    for words, text in (("5 posts", texts["en"]), ("5 篇文章", texts["zh"])):
        assert all(part in text for part in (title, url, seen[:16].replace("T", " "), words))


def test_the_next_run_updates_the_text(stored: Path, clock: Clock) -> None:
    with Archive.open(stored) as archive:
        archive.execute("update authors set blog_title = '新名字'")
    assert all("新名字" in text for text in read_texts(stored).values())


def test_a_run_that_changes_nothing_leaves_the_file_unchanged(stored: Path) -> None:
    before = stored.read_bytes()
    Archive.open(stored).close()
    assert stored.read_bytes() == before


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 shell is not installed")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_of_the_text_runs(stored: Path, language: str) -> None:
    text = read_texts(stored)[language]
    commands = re.findall(r'sqlite3 [^"\n]*"[^"]+"', text)
    assert len(commands) == 11
    (stored.parent / "images").mkdir()
    stored.rename(stored.parent / "archive.db")
    for command in commands:
        subprocess.run(command, shell=True, cwd=stored.parent, check=True, input=b"", capture_output=True)
    assert (stored.parent / "images" / "ab12.png").read_bytes() == b"bytes"
    assert b"<" in (stored.parent / "page.html").read_bytes()


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 shell is not installed")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_searches_of_the_text_find_words_of_two_four_and_one_character(
    stored: Path, language: str
) -> None:
    with Archive.open(stored) as archive, archive.atomic():
        archive.execute("update posts set title = '題', body_text = '說政府工作，中國' where id = 1")
        archive.execute("update posts set title = '題', body_text = '政府和工作' where id = 2")
    commands = re.findall(r'sqlite3 archive.db "([^"]+ match [^"]+)"', read_texts(stored)[language])
    ran = [
        subprocess.run(
            ["sqlite3", str(stored), sql], check=True, capture_output=True, text=True
        ).stdout.split()
        for sql in commands
    ]
    assert [len(lines) for lines in ran] == [2, 1, 1]
