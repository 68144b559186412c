"""The first page: blogs, search, newest posts, and how the archive is."""

from datasette.utils.asgi import Response

from blogarchive.browse.request_context import RequestContext
from blogarchive.store.queries import author_pages

_NEWEST = 12


async def home(asked: RequestContext) -> Response:
    """`/read`."""
    blogs, newest, health = await asked.read(
        lambda connection: (
            author_pages.blogs(connection),
            author_pages.newest(connection, _NEWEST),
            author_pages.health(connection),
        )
    )
    return await asked.page("home.html", {"blogs": blogs, "newest": newest, "health": health})
