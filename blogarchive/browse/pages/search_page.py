"""The search page: hits, their counts by blog and year, and posts that the words name by URL or number."""

from collections import Counter
from typing import Any

from datasette.utils.asgi import Response

from blogarchive.browse.pages.post_choices import Choice
from blogarchive.browse.pages.trail import HITS_PER_PAGE, LAST_PAGE, SearchQuery, hit_url, read_query
from blogarchive.browse.requests import RequestContext
from blogarchive.store.read import blogs as blog_lists, posts as post_lookup
from blogarchive.store.search import HitGroups, count_groups, count_hits, search
from blogarchive.store.statements import Statements

_MAX_GROUPED = 4000
"""Hits up to which they are counted by blog and year."""

_MAX_BLOGS = 12

_MAX_LISTED = 100
"""Blogs up to which the form lists them; for more it has a field for the name."""

_SURE_NUMBER = 5
"""Digits of a number that is hardly a word of a text, so that it leads to its post at once."""


async def show_search(context: RequestContext) -> Response:
    """`/read/search?q=…`, with `author`, `since`, `until`, `in=comments`, `order=best` and `page`."""
    query = read_query(context)
    post_id = await context.query(lambda archive: _find_named_post(archive, query.terms))
    if post_id is not None:
        return Response.redirect(f"{context.home}/post/{post_id}")
    found = await context.query(lambda archive: _run_search(archive, query))
    places = enumerate(found["hits"], (query.page - 1) * HITS_PER_PAGE + 1)
    values = {
        "terms": query.terms,
        "query": query,
        "found": found,
        "hits": [(hit, hit_url(context, query, place, hit)) for place, hit in places],
        "last": (last := min(LAST_PAGE, max(1, -(-found["total"] // HITS_PER_PAGE)))),
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
    if len(words) < _SURE_NUMBER:
        return None
    named = post_lookup.find_by_number(archive, words)
    return named[0].id if len(named) == 1 else None


def _run_search(archive: Statements, query: SearchQuery) -> dict[str, Any]:
    """Return the hits, their numbers in posts and in comments, those of each year and blog, and the blogs of the form."""
    blogs = blog_lists.read_names(archive, limit=_MAX_LISTED + 1)
    blogs = blogs if len(blogs) <= _MAX_LISTED else ()
    if query.wrong_date:
        return {"blogs": blogs, "hits": (), "total": 0}
    scope = {**query.filters, "comments": query.comments}
    posts = count_hits(archive, query.terms, **query.filters)
    comments = count_hits(archive, query.terms, comments=True, **query.filters)
    total = comments if query.comments else posts
    groups = count_groups(archive, query.terms, **scope) if 0 < total <= _MAX_GROUPED else []
    offset = (query.page - 1) * HITS_PER_PAGE
    return {
        "blogs": blogs,
        "hits": search(archive, query.terms, order=query.order, limit=HITS_PER_PAGE, offset=offset, **scope),
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
