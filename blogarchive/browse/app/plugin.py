"""The plugin of `app`: its pages, and the check of every request. Registered by `server` alone."""

from collections.abc import Awaitable, Callable
from gettext import gettext as _
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils.asgi import Request, Response

from blogarchive.browse.app import files as file_pages, pages
from blogarchive.browse.app.check import check
from blogarchive.browse.app.context import AppContext, AppState, Page, open_database
from blogarchive.browse.guard import AsgiApp
from blogarchive.errors import UsageError

if TYPE_CHECKING:
    from datasette.app import Datasette

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
    def startup(self, datasette: "Datasette") -> Callable[[], Awaitable[None]]:
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
    def asgi_wrapper(self, datasette: "Datasette") -> Callable[[AsgiApp], AsgiApp]:
        """Check every request, those of the reading pages and of Datasette too."""
        return lambda app: self._state.access.wrap(app, datasette)

    def _view(self, method: str, page: Page) -> Callable[..., Awaitable[Response]]:
        async def view(datasette: "Datasette", request: Request) -> Response:
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
        return Response(text, content_type=content_type, headers={"x-content-type-options": "nosniff"})

    return view
