"""The page of a search, with hits and counts; the search or category from which a reader opened a post.

A link to a hit contains its search: the post's page links back, and to its neighbours in the list.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from blogarchive.browse.pages.post_choices import Choice, list_url
from blogarchive.browse.requests import RequestContext
from blogarchive.store.read import blogs as blog_lists, lists, posts as post_lookup
from blogarchive.store.read.models import FullPost, PostLine
from blogarchive.store.rows import complete_date
from blogarchive.store.search import Hit, HitGroups, Order, count_groups, count_hits, search
from blogarchive.store.statements import Statements

_HITS_PER_PAGE: Final = 20
_LAST_PAGE: Final = 500  # SQLite reads all hits before a page: a later one would take seconds

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
        return next((given for given in filter(None, (self.since, self.until)) if not _is_date(given)), "")

    @property
    def filters(self) -> dict[str, Any]:
        """Return the keyword arguments of `search.search` and `search.count_hits`, without `comments`."""
        return {name: getattr(self, name) or None for name in ("author", "since", "until")}

    def url(self, **changes: Any) -> str:
        """Return the query of this search with fields changed; of its first page, unless `page` is among them."""
        return _encode(replace(self, **{"page": 1, **changes}))

    def hit_url(self, place: int) -> str:
        """Return the query that a link to the hit at `place` carries; the first hit of all pages is 1."""
        return _encode(replace(self, page=1), hit=str(place))


def _read_query(context: RequestContext) -> SearchQuery:
    """Return the search that the URL asks for."""
    return SearchQuery(
        terms=context.text_parameter("q")[:1000],  # a longer text is no search of a person
        author=context.text_parameter("author"),
        since=context.text_parameter("since"),
        until=context.text_parameter("until"),
        comments=context.text_parameter("in") == "comments",
        order="best" if context.text_parameter("order") == "best" else "newest",
        page=min(_LAST_PAGE, context.int_parameter("page", minimum=1) or 1),
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
    return _DATE.fullmatch(text) is not None and complete_date(text) is not None


# Hits up to which they are counted by blog and year.
_MAX_GROUPED = 4000

_MAX_BLOGS = 12

# Blogs up to which the form lists them; for more it has a field for the name.
_MAX_LISTED = 100

# Digits of a number that is hardly a word of a text: it leads to its post at once.
_SURE_NUMBER = 5


async def show_search(context: RequestContext) -> Response:
    """`/read/search?q=…`, with `author`, `since`, `until`, `in=comments`, `order=best` and `page`."""
    query = _read_query(context)
    post_id = await context.query(lambda archive: _find_named_post(archive, query.terms))
    if post_id is not None:
        return Response.redirect(f"{context.home}/post/{post_id}")
    found = await context.query(lambda archive: _run_search(archive, query))
    places = enumerate(found["hits"], (query.page - 1) * _HITS_PER_PAGE + 1)
    values = {
        "terms": query.terms,
        "query": query,
        "found": found,
        "hits": [(hit, _hit_url(context, query, place, hit)) for place, hit in places],
        "last": (last := min(_LAST_PAGE, max(1, -(-found["total"] // _HITS_PER_PAGE)))),
        "links": {
            "posts": query.url(comments=False),
            "comments": query.url(comments=True),
            "newest": query.url(order="newest"),
            "best": query.url(order="best"),
            "before": query.url(page=query.page - 1) if query.page > 1 else None,
            "after": query.url(page=query.page + 1) if query.page < last else None,
            "any_blog": query.url(author=""),
            "any_time": query.url(since="", until=""),
        },
    }
    return await context.render("search.html", values)


def _find_named_post(archive: Statements, words: str) -> int | None:
    """Return the id of the post that a URL or a long number names, or None."""
    if words.startswith(("https://", "http://")):
        return post_lookup.find_by_url(archive, words)
    if len(words) < _SURE_NUMBER:  # 2012 is a word of many texts
        return None
    named = post_lookup.find_by_number(archive, words)
    return named[0].id if len(named) == 1 else None


def _run_search(archive: Statements, query: SearchQuery) -> dict[str, Any]:
    """Return the hits, their numbers by kind of text, by year and by blog, and the blogs of the form."""
    blogs = blog_lists.read_names(archive, limit=_MAX_LISTED + 1)
    blogs = blogs if len(blogs) <= _MAX_LISTED else ()
    if query.wrong_date:
        return {"blogs": blogs, "hits": (), "total": 0}
    scope = {**query.filters, "comments": query.comments}
    posts = count_hits(archive, query.terms, **query.filters)
    comments = count_hits(archive, query.terms, comments=True, **query.filters)
    total = comments if query.comments else posts
    # The groups need the row of each hit, the counts above the index alone.
    groups = count_groups(archive, query.terms, **scope) if 0 < total <= _MAX_GROUPED else []
    offset = (query.page - 1) * _HITS_PER_PAGE
    return {
        "blogs": blogs,
        "hits": search(archive, query.terms, order=query.order, limit=_HITS_PER_PAGE, offset=offset, **scope),
        "posts": posts,
        "comments": comments,
        "total": total,
        "named": post_lookup.find_by_number(archive, query.terms),
        "in_years": _group_by_year(query, groups),
        "in_blogs": _group_by_blog(archive, query, groups),
    }


def _group_by_year(query: SearchQuery, groups: HitGroups) -> list[Choice]:
    years: Counter[str] = Counter()
    for _author_id, year, hits in groups:
        years[year] += hits
    return [
        Choice(year, years[year], query.url(since=year, until=year), query.since == query.until == year)
        for year in sorted(years, reverse=True)
        if year
    ]


def _group_by_blog(archive: Statements, query: SearchQuery, groups: HitGroups) -> list[Choice]:
    """Return the blogs with most hits; none for comments. One that shares its name is named by site and uid."""
    counts: Counter[int] = Counter()
    for author_id, _year, hits in groups:
        if author_id is not None:
            counts[author_id] += hits
    largest = counts.most_common(_MAX_BLOGS)
    blogs = blog_lists.read_names_of(archive, (author_id for author_id, _hits in largest))
    namesakes = blog_lists.find_namesakes(archive, (blog.name for blog in blogs.values()))
    choices = []
    for author_id, hits in largest:
        blog = blogs[author_id]
        key = f"{blog.site}/{blog.uid}" if blog.name in namesakes else blog.name
        choices.append(Choice(blog.name, hits, query.url(author=key), query.author == key))
    return choices


# The list that a reader of a post came from


@dataclass(frozen=True, slots=True)
class Step:
    """A link to a neighbour: its title and URL."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Trail:
    """Links through a list: its name and URL, the previous and next page, the query that keeps the list."""

    name: str
    url: str
    before: Step | None
    after: Step | None
    query: str = ""


