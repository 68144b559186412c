"""Compare the migrations applied to an archive with those of this version."""

import sqlite3
from gettext import gettext as _
from pathlib import Path

from blogarchive.errors import UsageError
from blogarchive.store.database.migrations import (
    SCHEMA_VERSION,
    applied_migrations,
    migration_names,
    pending_migrations,
)


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `UsageError` if a newer blogarchive migrated the archive: its rows may have another meaning."""
    (version,) = connection.execute("pragma user_version").fetchone()
    if version > SCHEMA_VERSION or applied_migrations(connection) - set(migration_names()):
        raise UsageError(_("{path} was made by a newer blogarchive; install that one").format(path=path))


def refuse_older(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `UsageError` if migrations are pending; a command that writes applies them."""
    if is_older(connection):
        raise UsageError(
            _(
                "{path} was made by an older blogarchive; bring it up to date first: `blogarchive update`, or"
                " without the network `blogarchive reparse --stale --db {path}`; work on a copy if the file is on a"
                " read-only disc, or if you still need the older one, which cannot open it then"
            ).format(path=path)
        )


def is_older(connection: sqlite3.Connection) -> bool:
    """Return whether migrations are pending."""
    return bool(pending_migrations(connection))
