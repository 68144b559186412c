"""The index equals the rows after every write by any program."""

import json
import sqlite3
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from blogarchive.store import search_index
from blogarchive.store.database import schema
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.search import escape_fts, match_expression, parse_query, search
from blogarchive.store.search_index import fold
from blogarchive.store.statements import Statements
from tests.browse.make_archive import make
from tests.new_archive import new_archive
from tests.sql import run_sql
from tests.store.fake_blog import Clock, a_blog
from tests.tool import run_command

POSTS_FTS = schema.statements()["table", "posts_fts"]


def found(archive: Statements, word: str) -> set[int]:
    expression = match_expression(parse_query(word))
    return {
        row[0]
        for row in archive.execute("select rowid from posts_fts where posts_fts match ?", (expression,))
    }


def in_rows(archive: Statements, word: str) -> set[int]:
    rows = archive.execute("select id, title, body_text from posts").fetchall()
    return {row_id for row_id, *texts in rows if any(fold(word) in fold(text or "") for text in texts)}


def insert(archive: Statements, row_id: int, title: str | None, text: str | None) -> None:
    archive.execute(
        "insert into posts (id, author_id, number, url, title, body_text, first_seen_at, last_seen_at)"
        " values (?, 1, ?, '', ?, ?, '', '') on conflict (id) do update set title = excluded.title,"
        " body_text = excluded.body_text",
        (row_id, row_id, title, text),
    )


def empty(path: Path) -> Archive:
    archive = Archive.open(new_archive(path))
    archive.execute(
        "insert into authors (id, site, uid, url, first_seen_at, last_seen_at) "
        "values (1, 'creaders', '1', '', '', '')"
    )
    return archive


_CHARACTERS = "川普后後發发，。 \nab1"
_texts = st.none() | st.text(_CHARACTERS, max_size=8)
_writes = st.lists(
    st.tuples(st.just("save"), st.integers(1, 3), _texts, _texts)
    | st.tuples(st.just("delete"), st.integers(1, 3), st.none(), st.none())
    | st.tuples(st.just("refresh"), st.just(0), st.none(), st.none()),
    max_size=14,
)


@given(_writes)
def test_the_index_finds_the_words_of_the_rows_after_any_writes(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[str, int, str | None, str | None]]
) -> None:
    with empty(tmp_path_factory.mktemp("index") / "a.db") as archive:
        for verb, row_id, title, text in writes:
            if verb == "save":
                insert(archive, row_id, title, text)
            elif verb == "delete":
                archive.execute("delete from posts where id = ?", (row_id,))
            else:
                search_index.refresh(archive)
        search_index.refresh(archive)
        assert search_index.count_pending(archive) == 0
        for word in ("川", "普", "川普", "后", "發", "普后"):
            assert found(archive, word) == in_rows(archive, word)
        archive.execute("insert into posts_fts(posts_fts) values ('integrity-check')")
        assert archive.execute("pragma integrity_check").fetchone()[0] == "ok"


def test_a_transaction_of_the_archive_updates_the_index(tmp_path: Path) -> None:
    with empty(tmp_path / "a.db") as archive:
        with archive.atomic():
            insert(archive, 1, "旧题", "旧文")
        assert found(archive, "旧文") == {1}
        with archive.atomic():
            insert(archive, 1, "新题", "新文")
        assert (found(archive, "旧文"), found(archive, "新题")) == (set(), {1})


def test_a_rollback_restores_the_index(tmp_path: Path) -> None:
    with empty(tmp_path / "a.db") as archive:

        def broken_off() -> None:
            with archive.atomic():
                insert(archive, 1, "题", "文字")
                search_index.refresh(archive)
                raise InterruptedError

        with pytest.raises(InterruptedError):
            broken_off()
        assert found(archive, "文字") == set()


def test_the_next_write_indexes_a_change_by_another_program(tmp_path: Path) -> None:
    path = make(tmp_path / "a.db")
    other = sqlite3.connect(path)
    other.execute("update posts set body_text = '有人改了这里' where number = 553384")
    other.execute("delete from comments")
    other.commit()
    other.close()
    with Archive.open(path) as archive:
        with archive.atomic():
            pass
        assert len(search(archive, "有人改了这里")) == 1
        assert search(archive, "囤货") == []
        assert search(archive, "冬笋", comments=True) == []


