"""The list that a reader of a post came from, a category or a search, and the neighbours of the post in it."""

import sqlite3
from dataclasses import dataclass

from blogarchive.browse.pages.post_choices import list_url
from blogarchive.browse.pages.search_query import HITS_PER_PAGE, LAST_PAGE, SearchQuery, read_query
from blogarchive.browse.request_context import RequestContext
from blogarchive.store.read import lists as post_lists
from blogarchive.store.read.lists import PostSelection
from blogarchive.store.read.models import FullPost, PostLine
from blogarchive.store.read.posts import PostPage
from blogarchive.store.search.search import Fragment, Hit, search

_LAST_HIT = HITS_PER_PAGE * LAST_PAGE


@dataclass(frozen=True, slots=True)
class Step:
    """A link to a neighbour: its title and URL."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Trail:
    """The way through a list: its name and URL, the steps back and forth, the query that keeps the reader in it."""

    name: str
    url: str
    before: Step | None
    after: Step | None
    query: str = ""


async def find_trail(context: RequestContext, found: PostPage) -> Trail:
    """Return the trail of `?category=` or of `?q=…&hit=`, else that of all posts of the author by time."""
    place = context.int_parameter("hit", minimum=1)
    query = read_query(context)
    if place is not None and place <= _LAST_HIT and query.terms and not query.wrong_date:
        return await context.query(lambda connection: _search_trail(context, connection, query, place))
    category = context.int_parameter("category")
    if category is not None:
        trail = await context.query(
            lambda connection: _category_trail(context, connection, found.post, category)
        )
        if trail is not None:
            return trail
    steps = _steps(context, found.older, found.newer, "")
    year = (found.post.posted_at or "")[:4]
    url = f"{context.home}/author/{found.blog.id}{list_url(PostSelection(period=year))}"
    return Trail("", url, *steps)


def _category_trail(
    context: RequestContext, connection: sqlite3.Connection, post: FullPost, category: int
) -> Trail | None:
    name = post_lists.read_category_name(connection, post.author_id, category)
    if name is None:
        return None
    neighbours = post_lists.read_category_neighbours(connection, post, category)
    query = f"?category={category}"
    url = f"{context.home}/author/{post.author_id}{list_url(PostSelection(category=category))}"
    steps = _steps(context, neighbours.older, neighbours.newer, query)
    return Trail(context.gettext("Category: {name}", name=name), url, *steps, query)


def _steps(
    context: RequestContext,
    older: PostLine | None,
    newer: PostLine | None,
    query: str,
) -> tuple[Step | None, Step | None]:
    def step(line: PostLine | None) -> Step | None:
        title = line and (line.title or context.gettext("(untitled)"))
        return Step(title or "", f"{context.home}/post/{line.id}{query}") if line else None

    return step(older), step(newer)


def _search_trail(
    context: RequestContext, connection: sqlite3.Connection, query: SearchQuery, place: int
) -> Trail:
    first = max(1, place - 1)
    hits = search(
        connection,
        query.terms,
        comments=query.comments,
        order=query.order,
        limit=place + 2 - first,
        offset=first - 1,
        **query.filters,
    )
    shown = dict(enumerate(hits, first))
    page = -(-place // HITS_PER_PAGE)
    return Trail(
        context.gettext("Search: {words}", words=query.terms),
        f"{context.home}/search{query.url(page=page)}",
        _hit_step(context, query, place - 1, shown.get(place - 1)),
        _hit_step(context, query, place + 1, shown.get(place + 1)),
        query.hit_url(place),
    )


def hit_url(context: RequestContext, query: SearchQuery, place: int, hit: Hit) -> str:
    """Return the URL of a hit, which leads back to the search and on to its other hits."""
    anchor = f"#c{hit.id}" if hit.kind == "comment" else ""
    return f"{context.home}/post/{hit.post_id}{query.hit_url(place)}{anchor}"


def _hit_step(context: RequestContext, query: SearchQuery, place: int, hit: Hit | None) -> Step | None:
    if hit is None:
        return None
    return Step(_text(hit.title) or context.gettext("(untitled)"), hit_url(context, query, place, hit))


def _text(fragments: tuple[Fragment, ...]) -> str:
    return "".join(fragment.text for fragment in fragments)
