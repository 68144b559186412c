"""The routes of the reading pages: `/read/…` is the first archive of a server, `/read/in/NAME/…` any archive."""

from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from datasette.utils.asgi import Response

from blogarchive.browse import responses
from blogarchive.browse.pages.author_page import show_author
from blogarchive.browse.pages.home_page import show_home
from blogarchive.browse.pages.post_page import show_edits, show_post
from blogarchive.browse.pages.search_page import show_search
from blogarchive.browse.request_context import Handler, RequestContext, make_view
from blogarchive.messages import N_
from blogarchive.store.queries import author_pages

_IN = r"(?:/in/(?P<database>[^/]+))?"
Route = Callable[..., Awaitable[Response]]


async def _show_media(context: RequestContext) -> Response:
    """`/read/media/SHA256`."""
    sha256: str = context.request.url_vars["sha256"]
    found = await context.query(lambda connection: author_pages.read_media_file(connection, sha256))
    if found is None:
        return await context.not_found(N_("such image"))
    return responses.media_response(found.content_type, found.body, sha256)


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


def routes(databases: Iterable[str]) -> list[tuple[str, Route]]:
    """Return the routes for Datasette, on a server of these databases."""
    homes = ["read"] if "archive" in databases else ["read", "archive"]
    return [
        (r"^/read/style\.css$", _show_stylesheet),
        (r"^/read/tables\.css$", _show_tables_stylesheet),
        (rf"^/(?:{'|'.join(homes)}){_IN}/?$", make_view(show_home)),
        *((rf"^/(?:read|archive){_IN}/{path}$", make_view(page)) for path, page in _PAGES.items()),
    ]