def test_insert_or_replace_leaves_no_old_words(tmp_path: Path) -> None:
    with empty(tmp_path / "a.db") as archive:
        with archive.atomic():
            insert(archive, 1, "题", "旧文")
        with archive.atomic():
            archive.execute(
                "insert or replace into posts (id, author_id, number, url, title, body_text, first_seen_at,"
                " last_seen_at) values (1, 1, 1, '', '题', '新文', '', '')"
            )
        assert (found(archive, "旧文"), found(archive, "新文")) == (set(), {1})


def test_another_folding_rebuilds_the_index(tmp_path: Path) -> None:
    path = make(tmp_path / "a.db")
    with Archive.open(path) as archive:
        archive.execute("update _search_state set folding = 'other'")
        archive.execute("insert into posts_fts(posts_fts) values ('delete-all')")
        assert search(archive, "囤货") == []
        with archive.atomic():
            pass
        assert len(search(archive, "囤货")) == 1


def test_a_rebuild_creates_the_same_index(tmp_path: Path) -> None:
    with Archive.open(make(tmp_path / "a.db")) as archive:
        before = [hit.id for hit in search(archive, "邻居", limit=100)]
        rows = archive.scalar("select (select count(*) from posts) + (select count(*) from comments)")
        with archive.atomic():
            assert search_index.rebuild(archive) == rows
        assert [hit.id for hit in search(archive, "邻居", limit=100)] == before


def test_the_schema_contains_the_triggers(tmp_path: Path) -> None:
    """A migration that rebuilds a table drops its triggers, without which the index is not updated."""
    with empty(tmp_path / "a.db") as archive:
        names = {name for (name,) in archive.rows("select name from sqlite_master where type = 'trigger'")}
    tables = {
        "search": ("posts", "comments"),
        "totals": ("posts", "comments", "post_categories", "post_revisions"),
    }
    verbs = ("insert", "update", "delete")
    assert names >= {f"{kind}_{table}_{verb}" for kind in tables for table in tables[kind] for verb in verbs}


_WRITTEN = "国國会會议議x1，。\u200b🐈"


@given(
    st.lists(st.text(_WRITTEN, max_size=12), min_size=1, max_size=4),
    st.text("国國会會议議", min_size=1, max_size=5),
)
def test_a_word_of_any_length_is_found_as_by_like(texts: list[str], word: str) -> None:
    archive = Statements(Path(), sqlite3.connect(":memory:"))
    archive.execute("create table posts (id integer primary key, title text, body_text text)")
    archive.execute(POSTS_FTS)
    indexed = [search_index.index_text(text) for text in texts]
    archive.execute_many("insert into posts_fts(rowid, body_text) values (?, ?)", list(enumerate(indexed)))
    seen = [text.replace("\u200b", "") for text in texts]
    assert found(archive, word) == {row for row, text in enumerate(seen) if fold(word) in fold(text)}
    phrase = " + ".join(map("".join, pairwise(word))) or f"{word}*"
    plain = {
        row for (row,) in archive.execute("select rowid from posts_fts where posts_fts match ?", (phrase,))
    }
    assert plain >= {row for row, text in enumerate(seen) if word in text}
    if fold(word) == word:  # Simplified characters find both
        assert plain == found(archive, word)
    else:
        assert all(word in seen[row] for row in plain)


def test_the_stock_tools_find_words_of_two_characters(tmp_path: Path) -> None:
    with empty(tmp_path / "a.db") as archive, archive.atomic():
        insert(archive, 1, "题", "中国国会通过")
        insert(archive, 2, "題", "美國國會通過")
        insert(archive, 3, "题", "会国")
    from sqlite_utils import Database  # imports pandas

    posts = Database(tmp_path / "a.db")["posts"]
    assert posts.detect_fts() == "posts_fts"  # type: ignore[union-attr]

    def searched(word: str) -> list[int]:
        return sorted(row["id"] for row in posts.search(word, columns=["id"]))  # type: ignore[union-attr]

    def datasette(word: str) -> list[int]:
        code = "import sys; sys._called_from_test = True; from datasette.cli import cli; cli()"  # without plugins
        page = f"/a/posts.json?_search={quote(word)}&_shape=array&_col=id"
        command = [sys.executable, "-c", code, str(tmp_path / "a.db"), "--get", page]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        return sorted(row["id"] for row in json.loads(ran.stdout))

    assert (searched("国会"), searched("國會"), searched("通過")) == ([1, 2], [2], [2])
    assert datasette("国会") == [1, 2]


