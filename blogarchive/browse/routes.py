"""The addresses of the reading pages. `/archive/…` is the first archive of a server, `/archive/in/NAME/…`
any.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files
from typing import Final

from datasette.utils.asgi import Response

from blogarchive.browse import answers
from blogarchive.browse.asked import Asked, view
from blogarchive.browse.author_page import author
from blogarchive.browse.home_page import home
from blogarchive.browse.post_page import edits, post
from blogarchive.browse.search_page import find
from blogarchive.store import shelves

_ROOT = r"^/archive(?:/in/(?P<database>[^/]+))?"


async def _picture(asked: Asked) -> Response:
    """`/archive/media/SHA256`."""
    sha256: str = asked.request.url_vars["sha256"]
    found = await asked.read(lambda connection: shelves.file(connection, sha256))
    if found is None:
        return await asked.missing("这张图片")
    return answers.picture(found.content_type, found.body, sha256)


async def _style() -> Response:
    """`/archive/style.css`: the look shared with exported pages, then what only these pages have."""
    return answers.stylesheet(
        _text("blogarchive.look", "style.css") + _text("blogarchive.browse", "pages.css")
    )


async def _tables_style() -> Response:
    """`/archive/tables.css`, for Datasette's own pages."""
    return answers.stylesheet(_text("blogarchive.browse", "tables.css"))


@cache
def _text(package: str, name: str) -> str:
    return (files(package) / name).read_text("utf-8")


ROUTES: Final[list[tuple[str, Callable[..., Awaitable[Response]]]]] = [
    (r"^/archive/style\.css$", _style),
    (r"^/archive/tables\.css$", _tables_style),
    (_ROOT + r"/?$", view(home)),
    (_ROOT + r"/post/(?P<id>\d{1,15})$", view(post)),
    (_ROOT + r"/post/(?P<id>\d{1,15})/edits$", view(edits)),
    (_ROOT + r"/author/(?P<id>\d{1,15})$", view(author)),
    (_ROOT + r"/search$", view(find)),
    (_ROOT + r"/media/(?P<sha256>[0-9a-f]{64})$", view(_picture)),
]
