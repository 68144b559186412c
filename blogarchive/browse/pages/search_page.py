"""The search as a page."""

import sqlite3
from dataclasses import dataclass
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from blogarchive.browse.request_context import RequestContext
from blogarchive.store.queries import author_pages
from blogarchive.store.queries.blog_models import BlogSummary
from blogarchive.store.search.search import Hit, Order, count, search

_A_PAGE = 20
_FURTHEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class _Question:
    """What the form asks."""

    words: str
    author: str
    since: str
    comments: bool
    order: Order
    page: int


async def find(asked: RequestContext) -> Response:
    """`/read/search?q=…`, with `author`, `since`, `in=comments`, `order=best` and `page`."""
    question = _Question(
        words=asked.word("q")[:1000],
        author=asked.word("author"),
        since=asked.word("since"),
        comments=asked.word("in") == "comments",
        order="best" if asked.word("order") == "best" else "newest",
        page=min(_FURTHEST_PAGE, asked.number("page", least=1) or 1),
    )
    hits, posts, comments, blogs = await asked.read(lambda connection: _answer(connection, question))
    total = comments if question.comments else posts
    last = min(_FURTHEST_PAGE, max(1, -(-total // _A_PAGE)))
    return await asked.page(
        "search.html",
        {
            "words": question.words,
            "question": question,
            "hits": hits,
            "posts": posts,
            "comments": comments,
            "blogs": blogs,
            "last": last,
            "links": {
                "posts": _link(question, comments=False),
                "comments": _link(question, comments=True),
                "newest": _link(question, order="newest"),
                "best": _link(question, order="best"),
                "before": _link(question, page=question.page - 1) if question.page > 1 else None,
                "after": _link(question, page=question.page + 1) if question.page < last else None,
            },
        },
    )


def _answer(
    connection: sqlite3.Connection, question: _Question
) -> tuple[list[Hit], int, int, tuple[BlogSummary, ...]]:
    author, since = question.author or None, question.since or None
    hits = search(
        connection,
        question.words,
        author=author,
        since=since,
        comments=question.comments,
        order=question.order,
        limit=_A_PAGE,
        offset=(question.page - 1) * _A_PAGE,
    )
    posts = count(connection, question.words, author=author, since=since)
    comments = count(connection, question.words, author=author, since=since, comments=True)
    return hits, posts, comments, author_pages.blogs(connection)


def _link(
    question: _Question, *, comments: bool | None = None, order: Order | None = None, page: int = 1
) -> str:
    wanted = {
        "q": question.words,
        "author": question.author,
        "since": question.since,
        "in": "comments" if (question.comments if comments is None else comments) else "",
        "order": "best" if (order or question.order) == "best" else "",
        "page": page if page > 1 else "",
    }
    return "?" + urlencode({name: value for name, value in wanted.items() if value})
