"""Keeps the search index right by every write, whoever writes.

What the store has to call: `refresh(db.conn)`, anywhere between its writes and its commit. Nothing else.

Triggers note each post and comment whose text changes in `search_pending`, with the text that the index still
holds; `refresh` takes the old words out of the index and puts the new ones in. So an upsert, a delete, a
merge or an UPDATE typed into the sqlite3 shell are all seen, and a call that was forgotten is made good by
the next one. What triggers cannot see (INSERT OR REPLACE fires none for the row it removes) shows as a new
row that is indexed already: then, too, the index is made anew.

The index holds no copy of the text (`content="posts"`): to take words out, SQLite has to be told which ones
were put in. They are folded from the old text again, which holds only as long as the folding does:
`search_state` names the rules that the index was made by, and where they have changed (a new OpenCC)
`refresh` makes it anew.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from blogarchive.store.search.tokenizer import folding_version, index_text


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A table with a search index, and its indexed columns, first the title where there is one."""

    table: str
    columns: tuple[str, ...]

    @property
    def index(self) -> str:
        return f"{self.table}_fts"


POSTS = _Indexed("posts", ("title", "body_text"))
COMMENTS = _Indexed("comments", ("body_text",))
_ALL = (POSTS, COMMENTS)
_BATCH = 500


def refresh(connection: sqlite3.Connection, waiting: int = 1) -> None:
    """Bring the index up to date with the rows, inside the caller's transaction; cheap where nothing
    changed. Where fewer than `waiting` rows have changed, they wait, and so do rules of folding that changed.
    """
    if waiting > 1 and count_pending(connection) < waiting:
        return
    found = connection.execute("select folding from search_state").fetchone()
    if found is None or found[0] != folding_version():
        rebuild(connection)
        return
    if any(_contradicted(connection, indexed) for indexed in _ALL):
        rebuild(connection)
        return
    for indexed in _ALL:
        _refresh_table(connection, indexed)


def count_pending(connection: sqlite3.Connection) -> int:
    """How many rows the index does not show yet as they are."""
    return int(connection.execute("select count(*) from search_pending").fetchone()[0])


def rebuild(connection: sqlite3.Connection) -> int:
    """Make the index anew from the rows, inside the caller's transaction; gives the number of rows
    indexed.
    """
    count = 0
    for indexed in _ALL:
        connection.execute(f"insert into {indexed.index}({indexed.index}) values ('delete-all')")  # noqa: S608
        ids = [row[0] for row in connection.execute(f"select id from {indexed.table} order by id")]  # noqa: S608
        for start in range(0, len(ids), _BATCH):
            _put_in(connection, indexed, ids[start : start + _BATCH])
        # One whole b-tree is the smallest and quickest form of the index.
        connection.execute(f"insert into {indexed.index}({indexed.index}) values ('optimize')")  # noqa: S608
        count += len(ids)
    connection.execute("delete from search_pending")
    connection.execute("delete from search_state")
    connection.execute("insert into search_state (folding) values (?)", (folding_version(),))
    return count


def _contradicted(connection: sqlite3.Connection, indexed: _Indexed) -> bool:
    """Whether the index holds a row already that was noted as new."""
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
    _take_out(connection, indexed, [(row_id, title, text) for row_id, was, title, text in changed if was])
    ids = [row[0] for row in changed]
    for start in range(0, len(ids), _BATCH):
        _put_in(connection, indexed, ids[start : start + _BATCH])
    connection.execute("delete from search_pending where kind = ?", (indexed.table,))


def _take_out(
    connection: sqlite3.Connection, indexed: _Indexed, old: Iterable[tuple[int, str | None, str | None]]
) -> None:
    columns = ", ".join(indexed.columns)
    places = ", ".join("?" for _ in indexed.columns)
    statement = (
        f"insert into {indexed.index}({indexed.index}, rowid, {columns}) values ('delete', ?, {places})"  # noqa: S608
    )
    for row_id, *texts in old:
        connection.execute(statement, (row_id, *map(index_text, texts[-len(indexed.columns) :])))


def _put_in(connection: sqlite3.Connection, indexed: _Indexed, ids: list[int]) -> None:
    """Index the rows of these ids that are there."""
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
