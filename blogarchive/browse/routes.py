"""The routes of the reading pages: `/read/…` is the first archive of a server, `/read/in/NAME/…` any archive."""

from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from datasette.utils.asgi import Request, Response

from blogarchive.browse import archives, responses
from blogarchive.browse.pages import keys, list_pages
from blogarchive.browse.pages.author_page import show_author
from blogarchive.browse.pages.feed import show_feed
from blogarchive.browse.pages.home_page import show_home
from blogarchive.browse.pages.plots_page import show_plots
from blogarchive.browse.pages.post_page import show_edits, show_post
from blogarchive.browse.pages.search_page import show_search
from blogarchive.browse.request_context import Handler, RequestContext, make_view
from blogarchive.messages import N_
from blogarchive.store.read import blogs as author_pages

if TYPE_CHECKING:  # an import at run time would be circular: datasette.app imports its plugins
    from datasette.app import Datasette

_IN = r"(?:/in/(?P<database>[^/]+))?"
Route = Callable[..., Awaitable[Response]]


async def _show_media(context: RequestContext) -> Response:
    """`/read/media/SHA256`."""
    sha256: str = context.request.url_vars["sha256"]
    found = await context.query(lambda connection: author_pages.read_media_file(connection, sha256))
    if found is None:
        return await context.not_found(N_("such image"))
    return responses.media_response(found.content_type, found.body, sha256)


async def _open_first_page(datasette: "Datasette", request: Request) -> Response:
    """`/`: the reading pages of the first archive; Datasette's own page on a server without one."""
    if archives.archive_names(datasette):
        return Response.redirect(datasette.urls.path("/read"))
    return await _show_databases(datasette, request)


async def _show_databases(datasette: "Datasette", request: Request) -> Response:
    """`/-/tables`: Datasette's own first page, a list of the databases."""
    from datasette.views.index import IndexView  # an import of its own: datasette.app imports its plugins

    response: Response = await IndexView(datasette).get(request)
    return response


async def _show_help(context: RequestContext) -> Response:
    """`/read/help`; `?keys=off` turns the keys off, `?keys=on` on."""
    return await context.render("help.html", {"keys": keys.KEYS})


async def _show_stylesheet() -> Response:
    """`/read/style.css`: the part shared with exported pages, then that of the reading pages."""
    return responses.stylesheet_response(
        _read_text("blogarchive.rendering", "style.css") + _read_text("blogarchive.browse", "pages.css")
    )


async def _show_tables_stylesheet() -> Response:
    """`/read/tables.css`: for Datasette's own pages."""
    return responses.stylesheet_response(_read_text("blogarchive.browse", "tables.css"))


@cache
def _read_text(package: str, name: str) -> str:
    return (files(package) / name).read_text("utf-8")


_PAGES: Final[dict[str, Handler]] = {
    r"post/(?P<id>\d{1,15})": show_post,
    r"post/(?P<id>\d{1,15})/edits": show_edits,
    r"author/(?P<id>\d{1,15})": show_author,
    r"search": show_search,
    r"media/(?P<sha256>[0-9a-f]{64})": _show_media,
}
_PAGES_OF_READ: Final[
    dict[str, Handler]
] = {  # below /archive they could hide tables and queries of these names
    r"author/(?P<id>\d{1,15})/plots": show_plots,
    r"blogs": list_pages.show_blogs,
    r"gone": list_pages.show_gone,
    r"edited": list_pages.show_edited,
    r"failures": list_pages.show_failures,
    r"day": list_pages.show_day,
    r"random": list_pages.open_random,
    r"feed\.atom": show_feed,
    r"help": _show_help,
}


def routes(databases: Iterable[str]) -> list[tuple[str, Route]]:
    """Return the routes for Datasette, on a server of these databases."""
    homes = ["read"] if "archive" in databases else ["read", "archive"]
    return [
        (r"^/(?P<format>)$", _open_first_page),  # Datasette's page reads the group
        (r"^/-/tables(?P<format>)$", _show_databases),
        (r"^/read/style\.css$", _show_stylesheet),
        (r"^/read/tables\.css$", _show_tables_stylesheet),
        (rf"^/(?:{'|'.join(homes)}){_IN}/?$", make_view(show_home)),
        *((rf"^/(?:read|archive){_IN}/{path}$", make_view(page)) for path, page in _PAGES.items()),
        *((rf"^/read{_IN}/{path}$", make_view(page)) for path, page in _PAGES_OF_READ.items()),
    ]
