"""Bring an archive of an older version up to date, and refuse files that this version cannot open."""

import sqlite3
from collections.abc import Callable, Collection, Mapping
from gettext import gettext as _
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.parsing.compared_form import Form, content_hash, form_of, text_digest
from blogarchive.store.database import schema
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


# Newest first: of equal neighbours the newest markup stays, with the time at which the oldest was seen.
_VERSIONS = """
select * from (
select p.author_id, 0 as revision_id, p.id, p.title, p.body_html, coalesce(p.version_at, p.first_seen_at) as since
  from posts p where p.content_hash is not null
union all
select p.author_id, r.id, r.post_id, r.title, r.body_html, r.captured_at
  from post_revisions r join posts p on p.id = r.post_id)
 order by id, revision_id <> 0, since desc, revision_id desc
"""
_COMMENT_VERSIONS = """
select * from (
select p.author_id, 0 as revision_id, c.id, c.body_html, coalesce(c.version_at, c.first_seen_at) as since
  from comments c join posts p on p.id = c.post_id where c.id in (select comment_id from comment_revisions)
union all
select p.author_id, r.id, r.comment_id, r.body_html, r.captured_at
  from comment_revisions r join comments c on c.id = r.comment_id join posts p on p.id = c.post_id)
 order by id, revision_id <> 0, since desc, revision_id desc
"""


def _merge_equal_versions(connection: sqlite3.Connection) -> int:
    """Merge neighbouring versions between which a reader sees no difference; return how many were deleted."""
    urls = connection.execute("select id, url from authors union select author_id, url from posts")
    hosts: dict[int, set[str]] = {}
    for author_id, url in urls:
        hosts.setdefault(author_id, set()).add(urlsplit(url).netloc)
    return _merge(connection, "posts", "post_revisions", _VERSIONS, hosts) + _merge(
        connection, "comments", "comment_revisions", _COMMENT_VERSIONS, hosts
    )


def _merge(
    connection: sqlite3.Connection,
    table: str,
    revisions: str,
    query: str,
    hosts: Mapping[int, Collection[str]],
) -> int:
    deleted: list[tuple[int]] = []
    kept: tuple[int, int, Form] | None = None
    for author_id, revision_id, row_id, *content, since in connection.execute(query).fetchall():
        form = form_of(tuple(content), hosts[author_id])
        if kept is None or (kept[1], kept[2]) != (row_id, form):
            kept = revision_id, row_id, form
            continue
        deleted.append((revision_id,))
        if kept[0]:
            connection.execute(f"update {revisions} set captured_at = ? where id = ?", (since, kept[0]))  # noqa: S608
        else:
            connection.execute(f"update {table} set version_at = ? where id = ?", (since, row_id))  # noqa: S608
    connection.executemany(f"delete from {revisions} where id = ?", deleted)  # noqa: S608
    return len(deleted)


def _fold_texts(connection: sqlite3.Connection) -> None:
    """Compute the hashes of texts again, of what a reader sees; merge equal neighbours."""
    connection.create_function("content_hash", 2, content_hash, deterministic=True)
    connection.create_function("text_digest", 1, text_digest, deterministic=True)
    _merge_equal_versions(connection)
    for statement in _FOLD.split(";\n"):
        connection.execute(statement)


_FOLD = """
update posts set content_hash = content_hash(title, body_html) where content_hash is not null;
update post_revisions set content_hash = content_hash(title, body_html);
update posts set last_changed_at = case when id in (select post_id from post_revisions) then version_at end
 where last_changed_at is not null;
update or ignore comments set fingerprint = replace(fingerprint, '~' || substr(text_digest, 1, 16),
       '~' || substr(text_digest(body_text), 1, 16)) where instr(fingerprint, '~' || substr(text_digest, 1, 16));
update comments set text_digest = text_digest(body_text) where text_digest is not null;
"""


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
    _fold_texts,
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
            index.remove_damaged(connection, damaged)
            for migrate in _MIGRATIONS[version - _OLDEST_VERSION :]:
                migrate(connection)
        schema.create_missing(connection)
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
