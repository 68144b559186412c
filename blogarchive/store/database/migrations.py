"""Migrate an archive of an older version, and refuse files that this version cannot open."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping
from gettext import gettext as _
from typing import Final

from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.parsing.urls import netloc_of
from blogarchive.store import search_index
from blogarchive.store.database import schema
from blogarchive.store.rows import clip
from blogarchive.store.statements import Statements, quote_name

# `pragma user_version` of version 1.0.0, the oldest that opens.
_OLDEST_VERSION: Final = 19


def _add_comment_years(archive: Statements) -> None:
    # Builds between 1.0 and 2.0 added it.
    if "year" not in archive.column("select name from pragma_table_xinfo('comments')"):
        archive.execute(
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


_REVISED = (("posts", "post_revisions", _VERSIONS), ("comments", "comment_revisions", _COMMENT_VERSIONS))


def _merge_equal_versions(archive: Statements) -> None:
    """Merge neighbouring versions whose compared forms are equal."""
    from blogarchive.parsing.compared_form import form_of

    hosts: defaultdict[int, set[str]] = defaultdict(set)
    for author_id, url in archive.rows("select id, url from authors union select author_id, url from posts"):
        hosts[author_id].add(netloc_of(url))
    for table, revisions, query in _REVISED:
        deleted = []
        kept: tuple[int, int, tuple[str, ...]] | None = None
        for author_id, revision_id, row_id, *content, since in archive.rows(query):
            form = form_of(tuple(content), hosts[author_id])
            if kept is None or kept[1:] != (row_id, form):
                kept = revision_id, row_id, form
                continue
            deleted.append((revision_id,))
            if kept[0]:
                archive.update_row(revisions, kept[0], {"captured_at": since})
            else:
                archive.update_row(table, row_id, {"version_at": since})
        archive.execute_many(f"delete from {revisions} where id = ?", deleted)  # noqa: S608 - constants


def _fold_texts(archive: Statements) -> None:
    """Compute the hashes of texts again, from their compared forms, and merge equal neighbours."""
    from blogarchive.parsing.compared_form import content_hash, text_digest

    archive.connection.create_function("content_hash", 2, content_hash, deterministic=True)
    archive.connection.create_function("text_digest", 1, text_digest, deterministic=True)
    _merge_equal_versions(archive)
    archive.execute_all(_FOLD.split(";\n"))


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
    "posts_view", "post_versions", "edited_posts", "open_failures", "missing_posts", "posts_in_categories",
)  # fmt: skip
_RENAMED = {name: f"_{name}" for name in ("sidebar_titles", "discovery_requests", "merge_progress")}
_RENAMED |= {"sweeps": "_page_chains", "sweep_items": "_page_chain_items"}
_COMMENT_COLUMNS = (
    "ordinal integer generated always as (cast(fingerprint as integer)) virtual",
    "base text generated always as (substr(fingerprint, instr(fingerprint, '|') + 1)) virtual",
    "is_counted integer generated always as (substr(base, 1, 7) <> 'answer|') virtual",
)
# Made again from the other rows. Another table of totals is one that its user added.
_DERIVED = f"""
select type, name from sqlite_master where {schema.OWN_TRIGGERS} or (type = 'table'
   and (replace(ltrim(name, '_'), '_totals', '.') in ('blog.', 'month.', 'category.', 'category_year.', 'comment.',
        'comment_month.', 'comment_year.', 'commenter.', 'frontier.', 'number.', 'page.', 'person.', 'reply.', 'status.',
        'version.') or name in ('totals_pending', 'status_months', 'search_state', 'search_pending', 'posts_fts',
        'comments_fts', '_sqlite_migrations')))
 order by type desc"""  # noqa: S608 - a constant


def _run(*statements: str) -> Callable[[Statements], None]:
    """Return the migration that runs these statements."""
    return lambda archive: archive.execute_all(statements)


def _tidy(archive: Statements) -> None:
    """Rename the program's own tables, so that their names begin with `_`."""
    for name in _VIEWS_OF_1_0:
        archive.execute(f"drop view {name}")
    archive.execute("drop index sweep_items_sweep")
    for before, after in _RENAMED.items():
        archive.execute(f"alter table {before} rename to {after}")
    archive.execute("alter table _page_chain_items rename column sweep_id to chain_id")
    for column in _COMMENT_COLUMNS:
        archive.execute(f"alter table comments add column {column}")


def _drop_derived(archive: Statements) -> None:
    """Drop the tables that are made again, and first their triggers: totals of builds before 2.0 had other columns."""
    for kind, name in archive.rows(_DERIVED):
        archive.execute(f"drop {kind} {name}")


def _name_comment_versions(archive: Statements) -> None:
    """Add the names to the earlier texts of comments: nobody was renamed."""
    if "author_name" not in archive.columns("comment_revisions"):
        archive.execute("alter table comment_revisions add column author_name text")
    names = "(select author_name from comments where id = comment_id)"
    archive.execute(f"update comment_revisions set author_name = {names} where author_name is null")  # noqa: S608 - a constant


