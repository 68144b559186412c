"""Tests of migrations: an older archive is migrated, a newer one is refused and unchanged."""

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from blogarchive.errors import UsageError
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.migrations import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    apply_migrations,
    migration_names,
)
from blogarchive.store.read.exports import open_reader
from tests.demo.blogs.generated import make_blog
from tests.demo.server.host import DemoHost
from tests.store.fake_blog import Clock, a_blog, crawl
from tests.tool import Ran, Tool, run_command

TABLES = {
    "m001_tables": "bf2e3a4c9dd57646",
    "m002_search": "8d897c944eb947bd",
    "m003_series": "e12181e92a5be954",
    "m004_categories_of_gone_posts": "f1d960af1c03d43d",
    "m005_blog_settings": "95713969ae0720cd",
    "m006_text_numbers": "1133c77b6abb6ad5",
    "m008_totals": "a791460a9ee86f90",
    "m007_discovered_blogs": "87243b6b54d620f3",
    "m009_readme": "bb1cd6286fe67426",
    "m010_month_numbers": "bb1cd6286fe67426",
    "m011_counts": "1a89f8730f5561a6",
    "m012_plot_totals": "3de019b1b1dd23d6",
    "m013_status_totals": "3a235310e05d58ce",
    "m014_changes": "a28f126330ab8deb",
    "m015_text_checksums": "c654cde526d27c85",
    "m016_category_indexes": "0be8c7486b55d839",
    "m017_merge_progress": "4cbc0daa1f100513",
    "m018_linked_blogs": "ad24da4a40ef2b96",
    "m019_coverage_totals": "920bd08e30c43be0",
    "m020_comment_years": "3923f5bfb0ca8c88",
    "m021_compared_forms": "3923f5bfb0ca8c88",
}
"""A hash of the schema after each released migration, without white space after a statement. Add lines, change none."""


def made_with(path: Path, step: str, *, like: Path | None = None) -> Path:
    """Return an archive at migration `step`, with the rows of the current archive `like`."""
    with closing(sqlite3.connect(path)) as connection:
        apply_migrations(connection, last=step)
        if like is not None:
            connection.execute("attach database ? as today", (str(like),))
            for (table,) in connection.execute(
                "select name from main.sqlite_master where type = 'table' and name not like '%sqlite%'"
                " and name not like '%fts%' and name not like 'search%'"  # filled by triggers
                " and name not in ('page_totals', 'frontier_totals', 'version_totals', 'number_totals')"
            ).fetchall():
                _copy(connection, table)
            connection.commit()
    return path


def _copy(connection: sqlite3.Connection, table: str) -> None:
    rows = connection.execute(f"select name from pragma_table_info('{table}', 'main')").fetchall()
    columns = ", ".join(name for (name,) in rows)
    connection.execute(f"insert into main.{table}({columns}) select {columns} from today.{table}")


def tables(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "select type, name, rtrim(sql, char(10)) from sqlite_master where name not like '%sqlite%'"
            " and name not like '%fts_%' order by type, name"
        ).fetchall()


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    names = [name for kind, name, _ in tables(path) if kind == "table" and "_fts" not in name]
    with closing(sqlite3.connect(path)) as connection:
        return {name: connection.execute(f"select * from {name}").fetchall() for name in names}


def header(path: Path) -> tuple[int, int]:
    """Return `application_id` and `user_version` as the file stores them (https://www.sqlite.org/fileformat.html)."""
    head = path.read_bytes()[:100]
    return int.from_bytes(head[68:72]), int.from_bytes(head[60:64])


@pytest.fixture
def today(path: Path, clock: Clock) -> Path:
    """Return a current archive of a blog with edits, comments and a deleted post."""
    with Archive.open(path, create=True) as archive:
        blog = a_blog(8)
        crawl(archive, blog, clock)
        first, second, *_ = blog.entries.values()
        first.text, second.status, second.listed = "改过的正文", 404, False
        crawl(archive, blog, clock, full=True)
        assert archive.scalar("select count(*) from post_revisions") == 1
    return path


def test_released_migrations_never_change(tmp_path: Path) -> None:
    made = {step: made_with(tmp_path / step, step) for step in migration_names()}
    found = {
        step: hashlib.sha256(repr(tables(path)).encode()).hexdigest()[:16] for step, path in made.items()
    }
    assert found == TABLES


def test_the_version_of_the_schema_is_the_highest_number_of_a_migration() -> None:
    assert max(int(name[1:4]) for name in migration_names()) == SCHEMA_VERSION


@pytest.mark.parametrize("step", migration_names()[:-1])
def test_an_older_archive_is_migrated_with_all_its_rows(
    today: Path, tmp_path: Path, clock: Clock, step: str
) -> None:
    older = made_with(tmp_path / "older.db", step, like=today)
    Archive.open(older).close()
    assert tables(older) == tables(today)
    # Runs of older versions counted no changes.
    assert contents(older) | {"text_changes": []} == contents(today) | {"text_changes": []}
    assert header(older) == (APPLICATION_ID, SCHEMA_VERSION)
    with Archive.open(older) as archive:
        assert archive.rows("pragma integrity_check") == [("ok",)]
        assert archive.rows("pragma foreign_key_check") == []
        blog = a_blog(8)
        blog.entries[next(iter(blog.entries))].text = "又改了一次"
        crawl(archive, blog, clock, full=True)
        assert archive.scalar("select count(*) from post_revisions") == 2


