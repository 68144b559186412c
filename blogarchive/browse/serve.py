"""`blogarchive serve`: Datasette on one archive, in this process, with the reading pages."""

import os
import socket
import sqlite3
import webbrowser
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import click
import uvicorn
from datasette.app import Datasette

from blogarchive.browse.archives import is_archive
from blogarchive.errors import ArchiveDamaged, Interrupted, NoArchive, UsageError
from blogarchive.store.database import version_check
from blogarchive.store.database.connection import wal_path

SETTINGS: Final = {
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 1000,
    "max_csv_mb": 0,  # an archive is there to be taken away whole
    "truncate_cells_html": 300,
    "suggest_facets": False,  # it reads every column of every row, for seconds where posts are many
}
_ODD: Final = frozenset("?#%")  # it makes a URI of the path as it is


def serve(
    path: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8001,
    open_browser: bool = False,
    immutable: bool = False,
) -> None:
    """Serve the archive at `path` until the process is told to end; port 0 takes any free one.

    Reads only: a crawl may write meanwhile. `immutable` is for a file that nobody writes, on a disk that
    cannot be written; where the folder cannot be written it is chosen without asking. Raises `NoArchive`,
    `ArchiveDamaged`, or `UsageError` where the port is taken, where another version made the archive, or where
    `immutable` would hide changes that are not in the file yet.
    """
    datasette = app(path, immutable=immutable)
    listening = _listen(host, port)
    with closing(listening):
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listening.getsockname()[1]}/read"
        click.echo(f"Reading {path} at {address} (Ctrl-C ends)", err=True)
        if open_browser:
            webbrowser.open(address)
        config = uvicorn.Config(datasette.app(), log_level="warning", lifespan="on")
        try:
            uvicorn.Server(config).run(sockets=[listening])
        except (KeyboardInterrupt, Interrupted):
            return  # that is how serving ends


def app(path: Path, *, immutable: bool = False) -> Datasette:
    """Datasette on the archive at `path`; raises as `serve` does."""
    if not path.is_file():
        raise NoArchive(f"no archive at {path}; `blogarchive backup URL` makes one")
    if odd := _ODD.intersection(str(path)):
        raise UsageError(
            f"Datasette opens no file with {min(odd)} in its path; rename {path}, or serve a link to it"
        )
    fixed = immutable or not _opens(path)
    if fixed and _has_unwritten_changes(path):
        raise UsageError(
            f"{path}-wal holds changes that are not in the file yet; run `blogarchive status` once where the"
            " folder can be written, or serve without --immutable"
        )
    _check(path, fixed=fixed)
    files: dict[str, Any] = {"files": [], "immutables": [str(path)]} if fixed else {"files": [str(path)]}
    return Datasette(**files, settings=dict(SETTINGS))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port (0: any)"
        ) from error


def _connect(path: Path, flags: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{flags}", uri=True)


def _opens(path: Path) -> bool:
    """Whether SQLite can read the file in the usual way, which needs a folder that can be written."""
    try:
        with closing(_connect(path, "mode=ro")) as connection:
            connection.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.OperationalError:
        return os.access(wal_path(path).parent, os.W_OK)
    except sqlite3.DatabaseError:
        return True  # something else is wrong, which the check will tell
    return True


def _has_unwritten_changes(path: Path) -> bool:
    log = wal_path(path)
    return log.exists() and log.stat().st_size > 0


def _check(path: Path, *, fixed: bool) -> None:
    try:
        with closing(_connect(path, "immutable=1" if fixed else "mode=ro")) as connection:
            if not is_archive(connection, of_today=False):
                raise ArchiveDamaged(f"{path} is no archive of blogarchive; name another file with --db")
            version_check.refuse_newer(connection, path)
            version_check.refuse_older(connection, path)
    except sqlite3.DatabaseError as error:
        raise ArchiveDamaged(f"{path} cannot be read ({error}); restore a copy of it") from error
