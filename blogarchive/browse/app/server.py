"""`blogarchive app`: a local server with pages to start, watch and stop backups, opened in the browser."""

import webbrowser
from contextlib import closing
from gettext import gettext as _
from pathlib import Path

import click
import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from blogarchive.browse.app.commands import CrawlJob
from blogarchive.browse.app.context import OPEN_PATH, Access, AppState
from blogarchive.browse.app.plugin import AppPlugin
from blogarchive.browse.guard import LOOPBACK_HOSTS, guard, limit_heap
from blogarchive.browse.serve import SETTINGS, listen
from blogarchive.errors import ArchiveBusy, Interrupted
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import hold_lock
from blogarchive.store.rows import utc_now


def run_app(path: Path, *, port: int = 0, open_browser: bool = True) -> None:
    """Serve the pages for the archive at `path`, which need not exist yet, until the process is stopped.

    Listens on 127.0.0.1 alone; port 0 takes a free one. A crawl that was started from the pages is stopped at the end.
    Raises `UsageError` if the port is taken, `ArchiveDamaged` if the file is not an archive.
    """
    _migrate(path)
    with closing(listen("127.0.0.1", port)) as listening:
        port = listening.getsockname()[1]
        state = AppState(archive=path.absolute(), access=Access(port), job=CrawlJob(path.absolute()))
        address = f"http://127.0.0.1:{port}{OPEN_PATH}?token={state.access.token}"
        click.echo(_("The archive is {path}").format(path=path.absolute()), err=True)
        click.echo(_("Open {address} (Ctrl-C ends)").format(address=address), err=True)
        if open_browser:
            webbrowser.open(address)
        try:
            uvicorn.Server(_config(state)).run(sockets=[listening])
        except (KeyboardInterrupt, Interrupted):
            return
        finally:
            state.job.stop_own()


def _config(state: AppState) -> uvicorn.Config:
    pm.register(AppPlugin(state), name="blogarchive-app")
    server = Datasette(settings=dict(SETTINGS), pdb=False)
    limit_heap()
    return uvicorn.Config(guard(server.app(), LOOPBACK_HOSTS), log_level="warning", lifespan="on")


def _migrate(path: Path) -> None:
    """Bring an existing archive to the tables of this version; a crawl that runs did so already."""
    if not path.exists():
        return
    try:
        with hold_lock(path, "app", now=utc_now()), Archive.open(path):
            return
    except ArchiveBusy:
        return
