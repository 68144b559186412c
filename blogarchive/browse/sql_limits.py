"""Limits of SQL that a browser sends, beside Datasette's limits of time and rows.

Datasette stops a statement after `sql_time_limit_ms`, between steps of SQLite. One step can allocate a gigabyte
(`randomblob`, `zeroblob`, `printf('%*c')`), and a thousand rows can have a large value each.
"""

import sqlite3
from contextlib import closing
from typing import Any, Final
from weakref import ref

MAX_RESULT_BYTES: Final = 80 * 2**20
"""Largest value, and largest total of the values of one statement: more than any stored page or image."""

_MAX_SQL_LENGTH: Final = 100_000
_MAX_LIKE_LENGTH: Final = 1_000  # a LIKE takes text length times pattern length
_HEAP_BYTES: Final = 512 * 2**20


def limit_connection(connection: sqlite3.Connection) -> None:
    """Limit values, results, statements and patterns of `connection`."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_RESULT_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _MAX_SQL_LENGTH)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _MAX_LIKE_LENGTH)
    connection.row_factory = _RowFactory()


def limit_heap() -> None:
    """Limit the memory of SQLite in this process; a statement that needs more fails."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"pragma hard_heap_limit = {_HEAP_BYTES}")


class _RowFactory:
    """Makes `sqlite3.Row`s; raises `sqlite3.OperationalError` when those of one cursor are too large together."""

    def __init__(self) -> None:
        self._cursor: ref[sqlite3.Cursor] | None = None
        self._bytes = 0

    def __call__(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if self._cursor is None or self._cursor() is not cursor:
            self._cursor, self._bytes = ref(cursor), 0
        self._bytes += sum(len(value) for value in values if isinstance(value, (str, bytes)))
        if self._bytes > MAX_RESULT_BYTES:
            raise sqlite3.OperationalError(f"the result is larger than {MAX_RESULT_BYTES >> 20} MB")
        return sqlite3.Row(cursor, values)
