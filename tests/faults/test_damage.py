"""Every command reads a damaged archive correctly, or ends in one line with exit code 6."""

from datetime import timedelta
from pathlib import Path

import pytest

from blogarchive.importing.html import import_html
from tests.faults.damage import KINDS, PAGE, damaged_copies
from tests.faults.make_archive import NUMBER, make_archive
from tests.faults.run_commands import Ended, reading_commands, run_command, write_archive
from tests.faults.series import copy_with_log
from tests.faults.serve_pages import bad_answers
from tests.importing.archives import rows
from tests.importing.pages import NEWER, page, save, saved_from
from tests.sql import run_sql

QUICK = {"verify", "status", "failures", "diff", "search"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def db(whole: Path, tmp_path: Path) -> Path:
    path = tmp_path / "copy.db"
    path.write_bytes(whole.read_bytes())
    return path


@pytest.fixture
def edited(db: Path, tmp_path: Path) -> Path:
    """Return the archive after a commenter edited a comment."""
    text = page(103, title="第 103 篇文章", body="<p>正文。</p>", top=saved_from(103)).replace(
        "写得好。", "写得真好。"
    )
    save(tmp_path / "later" / "103.html", text, at=NEWER + timedelta(days=9))
    import_html(db, tmp_path / "later")
    assert len(rows(db, "select * from comment_revisions")) == 1
    return db


def assert_one_line(ended: Ended) -> None:
    assert ended.is_good, ended.err
    assert ended.code != 6 or ended.err.count(" blogarchive: ") == 1, ended.err
    assert ended.code != 6 or " blogarchive: " in ended.err.strip().splitlines()[-1], ended.err


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_reads_a_damaged_file_or_says_so_in_one_line(
    kind: str, whole: Path, tmp_path: Path
) -> None:
    copies = [copy for copy in damaged_copies(whole.read_bytes(), 1) if copy[0].startswith(f"{kind}-")]
    assert copies
    for name, data in copies:
        db = tmp_path / f"{name}.db"
        db.write_bytes(data)
        for words in reading_commands(db, tmp_path / name, NUMBER):
            if words[0] in QUICK or words[:2] == ("export", "jsonl"):
                assert_one_line(run_command(*words))


@pytest.mark.parametrize("kind", ["bit", "zero-page", "truncation"])
def test_a_damaged_log_is_read_up_to_its_damage(kind: str, whole: Path, tmp_path: Path) -> None:
    data, wal = copy_with_log(whole, tmp_path)
    for name, damaged in damaged_copies(wal, 2):
        if name.startswith(f"{kind}-"):
            write_archive(tmp_path / "a.db", data, damaged)
            assert run_command("verify", "--db", str(tmp_path / "a.db")).code == 0


def test_a_copy_of_file_and_log_made_while_a_program_writes_is_a_whole_archive(
    whole: Path, tmp_path: Path
) -> None:
    data, wal = copy_with_log(whole, tmp_path)
    write_archive(tmp_path / "a.db", data, wal)
    for words in ("verify",), ("reparse", "--workers", "1"), ("search", "房价"):
        assert run_command(*words, "--db", str(tmp_path / "a.db")).code == 0


WRONG = {
    ("posts", "title"): b"\xff",
    ("posts", "posted_at"): "经济",
    ("posts", "url"): b"x",
    ("pages", "body"): "text",
    ("pages", "headers"): "[[",
    ("pages", "target"): "{",
    ("pages", "fetched_at"): "2024-13-01",
    ("pages", "sha256"): 5.5,
    ("pages", "body_size"): "many",
    ("comments", "body_text"): b"\xff\xfe",
    ("comments", "author_name"): b"\0",
    ("post_revisions", "body_html"): b"\x01",
    ("post_revisions", "captured_at"): "yesterday",
    ("authors", "first_seen_at"): "x",
}


@pytest.mark.parametrize(("table", "column"), WRONG)
def test_a_value_of_a_wrong_type_or_form_is_named_by_verify_and_ends_no_command(
    table: str, column: str, db: Path, tmp_path: Path
) -> None:
    (row,) = rows(db, f"select max(rowid) from {table}")[0]
    run_sql(db, f"update {table} set {column} = ? where rowid = ?", WRONG[table, column], row)
    shown = run_command("verify", "--db", str(db), "--json")
    assert shown.code == 6
    for words in reading_commands(db, tmp_path / "out", NUMBER):
        if words[0] in QUICK or words[:2] in (("export", "jsonl"), ("export", "atom"), ("export", "warc")):
            assert_one_line(run_command(*words))


TEXTS = {
    "posts": ("title", "body_html", "body_text", "content_hash", "text_checksum"),
    "post_revisions": ("title", "body_html", "body_text", "text_checksum"),
    "comments": ("author_name", "body_html", "body_text", "text_digest", "text_checksum"),
    "comment_revisions": ("body_html", "body_text", "text_checksum"),
}


@pytest.mark.parametrize(("table", "column"), [(table, name) for table in TEXTS for name in TEXTS[table]])
def test_a_changed_letter_of_a_text_is_named_with_its_row_and_restored_by_reparse(
    table: str, column: str, edited: Path
) -> None:
    before = rows(edited, f"select * from {table} order by id")
    (row,) = rows(edited, f"select max(id) from {table} where page_id is not null")[0]
    letter = f"{column} + 1"
    if column != "text_checksum":
        letter = f"substr({column}, 1, 2) || char(unicode(substr({column}, 3, 1)) + 1) || substr({column}, 4)"
    run_sql(edited, f"update {table} set {column} = {letter} where id = {row}")
    told = run_command("verify", "--db", str(edited))
    assert (told.code, f"({table}, row {row}); `blogarchive reparse`" in told.err) == (6, True), told.err
    run_command("reparse", "--workers", "1", "--db", str(edited))
    assert run_command("verify", "--db", str(edited)).code == 0
    assert rows(edited, f"select * from {table} order by id") == before


def test_a_schema_with_invalid_characters_is_reported_as_damage(db: Path) -> None:
    data = db.read_bytes()
    db.write_bytes(data.replace(b"CREATE TABLE ", b"CREATE TAB\xffE ", 1))
    assert db.read_bytes() != data
    for words in ("status",), ("verify",), ("search", "房价"), ("reparse",):
        ended = run_command(*words, "--db", str(db))
        assert ended.code == 6
        assert_one_line(ended)


@pytest.mark.parametrize("part", ["data", "idx", "docsize", "config"])
def test_a_damaged_search_index_is_named_and_rebuilt(part: str, db: Path) -> None:
    expected = rows(db, "select count(*) from posts_fts where posts_fts match '房*'")
    (root,) = rows(db, f"select rootpage from sqlite_master where name = 'posts_fts_{part}'")[0]
    data = bytearray(db.read_bytes())
    data[(int(str(root)) - 1) * PAGE : int(str(root)) * PAGE] = bytes(PAGE)
    db.write_bytes(bytes(data))
    assert "search --rebuild" in run_command("verify", "--db", str(db)).err
    assert_one_line(run_command("search", "房价", "--db", str(db)))
    assert run_command("search", "--rebuild", "--db", str(db)).code == 0
    assert rows(db, "select count(*) from posts_fts where posts_fts match '房*'") == expected
    assert run_command("verify", "--db", str(db)).code == 0


@pytest.fixture(scope="module")
def whole_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_archive(tmp_path_factory.mktemp("pages")).read_bytes()


@pytest.mark.parametrize("kind", KINDS)
async def test_every_page_of_a_damaged_archive_is_shown_or_says_why_in_one_line(
    kind: str, whole_file: bytes, tmp_path: Path
) -> None:
    for name, data in damaged_copies(whole_file, 1, seed=3):
        if name.startswith(f"{kind}-"):
            (tmp_path / f"{name}.db").write_bytes(data)
            assert await bad_answers(tmp_path / f"{name}.db") == []


async def test_the_pages_of_a_whole_archive_are_good(whole_file: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(whole_file)
    assert await bad_answers(tmp_path / "a.db") == []
