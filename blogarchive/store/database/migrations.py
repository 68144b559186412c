"""Bring an archive of an older version up to date, and refuse files that this version cannot open."""

import sqlite3
from collections.abc import Callable
from gettext import gettext as _
from pathlib import Path
from typing import Final

from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.store.database import equal_versions, schema
from blogarchive.store.rows import clip
from blogarchive.store.search import index

_OLDEST_VERSION: Final = 19
"""`pragma user_version` of version 1.0.0, the oldest that opens."""


def _add_comment_years(connection: sqlite3.Connection) -> None:
    columns = {name for (name,) in connection.execute("select name from pragma_table_xinfo('comments')")}
    if "year" not in columns:  # builds between 1.0 and 2.0 added it
        connection.execute(
            "alter table comments add column year text generated always as (substr(posted_at, 1, 4)) virtual"
        )


_VIEWS_OF_1_0 = (
    "posts_view",
    "post_versions",
    "edited_posts",
    "open_failures",
    "missing_posts",
    "posts_in_categories",
)
_RENAMED = {
    "sidebar_titles": "_sidebar_titles",
    "discovery_requests": "_discovery_requests",
    "merge_progress": "_merge_progress",
    "sweeps": "_page_chains",
    "sweep_items": "_page_chain_items",
}
_COMMENT_COLUMNS = (
    "ordinal integer generated always as (cast(fingerprint as integer)) virtual",
    "base text generated always as (substr(fingerprint, instr(fingerprint, '|') + 1)) virtual",
    "is_counted integer generated always as (substr(base, 1, 7) <> 'answer|') virtual",
)
# Made again from the other rows.
_DERIVED = """
select name from sqlite_master where type = 'table'
   and (name like '%\\_totals' escape '\\' or name in ('totals_pending', 'status_months', 'search_state',
        'search_pending', 'posts_fts', 'comments_fts', '_sqlite_migrations'))
"""


def _tidy(connection: sqlite3.Connection) -> None:
    """Give the program's own tables names that begin with `_`, and drop what is made again."""
    triggers = "select name from sqlite_master where type = 'trigger' and (name like 'search%' or name like '%totals%')"
    for (name,) in connection.execute(triggers).fetchall():
        connection.execute(f"drop trigger {name}")
    for name in _VIEWS_OF_1_0:
        connection.execute(f"drop view {name}")
    connection.execute("drop index sweep_items_sweep")
    for before, after in _RENAMED.items():
        connection.execute(f"alter table {before} rename to {after}")
    connection.execute("alter table _page_chain_items rename column sweep_id to chain_id")
    for column in _COMMENT_COLUMNS:
        connection.execute(f"alter table comments add column {column}")
    for (name,) in connection.execute(_DERIVED).fetchall():
        connection.execute(f"drop table {name}")


_REPLACED_INDEXES = ("posts_posted_at", "posts_by_author", "posts_year")


def _index_facets(connection: sqlite3.Connection) -> None:
    """Drop the indexes of which others now also hold the facets and the order of Datasette's tables."""
    for name in _REPLACED_INDEXES:
        connection.execute(f"drop index {name}")


def _add_readers(connection: sqlite3.Connection) -> None:
    """Add who read a post of an unknown host, and the time of its last change that a list for machines names."""
    for name in ("read_by", "listed_version"):
        connection.execute(f"alter table posts add column {name} text")


_ADDED = {
    "authors": ("state text", "state_detail text", "state_since text", "state_asked_at text"),
    "runs": ("cause text",),
    "blog_settings": ("revisits integer",),
    "frontier": ("interval_days real",),
    "media": ("etag text", "last_modified text"),
}


def _add_nights(connection: sqlite3.Connection) -> None:
    """Add states of blogs, causes of runs, intervals of posts, and validators of images."""
    for table, columns in _ADDED.items():
        for column in columns:
            connection.execute(f"alter table {table} add column {column}")


_MIGRATIONS: Final[tuple[Callable[[sqlite3.Connection], None], ...]] = (
    _add_comment_years,
    equal_versions.fold_texts,
    _tidy,
    _index_facets,
    _add_readers,
    _add_nights,
)
"""Append only. A migration changes the tables of `schema`; what is derived it drops, and it is made again."""

SCHEMA_VERSION: Final = _OLDEST_VERSION + len(_MIGRATIONS)
"""`pragma user_version` of a current archive."""


def prepare(connection: sqlite3.Connection) -> None:
    """Create the schema in an empty file; else apply pending migrations, and make derived tables that are missing."""
    if not is_older(connection) and not schema.missing_objects(connection):
        return
    damaged = _damaged_indexes(connection) if _version(connection) else []
    connection.execute("begin immediate")
    try:
        version = _version(connection)  # another process may have been first
        if version:
            index.replace_damaged(connection, damaged)
            for migrate in _MIGRATIONS[version - _OLDEST_VERSION :]:
                migrate(connection)
        schema.create_missing(connection)
        if damaged:
            index.rebuild(connection)
        connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
        connection.execute(f"pragma application_id = {schema.APPLICATION_ID}")
        connection.execute("commit")
    except BaseException:
        connection.rollback()
        raise
    _free_space(connection, is_needed=bool(damaged))


def _damaged_indexes(connection: sqlite3.Connection) -> list[str]:
    connection.execute("begin immediate")
    try:
        return index.find_damaged(connection)
    finally:
        connection.rollback()


def _free_space(connection: sqlite3.Connection, *, is_needed: bool) -> None:
    """Return the pages of deleted rows, and those of a damaged index, to the disk: if more than a tenth of the file."""
    free, pages = (
        connection.execute(f"pragma {name}").fetchone()[0] for name in ("freelist_count", "page_count")
    )
    if is_needed or free * 10 > pages:
        connection.execute("vacuum")


def is_older(connection: sqlite3.Connection) -> bool:
    """Return whether an older version made the archive, or a derived table is missing."""
    return _version(connection) < SCHEMA_VERSION or any(
        kind == "table" and schema.is_derived(kind, name) for kind, name in schema.missing_objects(connection)
    )


def refuse_unsupported(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `UsageError` if this version cannot open the archive: its rows may have another meaning."""
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise UsageError(_("{path} was made by a newer blogarchive; install that one").format(path=path))
    if version < _OLDEST_VERSION:
        raise UsageError(
            _(
                "{path} was made by blogarchive 0.1, which this version cannot open; open it once with"
                " blogarchive 1.0, which brings it up to date"
            ).format(path=path)
        )


def refuse_older(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `UsageError` if a command that writes has to bring the archive up to date first."""
    if is_older(connection):
        raise UsageError(
            _(
                "{path} was made by an older blogarchive, or its tables that begin with _ were deleted; bring it up"
                " to date first: `blogarchive update`, or without the network `blogarchive reparse --stale --db"
                " {path}`; work on a copy if the file is on a read-only disc, or if you still need the older one,"
                " which cannot open it then"
            ).format(path=path)
        )


def refuse_changed(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `ArchiveDamaged` if statements on the archive would run what a stranger wrote into its schema.

    In a file of an older version, whose tables are others, only a view in place of a table is one.
    """
    is_current = _version(connection) == SCHEMA_VERSION
    changed = schema.changed_objects(connection) if is_current else schema.views_of_tables(connection)
    if changed:
        raise ArchiveDamaged(
            _("{path} has another {object} than blogarchive makes; drop or restore it, or use a copy").format(
                path=path, object=clip(changed[0])
            )
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])
