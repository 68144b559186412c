"""`blogarchive app`: a local server with pages to start, watch and stop backups, opened in the browser.

Its plugin adds the pages to Datasette, and checks every request.
"""

import sys
import webbrowser
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from gettext import gettext as _
from html import escape
from http.client import HTTPConnection, HTTPException
from importlib.resources import files
from pathlib import Path
from socket import socket
from tempfile import NamedTemporaryFile
from typing import Any, Final
from urllib.parse import urlsplit

import click
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils.asgi import Request, Response

from blogarchive.browse.app import files as file_pages, pages
from blogarchive.browse.app.check import check
from blogarchive.browse.app.commands import CrawlJob, FileTask
from blogarchive.browse.app.context import OPEN_PATH, Access, AppContext, AppState, Page, open_database
from blogarchive.browse.guard import LOOPBACK_HOSTS, AsgiApp
from blogarchive.browse.serve import create_app, listen, make_server
from blogarchive.errors import BlogArchiveError, Interrupted, UsageError
from blogarchive.store.database.files import bring_up_to_date

# Always the same port if it is free: a person may have bookmarked a page.
_PORT: Final = 8123

_SECONDS: Final = 5.0  # a server that takes longer to answer must not prevent a new start


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
        if open_browser and not sys.stderr.isatty():  # a double click opens no terminal
            _show_error(str(error))
        raise


def _serve(path: Path, port: int | None, *, open_browser: bool) -> None:
    if address := _running_address(path):
        click.echo(_("It runs already: open {address}").format(address=address), err=True)
        if open_browser:
            webbrowser.open(address)
        return
    bring_up_to_date(path, "app")  # an archive on a read-only disk is served without this
    with closing(_listen(port)) as listening:
        port = listening.getsockname()[1]
        state = AppState(archive=path, access=Access(port), job=CrawlJob(path), task=FileTask(path))
        address = f"http://127.0.0.1:{port}{OPEN_PATH}?token={state.access.token}"
        pm.register(AppPlugin(state), name="blogarchive-app")
        server = make_server(create_app(), LOOPBACK_HOSTS)
        state.stop_server = lambda: setattr(server, "should_exit", True)
        with _stopped_at_end(state), _noted_address(path, address):
            click.echo(_("The archive is {path}").format(path=path), err=True)
            click.echo(_("Open {address} (Ctrl-C ends)").format(address=address), err=True)
            if open_browser:  # it waits in the queue of the socket, which listens already
                webbrowser.open(address)
            server.run(sockets=[listening])


@contextmanager
def _stopped_at_end(state: AppState) -> Iterator[None]:
    """Stop the processes of the server at the end of the block, which Ctrl-C ends without an error."""
    try:
        with suppress(KeyboardInterrupt, Interrupted):
            yield
    finally:
        state.job.stop_own()
        state.task.close()


def _show_error(message: str) -> None:
    """Open a page with the error that prevents the start."""
    page = f"<!doctype html><meta charset=utf-8><title>blogarchive</title><p>{escape(message)}</p>"
    with NamedTemporaryFile(prefix="blogarchive-", suffix=".html", delete=False) as file:
        file.write(page.encode())
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
        note.touch(mode=0o600)  # before the address with its token is in it
        note.write_text(address, "ascii")
    try:
        yield
    finally:
        with suppress(OSError):
            # Of two that started at once, the note is the second one's.
            if note.read_text("ascii") == address:
                note.unlink()


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


# The plugin

_PAGES: dict[str, tuple[str, Page]] = {
    "": ("GET", pages.overview),
    "/open": ("GET", pages.open_app),
    "/alive": ("GET", pages.alive),
    "/progress": ("GET", pages.progress),
    "/check": ("POST", check),
    "/start": ("POST", pages.start),
    "/retry": ("POST", pages.retry),
    "/stop": ("POST", pages.stop),
    "/quit": ("POST", pages.leave),
    "/nightly": ("POST", pages.switch_nights),
    "/changes": ("GET", pages.ask),
    "/agree": ("POST", pages.agree),
    "/blog": ("GET", pages.blog),
    "/change": ("POST", pages.change_blog),
    "/delete": ("GET", pages.ask_to_delete),
    "/deleted": ("POST", pages.delete),
    "/files": ("GET", file_pages.show_files),
    "/make": ("POST", file_pages.make_file),
    "/task(?:/part)?": ("GET", file_pages.show_task),
    "/download": ("GET", file_pages.download),
    "/show": ("POST", file_pages.open_folder),
    "/.*": ("GET", pages.home),
}
_FILES = {"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8"}


class AppPlugin:
    """The hooks of one server."""

    __name__ = "blogarchive-app"  # Datasette names plugins by it

    def __init__(self, state: AppState) -> None:
        self._state = state

    @hookimpl
    def startup(self, datasette: Datasette) -> Callable[[], Awaitable[None]]:
        """Open the archive if there is one."""

        async def open_archive() -> None:
            await open_database(datasette, self._state.archive)

        return open_archive

    @hookimpl
    def register_routes(self) -> list[tuple[str, Callable[..., Any]]]:
        """The two files of `app`, then its pages: the last one has every other address."""
        return [
            *((rf"^/app/{name}$", _file(name, content_type)) for name, content_type in _FILES.items()),
            *((rf"^/app{path}$", self._view(method, page)) for path, (method, page) in _PAGES.items()),
        ]

    @hookimpl
    def extra_template_vars(self) -> dict[str, str]:
        """The way back from the reading pages."""
        return {"app_url": "/app"}

    @hookimpl(tryfirst=True)
    def asgi_wrapper(self, datasette: Datasette) -> Callable[[AsgiApp], AsgiApp]:
        """Check every request, those of the reading pages and of Datasette too."""
        return lambda app: self._state.access.wrap(app, datasette)

    def _view(self, method: str, page: Page) -> Callable[..., Awaitable[Response]]:
        async def view(datasette: Datasette, request: Request) -> Response:
            if request.method != method:
                return Response.text(_("Use the buttons of the page."), status=405)
            try:
                return await page(AppContext(datasette=datasette, request=request, state=self._state))
            except UsageError:
                return pages.back("wrong")

        return view


def _file(name: str, content_type: str) -> Callable[..., Awaitable[Response]]:
    async def view() -> Response:
        text = (files("blogarchive.browse.app") / name).read_text("utf-8")
        return Response(text, content_type=content_type)

    return view
