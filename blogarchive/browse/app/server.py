"""`blogarchive app`: a local server with pages to start, watch and stop backups, opened in the browser."""

import sys
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from gettext import gettext as _
from html import escape
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import socket
from tempfile import NamedTemporaryFile
from typing import Final
from urllib.parse import urlsplit

import click
import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from blogarchive.browse.app.commands import CrawlJob, FileTask
from blogarchive.browse.app.context import OPEN_PATH, Access, AppState
from blogarchive.browse.app.plugin import AppPlugin
from blogarchive.browse.guard import LOOPBACK_HOSTS
from blogarchive.browse.serve import METADATA, SETTINGS, listen, make_server
from blogarchive.errors import ArchiveBusy, BlogArchiveError, CannotWrite, Interrupted, UsageError
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import hold_lock
from blogarchive.store.rows import utc_now

_PORT: Final = 8123
"""The port of pages that a person may have bookmarked; another one if it is taken."""

_SECONDS: Final = 5.0


def run_app(path: Path, *, port: int | None = None, open_browser: bool = True) -> None:
    """Serve the pages for the archive at `path`, which need not exist yet, until the process is stopped.

    Listens on 127.0.0.1 alone; port 0 takes a free one, None the usual one if it is free. If another process serves this
    archive, its page is opened instead. A crawl that was started from the pages is stopped at the end.
    Raises `UsageError` if the port is taken, `ArchiveDamaged` if the file is not an archive.
    """
    path = path.absolute()
    try:
        _serve(path, port, open_browser=open_browser)
    except BlogArchiveError as error:
        if open_browser and not sys.stderr.isatty():  # after a double click nobody sees a terminal
            _show_error(str(error))
        raise


def _serve(path: Path, port: int | None, *, open_browser: bool) -> None:
    if address := _running_address(path):
        click.echo(_("It runs already: open {address}").format(address=address), err=True)
        if open_browser:
            webbrowser.open(address)
        return
    _migrate(path)
    with closing(_listen(port)) as listening:
        port = listening.getsockname()[1]
        state = AppState(archive=path, access=Access(port), job=CrawlJob(path), task=FileTask(path))
        address = f"http://127.0.0.1:{port}{OPEN_PATH}?token={state.access.token}"
        server = _make_server(state)
        try:
            with _noted_address(path, address):
                click.echo(_("The archive is {path}").format(path=path), err=True)
                click.echo(_("Open {address} (Ctrl-C ends)").format(address=address), err=True)
                if open_browser:
                    webbrowser.open(address)
                server.run(sockets=[listening])
        except (KeyboardInterrupt, Interrupted):
            return
        finally:
            state.job.stop_own()
            state.task.close()


def _make_server(state: AppState) -> uvicorn.Server:
    """Return the server of the pages, which they can stop."""
    pm.register(AppPlugin(state), name="blogarchive-app")
    server = make_server(Datasette(settings=dict(SETTINGS), metadata=METADATA, pdb=False), LOOPBACK_HOSTS)
    state.stop_server = lambda: setattr(server, "should_exit", True)
    return server


def _show_error(message: str) -> None:
    """Open a page with the error that prevents the start."""
    with NamedTemporaryFile(
        "w", prefix="blogarchive-", suffix=".html", encoding="utf-8", delete=False
    ) as file:
        file.write(f"<!doctype html><meta charset=utf-8><title>blogarchive</title><p>{escape(message)}</p>")
    webbrowser.open(Path(file.name).as_uri())


def _listen(port: int | None) -> socket:
    if port is not None:
        return listen("127.0.0.1", port)
    try:
        return listen("127.0.0.1", _PORT)
    except UsageError:
        return listen("127.0.0.1", 0)


@contextmanager
def _noted_address(archive: Path, address: str) -> Iterator[None]:
    """Keep the address of this server beside the archive, for its owner alone: a second start opens it."""
    note = _note(archive)
    with suppress(OSError):  # a folder that cannot be written is reported by the first backup
        note.parent.mkdir(parents=True, exist_ok=True)
        note.touch(mode=0o600)
        note.write_text(address, "ascii")
    try:
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)


def _running_address(archive: Path) -> str | None:
    """Return the address of a server that serves this archive; None if there is none, or it does not answer."""
    try:
        address = _note(archive).read_text("ascii")
        parts = urlsplit(address)
        with closing(HTTPConnection("127.0.0.1", parts.port or 0, timeout=_SECONDS)) as connection:
            connection.request("GET", f"{parts.path}?{parts.query}")
            return address if connection.getresponse().status == 302 else None  # the token is that server's
    except (OSError, ValueError, HTTPException):
        return None


def _note(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.app")


def _migrate(path: Path) -> None:
    """Bring an existing archive to the tables of this version; a crawl that runs did so already."""
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        return  # a first backup that failed leaves an empty file
    try:
        with hold_lock(path, "app", now=utc_now()), Archive.open(path):
            return
    except (ArchiveBusy, CannotWrite):  # from a read-only disk it can still be read
        return
