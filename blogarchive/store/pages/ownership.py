"""Decide whether a URL or a post belongs to the current blog, by the uid in the URL."""

from collections.abc import Iterable
from typing import TypeVar

from blogarchive.items import ListedPost, PageKind, Post, Target
from blogarchive.sites.base import site_by_name
from blogarchive.store.pages.context import SaveContext

Linked = TypeVar("Linked", ListedPost, Post)


def is_own_uid(context: SaveContext, uid: str | None) -> bool:
    """Return whether a URL with that uid may belong to the blog; None is a URL without a uid."""
    return uid is None or uid == context.blog.uid or uid in context.author_aliases()


def own_posts(context: SaveContext, posts: Iterable[Linked]) -> list[Linked]:
    """Return the posts of this blog: many listings contain a box of posts of other authors."""
    site = context.blog.site
    return [post for post in posts if post.url is None or is_own_uid(context, uid_in_url(site, post.url))]


def post_target(context: SaveContext, url: str, number: str) -> Target:
    """Return the target of the blog's post of that number at `url`."""
    return Target(url=url, site=context.blog.site, kind=PageKind.POST, uid=context.blog.uid, number=number)


def uid_in_url(site: str, url: str) -> str | None:
    """Return the uid in a URL of that site, or None."""
    return site_by_name(site).parse_url(url).uid
