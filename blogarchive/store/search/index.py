"""The tables of the full-text index, and how they are kept equal to the rows after every write."""

import json
from collections.abc import Collection, Iterable

from blogarchive.store.rows import Value
from blogarchive.store.search.tokenizer import folding_version, index_text
from blogarchive.store.statements import UNREADABLE, Statements, insert_sql

INDEXED = {"posts": ("title", "body_text"), "comments": ("body_text",)}
"""The indexed columns of each table, the title first."""

_BATCH = 500
_FOLDING = "select folding from _search_state"
_PARTS = ("data", "idx", "docsize", "config")  # tables of FTS5 without `content`


def refresh(archive: Statements, waiting: int = 1) -> None:
    """Update the index inside the caller's transaction, unless fewer than `waiting` rows have changed."""
    if waiting > 1 and count_pending(archive) < waiting:
        return
    is_outdated = archive.text(_FOLDING) != folding_version()
    if is_outdated or any(_has_replaced_rows(archive, table) for table in INDEXED):
        rebuild(archive)
        return
    for table in INDEXED:
        _refresh_table(archive, table)


def count_pending(archive: Statements) -> int:
    """Return the number of changed rows that are not indexed yet."""
    return archive.scalar("select count(*) from _search_pending")


def is_whole(archive: Statements) -> bool:
    """Return whether every text is indexed, by the folding of this version."""
    return archive.text(_FOLDING) == folding_version() and not count_pending(archive)


def find_damaged(archive: Statements) -> list[str]:
    """Return the tables whose index is damaged. Writes to the index: the caller must roll its transaction back."""
    return [table for table in INDEXED if _is_damaged(archive, table)]


def remove_damaged(archive: Statements, damaged: Collection[str]) -> None:
    """Remove the index of each of these tables inside the caller's transaction; `schema.create_missing` must follow.

    SQLite can neither empty nor drop a damaged index. Its pages stay in the file until `vacuum`. SQLite refuses to
    change the schema in a transaction in which a damaged index was found.
    """
    parts = [f"{table}_fts{part}" for table in damaged for part in ("", *(f"_{part}" for part in _PARTS))]
    archive.execute("pragma writable_schema = on")
    archive.execute_many("delete from sqlite_master where name = ?", [(name,) for name in parts])
    archive.execute("pragma writable_schema = reset")  # SQLite reads the schema again


def rebuild(archive: Statements) -> int:
    """Rebuild the index inside the caller's transaction and return the number of rows indexed."""
    count = 0
    for table in INDEXED:
        archive.execute(f"insert into {table}_fts({table}_fts) values ('delete-all')")  # noqa: S608
        ids = archive.column(f"select id from {table} order by id")  # noqa: S608
        _insert(archive, table, ids)
        # A single b-tree is the smallest and fastest form of the index.
        archive.execute(f"insert into {table}_fts({table}_fts) values ('optimize')")  # noqa: S608
        count += len(ids)
    archive.execute("delete from _search_pending")
    archive.execute("delete from _search_state")
    archive.execute("insert into _search_state (folding) values (?)", (folding_version(),))
    return count


def _is_damaged(archive: Statements, table: str) -> bool:
    try:
        archive.execute(f"insert into {table}_fts({table}_fts) values ('delete-all')")  # noqa: S608
        for part in _PARTS:
            archive.rows(f"select count(*) from {table}_fts_{part}")  # noqa: S608
    except UNREADABLE:
        return True
    return False


def _has_replaced_rows(archive: Statements, table: str) -> bool:
    """Return whether a row that was noted as new is indexed already."""
    statement = (
        f"select 1 from _search_pending p join {table}_fts_docsize d on d.id = p.row_id "  # noqa: S608
        "where p.kind = ? and not p.was_indexed limit 1"
    )
    return archive.exists(statement, (table,))


def _refresh_table(archive: Statements, table: str) -> None:
    changed = archive.rows(
        "select row_id, was_indexed, title, body_text from _search_pending where kind = ?", (table,)
    )
    if not changed:
        return
    _remove(archive, table, [(row_id, title, text) for row_id, was, title, text in changed if was])
    _insert(archive, table, [row[0] for row in changed])
    archive.execute("delete from _search_pending where kind = ?", (table,))


def _remove(archive: Statements, table: str, old: Iterable[tuple[int, str | None, str | None]]) -> None:
    columns = (f"{table}_fts", "rowid", *INDEXED[table])
    rows: list[tuple[Value, ...]] = [
        ("delete", row_id, *map(index_text, texts[-len(INDEXED[table]) :])) for row_id, *texts in old
    ]
    archive.execute_many(insert_sql(f"{table}_fts", columns), rows)


def _insert(archive: Statements, table: str, ids: list[int]) -> None:
    """Index the rows of these ids, except deleted ones."""
    columns = ", ".join(INDEXED[table])
    wanted = f"select id, {columns} from {table} where id in (select value from json_each(?))"  # noqa: S608
    for start in range(0, len(ids), _BATCH):
        found = archive.rows(wanted, (json.dumps(ids[start : start + _BATCH]),))
        rows = [(row_id, *map(index_text, texts)) for row_id, *texts in found]
        archive.execute_many(insert_sql(f"{table}_fts", ("rowid", *INDEXED[table])), rows)
