"""The tables of the archive, as migrations: append only, each applied once, in a transaction of its own.

Times that pages show are ISO 8601 text with offset in the site's clock, cut to the precision shown. Times of ours
(`*_at` that say when we looked) are UTC with seconds. The contract that fixes these names is docs/tables.md.
"""

import sqlite3
from contextlib import closing

from sqlite_utils import Database, Migrations

from blogarchive.store.database import post_stats_index, tables_content, tables_crawl, views
from blogarchive.store.search import index, tables

MIGRATIONS = Migrations("blogarchive")


@MIGRATIONS()
def m001_tables(db: Database) -> None:
    """Every table of the first version."""
    for part in (tables_content.TABLES, tables_crawl.TABLES, views.VIEWS):
        for statement in part.split(";\n\n"):
            db.execute(statement)


@MIGRATIONS()
def m002_search(db: Database) -> None:
    """The search, of the rows that are there already too."""
    for statement in [*tables.TABLES.split(";\n\n"), *tables.triggers()]:
        db.execute(statement)
    index.rebuild(db.conn)


@MIGRATIONS()
def m003_series(db: Database) -> None:
    """The moments of a post's series as numbers in its index."""
    for statement in post_stats_index.REBUILT.split(";\n\n"):
        db.execute(statement)


@MIGRATIONS()
def m004_categories_of_gone_posts(db: Database) -> None:
    """Which post is in which category as a view, by which `posts_view` names those of posts that are gone too."""
    for statement in views.POSTS_IN_CATEGORIES.split(";\n\n"):
        db.execute(statement)


def steps() -> tuple[str, ...]:
    """The names of the migrations, in order."""
    with closing(sqlite3.connect(":memory:")) as nothing:
        return tuple(step.name for step in MIGRATIONS.pending(Database(nothing)))


def things() -> set[tuple[str, str]]:
    """The kind and the name of every table, index, view and trigger that an archive of today has."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        MIGRATIONS.apply(Database(fresh))
        asked = "select type, name from sqlite_master where name not like 'sqlite_%'"
        return {(str(kind), str(name)) for kind, name in fresh.execute(asked)}