async def find_trail(context: RequestContext, found: post_lookup.PostPage) -> Trail:
    """Return the trail of `?category=` or of `?q=…&hit=`, else that of all posts of the author by time."""
    place = context.int_parameter("hit", minimum=1)
    query = _read_query(context)
    if place is not None and place <= _HITS_PER_PAGE * _LAST_PAGE and query.terms and not query.wrong_date:
        return await context.query(lambda archive: _search_trail(context, archive, query, place))
    category = context.int_parameter("category")
    if category is not None:
        trail = await context.query(lambda archive: _category_trail(context, archive, found.post, category))
        if trail is not None:
            return trail
    year = (found.post.posted_at or "")[:4]
    url = f"{context.home}/author/{found.blog.id}{list_url(lists.PostSelection(period=year))}"
    return Trail("", url, _make_step(context, found.older), _make_step(context, found.newer))


def _category_trail(
    context: RequestContext, archive: Statements, post: FullPost, category: int
) -> Trail | None:
    name = lists.read_category_name(archive, post.author_id, category)
    if name is None:
        return None
    query = f"?category={category}"
    url = f"{context.home}/author/{post.author_id}{list_url(lists.PostSelection(category=category))}"
    older, newer = lists.read_category_neighbours(archive, post, category)
    steps = _make_step(context, older, query), _make_step(context, newer, query)
    return Trail(context.gettext("Category: {name}", name=name), url, *steps, query)


def _make_step(context: RequestContext, line: PostLine | None, query: str = "") -> Step | None:
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
    page = -(-place // _HITS_PER_PAGE)
    return Trail(
        context.gettext("Search: {words}", words=query.terms),
        f"{context.home}/search{query.url(page=page)}",
        _hit_step(context, query, place - 1, shown.get(place - 1)),
        _hit_step(context, query, place + 1, shown.get(place + 1)),
        query.hit_url(place),
    )


def _hit_url(context: RequestContext, query: SearchQuery, place: int, hit: Hit) -> str:
    """Return the URL of a hit, which leads back to the search and on to its other hits."""
    anchor = f"#c{hit.id}" if hit.kind == "comment" else ""
    return f"{context.home}/post/{hit.post_id}{query.hit_url(place)}{anchor}"


def _hit_step(context: RequestContext, query: SearchQuery, place: int, hit: Hit | None) -> Step | None:
    if hit is None:
        return None
    title = "".join(fragment.text for fragment in hit.title)
    return Step(title or context.gettext("(untitled)"), _hit_url(context, query, place, hit))
