"""Whether the tables of an archive are those of this version, of an older or of a newer one."""

import sqlite3
from pathlib import Path

from blogarchive.errors import UsageError
from blogarchive.store.database.migrations import MIGRATIONS, steps


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `UsageError` where a newer blogarchive made the tables: they may mean what is not known here."""
    if _applied(connection) - set(steps()):
        raise UsageError(f"{path} was made by a newer blogarchive; install that one")


def refuse_older(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `UsageError` where an older blogarchive made the tables; a command that writes brings them up to date."""
    if set(steps()) - _applied(connection):
        raise UsageError(
            f"{path} was made by an older blogarchive; bring it up to date first: `blogarchive update`, or without"
            f" the network `blogarchive reparse --stale --db {path}`"
        )


def _applied(connection: sqlite3.Connection) -> set[str]:
    asked = f"select name from {MIGRATIONS.migrations_table} where migration_set = ?"  # noqa: S608 - a constant
    return {str(name) for (name,) in connection.execute(asked, (MIGRATIONS.name,))}
