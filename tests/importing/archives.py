"""Read and change an archive by plain SQL."""

import sqlite3
from contextlib import closing
from pathlib import Path


def rows(archive: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(archive)) as connection:
        return connection.execute(sql).fetchall()


def dump(archive: Path) -> list[str]:
    with closing(sqlite3.connect(archive)) as connection:
        return list(connection.iterdump())


def change(archive: Path, sql: str, *parameters: object) -> None:
    with closing(sqlite3.connect(archive)) as connection, connection:
        connection.execute(sql, parameters)
