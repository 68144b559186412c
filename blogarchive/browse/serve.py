"""`blogarchive serve`: run Datasette on one archive, in this process, with the reading pages."""

import os
import socket
import sqlite3
import webbrowser
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import closing
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final

import click
import uvicorn
from datasette import utils
from datasette.app import Datasette
from datasette.database import Database

from blogarchive.browse.archives import KNOWN_OF_REQUEST, PLUGIN, is_archive
from blogarchive.browse.guard import guard, limit_heap
from blogarchive.errors import ArchiveDamaged, Interrupted, NoArchive, UsageError
from blogarchive.store.database import connection as lock, migrations
from blogarchive.store.statements import Statements, user_errors

SETTINGS: Final = {
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 1000,  # a facet of a million posts takes up to 400 ms of processor time
    "max_csv_mb": 0,  # no limit: a person may export the whole archive
    "truncate_cells_html": 300,
    "suggest_facets": False,  # suggestions read every column of every row, for seconds in a large archive
}
METADATA: Final = {"plugins": {PLUGIN: {"own_server": True}}}
_URI_SYNTAX: Final = frozenset("?#%")  # Datasette does not escape the path in its URI


# Cached facts of a schema: 53 tables have three each. Further ones are of names that a visitor made up.
_MOST_FACTS: Final = 1_000


def _once_a_schema(read: Callable[[sqlite3.Connection, str], Any]) -> Callable[..., Awaitable[Any]]:
    """Return a method that reads a fact of a table once until the schema changes, such as by a backup."""

    async def fact(self: "_Database", table: str) -> Any:
        request = KNOWN_OF_REQUEST.get({})
        if self not in request:
            schema = await self.execute_fn(lambda archive: tuple(archive.execute("pragma schema_version")))
            if schema != self.schema or len(self.facts or ()) > _MOST_FACTS:
                self.schema, self.facts = schema, {}
            request[self] = self.facts
        facts = request[self]
        if (read, table) not in facts:
            facts[read, table] = await self.execute_fn(lambda archive: read(archive, table))
        return facts[read, table]

    return fact


class _Database(Database):  # type: ignore[misc]  # it has no types
    """Caches the facts that a page of all tables needs of 53 tables: each is a statement in another thread."""

    schema: object = None
    facts: dict[object, Any] | None = None

    table_columns = _once_a_schema(utils.table_columns)
    primary_keys = _once_a_schema(utils.detect_primary_keys)
    fts_table = _once_a_schema(utils.detect_fts)


class _Datasette(Datasette):  # type: ignore[misc]  # it has no types
    """Checks each permission once a request: version 0.65 asks again for each table of a database page."""

    def add_database(self, db: Database, name: str | None = None, route: str | None = None) -> Database:
        """Add a database; a file as one that caches the facts of its tables."""
        own = _Database(self, db.path, is_mutable=db.is_mutable) if db.path else db
        return super().add_database(own, name, route)

    async def permission_allowed(
        self, actor: Any, action: str, resource: Any = None, default: bool | None = False
    ) -> Any:
        """Return whether `actor` may do it, `default` if no rule says so."""
        known = KNOWN_OF_REQUEST.get({})
        key = repr(actor), action, resource
        if key not in known:
            known[key] = await super().permission_allowed(actor, action, resource, default=None)
        return default if known[key] is None else known[key]


def serve(
    *paths: Path,
    host: str = "127.0.0.1",
    port: int = 8001,
    open_browser: bool = False,
    immutable: bool = False,
    allowed_hosts: Sequence[str] = (),
) -> None:
    """Serve the archives at `paths` until the process is stopped; port 0 means any free port.

    Only reads: a crawl may write at the same time. `allowed_hosts` are further names in the Host of requests, such as
    that of a proxy. `immutable` is for a file that no process writes; it is set if the folder is not writable. Raises
    `NoArchive`, `ArchiveDamaged`. Raises `UsageError` if the port is in use or another version wrote the archive. So it
    does if `immutable` would hide changes in the write-ahead log.
    """
    datasette = create_app(*paths, immutable=immutable)
    with closing(listen(host, port)) as listening:
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listening.getsockname()[1]}/read"
        names = ", ".join(map(str, paths))
        click.echo(_("Reading {path} at {url} (Ctrl-C ends)").format(path=names, url=url), err=True)
        if open_browser:
            webbrowser.open(url)
        try:
            make_server(datasette, (host, *allowed_hosts)).run(sockets=[listening])
        except (KeyboardInterrupt, Interrupted):
            return  # the usual end of serving


def create_app(*paths: Path, immutable: bool = False) -> Datasette:
    """Return Datasette on the archives at `paths`. Raises as `serve`, except for the port."""
    files: list[str] = []
    immutables: list[str] = []
    for path in paths:
        (immutables if _opens_immutable(path, immutable=immutable) else files).append(str(path))
    return _Datasette(files=files, immutables=immutables, settings=dict(SETTINGS), metadata=METADATA)


def make_server(datasette: Datasette, hosts: Collection[str]) -> uvicorn.Server:
    """Return the server of these pages behind the guard, and limit the memory of this process; `hosts` as for `guard`."""
    limit_heap()
    return uvicorn.Server(uvicorn.Config(guard(datasette.app(), hosts), log_level="warning", lifespan="on"))


def _opens_immutable(path: Path, *, immutable: bool) -> bool:
    """Return whether the archive at `path` is opened as immutable. Raises as `create_app`."""
    lock.require_archive(path)
    if forbidden := _URI_SYNTAX.intersection(str(path)):
        text = _("Datasette opens no file with {character} in its path; rename {path}, or serve a link to it")
        raise UsageError(text, character=min(forbidden), path=path)
    log = lock.wal_path(path)
    immutable = immutable or lock.read_only_mode(path) != "ro"
    if not immutable:  # a connection leaves files beside the archive
        with user_errors(path), closing(_connect(path, "mode=ro")) as connection:
            # In a folder that cannot be written, SQLite may need files that it cannot create.
            immutable = not lock.can_read(connection) and not os.access(log.parent, os.W_OK)
    if immutable and log.exists() and log.stat().st_size:
        text = _(
            "{path}-wal has changes that are not in the file yet; run `blogarchive status` once where the"
            " folder can be written, or serve without --immutable"
        )
        raise UsageError(text, path=path)
    _check_archive(path, immutable=immutable)
    return immutable


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises `UsageError` if the port cannot be taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets whose protocol is named; without it a kept connection waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # on Windows, two servers could then listen on one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
        return listening
    except OSError as error:
        listening.close()
        text = _("cannot listen on {host} port {port}: {reason}; choose another with --port (0: any)")
        raise UsageError(text, host=host, port=port, reason=error.strerror) from error


def _connect(path: Path, flags: str) -> sqlite3.Connection:
    return sqlite3.connect(lock.file_uri(path, flags), uri=True)


def _check_archive(path: Path, *, immutable: bool) -> None:
    flags = "immutable=1" if immutable else "mode=ro"
    with user_errors(path), closing(_connect(path, flags)) as connection:
        if not is_archive(connection, current=False):
            if connection.execute("select 1 from sqlite_master").fetchone() is None:
                text = _("{path} holds no archive yet; `blogarchive backup URL` makes one")
                raise NoArchive(text, path=path)
            text = _("{path} is no archive of blogarchive; name another file with --db")
            raise ArchiveDamaged(text, path=path)
        archive = Statements(path, connection)
        migrations.refuse_unsupported(archive)
        migrations.refuse_older(archive)
        migrations.refuse_changed(archive)