@given(st.text())
def test_folding_keeps_the_position_of_every_character(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_folding_twice_changes_nothing() -> None:
    everything = "".join(map(chr, (*range(0x80, 0xD800), *range(0xE000, 0x40000))))
    assert fold(fold(everything)) == fold(everything)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髮後麵", "发后面"), ("著名", "着名"), ("瞭解", "了解"), ("臺灣", "台湾"), ("裡裏", "里里"),
        ("ＡＢＣ１２３", "abc123"), ("Ｔｒｕｍｐ", "trump"), ("Café", "cafe"), ("Cafe\u0301", "cafe"),
        ("衞生", "卫生"), ("為爲", "为为"), ("什麼", "什么"), ("乾隆", "干隆"),
    ],
)  # fmt: skip
def test_variants_of_a_character_are_folded_to_one(one: str, other: str) -> None:
    assert list(search_index.tokenize(one)) == list(search_index.tokenize(other))


@given(st.text(st.characters(codec="utf-8") | st.sampled_from('"-*()ORAND ：:^{}+川普‖')))
def test_no_query_is_an_error(words: str) -> None:
    archive = Statements(Path(), sqlite3.connect(":memory:"))
    archive.execute(POSTS_FTS.replace("posts_fts", "ours"))
    archive.execute("create virtual table others using fts5(x)")
    archive.execute(
        "select * from ours where ours match ?", (match_expression(parse_query(words)),)
    ).fetchall()
    for table in ("ours", "others"):
        archive.execute(f"select * from {table} where {table} match ?", (escape_fts(words),)).fetchall()


def test_a_very_long_query_is_no_error() -> None:
    archive = Statements(Path(), sqlite3.connect(":memory:"))
    archive.execute(POSTS_FTS.replace("posts_fts", "ours"))
    for words in ("川普 " * 5000, "川 OR " * 5000, "-川 " * 5000, "川" * 20000):
        archive.execute(
            "select * from ours where ours match ?", (match_expression(parse_query(words)),)
        ).fetchall()


def read_posts(archive: Archive, posts: int) -> None:
    """Save pages of posts in turn, with twelve comments each."""
    blog, clock = a_blog(posts=posts, comments=12), Clock()
    for number in blog.entries:
        save_page.save_page(archive, blog.crawled(blog.post_target(number), clock()), None)


def count_hits(archive: Statements, words: str) -> int:
    return len(search(archive, words, limit=100))


def test_the_number_of_texts_without_index_is_limited(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        read_posts(archive, 150)
        assert 0 < search_index.count_pending(archive) <= 300
        assert count_hits(archive, "正文") == 100  # the limit of the search


def test_closing_an_archive_indexes_all_texts(path: Path) -> None:
    with Archive.open(path, create=True) as archive:
        read_posts(archive, 8)
        assert search_index.count_pending(archive) > 0
    with Archive.open(path, read_only=True) as archive:
        assert count_hits(archive, "正文") == 8


def test_texts_without_index_of_a_killed_run_are_indexed_by_the_next_write(path: Path) -> None:
    killed = path.with_name("killed.db")
    with Archive.open(path, create=True) as archive:
        read_posts(archive, 8)
        killed.write_bytes(path.read_bytes())
        killed.with_name("killed.db-wal").write_bytes(path.with_name(f"{path.name}-wal").read_bytes())
    with Archive.open(killed) as archive:
        assert search_index.count_pending(archive) > 0
        assert count_hits(archive, "正文") == 0
    with Archive.open(killed, read_only=True) as archive:
        assert count_hits(archive, "正文") == 8


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
    run_sql(path, change)
    told = run_command(*words, folder=path.parent)
    assert ("nothing found" in told.err, "not in the index yet" in told.err) == (False, True)
    assert run_command("search", "--rebuild", "--db", str(path), folder=path.parent).code == 0
    assert run_command(*words, folder=path.parent).err == "nothing found\n"
