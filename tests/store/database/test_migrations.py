"""Tests of migrations: an older archive is migrated, one that cannot be opened is refused and unchanged."""

import gzip
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copy

import pytest

from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.migrations import SCHEMA_VERSION
from blogarchive.store.database.schema import APPLICATION_ID
from blogarchive.store.read.exports import open_reader
from tests.sql import read_sql, run_sql
from tests.store.database.write_released import RELEASED
from tests.store.fake_blog import Clock, a_blog, crawl
from tests.tool import Ran, run_command


def tables(path: Path) -> dict[str, str]:
    """Return the statement of each table, index, view and trigger, without white space and quotes."""
    return {
        name: re.sub(r'[\s"]+', "", sql).lower()
        for name, sql in read_sql(path, "select name, sql from sqlite_master where sql is not null")
    }


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    names = [name for name, sql in tables(path).items() if sql.startswith("createtable")]
    return {name: read_sql(path, f"select * from {name}") for name in names}


def header(path: Path) -> tuple[int, int]:
    """Return `application_id` and `user_version` as the file stores them (https://www.sqlite.org/fileformat.html)."""
    head = path.read_bytes()[:100]
    return int.from_bytes(head[68:72]), int.from_bytes(head[60:64])


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Clock]:
    """Return a current archive of a blog with edits, comments and a deleted post, and the clock of its runs."""
    path, clock = tmp_path_factory.mktemp("today") / "archive.db", Clock()
    with Archive.open(path, create=True) as archive:
        blog = a_blog(8)
        crawl(archive, blog, clock)
        first, second, *_ = blog.entries.values()
        first.text, second.status, second.listed = "改过的正文", 404, False
        crawl(archive, blog, clock, full=True)
        assert archive.scalar("select count(*) from post_revisions") == 1
    return path, clock