def test_posts_view_shows_the_categories_of_gone_posts_as_exports_do(today: Path, tmp_path: Path) -> None:
    older = made_with(tmp_path / "older.db", "m003_series", like=today)
    with closing(sqlite3.connect(older)) as archive, archive:  # a listing no longer shows a gone post
        archive.execute(
            "update post_categories set gone_at = '2025-01-01T00:00:00+00:00'"
            " where post_id = (select id from posts where gone_at is not null)"
        )
    Archive.open(older).close()
    with open_reader(older) as reader:
        exported = {
            heading.number: heading.categories for blog in reader.blogs() for heading in reader.headings(blog)
        }
    with Archive.open(older, read_only=True) as archive:
        shown = archive.rows("select number, categories, category_list from posts_view")
        (gone,) = archive.rows("select categories from posts_view where is_gone")
    assert gone[0] is not None
    assert {number: tuple(json.loads(str(names))) for number, _, names in shown} == exported
    assert {number: tuple(str(names).split("、")) for number, names, _ in shown if names} == {
        number: names for number, names in exported.items() if names
    }


def test_rounded_ids_are_restored_and_stale_pages_yield_the_lost_posts(tmp_path: Path) -> None:
    blog = make_blog("31182", posts=3, awkward=False)
    ids = [10**24 + place for place in range(3)]  # equal as REAL
    posts = tuple(replace(post, number=number) for post, number in zip(blog.posts, ids, strict=True))
    tool = Tool(tmp_path)
    with DemoHost([replace(blog, posts=posts)]) as host:
        assert tool.run("backup", host.blog_url("31182")).code == 0
    titles = dict(tool.rows("select number, title from posts"))
    assert sorted(titles) == [str(number) for number in ids]
    with closing(sqlite3.connect(tool.db)) as archive, archive:  # as one row of an older archive
        kept = archive.execute("select min(id) from posts").fetchone()
        for table in ("comments", "post_stats", "post_categories", "post_revisions"):
            archive.execute(f"delete from {table} where post_id <> ?", kept)
        archive.execute(
            "delete from sweep_items where sweep_id in (select id from sweeps where post_id <> ?)", kept
        )
        archive.execute("delete from sweeps where post_id <> ?", kept)
        archive.execute("delete from posts where id <> ?", kept)
    older = made_with(tmp_path / "older.db", "m005_blog_settings", like=tool.db)
    with closing(sqlite3.connect(older)) as archive:
        assert archive.execute("select typeof(number), count(*) from posts").fetchall() == [("real", 1)]
        frontier = "select count(*) from frontier where typeof(number) = 'real'"
        assert archive.execute(frontier).fetchone() == (3,)
    assert run(["reparse", "--stale"], older).code == 0
    with closing(sqlite3.connect(older)) as archive:
        assert dict(archive.execute("select number, title from posts")) == titles
        assert archive.execute(
            "select count(distinct number) from frontier where kind = 'post'"
        ).fetchone() == (3,)
        assert archive.execute("pragma foreign_key_check").fetchall() == []


READERS = (
    ["status"],
    ["failures"],
    ["verify"],
    ["diff", "500001"],
    ["search", "正文"],
    ["serve", "--port", "0"],
    ["export", "jsonl", "OUT"],
)


def run(words: list[str], db: Path) -> Ran:
    return run_command(*words, "--db", str(db), folder=db.parent)


@pytest.mark.parametrize("words", READERS, ids=lambda words: words[0])
def test_a_reader_of_an_older_archive_is_told_how_to_migrate_it(tmp_path: Path, words: list[str]) -> None:
    older = made_with(tmp_path / "older.db", migration_names()[0])
    ran = run(words, older)
    assert (ran.code, "older blogarchive" in ran.err) == (2, True), ran.err
    assert sqlite3.connect(older).execute("select count(*) from _sqlite_migrations").fetchone() == (1,)


@pytest.mark.parametrize(
    "words", [["update", "--dry-run"], ["reparse", "--diff"]], ids=lambda words: words[0]
)
def test_a_dry_run_leaves_an_older_archive_unchanged(today: Path, tmp_path: Path, words: list[str]) -> None:
    older = made_with(tmp_path / "older.db", migration_names()[0], like=today)
    before = older.read_bytes()
    ran = run(words, older)
    assert (ran.code, "0 pages would change" in ran.err or "requests" in ran.err) == (0, True), ran
    assert older.read_bytes() == before


def test_the_suggested_command_migrates_an_older_archive(tmp_path: Path) -> None:
    older = made_with(tmp_path / "older.db", migration_names()[0])
    told = run(["status"], older).err
    assert f"blogarchive reparse --stale --db {older}" in told
    assert run(["reparse", "--stale"], older).code == 0
    assert run(["status"], older).code == 0


LATER = (
    "insert into _sqlite_migrations(migration_set, name, applied_at) values ('blogarchive', 'm999_later', '')",
    f"pragma user_version = {SCHEMA_VERSION + 1}",
)


@pytest.mark.parametrize("mark", LATER)
@pytest.mark.parametrize("read_only", [True, False])
def test_an_archive_of_a_newer_version_is_refused_and_unchanged(
    path: Path, read_only: bool, mark: str
) -> None:
    Archive.open(path, create=True).close()
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute(mark)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="made by a newer blogarchive; install that one"):
        Archive.open(path, read_only=read_only)
    assert path.read_bytes() == before
    assert run(["serve", "--port", "0"], path).code == 2
    assert run(["update"], path).code == 2
    assert run(["backup", "https://blog.creaders.net/u/31182/", "--dry-run"], path).code == 2
