"""The plugin of `app`: its pages, and the check of every request. Registered by `server` alone."""

from collections.abc import Awaitable, Callable
from gettext import gettext as _
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from datasette import hookimpl
from datasette.utils.asgi import Request, Response

from blogarchive.browse.app import pages
from blogarchive.browse.app.context import AppContext, AppState, AsgiApp, Page, open_database
from blogarchive.browse.app.pages import start_crawl
from blogarchive.messages.details import change_words
from blogarchive.store.read import status

if TYPE_CHECKING:
    from datasette.app import Datasette


# changes

_MOST_POSTS: Final = 5


async def ask(context: AppContext) -> Response:
    """`/app/changes`: the changes that wait for a person, posts to look at, and the question."""
    changes = await context.read(status.waiting_changes)
    if not changes:
        return Response.redirect("/app")
    posts = await context.read(lambda connection: status.held_posts(connection, limit=_MOST_POSTS))
    return await context.page(
        "changes.html",
        changes=[(change, *change_words(change.field)) for change in changes],
        posts=posts,
        running=context.state.job.is_running,
    )


async def agree(context: AppContext) -> Response:
    """`/app/agree`: store the changes, by `update --accept-changes`."""
    return start_crawl(context, "update", "--accept-changes")


# plugin

_PAGES: dict[str, tuple[str, Page]] = {
    "": ("GET", pages.overview),
    "/open": ("GET", pages.open_app),
    "/progress": ("GET", pages.progress),
    "/check": ("POST", pages.check),
    "/start": ("POST", pages.start),
    "/stop": ("POST", pages.stop),
    "/changes": ("GET", ask),
    "/agree": ("POST", agree),
    "/blog": ("GET", pages.blog),
    "/change": ("POST", pages.change_blog),
    "/export": ("POST", pages.export),
    "/copy": ("POST", pages.copy),
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
        """The pages of `app` and their two files."""
        return [
            *((rf"^/app{path}$", self._view(method, page)) for path, (method, page) in _PAGES.items()),
            *((rf"^/app/{name}$", _file(name, content_type)) for name, content_type in _FILES.items()),
        ]

    @hookimpl(tryfirst=True)
    def asgi_wrapper(self) -> Callable[[AsgiApp], AsgiApp]:
        """Check every request, those of the reading pages and of Datasette too."""
        return self._state.access.wrap

    def _view(self, method: str, page: Page) -> Callable[..., Awaitable[Response]]:
        async def view(datasette: "Datasette", request: Request) -> Response:
            if request.method != method:
                return Response.text(_("Use the buttons of the page."), status=405)
            return await page(AppContext(datasette=datasette, request=request, state=self._state))

        return view


def _file(name: str, content_type: str) -> Callable[..., Awaitable[Response]]:
    async def view() -> Response:
        text = (files("blogarchive.browse.app") / name).read_text("utf-8")
        return Response(text, content_type=content_type, headers={"x-content-type-options": "nosniff"})

    return view
