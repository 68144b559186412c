"""Items built from the parts of a page of blog.creaders.net."""

from collections.abc import Iterable
from functools import lru_cache

from blogarchive.items import CategoryRow, Link, ListedPost, MonthRow, PageKind, Post
from blogarchive.sites.creaders.urls import parse_url
from blogarchive.sites.grammar.post.post_page import PostPage
from blogarchive.sites.grammar.sidebar.sidebar import Sidebar
from blogarchive.sites.links.identity_key import IdentityKey


def build_post(post_page: PostPage, number: str, url: str, *, whole: bool) -> Post:
    """Return the post; without its body if not `whole`: then another page has the body."""
    counters = post_page.counters
    return Post(
        number=number,
        url=parse_url(url).url,
        title=None if post_page.heading is None else post_page.heading.title or None,
        posted=None if post_page.heading is None else post_page.heading.posted,
        body_html=post_page.body_html if whole else None,
        body_text=post_page.body_text if whole else None,
        images=post_page.images if whole else (),
        views=None if counters is None else counters.views,
        likes=None if counters is None else counters.likes,
        comment_count=None if counters is None else counters.comments,
        comments=post_page.comments.comments,
        whole=whole,
    )


def build_post_link(post: ListedPost) -> Link:
    """Return the link to a listed post."""
    return build_link(post.url or "", PageKind.POST)


def build_sidebar_links(sidebar: Sidebar) -> list[Link]:
    """Return the links of the sidebar: months and categories first, then posts."""
    return _build_month_links(IdentityKey(sidebar.months)) + _build_title_links(
        IdentityKey(sidebar.latest), IdentityKey(sidebar.categories)
    )


@lru_cache(maxsize=16)
def _build_month_links(months: IdentityKey[MonthRow]) -> list[Link]:
    return [build_link(row.url, PageKind.MONTH) for row in months.items if row.url]


@lru_cache(maxsize=16)
def _build_title_links(latest: IdentityKey[ListedPost], categories: IdentityKey[CategoryRow]) -> list[Link]:
    posts = [*latest.items, *(post for row in categories.items for post in row.posts)]
    links = [build_link(row.url, PageKind.CATEGORY) for row in categories.items if row.url]
    return links + [build_post_link(post) for post in posts if post.url]


def deduplicate_links(links: Iterable[Link]) -> tuple[Link, ...]:
    """Return the links in order, each once.

    Most are the same objects from a cache; comparing them by identity first is faster.
    """
    found = list({id(build_link): build_link for build_link in links}.values())
    if len({build_link.url for build_link in found}) < len(found):
        found = list(dict.fromkeys(found))
    return tuple(found)


@lru_cache(maxsize=2048)  # each page of a blog has the same sidebar
def build_link(url: str, kind: PageKind) -> Link:
    """Return a link to a page of that kind."""
    found = parse_url(url)
    return Link(url=found.url, kind=kind, number=found.number, uid=found.uid)
