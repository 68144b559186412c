"""Run SQL statements on an archive, and return rows as values or dataclasses.

SQLite errors that the user can act on are raised as errors of `blogarchive.errors`.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from blogarchive.store.database.connection import DATABASE_ERRORS, to_user_error
from blogarchive.store.rows import Kind, Parameters, Value, all_as, insert_sql, one_as, update_sql

Row = tuple[Any, ...]


class Statements:
    """Statements on the connection to the archive at `path`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run one statement. Raises errors of `blogarchive.errors` for SQLite errors that the user can act on."""
        try:
            return self.connection.execute(sql, parameters)
        except DATABASE_ERRORS as error:
            raise to_user_error(error, self.path) or error from error

    def execute_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> int:
        """Run one statement for each of `rows` and return the number of rows changed."""
        try:
            return self.connection.executemany(sql, rows).rowcount
        except DATABASE_ERRORS as error:
            raise to_user_error(error, self.path) or error from error

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row, or None."""
        row: Row | None = self.execute(sql, parameters).fetchone()
        return row

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows."""
        try:
            return self.execute(sql, parameters).fetchall()
        except DATABASE_ERRORS as error:
            raise to_user_error(error, self.path) or error from error

    def all_as(self, kind: type[Kind], sql: str, parameters: Parameters = ()) -> tuple[Kind, ...]:
        """Return all rows as instances of the dataclass `kind`, whose fields have the names of the columns.

        Columns become `bool` or an enum if the field has that type.
        """
        try:
            return all_as(self, kind, sql, parameters)
        except DATABASE_ERRORS as error:
            raise to_user_error(error, self.path) or error from error

    def one_as(self, kind: type[Kind], sql: str, parameters: Parameters = ()) -> Kind | None:
        """Return the first row as `all_as` does, or None if there is no row."""
        try:
            return one_as(self, kind, sql, parameters)
        except DATABASE_ERRORS as error:
            raise to_user_error(error, self.path) or error from error

    def column(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """Return the first column of all rows."""
        return [row[0] for row in self.rows(sql, parameters)]

    def text(self, sql: str, parameters: Parameters = ()) -> str | None:
        """Return the text in the first column of the first row, or None if it is null or there is no row."""
        row = self.row(sql, parameters)
        return None if row is None or row[0] is None else str(row[0])

    def exists(self, sql: str, parameters: Parameters = ()) -> bool:
        """Return whether the query finds a row."""
        return self.row(sql, parameters) is not None

    def each(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """Yield the rows one by one, for results larger than memory; do not write during the iteration."""
        try:
            yield from self.connection.execute(sql, parameters)
        except DATABASE_ERRORS as error:
            raise to_user_error(error, self.path) or error from error

    def scalar(self, sql: str, parameters: Parameters = ()) -> int:
        """Return the integer in the first column of the first row, or 0 if there is none."""
        row = self.row(sql, parameters)
        value = row[0] if row else 0
        return value if isinstance(value, int) else 0

    @property
    def changes(self) -> int:
        """Return how many rows this connection has written, including rows written by triggers."""
        return self.connection.total_changes

    def insert(self, sql: str, parameters: Parameters) -> int:
        """Run an `insert` and return the id of the new row."""
        return self.execute(sql, parameters).lastrowid or 0

    def insert_row(self, table: str, values: Mapping[str, Value]) -> int:
        """Insert a row with these values by column and return its id."""
        return self.execute(insert_sql(table, tuple(values)), tuple(values.values())).lastrowid or 0

    def insert_rows(self, table: str, rows: Sequence[Mapping[str, Value]], *, on_conflict: str = "") -> int:
        """Insert rows of the same columns and return the number of rows changed.

        `on_conflict` is the SQL clause that decides what happens to rows that exist.
        """
        if not rows:
            return 0
        sql = f"{insert_sql(table, tuple(rows[0]))} {on_conflict}"
        return self.execute_many(sql, [tuple(row.values()) for row in rows])

    def update_row(self, table: str, row_id: int, values: Mapping[str, Value]) -> None:
        """Set these values by column in the row whose `id` is `row_id`."""
        self.execute(update_sql(table, tuple(values)), (*values.values(), row_id))
