"""Compare the migrations applied to an archive with those of this version."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from gettext import gettext as _
from pathlib import Path

from blogarchive.errors import UsageError
from blogarchive.store import readme
from blogarchive.store.database import (
    equal_versions,
    schema,
    tables_content,
    totals,
)
from blogarchive.store.database.schema import execute_script
from blogarchive.store.rows import add_checksums
from blogarchive.store.search import index

# post_stats_index

MOMENT = "cast(strftime('%s', captured_at) as integer)"
"""SQL expression of the unique index: the seconds since 1970 of a row."""

REBUILD = f"""
create table post_stats_narrow (
    id integer primary key,
    post_id integer not null references posts(id),
    captured_at text not null,
    views integer,
    likes integer,
    comment_count integer,
    page_id integer references pages(id)
);

insert into post_stats_narrow(id, post_id, captured_at, views, likes, comment_count, page_id)
select id, post_id, captured_at, views, likes, comment_count, page_id from post_stats;

drop table post_stats;

alter table post_stats_narrow rename to post_stats;

create unique index post_stats_moment on post_stats(post_id, {MOMENT})
"""  # noqa: S608 - the expression above


# month_numbers

_IS_OLD = "instr(number, '_') = 0 and url glob '*[?&]date=[0-9][0-9][0-9][0-9][0-9][0-9]&*'"
_NEW = "substr(url, instr(url, 'date=') + length('date='), 6) || '_' || number"

# An archive that both versions wrote has such a post twice: its rows move to the newer one.
_RENAME = f"""
create temp table renamed as
select p.id, p.author_id, p.number as old, n.number as new, q.id as twin
  from posts p join authors a on a.id = p.author_id and a.site = 'wenxuecity'
  join (select id, {_NEW} as number from posts where {_IS_OLD}) n on n.id = p.id
  left join posts q on q.author_id = p.author_id and q.number = n.number;

update sidebar_titles set number =
       (select min(new) from renamed r where r.author_id = sidebar_titles.author_id and r.old = number
         group by r.old having count(*) = 1)
 where instr(number, '_') = 0 and author_id in (select id from authors where site = 'wenxuecity');

update pages set reader_version = 0
 where (site, uid) in (select a.site, a.uid from renamed r join authors a on a.id = r.author_id);

insert into post_revisions(post_id, content_hash, title, body_html, body_text, captured_at, page_id)
select r.twin, p.content_hash, p.title, p.body_html, p.body_text, p.last_seen_at, p.page_id
  from renamed r join posts p on p.id = r.id join posts q on q.id = r.twin
 where p.content_hash is not null and p.content_hash <> ifnull(q.content_hash, '');
update posts set first_seen_at = min(first_seen_at,
       (select p.first_seen_at from renamed r join posts p on p.id = r.id where r.twin = posts.id))
 where id in (select twin from renamed);
update post_revisions set post_id = (select twin from renamed r where r.id = post_id)
 where post_id in (select id from renamed where twin);
update post_stats set post_id = (select twin from renamed r where r.id = post_id)
 where post_id in (select id from renamed where twin);
delete from post_categories where post_id in (select id from renamed where twin);
delete from post_media where post_id in (select id from renamed where twin);
delete from posts where id in (select id from renamed where twin);
update posts set number = (select new from renamed r where r.id = posts.id) where id in (select id from renamed);
drop table renamed;

delete from frontier where site = 'wenxuecity' and instr(post_number, '_') = 0;
update or ignore frontier set number = {_NEW}, key = site || '/' || uid || '/' || {_NEW}
 where site = 'wenxuecity' and kind = 'post' and uid is not null and {_IS_OLD};
delete from frontier where site = 'wenxuecity' and kind = 'post' and uid is not null and {_IS_OLD};
"""  # noqa: S608 - constants


def rename(connection: sqlite3.Connection) -> None:
    """Rename the posts, and mark the pages of their blogs as stale: posts of two months may share a row."""
    if connection.execute("select 1 from authors where site = 'wenxuecity'").fetchone() is not None:
        execute_script(connection, _RENAME)


# text_numbers

_TABLES = ("posts", "sidebar_titles", "frontier")
_NUMBER_COLUMN = re.compile(r"\b((?:post_)?number) integer\b")

_DEPENDENTS = """
select type, name, sql from sqlite_master
 where sql is not null
   and (type = 'view' or (type in ('index', 'trigger') and tbl_name in ('posts', 'sidebar_titles', 'frontier')))
 order by rowid
