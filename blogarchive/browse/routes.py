"""The addresses of the reading pages. `/read/…` is the first archive of a server, `/read/in/NAME/…`
any.
"""

from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from datasette.utils.asgi import Response

from blogarchive.browse import responses
from blogarchive.browse.pages.author_page import author
from blogarchive.browse.pages.home_page import home
from blogarchive.browse.pages.post_page import edits, post
from blogarchive.browse.pages.search_page import find
from blogarchive.browse.request_context import RequestContext, View, view
from blogarchive.store.queries import author_pages

_IN = r"(?:/in/(?P<database>[^/]+))?"
Route = Callable[..., Awaitable[Response]]


async def _picture(asked: RequestContext) -> Response:
    """`/read/media/SHA256`."""
    sha256: str = asked.request.url_vars["sha256"]
    found = await asked.read(lambda connection: author_pages.media_file(connection, sha256))
    if found is None:
        return await asked.missing("这张图片")
    return responses.picture(found.content_type, found.body, sha256)


async def _style() -> Response:
    """`/read/style.css`: the look shared with exported pages, then what only these pages have."""
    return responses.stylesheet(
        _text("blogarchive.rendering", "style.css") + _text("blogarchive.browse", "pages.css")
    )


async def _tables_style() -> Response:
    """`/read/tables.css`, for Datasette's own pages."""
    return responses.stylesheet(_text("blogarchive.browse", "tables.css"))


@cache
def _text(package: str, name: str) -> str:
    return (files(package) / name).read_text("utf-8")


_PAGES: Final[dict[str, View]] = {
    r"post/(?P<id>\d{1,15})": post,
    r"post/(?P<id>\d{1,15})/edits": edits,
    r"author/(?P<id>\d{1,15})": author,
    r"search": find,
    r"media/(?P<sha256>[0-9a-f]{64})": _picture,
}


def routes(databases: Iterable[str]) -> list[tuple[str, Route]]:
    """What Datasette is to route here, on a server of these databases."""
    homes = ["read"] if "archive" in databases else ["read", "archive"]
    return [
        (r"^/read/style\.css$", _style),
        (r"^/read/tables\.css$", _tables_style),
        (rf"^/(?:{'|'.join(homes)}){_IN}/?$", view(home)),
        *((rf"^/(?:read|archive){_IN}/{address}$", view(page)) for address, page in _PAGES.items()),
    ]
