"""The page that asks whether a change of a site is right, and the form that agrees with it."""

from typing import Final

from datasette.utils.asgi import Response

from blogarchive.browse.app.context import AppContext
from blogarchive.browse.app.pages import start_crawl
from blogarchive.messages.change_words import change_words
from blogarchive.store.read import status as crawl_state

_MOST_POSTS: Final = 5


async def ask(context: AppContext) -> Response:
    """`/app/changes`: the changes that wait for a person, posts to look at, and the question."""
    changes = await context.read(crawl_state.waiting_changes)
    if not changes:
        return Response.redirect("/app")
    posts = await context.read(lambda connection: crawl_state.held_posts(connection, limit=_MOST_POSTS))
    return await context.page(
        "changes.html",
        changes=[(change, *change_words(change.field)) for change in changes],
        posts=posts,
        running=context.state.job.is_running,
    )


async def agree(context: AppContext) -> Response:
    """`/app/agree`: store the changes, by `update --accept-changes`."""
    return start_crawl(context, "update", "--accept-changes")