# By the version that each makes. Append only. Derived objects are dropped; they and new plain columns are made later.
_MIGRATIONS: Final[Mapping[int, Callable[[Statements], None]]] = {
    20: _add_comment_years,
    21: _fold_texts,
    22: _tidy,
    # Other indexes now also hold the facets and the order of Datasette's tables. No query uses `posts_gone`.
    23: _run(*(f"drop index posts_{name}" for name in ("posted_at", "by_author", "year", "gone"))),
    # 24 added columns, which needs no migration any more.
    25: _drop_derived,
    # Nothing reads these columns of an unfinished merge.
    26: _run(*map("alter table _merge_progress drop column {}".format, ("pages_before", "parsed_page_id"))),
    # It is made again with all columns: `people` reads nothing else.
    27: _run("drop index if exists _commenter_totals_name"),
    # It kept posts without an author: SQLite could not read its authors by their index.
    28: _run("drop view if exists posts_view"),
    29: _name_comment_versions,
}

SCHEMA_VERSION: Final = max(_MIGRATIONS)
"""`pragma user_version` of a current archive."""


def prepare(archive: Statements) -> bool:
    """Create the schema in an empty file; else apply pending migrations, and make what is missing.

    Return whether migrations were applied, so that an older version cannot open the archive any more.
    """
    if not is_older(archive) and not schema.missing_objects(archive):
        return False
    damaged: list[str] = []
    if _version(archive):
        with archive.dry_run():
            damaged = search_index.find_damaged(archive)
    archive.execute("begin immediate")
    try:
        version = _bring_up(archive, damaged)
        archive.execute("commit")
    except (ValueError, TypeError, sqlite3.DatabaseError) as error:
        archive.rollback()
        text = _("{path} cannot be brought up to date ({error}); restore a copy of it")
        raise ArchiveDamaged(text, path=archive.path, error=clip(error)) from error
    except BaseException:
        archive.rollback()
        raise
    # VACUUM frees the space of deleted rows (if more than a tenth of the file), and rebuilds a damaged index.
    if damaged or archive.scalar("pragma freelist_count") * 10 > archive.scalar("pragma page_count"):
        archive.execute("vacuum")
    return 0 < version < SCHEMA_VERSION


def _migrate(archive: Statements, version: int) -> None:
    """Apply the migrations after `version`, without the triggers that this version would make otherwise.

    No statement runs that somebody else wrote into a trigger. Unchanged triggers stay. After a missing one the whole
    search index is made again: a minute for 100,000 posts.
    """
    for name, sql in archive.rows(f"select name, sql from sqlite_master where {schema.OWN_TRIGGERS}"):  # noqa: S608
        if not schema.is_own_trigger(name, sql):
            archive.execute(f"drop trigger {quote_name(name)}")
    for made, migrate in _MIGRATIONS.items():
        if made > version:
            migrate(archive)


def is_older(archive: Statements) -> bool:
    """Return whether an older version made the archive, or a column or a table that is made again is missing."""
    if _version(archive) < SCHEMA_VERSION or schema.missing_columns(archive):
        return True
    missing = (name for kind, name in schema.missing_objects(archive) if kind == "table")
    return any(name.startswith("_") or name.endswith("_fts") for name in missing)


def refuse_unsupported(archive: Statements) -> None:
    """Raise `UsageError` if this version cannot open the archive: its rows may have another meaning."""
    version = _version(archive)
    if version > SCHEMA_VERSION:
        raise UsageError(_("{path} was made by a newer blogarchive; install that one"), path=archive.path)
    if version == 0 and not schema.missing_objects(archive):
        text = _(
            "{path} has lost its version, as `sqlite3 .dump` leaves it out; if this blogarchive made the archive:"
            ' sqlite3 {path} "pragma user_version = {version}; pragma application_id = {id}"'
        )
        raise UsageError(text, path=archive.path, version=SCHEMA_VERSION, id=schema.APPLICATION_ID)
    if version < _OLDEST_VERSION:
        text = _(
            "{path} was made by blogarchive 0.1, which this version cannot open; open it once with"
            " blogarchive 1.0, which brings it up to date"
        )
        raise UsageError(text, path=archive.path)


def refuse_older(archive: Statements) -> None:
    """Raise `UsageError` if a command that writes has to migrate the archive first."""
    if is_older(archive):
        text = _(
            "{path} was made by an older blogarchive, or its tables that begin with _ were deleted; `blogarchive"
            " reparse --stale --db {path}` brings it up to date; work on a copy if the disc is read-only, or if you"
            " still need the older one, which cannot open it then"
        )
        raise UsageError(text, path=archive.path)


def refuse_changed(archive: Statements) -> None:
    """Raise `ArchiveDamaged` if a foreign object of the schema would run with our statements, or refuse our rows.

    In an archive of an older version, only views in place of a table, and triggers, are found.
    """
    is_current = _version(archive) == SCHEMA_VERSION
    changed = schema.changed_objects(archive) if is_current else schema.foreign_objects(archive)
    if not changed:
        return
    words = _("{path} has another {object} than blogarchive makes; restore it, or use a copy of the file")
    if changed[0].startswith(("trigger", 'index "')):  # not of ours, or one that is made again
        words = _(
            "{path} has a {object} that blogarchive did not make; delete it by the SQL `drop {object}`,"
            " or use a copy of the file"
        )
    raise ArchiveDamaged(words, path=archive.path, object=clip(changed[0]))


def _version(archive: Statements) -> int:
    return archive.scalar("pragma user_version")


def _bring_up(archive: Statements, damaged: list[str]) -> int:
    """Migrate the tables, create what is missing, and return the earlier version."""
    version = _version(archive)  # another process may have been first
    if version:
        search_index.remove_damaged(archive, damaged)
        _migrate(archive, version)
    schema.create_missing(archive)
    archive.execute(f"pragma user_version = {SCHEMA_VERSION}")
    archive.execute(f"pragma application_id = {schema.APPLICATION_ID}")
    return version