@pytest.fixture
def today(crawled: tuple[Path, Clock], path: Path) -> Path:
    return Path(copy(crawled[0], path))


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Return the archive that 1.0.0 wrote."""
    path = tmp_path / "older.db"
    path.write_bytes(gzip.decompress((RELEASED / "1.0.0.db.gz").read_bytes()))
    return path


def test_the_header_names_program_and_version(today: Path) -> None:
    assert header(today) == (APPLICATION_ID, SCHEMA_VERSION)


def test_without_its_own_tables_an_archive_loses_nothing_and_the_next_run_makes_them_again(
    today: Path, crawled: tuple[Path, Clock]
) -> None:
    before, schema = contents(today), tables(today)
    own = [name for name, sql in schema.items() if sql.startswith("createtable_")]
    for name in own:
        run_sql(today, f"drop table {name}")
    told = run(["status"], today)
    assert (told.code, "blogarchive reparse --stale" in told.err) == (2, True)
    Archive.open(today).close()
    assert tables(today) == schema
    after = contents(today)
    work = {"_page_chains", "_page_chain_items", "_sidebar_titles"}  # filled by the next run
    assert {name: rows for name, rows in after.items() if name not in work and "_fts" not in name} == {
        name: rows for name, rows in before.items() if name not in work and "_fts" not in name
    }
    assert run(["search", "改过的正文"], today).out.count("http") == 1
    with Archive.open(today) as archive:
        blog = a_blog(8)
        crawl(archive, blog, crawled[1], full=True)
        assert all(contents(today)[name] for name in work)
        assert archive.scalar("select count(*) from posts where gone_at is null") == 8


def test_an_archive_with_an_earlier_index_of_names_gets_todays(today: Path) -> None:
    schema = tables(today)
    run_sql(today, "drop index _commenter_totals_name")
    run_sql(today, "create index _commenter_totals_name on _commenter_totals(name)")
    run_sql(today, "pragma user_version = 26")
    Archive.open(today).close()
    assert (tables(today), header(today)) == (schema, (APPLICATION_ID, SCHEMA_VERSION))


def test_an_archive_with_earlier_totals_gets_todays(today: Path) -> None:
    schema, before = tables(today), contents(today)
    for name in ("pages_before", "parsed_page_id"):
        run_sql(today, f"alter table _merge_progress add column {name} integer")
    run_sql(today, "drop table _blog_totals")
    run_sql(today, "create table _blog_totals(author_id integer primary key, posts)")
    run_sql(today, "create table _status_totals(x)")
    run_sql(today, "pragma user_version = 24")
    Archive.open(today).close()
    assert (tables(today), contents(today)["_blog_totals"]) == (schema, before["_blog_totals"])
    assert run(["search", "改过的正文"], today).out.count("http") == 1


def test_an_upgrade_keeps_a_table_of_totals_that_the_user_added(older: Path) -> None:
    run_sql(older, "create table my_totals(name, posts)")
    run_sql(older, "insert into my_totals values ('tea', 7)")
    Archive.open(older).close()
    assert contents(older)["my_totals"] == [("tea", 7)]


def test_an_upgrade_keeps_the_search_index_as_it_is_and_does_not_make_it_again(today: Path) -> None:
    run_sql(today, "insert into posts_fts(rowid, title, body_text) values (99, '', 'onlyindexed')")
    run_sql(today, "drop view posts_view")
    run_sql(today, "pragma user_version = 27")
    Archive.open(today).close()
    found = read_sql(today, "select rowid from posts_fts where posts_fts match 'onlyindexed'")
    assert (header(today), found) == ((APPLICATION_ID, SCHEMA_VERSION), [(99,)])


def test_an_archive_that_lacks_a_new_column_is_older_and_gets_the_column(today: Path) -> None:
    schema, version = tables(today), header(today)
    with closing(sqlite3.connect(today)) as connection, connection:
        for table in ("posts", "runs"):
            *_, last = connection.execute("select name from pragma_table_info(?)", (table,))
            connection.execute(f"alter table {table} drop column {last[0]}")
    before = contents(today)
    told = run(["status"], today)
    assert (told.code, "made by an older blogarchive" in told.err) == (2, True)
    assert contents(today) == before
    brought = run(["reparse", "--stale"], today)
    assert (brought.code, "cannot open" in brought.err) == (0, False)
    assert (tables(today), header(today)) == (schema, version)
    assert run(["verify"], today).code == 0


def test_a_column_in_another_form_is_no_missing_one(today: Path) -> None:
    run_sql(today, "alter table posts drop column listed_version")
    run_sql(today, "alter table posts add column listed_version as (upper(title))")
    with pytest.raises(ArchiveDamaged, match="table posts"):
        Archive.open(today)


def test_at_most_thirty_tables_are_for_readers(today: Path) -> None:
    shown = [
        name
        for name, sql in tables(today).items()
        if re.match("create(virtual)?table[^_]", sql) and "fts_" not in name
    ]
    assert len(shown) <= 30


TIMES = {
    "2025-01-28T01:46:53-08:00": "2025-01-28T09:46:53+00:00",
    "2025-01-28T01:46-08:00": "2025-01-28T09:46:00+00:00",
    "2025-01-28T23+08:00": "2025-01-28T15:00:00+00:00",
    "2014-07-03": "2014-07-03T00:00:00+00:00",
    "2014-07": "2014-07-01T00:00:00+00:00",
    "2014": "2014-01-01T00:00:00+00:00",
    None: None,
}


@pytest.mark.parametrize("shown", TIMES)
def test_posts_view_shows_each_time_in_utc_in_one_form(today: Path, shown: str | None) -> None:
    run_sql(today, "update posts set posted_at = ?", shown)
    found = read_sql(today, "select distinct posted_at_utc from posts_view")
    assert found == [(TIMES[shown],)]
    (gone,) = read_sql(today, "select gone_at from posts_view where is_gone")[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", gone)


def test_posts_view_shows_the_categories_of_gone_posts_as_exports_do(today: Path) -> None:
    with closing(sqlite3.connect(today)) as archive, archive:  # a listing no longer shows a gone post
        archive.execute(
            "update post_categories set gone_at = '2025-01-01T00:00:00+00:00'"
            " where post_id = (select id from posts where gone_at is not null)"
        )
    with open_reader(today) as reader:
        exported = {
            heading.number: heading.categories for blog in reader.blogs() for heading in reader.headings(blog)
        }
    with Archive.open(today, read_only=True) as archive:
        shown = archive.rows("select number, categories, category_list from posts_view")
        (gone,) = archive.rows("select categories from posts_view where is_gone")
    assert gone[0] is not None
    assert {number: tuple(json.loads(str(names))) for number, _, names in shown} == exported
    assert {number: tuple(str(names).split("、")) for number, names, _ in shown if names} == {
        number: names for number, names in exported.items() if names
    }


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
def test_a_reader_of_an_older_archive_is_told_how_to_migrate_it(older: Path, words: list[str]) -> None:
    before = older.read_bytes()
    ran = run(words, older)
    assert (ran.code, "older blogarchive" in ran.err) == (2, True), ran.err
    assert older.read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ["update", "--dry-run"],
        ["backup", "http://127.0.0.1:1/a/", "--dry-run"],
        ["backup", "--from", "{list}", "--dry-run"],
        ["backup", "--discovered", "--dry-run"],
        ["reparse", "--diff"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_dry_run_leaves_an_older_archive_unchanged(older: Path, words: list[str]) -> None:
    (named := older.with_name("urls.txt")).write_text("http://127.0.0.1:1/a/", "utf-8")
    before = older.read_bytes()
    ran = run([word.format(list=named) for word in words], older)
    said = re.search("pages would change|requests|no discovered blog waits", ran.err)
    assert (ran.code, said is not None) == (0, True), ran
    assert older.read_bytes() == before


def test_the_suggested_command_migrates_an_older_archive(older: Path) -> None:
    told = run(["status"], older).err
    assert f"blogarchive reparse --stale --db {older}" in told
    assert run(["reparse", "--stale"], older).code == 0
    assert run(["status"], older).code == 0


def test_a_backup_of_a_blog_of_any_host_migrates_an_older_archive(older: Path) -> None:
    ran = run(["backup", "http://127.0.0.1:1/", "--delay", "0"], older)
    assert (ran.code, "is now up to date" in ran.err) == (4, True), ran.err
    assert run(["status"], older).code == 0


REFUSED = {
    "made by a newer blogarchive; install that one": f"pragma user_version = {SCHEMA_VERSION + 1}",
    "made by blogarchive 0.1, which this version cannot open": "pragma user_version = 18",
    "open it once with blogarchive 1.0": "pragma user_version = 0; pragma application_id = 0; drop view posts_view",
    f"pragma user_version = {SCHEMA_VERSION}; pragma": "pragma user_version = 0; pragma application_id = 0",
}


@pytest.mark.parametrize("words", REFUSED)
def test_an_archive_of_an_unknown_version_is_refused_in_one_line_and_unchanged(
    path: Path, words: str
) -> None:
    Archive.open(path, create=True).close()
    with closing(sqlite3.connect(path)) as other:
        other.executescript(REFUSED[words])
    before = path.read_bytes()
    for read_only in (True, False):
        with pytest.raises(UsageError, match=words):
            Archive.open(path, read_only=read_only)
    for command in (
        ["serve", "--port", "0"],
        ["update"],
        ["backup", "https://blog.creaders.net/u/1/", "--dry-run"],
    ):
        ran = run(command, path)
        assert (ran.code, words in ran.err, ran.err.count("\n")) == (2, True, 1), ran.err
    assert path.read_bytes() == before
