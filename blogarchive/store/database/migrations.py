"""Migrations of the archive: append only, each applied once in a transaction of its own.

Times that pages show are ISO 8601 text with the offset of the site's time zone, cut to the precision shown. Our own
times (`*_at`) are UTC text with seconds. The contract for these names is docs/tables.md.
"""

import sqlite3
from contextlib import closing

from sqlite_utils import Database, Migrations

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

MIGRATIONS = Migrations("blogarchive")

APPLICATION_ID = int.from_bytes(b"BlgA")
"""`pragma application_id` of every archive: `file` and SQLite browsers show it."""

SCHEMA_VERSION = 19
"""`pragma user_version` of a current archive: the highest number of a migration."""


@MIGRATIONS()
def m001_tables(db: Database) -> None:
    """Create every table of the first version."""
    for script in (tables_content.TABLES, tables_crawl.TABLES, views.VIEWS):
        execute_script(db, script)


@MIGRATIONS()
def m002_search(db: Database) -> None:
    """Create the search tables and triggers, and index the rows that exist already."""
    execute_script(db, tables.TABLES)
    for trigger in tables.triggers():
        db.execute(trigger)
    index.rebuild(db.conn)


@MIGRATIONS()
def m003_series(db: Database) -> None:
    """Rebuild `post_stats` with an index on the seconds of each row."""
    execute_script(db, post_stats_index.REBUILD)


@MIGRATIONS()
def m004_categories_of_gone_posts(db: Database) -> None:
    """Create the view `posts_in_categories`, which keeps the categories of gone posts, and use it in `posts_view`."""
    execute_script(db, views.POSTS_IN_CATEGORIES)


@MIGRATIONS()
def m005_blog_settings(db: Database) -> None:
    """Create the table of settings for each blog."""
    execute_script(db, tables_settings.TABLES)


@MIGRATIONS()
def m006_text_numbers(db: Database) -> None:
    """Store ids of posts as text."""
    text_numbers.rebuild(db)


@MIGRATIONS()
def m008_totals(db: Database) -> None:
    """Create the tables of totals, the triggers that note changes, and indexes of posts for pages and queries."""
    execute_script(db, totals.schema())


@MIGRATIONS()
def m007_discovered_blogs(db: Database) -> None:
    """Create the table of blogs that were discovered, and indexes for runs over many blogs."""
    execute_script(db, tables_discovery.TABLES)


@MIGRATIONS()
def m009_readme(db: Database) -> None:
    """Create the table that explains the file, and mark the file as an archive."""
    execute_script(db, readme.TABLE)
    db.execute(f"pragma application_id = {APPLICATION_ID}")


@MIGRATIONS()
def m010_month_numbers(db: Database) -> None:
    """Name the posts of 文学城 by month and id."""
    month_numbers.rename(db)


@MIGRATIONS()
def m011_counts(db: Database) -> None:
    """Create counts of pages, of URLs and of commenters for Datasette's tables, and views that read fewer rows."""
    execute_script(db, tables_counts.schema())
    execute_script(db, totals.people_schema())


@MIGRATIONS()
def m012_plot_totals(db: Database) -> None:
    """Create totals for plots and for lists of categories, and indexes of gone and of edited posts."""
    execute_script(db, plot_totals.TABLES)


@MIGRATIONS()
def m013_status_totals(db: Database) -> None:
    """Create totals of each blog and of its months for `status`."""
    execute_script(db, status_totals.TABLES)


@MIGRATIONS()
def m014_changes(db: Database) -> None:
    """Create the tables of changes that may be the site's."""
    execute_script(db, tables_changes.TABLES)


@MIGRATIONS()
def m015_text_checksums(db: Database) -> None:
    """Add a checksum to every stored text."""
    add_checksums(db.conn)


@MIGRATIONS()
def m016_category_indexes(db: Database) -> None:
    """Index posts by category and categories by post with every column that lists and facets read."""
    execute_script(db, tables_content.CATEGORY_INDEXES)


@MIGRATIONS()
def m017_merge_progress(db: Database) -> None:
    """Create the table of the merge that is not finished."""
    execute_script(db, tables_merge.TABLES)


@MIGRATIONS()
def m018_linked_blogs(db: Database) -> None:
    """Add to `discovered_blogs` the blog that names each, and the time of the report by `discover`."""
    execute_script(db, tables_blog_links.TABLES)


@MIGRATIONS()
def m019_coverage_totals(db: Database) -> None:
    """Create totals of pages by parser and of post numbers by site for `status`, and refresh all totals."""
    execute_script(db, tables_coverage.schema())
    totals.refresh_totals(db.conn)  # only in the newest migration of totals: it writes all of them


def apply_migrations(db: Database) -> None:
    """Apply the pending migrations and set `user_version`."""
    MIGRATIONS.apply(db)
    if db.execute("pragma user_version").fetchone() != (SCHEMA_VERSION,):
        db.execute(f"pragma user_version = {SCHEMA_VERSION}")


def migration_names() -> tuple[str, ...]:
    """Return the names of all migrations, in order."""
    with closing(sqlite3.connect(":memory:")) as empty:
        return tuple(
            migration.name for migration in MIGRATIONS.pending(Database(empty, execute_plugins=False))
        )


def schema_objects() -> set[tuple[str, str]]:
    """Return the type and name of every table, index, view and trigger of a current archive."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        MIGRATIONS.apply(Database(fresh, execute_plugins=False))
        query = "select type, name from sqlite_master where name not like 'sqlite_%'"
        return {(str(kind), str(name)) for kind, name in fresh.execute(query)}
