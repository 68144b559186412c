"""A whole copy of an archive, made while other processes read and write."""

import sqlite3
from contextlib import closing
from pathlib import Path


def copy_archive(connection: sqlite3.Connection, target: Path) -> None:
    """Write all that `connection` can read to the new file `target`; raises `FileExistsError` if it exists."""
    if target.exists():
        raise FileExistsError(target)
    with closing(sqlite3.connect(target)) as written:
        connection.backup(written)
