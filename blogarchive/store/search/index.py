"""The tables of the full-text index, and how they are kept equal to the rows after every write."""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from blogarchive.store.search.tokenizer import folding_version, index_text


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A table with a search index, and its indexed columns, the title first."""

    table: str
    columns: tuple[str, ...]

    @property
    def index(self) -> str:
        return f"{self.table}_fts"


_ALL = (_Indexed("posts", ("title", "body_text")), _Indexed("comments", ("body_text",)))
_BATCH = 500
_PARTS = ("data", "idx", "docsize", "config")  # tables of FTS5 without `content`


def refresh(connection: sqlite3.Connection, waiting: int = 1) -> None:
    """Update the index inside the caller's transaction, unless fewer than `waiting` rows have changed."""
    if waiting > 1 and count_pending(connection) < waiting:
        return
    found = connection.execute("select folding from _search_state").fetchone()
    if found is None or found[0] != folding_version():
        rebuild(connection)
        return
    if any(_has_replaced_rows(connection, indexed) for indexed in _ALL):
        rebuild(connection)
        return
    for indexed in _ALL:
        _refresh_table(connection, indexed)


def count_pending(connection: sqlite3.Connection) -> int:
    """Return the number of changed rows that are not indexed yet."""
    return int(connection.execute("select count(*) from _search_pending").fetchone()[0])


def is_whole(connection: sqlite3.Connection) -> bool:
    """Return whether every text is indexed, by the folding of this version."""
    found = connection.execute("select folding from _search_state").fetchone()
    return found == (folding_version(),) and count_pending(connection) == 0


def find_damaged(connection: sqlite3.Connection) -> list[str]:
    """Return the tables whose index is damaged. Writes to the index: the caller must roll its transaction back."""
    return [indexed.table for indexed in _ALL if _is_damaged(connection, indexed)]


def remove_damaged(connection: sqlite3.Connection, damaged: Collection[str]) -> None:
    """Remove the index of each of these tables inside the caller's transaction; `schema.create_missing` must follow.

    SQLite can neither empty nor drop a damaged index. Its pages stay in the file until `vacuum`. SQLite refuses to
    change the schema in a transaction in which a damaged index was found.
    """
    parts = [f"{table}_fts{part}" for table in damaged for part in ("", *(f"_{part}" for part in _PARTS))]
    connection.execute("pragma writable_schema = on")
    connection.executemany("delete from sqlite_master where name = ?", [(name,) for name in parts])
    connection.execute("pragma writable_schema = reset")  # SQLite reads the schema again


def rebuild(connection: sqlite3.Connection) -> int:
    """Rebuild the index inside the caller's transaction and return the number of rows indexed."""
    count = 0
    for indexed in _ALL:
        connection.execute(f"insert into {indexed.index}({indexed.index}) values ('delete-all')")  # noqa: S608
        ids = [row[0] for row in connection.execute(f"select id from {indexed.table} order by id")]  # noqa: S608
        for start in range(0, len(ids), _BATCH):
            _insert(connection, indexed, ids[start : start + _BATCH])
        # A single b-tree is the smallest and fastest form of the index.
        connection.execute(f"insert into {indexed.index}({indexed.index}) values ('optimize')")  # noqa: S608
        count += len(ids)
    connection.execute("delete from _search_pending")
    connection.execute("delete from _search_state")
    connection.execute("insert into _search_state (folding) values (?)", (folding_version(),))
    return count


def _is_damaged(connection: sqlite3.Connection, indexed: _Indexed) -> bool:
    try:
        connection.execute(f"insert into {indexed.index}({indexed.index}) values ('delete-all')")  # noqa: S608
        for part in _PARTS:
            connection.execute(f"select count(*) from {indexed.index}_{part}").fetchone()  # noqa: S608
    except sqlite3.DatabaseError:
        return True
    return False


def _has_replaced_rows(connection: sqlite3.Connection, indexed: _Indexed) -> bool:
    """Return whether a row that was noted as new is indexed already."""
    statement = (
        f"select 1 from _search_pending p join {indexed.index}_docsize d on d.id = p.row_id "  # noqa: S608
        "where p.kind = ? and not p.was_indexed limit 1"
    )
    return connection.execute(statement, (indexed.table,)).fetchone() is not None


def _refresh_table(connection: sqlite3.Connection, indexed: _Indexed) -> None:
    changed = connection.execute(
        "select row_id, was_indexed, title, body_text from _search_pending where kind = ?", (indexed.table,)
    ).fetchall()
    if not changed:
        return
    _remove(connection, indexed, [(row_id, title, text) for row_id, was, title, text in changed if was])
    ids = [row[0] for row in changed]
    for start in range(0, len(ids), _BATCH):
        _insert(connection, indexed, ids[start : start + _BATCH])
    connection.execute("delete from _search_pending where kind = ?", (indexed.table,))


def _remove(
    connection: sqlite3.Connection, indexed: _Indexed, old: Iterable[tuple[int, str | None, str | None]]
) -> None:
    columns = ", ".join(indexed.columns)
    places = ", ".join("?" for _ in indexed.columns)
    statement = (
        f"insert into {indexed.index}({indexed.index}, rowid, {columns}) values ('delete', ?, {places})"  # noqa: S608
    )
    for row_id, *texts in old:
        connection.execute(statement, (row_id, *map(index_text, texts[-len(indexed.columns) :])))


def _insert(connection: sqlite3.Connection, indexed: _Indexed, ids: list[int]) -> None:
    """Index the rows of these ids, except deleted ones."""
    columns = ", ".join(indexed.columns)
    places = ", ".join("?" for _ in indexed.columns)
    rows = connection.execute(
        f"select id, {columns} from {indexed.table} where id in ({', '.join('?' for _ in ids)})",  # noqa: S608
        ids,
    ).fetchall()
    connection.executemany(
        f"insert into {indexed.index}(rowid, {columns}) values (?, {places})",  # noqa: S608
        [(row_id, *map(index_text, texts)) for row_id, *texts in rows],
    )
