"""`blogarchive serve`: run Datasette on one archive, in this process, with the reading pages."""

import os
import socket
import sqlite3
import webbrowser
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from functools import cache
from gettext import gettext as _
from importlib.resources import files
from pathlib import Path
from tomllib import loads
from typing import TYPE_CHECKING, Any, Final

import click
import uvicorn
from datasette.app import Datasette
from markupsafe import Markup

from blogarchive.browse.guard import guard, limit_heap
from blogarchive.errors import ArchiveDamaged, Interrupted, NoArchive, UsageError
from blogarchive.store.database import migrations as version_check
from blogarchive.store.database.connection import file_uri, wal_path
from blogarchive.store.read.datasette import rewrite_statement

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database


# archives

_TABLES = {"posts", "comments", "frontier"}
_SEARCH = {"posts_fts", "search_state"}
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


# metadata

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


# serve

SETTINGS: Final = {
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 300,
    "max_csv_mb": 0,  # no limit: a person may export the whole archive
    "truncate_cells_html": 300,
    "suggest_facets": False,  # suggestions read every column of every row, for seconds in a large archive
}
_URI_SYNTAX: Final = frozenset("?#%")  # Datasette does not escape the path in its URI


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
    that of a proxy. `immutable` is for a file that no process writes; it is set if the folder is not writable.
    Raises `NoArchive`, `ArchiveDamaged`, or `UsageError` if the port is in use, if another
    version wrote the archive, or if `immutable` would hide changes that are only in the write-ahead log.
    """
    datasette = create_app(*paths, immutable=immutable)
    listening = listen(host, port)
    with closing(listening):
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listening.getsockname()[1]}/read"
        names = ", ".join(map(str, paths))
        click.echo(_("Reading {path} at {url} (Ctrl-C ends)").format(path=names, url=url), err=True)
        if open_browser:
            webbrowser.open(url)
        limit_heap()
        app = guard(datasette.app(), (host, *allowed_hosts))
        config = uvicorn.Config(app, log_level="warning", lifespan="on")
        try:
            uvicorn.Server(config).run(sockets=[listening])
        except (KeyboardInterrupt, Interrupted):
            return  # the usual end of serving


def create_app(*paths: Path, immutable: bool = False) -> Datasette:
    """Return Datasette on the archives at `paths`. Raises as `serve`, except for the port."""
    files: list[str] = []
    immutables: list[str] = []
    for path in paths:
        chosen = immutables if _opens_immutable(path, immutable=immutable) else files
        chosen.append(str(path))
    return Datasette(files=files, immutables=immutables, settings=dict(SETTINGS))


def _opens_immutable(path: Path, *, immutable: bool) -> bool:
    """Return whether the archive at `path` is opened as immutable. Raises as `create_app`."""
    if not path.is_file():
        raise NoArchive(_("no archive at {path}; `blogarchive backup URL` makes one").format(path=path))
    if forbidden := _URI_SYNTAX.intersection(str(path)):
        raise UsageError(
            _(
                "Datasette opens no file with {character} in its path; rename {path}, or serve a link to it"
            ).format(character=min(forbidden), path=path)
        )
    immutable = immutable or not _is_readable(path)
    if immutable and _has_unwritten_changes(path):
        raise UsageError(
            _(
                "{path}-wal has changes that are not in the file yet; run `blogarchive status` once where the"
                " folder can be written, or serve without --immutable"
            ).format(path=path)
        )
    _check_archive(path, immutable=immutable)
    return immutable


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises `UsageError` if the port cannot be taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets whose protocol is named; without it a kept connection waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # on Windows this option lets two servers listen on one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
        return listening
    except OSError as error:
        listening.close()
        raise UsageError(
            _("cannot listen on {host} port {port}: {reason}; choose another with --port (0: any)").format(
                host=host, port=port, reason=error.strerror
            )
        ) from error


def _connect(path: Path, flags: str) -> sqlite3.Connection:
    return sqlite3.connect(file_uri(path, flags), uri=True)


def _is_readable(path: Path) -> bool:
    """Return whether SQLite can open the file without `immutable`, which needs a writable folder."""
    try:
        with closing(_connect(path, "mode=ro")) as connection:
            connection.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.OperationalError:
        return os.access(wal_path(path).parent, os.W_OK)
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return True  # another error, which `_check_archive` raises
    return True


def _has_unwritten_changes(path: Path) -> bool:
    log = wal_path(path)
    return log.exists() and log.stat().st_size > 0


def _check_archive(path: Path, *, immutable: bool) -> None:
    try:
        with closing(_connect(path, "immutable=1" if immutable else "mode=ro")) as connection:
            if not is_archive(connection, current=False):
                raise ArchiveDamaged(
                    _("{path} is no archive of blogarchive; name another file with --db").format(path=path)
                )
            version_check.refuse_newer(connection, path)
            version_check.refuse_older(connection, path)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise ArchiveDamaged(
            _("{path} cannot be read ({error}); restore a copy of it").format(path=path, error=error)
        ) from error
