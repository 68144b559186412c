"""Find the archives among the databases of a Datasette server; describe their tables and queries to Datasette.

Datasette 0.65 asks hooks for metadata and canned queries; 1.0 reads them from its internal database and configuration.
The plugin imports this module while `datasette.app` is being imported.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import TYPE_CHECKING, Any, Final, cast

from datasette.plugins import pm
from datasette.utils import tilde_encode
from markupsafe import Markup

from blogarchive.store.database.schema import sources, tables_in

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database

PLUGIN: Final = "blogarchive"
_TABLES = {"posts", "comments", "frontier"}
_SEARCH = {"posts_fts", "_search_state"}
_ATTRIBUTE = "blogarchive_databases"
_METADATA = "blogarchive_metadata"


def is_archive(connection: sqlite3.Connection, *, current: bool = True) -> bool:
    """Return whether the database has the tables of an archive; an older version passes only without `current`."""
    names = {row[0] for row in connection.execute("select name from main.sqlite_master where type = 'table'")}
    return names >= (_TABLES | _SEARCH if current else _TABLES)


async def find_archives(datasette: "Datasette") -> None:
    """Find the archives among the databases and store their names and metadata on `datasette`, for every request."""
    found = [name for name, database in datasette.databases.items() if await database.execute_fn(is_archive)]
    setattr(datasette, _ATTRIBUTE, tuple(found))
    known = {name: _describe_database(home) for name, home in home_urls(datasette).items()}
    setattr(datasette, _METADATA, known)
    if hasattr(datasette, "get_internal_database"):  # since Datasette 1.0
        await _store_metadata(datasette, known)


def archive_names(datasette: "Datasette") -> tuple[str, ...]:
    """Return the names of the archives, in the order of the command line."""
    return cast("tuple[str, ...]", getattr(datasette, _ATTRIBUTE, ()))


def get_archive(datasette: "Datasette", name: str | None) -> "Database | None":
    """Return the archive of that name, the first one if `name` is None; None if there is none."""
    known = archive_names(datasette)
    chosen = name or (known[0] if known else None)
    return datasette.get_database(chosen) if chosen in known else None


def home_url(datasette: "Datasette", database: str) -> str:
    """Return the URL path of an archive's home page, without a slash at its end."""
    known = archive_names(datasette)
    page = "/read" if known[:1] == (database,) else f"/read/in/{tilde_encode(database)}"
    return cast(str, datasette.urls.path(page))


def home_urls(datasette: "Datasette") -> dict[str, str]:
    """Return the URL path of the home page of each archive, by name."""
    return {name: home_url(datasette, name) for name in archive_names(datasette)}


def is_own_server(datasette: "Datasette") -> bool:
    """Return whether the whole server may change, as under `serve`: the setting `own_server` of the plugin."""
    return bool((datasette.plugin_config(PLUGIN) or {}).get("own_server"))


async def check_permissions(datasette: "Datasette", actor: Any, database: str, *tables: str) -> None:
    """Raise `Forbidden` unless `actor` may view the database and each of the tables."""
    if hasattr(datasette, "ensure_permission"):  # since Datasette 1.0
        from datasette.resources import DatabaseResource, TableResource

        resources = [("view-database", DatabaseResource(database))]
        resources += [("view-table", TableResource(database, table)) for table in tables]
        for action, resource in resources:
            await datasette.ensure_permission(action=action, resource=resource, actor=actor)
        return
    whole = [("view-database", database), "view-instance"]
    await datasette.ensure_permissions(actor, whole)
    for table in tables:
        await datasette.ensure_permissions(actor, [("view-table", (database, table)), *whole])


_PACKAGE = files("blogarchive.browse")


def load_metadata() -> dict[str, Any]:
    """Return the descriptions and settings of an archive, as for `databases` of Datasette's metadata."""
    return loads((_PACKAGE / "metadata.toml").read_text("utf-8"))


class _SharedDict(dict[str, Any]):
    """Is not copied: Datasette 0.65 copies the metadata of all tables twice for each table of its database page."""

    def __deepcopy__(self, memo: object) -> "_SharedDict":
        return self