"""

_IS_ROUNDED = "glob '[0-9].[0-9]*e+[0-9]*'"

# The key of a target has the exact id. Of posts that became one row, the last one stored keeps the row.
_RESTORE_ROUNDED = f"""
update frontier set number = substr(key, length(site) + length(uid) + 3)
 where number {_IS_ROUNDED} and kind = 'post' and substr(key, 1, length(site) + length(uid) + 2) = site || '/' || uid || '/';

delete from frontier where post_number {_IS_ROUNDED};

update pages set reader_version = 0
 where (site, uid) in (select a.site, a.uid from posts p join authors a on a.id = p.author_id where p.number {_IS_ROUNDED});

update posts set number = coalesce(
        (select f.number from frontier f where f.url = posts.url and f.kind = 'post' and f.number is not null), number)
 where number {_IS_ROUNDED};

delete from sidebar_titles where number {_IS_ROUNDED};
"""  # noqa: S608 - a constant


def rebuild(connection: sqlite3.Connection) -> None:
    """Rebuild the tables with their indexes and triggers, and all views.

    Rounded ids are restored if the frontier has the exact id. The pages of those blogs become stale, so that
    `reparse --stale` stores every post under its own id.
    """
    dependents = connection.execute(_DEPENDENTS).fetchall()
    for kind, name, _sql in dependents:
        if kind == "view":
            connection.execute(f"drop view {name}")
    for table in _TABLES:
        _rebuild_table(connection, table)
    for _kind, _name, sql in dependents:
        connection.execute(sql)
    is_rounded = [f"select 1 from {table} where number {_IS_ROUNDED}" for table in _TABLES]  # noqa: S608
    if any(connection.execute(query).fetchone() for query in is_rounded):
        execute_script(connection, _RESTORE_ROUNDED)


def _rebuild_table(connection: sqlite3.Connection, table: str) -> None:
    (sql,) = connection.execute(
        "select sql from sqlite_master where type = 'table' and name = ?", (table,)
    ).fetchone()
    columns = connection.execute(
        "select name from pragma_table_xinfo(?) where hidden = 0", (table,)
    ).fetchall()
    names = ", ".join(name for (name,) in columns)
    connection.execute(_NUMBER_COLUMN.sub(r"\1 text", sql).replace(table, f"{table}_rebuilt", 1))
    connection.execute(f"insert into {table}_rebuilt({names}) select {names} from {table} order by id")  # noqa: S608
    connection.execute(f"drop table {table}")
    connection.execute(f"alter table {table}_rebuilt rename to {table}")


# migrations

MIGRATIONS_TABLE = "_sqlite_migrations"
"""Table of sqlite-utils with the migrations that are applied."""

APPLICATION_ID = int.from_bytes(b"BlgA")
"""`pragma application_id` of every archive: `file` and SQLite browsers show it."""

SCHEMA_VERSION = 21
"""`pragma user_version` of a current archive: the highest number of a migration."""

_SET = "blogarchive"
_MIGRATIONS: list[Callable[[sqlite3.Connection], None]] = []


def _migration(migrate: Callable[[sqlite3.Connection], None]) -> Callable[[sqlite3.Connection], None]:
    _MIGRATIONS.append(migrate)
    return migrate


@_migration
def m001_tables(connection: sqlite3.Connection) -> None:
    """Create every table of the first version."""
    for script in (tables_content.TABLES, schema.TABLES_of_tables_crawl, tables_content.VIEWS):
        execute_script(connection, script)


@_migration
def m002_search(connection: sqlite3.Connection) -> None:
    """Create the search tables and triggers, and index the rows that exist already."""
    execute_script(connection, index.TABLES)
    for trigger in index.triggers():
        connection.execute(trigger)
    index.rebuild(connection)


@_migration
def m003_series(connection: sqlite3.Connection) -> None:
    """Rebuild `post_stats` with an index on the seconds of each row."""
    execute_script(connection, REBUILD)


@_migration
def m004_categories_of_gone_posts(connection: sqlite3.Connection) -> None:
    """Create the view `posts_in_categories`, which keeps the categories of gone posts, and use it in `posts_view`."""
    execute_script(connection, tables_content.POSTS_IN_CATEGORIES)


@_migration
def m005_blog_settings(connection: sqlite3.Connection) -> None:
    """Create the table of settings for each blog."""
    execute_script(connection, schema.TABLES_of_tables_settings)


@_migration
def m006_text_numbers(connection: sqlite3.Connection) -> None:
    """Store ids of posts as text."""
    rebuild(connection)


@_migration
def m008_totals(connection: sqlite3.Connection) -> None:
    """Create the tables of totals, the triggers that note changes, and indexes of posts for pages and queries."""
    execute_script(connection, totals.schema())


@_migration
def m007_discovered_blogs(connection: sqlite3.Connection) -> None:
    """Create the table of blogs that were discovered, and indexes for runs over many blogs."""
    execute_script(connection, schema.TABLES_of_tables_discovery)


@_migration
def m009_readme(connection: sqlite3.Connection) -> None:
    """Create the table that explains the file, and mark the file as an archive."""
    execute_script(connection, readme.TABLE)
    connection.execute(f"pragma application_id = {APPLICATION_ID}")


@_migration
def m010_month_numbers(connection: sqlite3.Connection) -> None:
    """Name the posts of 文学城 by month and id."""
    rename(connection)


@_migration
def m011_counts(connection: sqlite3.Connection) -> None:
    """Create counts of pages, of URLs and of commenters for Datasette's tables, and views that read fewer rows."""
    execute_script(connection, totals.schema_of_tables_counts())
    execute_script(connection, totals.people_schema())


