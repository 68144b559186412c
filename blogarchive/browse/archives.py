"""Which databases of a Datasette server are archives, and their metadata and canned queries.

The plugin imports this module while `datasette.app` is being imported.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from blogarchive.store.read.datasette import rewrite_statement

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database

_TABLES = {"posts", "comments", "frontier"}
_SEARCH = {"posts_fts", "_search_state"}
_ATTRIBUTE = "blogarchive_databases"


def is_archive(connection: sqlite3.Connection, *, current: bool = True) -> bool:
    """Return whether the database has the tables of an archive; an older version passes only without `current`."""
    names = {row[0] for row in connection.execute("select name from main.sqlite_master where type = 'table'")}
    return names >= (_TABLES | _SEARCH if current else _TABLES)


async def find_archives(datasette: "Datasette") -> None:
    """Find the archives among the databases and store their names on `datasette`, for use at every request.

    Statements on them are rewritten from now on.
    """
    found = [name for name, database in datasette.databases.items() if await database.execute_fn(is_archive)]
    setattr(datasette, _ATTRIBUTE, tuple(found))
    for name in found:
        database = datasette.databases[name]
        database.execute = _rewriting(database.execute)


def _rewriting(execute: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return the `execute` of a database with statements rewritten by `rewrite_statement`."""

    async def execute_rewritten(sql: str, *arguments: Any, **options: Any) -> Any:
        return await execute(rewrite_statement(sql), *arguments, **options)

    return execute_rewritten


def archive_names(datasette: "Datasette") -> tuple[str, ...]:
    """Return the names of the archives, in the order of the command line."""
    found: tuple[str, ...] = getattr(datasette, _ATTRIBUTE, ())
    return found


def get_archive(datasette: "Datasette", name: str | None) -> "Database | None":
    """Return the archive of that name, the first one if `name` is None; None if there is none."""
    known = archive_names(datasette)
    chosen = name or (known[0] if known else None)
    return datasette.get_database(chosen) if chosen in known else None


_PACKAGE = files("blogarchive.browse")


@cache
def _load_metadata() -> dict[str, Any]:
    return loads((_PACKAGE / "metadata.toml").read_text("utf-8"))


def build_metadata(homes: Mapping[str, str]) -> dict[str, Any]:
    """Return the metadata for Datasette; `homes` has the URL of the reading pages for each archive."""
    return {
        "databases": {
            name: {
                **_load_metadata(),
                "description_html": Markup('{} <a href="{}">阅读 Read</a>').format(
                    _load_metadata()["description"], home
                ),
            }
            for name, home in homes.items()
        }
    }


@cache
def canned_queries() -> dict[str, Any]:
    """Return the canned queries by name; the first two comment lines of a file are its title and its description."""
    found = {}
    for file in sorted((_PACKAGE / "queries").iterdir(), key=lambda file: file.name):
        lines = file.read_text("utf-8").splitlines()
        title, description = (line.removeprefix("-- ") for line in lines[:2])
        found[file.name.removesuffix(".sql").replace("-", "_")] = {
            "title": title,
            "description": description,
            "sql": "\n".join(lines[2:]),
        }
    return found
