"""Which databases of a Datasette server are archives of blogarchive."""

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing it here would go round in a circle: datasette.app imports its plugins
    from datasette.app import Datasette
    from datasette.database import Database


_TABLES = {"posts", "comments", "frontier"}
_SEARCH = {"posts_fts", "search_state"}
_NOTED = "blogarchive_databases"


def is_archive(connection: sqlite3.Connection, *, of_today: bool = True) -> bool:
    """Whether the connection's database has our tables; those of an older version too, unless `of_today`."""
    names = {row[0] for row in connection.execute("select name from main.sqlite_master where type = 'table'")}
    return names >= (_TABLES | _SEARCH if of_today else _TABLES)


async def find(datasette: "Datasette") -> None:
    """Look at every database and note the archives on `datasette`, which asks for them at every request."""
    found = [name for name, database in datasette.databases.items() if await database.execute_fn(is_archive)]
    setattr(datasette, _NOTED, tuple(found))


def names(datasette: "Datasette") -> tuple[str, ...]:
    """The archives, in the order of the command line."""
    noted: tuple[str, ...] = getattr(datasette, _NOTED, ())
    return noted


def named(datasette: "Datasette", name: str | None) -> "Database | None":
    """The archive of that name, without a name the first; None where there is none."""
    known = names(datasette)
    chosen = name or (known[0] if known else None)
    return datasette.get_database(chosen) if chosen in known else None
