"""The search page."""

import sqlite3
from dataclasses import dataclass
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from blogarchive.browse.request_context import RequestContext
from blogarchive.store.queries import author_pages
from blogarchive.store.queries.blog_models import BlogSummary
from blogarchive.store.search.search import Hit, Order, count_hits, search

_HITS_PER_PAGE = 20
_LAST_PAGE = 500


@dataclass(frozen=True, slots=True)
class _SearchQuery:
    """The fields of the search form."""

    terms: str
    author: str
    since: str
    comments: bool
    order: Order
    page: int


async def show_search(context: RequestContext) -> Response:
    """`/read/search?q=…`, with `author`, `since`, `in=comments`, `order=best` and `page`."""
    query = _SearchQuery(
        terms=context.text_parameter("q")[:1000],
        author=context.text_parameter("author"),
        since=context.text_parameter("since"),
        comments=context.text_parameter("in") == "comments",
        order="best" if context.text_parameter("order") == "best" else "newest",
        page=min(_LAST_PAGE, context.int_parameter("page", minimum=1) or 1),
    )
    hits, posts, comments, blogs = await context.query(lambda connection: _run_search(connection, query))
    total = comments if query.comments else posts
    last = min(_LAST_PAGE, max(1, -(-total // _HITS_PER_PAGE)))
    return await context.render(
        "search.html",
        {
            "terms": query.terms,
            "query": query,
            "hits": hits,
            "posts": posts,
            "comments": comments,
            "blogs": blogs,
            "last": last,
            "links": {
                "posts": _build_link(query, comments=False),
                "comments": _build_link(query, comments=True),
                "newest": _build_link(query, order="newest"),
                "best": _build_link(query, order="best"),
                "before": _build_link(query, page=query.page - 1) if query.page > 1 else None,
                "after": _build_link(query, page=query.page + 1) if query.page < last else None,
            },
        },
    )


def _run_search(
    connection: sqlite3.Connection, query: _SearchQuery
) -> tuple[list[Hit], int, int, tuple[BlogSummary, ...]]:
    author, since = query.author or None, query.since or None
    hits = search(
        connection,
        query.terms,
        author=author,
        since=since,
        comments=query.comments,
        order=query.order,
        limit=_HITS_PER_PAGE,
        offset=(query.page - 1) * _HITS_PER_PAGE,
    )
    posts = count_hits(connection, query.terms, author=author, since=since)
    comments = count_hits(connection, query.terms, author=author, since=since, comments=True)
    return hits, posts, comments, author_pages.read_blogs(connection)


def _build_link(
    query: _SearchQuery, *, comments: bool | None = None, order: Order | None = None, page: int = 1
) -> str:
    wanted = {
        "q": query.terms,
        "author": query.author,
        "since": query.since,
        "in": "comments" if (query.comments if comments is None else comments) else "",
        "order": "best" if (order or query.order) == "best" else "",
        "page": page if page > 1 else "",
    }
    return "?" + urlencode({name: value for name, value in wanted.items() if value})