def _describe_database(home: str) -> dict[str, Any]:
    known = load_metadata()
    if pm.has_plugin("graphql"):  # datasette-graphql fails on a foreign key of a hidden table
        for words in known["tables"].values():
            words.pop("hidden", None)
    link = Markup('{} <a href="{}">阅读 Read</a>').format(known["description"], home)
    return {**known, "description_html": link, "tables": _SharedDict(known["tables"])}


def metadata(datasette: "Datasette") -> dict[str, Any]:
    """Return the metadata of the archives for Datasette 0.65, which merges those of the server into them."""
    return {"databases": getattr(datasette, _METADATA, {})}


@cache
def canned_queries() -> dict[str, Any]:
    """Return the canned queries by name; the first two comment lines of a file are its title and its description."""
    found = {}
    for file in sorted((_PACKAGE / "queries").iterdir(), key=lambda file: file.name):
        lines = file.read_text("utf-8").splitlines()
        title, description = (line.removeprefix("-- ") for line in lines[:2])
        name = file.name.removesuffix(".sql").replace("-", "_")
        found[name] = {"title": title, "description": description, "sql": "\n".join(lines[2:])}
    return found


_DESCRIPTIONS: Final = ("title", "description", "description_html", "source")
_KEYS: Final = {1: "databases(database_name", 2: "resources(database_name, resource_name",
                3: "columns(database_name, resource_name, column_name"}  # fmt: skip


async def _store_metadata(datasette: "Datasette", archives: Mapping[str, Any]) -> None:
    """Store descriptions, configuration and queries of each archive where Datasette 1.0 reads them.

    The server's own descriptions, configuration and queries stay.
    """
    internal = datasette.get_internal_database()
    for name, known in archives.items():
        tables = datasette.config.setdefault("databases", {}).setdefault(name, {}).setdefault("tables", {})
        for table, words in known["tables"].items():
            settings = {key: value for key, value in words.items() if key not in ("columns", *_DESCRIPTIONS)}
            tables[table] = {**settings, **tables.get(table, {})}
        for table in known["tables"]:
            rules = [tables[one]["allow"] for one in (table, *sources(table)) if "allow" in tables[one]]
            if rules:
                tables[table]["allow"] = rules[0] if rules == rules[:1] * len(rules) else False
        for *path, key, value in _iter_descriptions(known):
            into = _KEYS[1 + len(path)]
            await internal.execute_write(
                f"insert or ignore into metadata_{into}, key, value) values (?, {'?, ' * len(path)}?, ?)",  # noqa: S608
                (name, *path, key, str(value)),
            )
        for query, words in canned_queries().items():
            stored = await datasette.get_query(name, query)
            if stored is None or stored.source == "plugin":
                await datasette.add_query(name, query, **words, is_trusted=True)


def _iter_descriptions(known: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the table, the column, the key and the value of each description; no table for the database's own."""
    yield from ((key, known[key]) for key in _DESCRIPTIONS)
    for table, words in known["tables"].items():
        yield table, "description", words["description"]
        yield from ((table, column, "description", text) for column, text in words["columns"].items())


KNOWN_OF_REQUEST: Final[ContextVar[dict[object, Any]]] = ContextVar("known")
"""Permissions and schemas during a request: Datasette 0.65 asks again for each table and query of a database page."""


async def may_view(datasette: "Datasette", actor: Any, database: str, tables: Iterable[str]) -> bool:
    """Return whether `actor` may view each of the tables and views, for Datasette before 1.0."""
    known = KNOWN_OF_REQUEST.get({})
    for table in tables:
        key = id(datasette), repr(actor), database, table
        if key not in known:
            resource = (database, table)
            known[key] = await datasette.permission_allowed(actor, "view-table", resource, default=True)
        if not known[key]:
            return False
    return True


async def visible_queries(datasette: "Datasette", actor: Any, database: str) -> dict[str, Any]:
    """Return the canned queries that read only tables which `actor` may view."""
    queries = canned_queries().items()
    return {
        name: query
        for name, query in queries
        if await may_view(datasette, actor, database, tables_in(query["sql"]))
    }
