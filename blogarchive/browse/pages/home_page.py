"""The home page: blogs, search, newest posts, posts of this day in earlier years, state of the archive."""

from datetime import date

from datasette.utils.asgi import Response

from blogarchive.browse.request_context import RequestContext
from blogarchive.browse.tables import links
from blogarchive.store.read import blogs as author_pages
from blogarchive.store.read import blogs as blog_lists
from blogarchive.store.read import posts as post_lookup

_NEWEST = 12
_OF_THIS_DAY = 5


async def show_home(context: RequestContext) -> Response:
    """`/read`."""
    today = f"{date.today():%m-%d}"
    found, newest, of_day, health = await context.query(
        lambda connection: (
            blog_lists.read_blogs(connection),
            author_pages.read_newest(connection, _NEWEST),
            post_lookup.read_day(connection, today, _OF_THIS_DAY),
            author_pages.read_health(connection),
        )
    )
    return await context.render(
        "home.html",
        {
            "blogs": found.blogs,
            "total": found.total,
            "newest": newest,
            "of_day": of_day,
            "health": health,
            "archives": links.home_urls(context.datasette),
        },
    )
