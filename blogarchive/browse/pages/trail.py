"""The list that a reader of a post came from, a category or a search, and the neighbours of the post in it."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from blogarchive.browse.pages.post_choices import list_url
from blogarchive.browse.requests import RequestContext
from blogarchive.store.read import lists
from blogarchive.store.read.lists import PostSelection
from blogarchive.store.read.models import FullPost, PostLine
from blogarchive.store.read.posts import PostPage
from blogarchive.store.search import Hit, Order, search
from blogarchive.store.statements import Statements

# query of a search

HITS_PER_PAGE: Final = 20
LAST_PAGE: Final = 500

_DATE = re.compile(r"\d{4}(?:-\d{2}){0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The fields of the search form, and the page of the hits."""

    terms: str
    author: str = ""
    since: str = ""
    until: str = ""
    comments: bool = False
    order: Order = "newest"
    page: int = 1

    @property
    def wrong_date(self) -> str:
        """Return the first date that is none, or ""."""
        return next((given for given in (self.since, self.until) if given and not _is_date(given)), "")

    @property
    def filters(self) -> dict[str, Any]:
        """Return the keyword arguments of `search.search` and `search.count_hits`, without `comments`."""
        return {name: getattr(self, name) or None for name in ("author", "since", "until")}

    def url(self, **changes: Any) -> str:
        """Return the query of the first page of this search with fields changed, or of `page` if it is among them."""
        return _encode(replace(self, **{"page": 1, **changes}))

    def hit_url(self, place: int) -> str:
        """Return the query that a link to the hit at `place` carries; the first hit of all pages is 1."""
        return _encode(replace(self, page=1), hit=str(place))


def read_query(context: RequestContext) -> SearchQuery:
    """Return the search that the URL asks for."""
    return SearchQuery(
        terms=context.text_parameter("q")[:1000],
        author=context.text_parameter("author"),
        since=context.text_parameter("since"),
        until=context.text_parameter("until"),
        comments=context.text_parameter("in") == "comments",
        order="best" if context.text_parameter("order") == "best" else "newest",
        page=min(LAST_PAGE, context.int_parameter("page", minimum=1) or 1),
    )


def _encode(query: SearchQuery, **more: str) -> str:
    wanted = {
        "q": query.terms,
        "author": query.author,
        "since": query.since,
        "until": query.until,
        "in": "comments" if query.comments else "",
        "order": "best" if query.order == "best" else "",
        "page": str(query.page) if query.page > 1 else "",
        **more,
    }
    return "?" + urlencode({name: value for name, value in wanted.items() if value})


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text + "0000-01-01"[len(text) :])
    except ValueError:
        return False
    return True


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
    if place is not None and place <= HITS_PER_PAGE * LAST_PAGE and query.terms and not query.wrong_date:
        return await context.query(lambda archive: _search_trail(context, archive, query, place))
    category = context.int_parameter("category")
    if category is not None:
        trail = await context.query(lambda archive: _category_trail(context, archive, found.post, category))
        if trail is not None:
            return trail
    year = (found.post.posted_at or "")[:4]
    url = f"{context.home}/author/{found.blog.id}{list_url(PostSelection(period=year))}"
    return Trail("", url, _step(context, found.older), _step(context, found.newer))


def _category_trail(
    context: RequestContext, archive: Statements, post: FullPost, category: int
) -> Trail | None:
    name = lists.read_category_name(archive, post.author_id, category)
    if name is None:
        return None
    query = f"?category={category}"
    url = f"{context.home}/author/{post.author_id}{list_url(PostSelection(category=category))}"
    older, newer = lists.read_category_neighbours(archive, post, category)
    steps = _step(context, older, query), _step(context, newer, query)
    return Trail(context.gettext("Category: {name}", name=name), url, *steps, query)


def _step(context: RequestContext, line: PostLine | None, query: str = "") -> Step | None:
    title = line and (line.title or context.gettext("(untitled)"))
    return Step(title or "", f"{context.home}/post/{line.id}{query}") if line else None


def _search_trail(context: RequestContext, archive: Statements, query: SearchQuery, place: int) -> Trail:
    first = max(1, place - 1)
    hits = search(
        archive,
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
    title = "".join(fragment.text for fragment in hit.title)
    return Step(title or context.gettext("(untitled)"), hit_url(context, query, place, hit))
