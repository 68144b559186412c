"""Keep the full-text index equal to the rows after every write.

`refresh(connection)` must be called between the writes and their commit. Triggers note each post and comment whose
text changes in `search_pending`, with the text that is still indexed. `refresh` removes the old words from the index
and inserts the new ones. So upserts, deletes, merges and an UPDATE in the sqlite3 shell are all noted, and the next
call makes up for a missing one. INSERT OR REPLACE fires no trigger for the row that it deletes. Such a row is noted as
new but indexed already; then the whole index is rebuilt.

The index stores no copy of the text (`content="posts"`). To remove words, SQLite needs the words that were inserted.
They are folded again from the old text, which works only if the folding is the same. `search_state` names the folding
of the index; if it has changed (a new OpenCC), `refresh` rebuilds the index.
"""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from blogarchive.store.search import tables
from blogarchive.store.search.tokenizer import folding_version, index_text


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A table with a search index, and its indexed columns, the title first."""

    table: str
    columns: tuple[str, ...]

    @property
    def index(self) -> str:
        return f"{self.table}_fts"


POSTS = _Indexed("posts", ("title", "body_text"))
COMMENTS = _Indexed("comments", ("body_text",))
_ALL = (POSTS, COMMENTS)
_BATCH = 500
_PARTS = ("data", "idx", "docsize", "config")  # tables of FTS5 without `content`


def refresh(connection: sqlite3.Connection, waiting: int = 1) -> None:
    """Update the index inside the caller's transaction, unless fewer than `waiting` rows have changed."""
    if waiting > 1 and count_pending(connection) < waiting:
        return
    found = connection.execute("select folding from search_state").fetchone()
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
    return int(connection.execute("select count(*) from search_pending").fetchone()[0])


def find_damaged(connection: sqlite3.Connection) -> list[str]:
    """Return the tables whose index is damaged. Writes to the index: the caller must roll its transaction back."""
    return [indexed.table for indexed in _ALL if _is_damaged(connection, indexed)]


def replace_damaged(connection: sqlite3.Connection, damaged: Collection[str]) -> None:
    """Replace the index of each of these tables inside the caller's transaction; `rebuild` must follow.

    SQLite can neither empty nor drop a damaged index. Its pages stay in the file until `vacuum`. SQLite refuses to
    change the schema in a transaction in which a damaged index was found.
    """
    for indexed in _ALL:
        if indexed.table in damaged:
            _replace_tables(connection, indexed)


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
    connection.execute("delete from search_pending")
    connection.execute("delete from search_state")
    connection.execute("insert into search_state (folding) values (?)", (folding_version(),))
    return count


def _is_damaged(connection: sqlite3.Connection, indexed: _Indexed) -> bool:
    try:
        connection.execute(f"insert into {indexed.index}({indexed.index}) values ('delete-all')")  # noqa: S608
        for part in _PARTS:
            connection.execute(f"select count(*) from {indexed.index}_{part}").fetchone()  # noqa: S608
    except sqlite3.DatabaseError:
        return True
    return False


def _replace_tables(connection: sqlite3.Connection, indexed: _Indexed) -> None:
    names = [indexed.index, *(f"{indexed.index}_{part}" for part in _PARTS)]
    connection.execute("pragma writable_schema = on")
    connection.executemany("delete from sqlite_master where name = ?", [(name,) for name in names])
    connection.execute("pragma writable_schema = reset")  # SQLite reads the schema again
    connection.execute(tables.index_sql(indexed.table, indexed.columns))


def _has_replaced_rows(connection: sqlite3.Connection, indexed: _Indexed) -> bool:
    """Return whether a row that was noted as new is indexed already."""
    statement = (
        f"select 1 from search_pending p join {indexed.index}_docsize d on d.id = p.row_id "  # noqa: S608
        "where p.kind = ? and not p.was_indexed limit 1"
    )
    return connection.execute(statement, (indexed.table,)).fetchone() is not None


def _refresh_table(connection: sqlite3.Connection, indexed: _Indexed) -> None:
    changed = connection.execute(
        "select row_id, was_indexed, title, body_text from search_pending where kind = ?", (indexed.table,)
    ).fetchall()
    if not changed:
        return
    _remove(connection, indexed, [(row_id, title, text) for row_id, was, title, text in changed if was])
    ids = [row[0] for row in changed]
    for start in range(0, len(ids), _BATCH):
        _insert(connection, indexed, ids[start : start + _BATCH])
    connection.execute("delete from search_pending where kind = ?", (indexed.table,))


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
