"""The blog's own: whose a link or a post is, by the uid that its address names, and the target of a post of it."""

from collections.abc import Iterable
from typing import TypeVar

from blogarchive.items import ListedPost, PageKind, Post, Target
from blogarchive.sites.base import site_by_name
from blogarchive.store.pages.context import SaveContext

Named = TypeVar("Named", ListedPost, Post)


def is_own_uid(context: SaveContext, uid: str | None) -> bool:
    """Whether an address that names `uid` (None: nobody) may be of the blog."""
    if uid is None or uid == context.blog.uid:
        return True
    row = context.archive.row(
        "select 1 from author_aliases where author_id = ? and alias = ?", (context.author_id, uid)
    )
    return row is not None


def own_posts(context: SaveContext, posts: Iterable[Named]) -> list[Named]:
    """Those of `posts` that are not another blog's: a box of what others write is in many a listing."""
    address = site_by_name(context.blog.site).parse_url
    return [post for post in posts if post.url is None or is_own_uid(context, address(post.url).uid)]


def post_target(context: SaveContext, url: str, number: int | str) -> Target:
    """The own page, at `url`, of the blog's post of that number."""
    return Target(url=url, site=context.blog.site, kind=PageKind.POST, uid=context.blog.uid, number=number)


def uid_in_url(site: str, url: str) -> str | None:
    """The uid that an address names, None where it names none."""
    return site_by_name(site).parse_url(url).uid
