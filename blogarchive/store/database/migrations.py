"""Migrations of the archive: append only, each applied once in a transaction of its own.

Times that pages show are ISO 8601 text with the offset of the site's time zone, cut to the precision shown. Our own
times (`*_at`) are UTC text with seconds. The contract for these names is docs/tables.md.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from blogarchive.store import plot_totals, readme, status_totals, totals
from blogarchive.store.database.schema import (
    month_numbers,
    post_stats_index,
    tables_blog_links,
    tables_changes,
    tables_content,
    tables_counts,
    tables_coverage,
    tables_crawl,
    tables_discovery,
    tables_merge,
    tables_settings,
    text_numbers,
    views,
)
from blogarchive.store.database.schema.script import execute_script
from blogarchive.store.search import index, tables
from blogarchive.store.text_checksum import add_checksums

MIGRATIONS_TABLE = "_sqlite_migrations"
"""Table of sqlite-utils with the migrations that are applied."""

APPLICATION_ID = int.from_bytes(b"BlgA")
"""`pragma application_id` of every archive: `file` and SQLite browsers show it."""

SCHEMA_VERSION = 20
"""`pragma user_version` of a current archive: the highest number of a migration."""

_SET = "blogarchive"
_MIGRATIONS: list[Callable[[sqlite3.Connection], None]] = []


def _migration(migrate: Callable[[sqlite3.Connection], None]) -> Callable[[sqlite3.Connection], None]:
    _MIGRATIONS.append(migrate)
    return migrate


@_migration
def m001_tables(connection: sqlite3.Connection) -> None:
    """Create every table of the first version."""
    for script in (tables_content.TABLES, tables_crawl.TABLES, views.VIEWS):
        execute_script(connection, script)


@_migration
def m002_search(connection: sqlite3.Connection) -> None:
    """Create the search tables and triggers, and index the rows that exist already."""
    execute_script(connection, tables.TABLES)
    for trigger in tables.triggers():
        connection.execute(trigger)
    index.rebuild(connection)


@_migration
def m003_series(connection: sqlite3.Connection) -> None:
    """Rebuild `post_stats` with an index on the seconds of each row."""
    execute_script(connection, post_stats_index.REBUILD)


@_migration
def m004_categories_of_gone_posts(connection: sqlite3.Connection) -> None:
    """Create the view `posts_in_categories`, which keeps the categories of gone posts, and use it in `posts_view`."""
    execute_script(connection, views.POSTS_IN_CATEGORIES)


@_migration
def m005_blog_settings(connection: sqlite3.Connection) -> None:
    """Create the table of settings for each blog."""
    execute_script(connection, tables_settings.TABLES)


@_migration
def m006_text_numbers(connection: sqlite3.Connection) -> None:
    """Store ids of posts as text."""
    text_numbers.rebuild(connection)


@_migration
def m008_totals(connection: sqlite3.Connection) -> None:
    """Create the tables of totals, the triggers that note changes, and indexes of posts for pages and queries."""
    execute_script(connection, totals.schema())


@_migration
def m007_discovered_blogs(connection: sqlite3.Connection) -> None:
    """Create the table of blogs that were discovered, and indexes for runs over many blogs."""
    execute_script(connection, tables_discovery.TABLES)


@_migration
def m009_readme(connection: sqlite3.Connection) -> None:
    """Create the table that explains the file, and mark the file as an archive."""
    execute_script(connection, readme.TABLE)
    connection.execute(f"pragma application_id = {APPLICATION_ID}")


@_migration
def m010_month_numbers(connection: sqlite3.Connection) -> None:
    """Name the posts of 文学城 by month and id."""
    month_numbers.rename(connection)


@_migration
def m011_counts(connection: sqlite3.Connection) -> None:
    """Create counts of pages, of URLs and of commenters for Datasette's tables, and views that read fewer rows."""
    execute_script(connection, tables_counts.schema())
    execute_script(connection, totals.people_schema())


@_migration
def m012_plot_totals(connection: sqlite3.Connection) -> None:
    """Create totals for plots and for lists of categories, and indexes of gone and of edited posts."""
    execute_script(connection, plot_totals.TABLES)


@_migration
def m013_status_totals(connection: sqlite3.Connection) -> None:
    """Create totals of each blog and of its months for `status`."""
    execute_script(connection, status_totals.TABLES)


@_migration
def m014_changes(connection: sqlite3.Connection) -> None:
    """Create the tables of changes that may be the site's."""
    execute_script(connection, tables_changes.TABLES)


@_migration
def m015_text_checksums(connection: sqlite3.Connection) -> None:
    """Add a checksum to every stored text."""
    add_checksums(connection)


@_migration
def m016_category_indexes(connection: sqlite3.Connection) -> None:
    """Index posts by category and categories by post with every column that lists and facets read."""
    execute_script(connection, tables_content.CATEGORY_INDEXES)


@_migration
def m017_merge_progress(connection: sqlite3.Connection) -> None:
    """Create the table of the merge that is not finished."""
    execute_script(connection, tables_merge.TABLES)


@_migration
def m018_linked_blogs(connection: sqlite3.Connection) -> None:
    """Add to `discovered_blogs` the blog that names each, and the time of the report by `discover`."""
    execute_script(connection, tables_blog_links.TABLES)


@_migration
def m019_coverage_totals(connection: sqlite3.Connection) -> None:
    """Create totals of pages by parser and of post numbers by site for `status`."""
    execute_script(connection, tables_coverage.schema())


@_migration
def m020_comment_years(connection: sqlite3.Connection) -> None:
    """Add the year of each comment, its index and its totals, and refresh the totals of older archives."""
    execute_script(connection, plot_totals.COMMENT_YEARS)
    totals.refresh_totals(connection)  # only in the newest migration of totals: it writes all of them


def apply_migrations(connection: sqlite3.Connection, *, last: str | None = None) -> None:
    """Apply the pending migrations and set `user_version`; with `last` stop after that migration, for tests."""
    names = migration_names()
    if pending_migrations(connection):
        from blogarchive.store.database.migration_runner import run_migrations

        run_migrations(connection, _SET, _MIGRATIONS[: names.index(last) + 1] if last else _MIGRATIONS)
    if last is None and connection.execute("pragma user_version").fetchone() != (SCHEMA_VERSION,):
        connection.execute(f"pragma user_version = {SCHEMA_VERSION}")


def applied_migrations(connection: sqlite3.Connection) -> set[str]:
    """Return the names of the migrations that are applied, also those of a newer blogarchive."""
    is_table = "select 1 from sqlite_master where type = 'table' and name = ?"
    if connection.execute(is_table, (MIGRATIONS_TABLE,)).fetchone() is None:
        return set()
    applied = f"select name from {MIGRATIONS_TABLE} where migration_set = ?"  # noqa: S608 - a constant
    return {str(name) for (name,) in connection.execute(applied, (_SET,))}


def pending_migrations(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the migrations that are not applied, in order."""
    applied = applied_migrations(connection)
    return [name for name in migration_names() if name not in applied]


def migration_names() -> tuple[str, ...]:
    """Return the names of all migrations, in order."""
    return tuple([migrate.__name__ for migrate in _MIGRATIONS])


def schema_objects() -> set[tuple[str, str]]:
    """Return the type and name of every table, index, view and trigger of a current archive."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        apply_migrations(fresh)
        query = "select type, name from sqlite_master where name not like 'sqlite_%'"
        return {(str(kind), str(name)) for kind, name in fresh.execute(query)}
