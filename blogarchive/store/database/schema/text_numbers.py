"""Rebuild three tables so that ids of posts are text: SQLite rounds an id of more than 18 digits in an integer column.

A table is rebuilt as https://www.sqlite.org/lang_altertable.html#otheralter describes. Foreign keys must be off:
dropping `posts` would delete the rows that refer to it.
"""

import re
import sqlite3

from blogarchive.store.database.schema.script import execute_script

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
    for kind, name, _ in dependents:
        if kind == "view":
            connection.execute(f"drop view {name}")
    for table in _TABLES:
        _rebuild_table(connection, table)
    for _, _, sql in dependents:
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
