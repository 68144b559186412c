"""The first page: blogs, search, newest posts, and how the archive is."""

from datasette.utils.asgi import Response

from blogarchive.browse.asked import Asked
from blogarchive.store import browse_pages

_NEWEST = 12


async def home(asked: Asked) -> Response:
    """`/read`."""
    blogs, newest, health = await asked.read(
        lambda connection: (
            browse_pages.blogs(connection),
            browse_pages.newest(connection, _NEWEST),
            browse_pages.health(connection),
        )
    )
    return await asked.page("home.html", {"blogs": blogs, "newest": newest, "health": health})
