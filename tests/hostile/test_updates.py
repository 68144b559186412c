"""Updates of an archive with a damaged value: one line and an exit code, no error of the program, no row lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.demo import DemoHost
from tests.demo.blogs.sample import sample_blog
from tests.sql import read_sql, run_sql
from tests.tool import Tool

UID = "31182"
_SEEN = "2025-01-28T01:46:53+00:00"
_KEPT = ("posts", "comments", "pages", "media_files", "post_revisions")
_ROWS = (
    f"insert into author_aliases values (1, 'other', '{_SEEN}')",
    "insert or ignore into blog_settings(site, uid, delay) select site, uid, 0.001 from authors",
    "insert into failures(url, kind, detail, first_failed_at, last_failed_at, site, uid)"
    f" select url, 'http', '500', '{_SEEN}', '{_SEEN}', site, uid from authors",
    f"insert into _page_chains(site, chain, kind, started_at) select site, 'x', 'post', '{_SEEN}' from authors",
)
COLUMNS = {
    "frontier": "interval_days due_at state priority page_no etag",
    "blog_settings": "delay media_hosts paused_at",
    "failures": "detail attempts next_try_at",
    "runs": "epoch_at counts finished_at",
    "categories": "name last_seen_at",
    "archive_months": "month last_post_on",
    "media": "status sha256 next_try_at",
    "author_aliases": "alias",
    "_page_chains": "claimed started_at",
}
VALUES = (b"\xff\xfe", float("inf"), "9999-12-31T23:59:59+14:00", "a\0b", -(2**63))
CELLS = [(table, column) for table, columns in COLUMNS.items() for column in columns.split()]
COMMANDS = (
    ("update", "--full"),
    ("reparse", "--workers", "1"),
    ("settings", UID, "revisits=3"),
    ("failures", "--retry"),
)


@pytest.fixture(scope="module")
def host() -> Iterator[DemoHost]:
    shown = sample_blog(UID)
    blog = replace(
        shown, posts=tuple(post for post in shown.posts if post.number in (506012, 500311, 490123))
    )
    with DemoHost([blog]) as running:
        yield running


@pytest.fixture(scope="module")
def whole(host: DemoHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tool = Tool(tmp_path_factory.mktemp("whole"), media=True)
    assert tool.run("backup", host.blog_url(UID)).code == 0
    for sql in _ROWS:
        run_sql(tool.db, sql)
    return tool.db


def _counts(db: Path) -> dict[str, int]:
    assert read_sql(db, "pragma integrity_check") == [("ok",)]
    return {table: read_sql(db, f"select count(*) from {table}")[0][0] for table in _KEPT}


def _run_all(table: str, column: str, value: object, whole: Path, folder: Path) -> None:
    tool = Tool(folder, media=True)
    for words in COMMANDS:
        tool.db.write_bytes(whole.read_bytes())
        with closing(sqlite3.connect(tool.db)) as archive, archive, suppress(sqlite3.IntegrityError):
            archive.execute(f"update or ignore {table} set {column} = ?", (value,))
        before = _counts(tool.db)
        ran = tool.run(*words, timeout=60)
        assert ran.code in (0, 1, 5, 6), (words, ran)
        assert not any(sign in ran.err for sign in ("this program failed", "unexpected")), (words, ran.err)
        after = _counts(tool.db)
        assert all(after[name] >= count for name, count in before.items()), (words, before, after)


@pytest.mark.parametrize("value", [VALUES[0], VALUES[1]])
def test_a_damaged_interval_ends_no_update(value: object, whole: Path, tmp_path: Path) -> None:
    _run_all("frontier", "interval_days", value, whole, tmp_path / "x")


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), CELLS[:: len(CELLS) // 6])
def test_a_damaged_value_ends_no_update(table: str, column: str, whole: Path, tmp_path: Path) -> None:
    _run_all(table, column, VALUES[CELLS.index((table, column)) % len(VALUES)], whole, tmp_path / "x")


@pytest.mark.attack
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(("table", "column"), CELLS)
def test_no_damaged_value_ends_an_update(
    table: str, column: str, value: object, whole: Path, tmp_path: Path
) -> None:
    _run_all(table, column, value, whole, tmp_path / "x")
