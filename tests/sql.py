"""Read and change the rows of an archive as a person with SQL does, without the checks of the program."""

import sqlite3
from contextlib import closing
from pathlib import Path


def read_sql(db: Path | str, query: str, *values: object) -> list[tuple]:
    """Return the rows of a query."""
    with closing(sqlite3.connect(db, timeout=20)) as connection:
        return connection.execute(query, values).fetchall()


def run_sql(db: Path | str, statement: str, *values: object) -> None:
    """Run a statement and commit it."""
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute(statement, values)
