"""Apply migrations with sqlite-utils. Import this module only if one is pending: it takes a third of a command's start."""

import sqlite3
import sys
from collections.abc import Callable, Iterable

# sqlite-utils imports pandas and numpy if they are installed, for types that no row here has: 110 MB and 0.5 s for
# each command of a researcher who has them.
_hidden = [name for name in ("pandas", "numpy") if name not in sys.modules]
for _name in _hidden:
    sys.modules[_name] = None  # type: ignore[assignment]
from sqlite_utils import Database, Migrations  # noqa: E402

for _name in _hidden:
    del sys.modules[_name]

Migration = Callable[[sqlite3.Connection], None]


def run_migrations(connection: sqlite3.Connection, name: str, migrations: Iterable[Migration]) -> None:
    """Apply those of `migrations` that are pending, each in a transaction, and record them as the set `name`."""
    registered = Migrations(name)
    for migration in migrations:
        registered(name=migration.__name__)(_on_connection(migration))
    registered.apply(Database(connection, recursive_triggers=False, execute_plugins=False))


def _on_connection(migration: Migration) -> Callable[[Database], None]:
    def migrate(db: Database) -> None:
        migration(db.conn)

    return migrate
