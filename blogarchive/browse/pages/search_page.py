"""The search page: hits, their counts by blog and year, and posts that the words name by URL or number."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from datasette.utils.asgi import Response

from blogarchive.browse.pages.post_choices import Choice
from blogarchive.browse.pages.trail import HITS_PER_PAGE, LAST_PAGE, SearchQuery, hit_url, read_query
from blogarchive.browse.requests import RequestContext
from blogarchive.store.read import blogs as blog_lists
from blogarchive.store.read import posts as post_lookup
from blogarchive.store.read.models import Blog, PostLine
from blogarchive.store.search.search import Hit, HitGroup, count_groups, count_hits, search
from blogarchive.store.statements import Statements

_MAX_GROUPED = 4000
"""Hits up to which they are counted by blog and year."""

_MAX_BLOGS = 12

_MAX_LISTED = 100
"""Blogs up to which the form lists them; for more it has a field for the name."""

_SURE_NUMBER = 5
"""Digits of a number that is hardly a word of a text, so that it leads to its post at once."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The result of a search; `posts` and `comments` are numbers of hits, `blogs` those of the form's list."""

    hits: list[Hit]
    posts: int
    comments: int
    groups: list[HitGroup]
    named: tuple[PostLine, ...]
    blogs: tuple[Blog, ...]
    hits_by_blog: tuple[tuple[Blog, int], ...] = ()
    namesakes: Collection[str] = ()


async def show_search(context: RequestContext) -> Response:
    """`/read/search?q=…`, with `author`, `since`, `until`, `in=comments`, `order=best` and `page`."""
    query = read_query(context)
    post_id = await context.query(lambda archive: _find_named_post(archive, query.terms))
    if post_id is not None:
        return Response.redirect(f"{context.home}/post/{post_id}")
    found = await context.query(lambda archive: _run_search(archive, query))
    return await context.render("search.html", _template_values(context, query, found))


def _find_named_post(archive: Statements, words: str) -> int | None:
    """Return the id of the post that a URL or a long number names, or None."""
    if words.startswith(("https://", "http://")):
        return post_lookup.find_by_url(archive, words)
    if len(words) < _SURE_NUMBER:
        return None
    named = post_lookup.find_by_number(archive, words)
    return named[0].id if len(named) == 1 else None


def _run_search(archive: Statements, query: SearchQuery) -> _Found:
    blogs = blog_lists.read_names(archive, limit=_MAX_LISTED + 1)
    blogs = blogs if len(blogs) <= _MAX_LISTED else ()
    if query.wrong_date:
        return _Found([], 0, 0, [], (), blogs)
    hits = search(
        archive,
        query.terms,
        comments=query.comments,
        order=query.order,
        limit=HITS_PER_PAGE,
        offset=(query.page - 1) * HITS_PER_PAGE,
        **query.filters,
    )
    posts = count_hits(archive, query.terms, **query.filters)
    comments = count_hits(archive, query.terms, comments=True, **query.filters)
    is_grouped = 0 < (comments if query.comments else posts) <= _MAX_GROUPED
    groups = (
        count_groups(archive, query.terms, comments=query.comments, **query.filters) if is_grouped else []
    )
    hits_by_blog = _read_blogs_of(archive, groups)
    return _Found(
        hits,
        posts,
        comments,
        groups,
        post_lookup.find_by_number(archive, query.terms),
        blogs,
        hits_by_blog,
        blog_lists.find_namesakes(archive, (blog.name for blog, _hits in hits_by_blog)),
    )


def _read_blogs_of(archive: Statements, groups: Iterable[HitGroup]) -> tuple[tuple[Blog, int], ...]:
    """Return the blogs with most hits and their numbers of hits; none for comments."""
    counts: Counter[int] = Counter()
    for group in groups:
        if group.author_id is not None:
            counts[group.author_id] += group.hits
    largest = counts.most_common(_MAX_BLOGS)
    blogs = blog_lists.read_names_of(archive, (author_id for author_id, _hits in largest))
    return tuple((blogs[author_id], hits) for author_id, hits in largest)


def _template_values(context: RequestContext, query: SearchQuery, found: _Found) -> dict[str, object]:
    total = found.comments if query.comments else found.posts
    last = min(LAST_PAGE, max(1, -(-total // HITS_PER_PAGE)))
    first_place = (query.page - 1) * HITS_PER_PAGE + 1
    return {
        "terms": query.terms,
        "query": query,
        "found": found,
        "hits": [
            (hit, hit_url(context, query, place, hit)) for place, hit in enumerate(found.hits, first_place)
        ],
        "in_years": _group_by_year(query, found.groups),
        "in_blogs": _group_by_blog(query, found),
        "last": last,
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


def _group_by_year(query: SearchQuery, groups: list[HitGroup]) -> list[Choice]:
    years: Counter[str] = Counter()
    for group in groups:
        years[group.year] += group.hits
    return [
        Choice(year, years[year], query.url(since=year, until=year), query.since == query.until == year)
        for year in sorted(years, reverse=True)
        if year
    ]


def _group_by_blog(query: SearchQuery, found: _Found) -> list[Choice]:
    keys = {
        blog.id: f"{blog.site}/{blog.uid}" if blog.name in found.namesakes else blog.name
        for blog, _hits in found.hits_by_blog
    }
    return [
        Choice(blog.name, hits, query.url(author=keys[blog.id]), query.author == keys[blog.id])
        for blog, hits in found.hits_by_blog
    ]
