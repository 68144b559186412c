"""The home page: blogs, search, newest posts, state of the archive."""

from datasette.utils.asgi import Response

from blogarchive.browse.request_context import RequestContext
from blogarchive.store.queries import author_pages

_NEWEST = 12


async def show_home(context: RequestContext) -> Response:
    """`/read`."""
    blogs, newest, health = await context.query(
        lambda connection: (
            author_pages.read_blogs(connection),
            author_pages.read_newest(connection, _NEWEST),
            author_pages.read_health(connection),
        )
    )
    return await context.render("home.html", {"blogs": blogs, "newest": newest, "health": health})