@_migration
def m012_plot_totals(connection: sqlite3.Connection) -> None:
    """Create totals for plots and for lists of categories, and indexes of gone and of edited posts."""
    execute_script(connection, totals.TABLES_of_plot_totals)


@_migration
def m013_status_totals(connection: sqlite3.Connection) -> None:
    """Create totals of each blog and of its months for `status`."""
    execute_script(connection, totals.TABLES)


@_migration
def m014_changes(connection: sqlite3.Connection) -> None:
    """Create the tables of changes that may be the site's."""
    execute_script(connection, schema.TABLES_of_tables_changes)


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
    execute_script(connection, schema.TABLES)


@_migration
def m018_linked_blogs(connection: sqlite3.Connection) -> None:
    """Add to `discovered_blogs` the blog that names each, and the time of the report by `discover`."""
    execute_script(connection, schema.TABLES_of_tables_blog_links)


@_migration
def m019_coverage_totals(connection: sqlite3.Connection) -> None:
    """Create totals of pages by parser and of post numbers by site for `status`."""
    execute_script(connection, totals.schema_of_tables_coverage())


@_migration
def m020_comment_years(connection: sqlite3.Connection) -> None:
    """Add the year of each comment, its index and its totals, and refresh the totals of older archives."""
    execute_script(connection, totals.COMMENT_YEARS)
    totals.refresh_totals(connection)  # only in the newest migration of totals: it writes all of them


@_migration
def m021_compared_forms(connection: sqlite3.Connection) -> None:
    """Hash what a reader sees of each text, and merge the versions of one redesign or move with those before."""
    equal_versions.fold_texts(connection)


def apply_migrations(connection: sqlite3.Connection, *, last: str | None = None) -> None:
    """Apply the pending migrations and set `user_version`; with `last` stop after that migration, for tests."""
    names = migration_names()
    if pending_migrations(connection):
        from blogarchive.store.database.migration_runner import run_migrations

        run_migrations(connection, _SET, _MIGRATIONS[: names.index(last) + 1] if last else _MIGRATIONS)
        _free_space(connection)
    if last is None and connection.execute("pragma user_version").fetchone() != (SCHEMA_VERSION,):
        connection.execute(f"pragma user_version = {SCHEMA_VERSION}")


def _free_space(connection: sqlite3.Connection) -> None:
    """Return the pages of deleted rows to the disk if they are more than a tenth of the file."""
    free, pages = (
        connection.execute(f"pragma {name}").fetchone()[0] for name in ("freelist_count", "page_count")
    )
    if free * 10 > pages and not connection.in_transaction:
        connection.execute("vacuum")


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


# version_check


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `UsageError` if a newer blogarchive migrated the archive: its rows may have another meaning."""
    (version,) = connection.execute("pragma user_version").fetchone()
    if version > SCHEMA_VERSION or applied_migrations(connection) - set(migration_names()):
        raise UsageError(_("{path} was made by a newer blogarchive; install that one").format(path=path))


def refuse_older(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `UsageError` if migrations are pending; a command that writes applies them."""
    if is_older(connection):
        raise UsageError(
            _(
                "{path} was made by an older blogarchive; bring it up to date first: `blogarchive update`, or"
                " without the network `blogarchive reparse --stale --db {path}`; work on a copy if the file is on a"
                " read-only disc, or if you still need the older one, which cannot open it then"
            ).format(path=path)
        )


def is_older(connection: sqlite3.Connection) -> bool:
    """Return whether migrations are pending."""
    return bool(pending_migrations(connection))
