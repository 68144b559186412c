"""The read model of a blog with its header. Exports of pages and tables load no other read model."""

from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.store.statements import columns_of

# ruff: noqa: S608 - statements are put together from constants


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogHeader:
    """An author with the header of the blog and the newest counters; `aliases` are other uids in the blog's URLs.

    `state` is as in `store.ledger.blogs`: None if the blog is updated.
    """

    id: int
    site: str
    uid: str
    url: str
    nickname: str | None
    blog_title: str | None
    tagline: str | None
    registered_on: str | None
    last_seen_at: str
    state: str | None
    state_detail: str | None
    state_since: str | None
    total_visits: int | None
    account_age: int | None
    aliases: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the name of the author: the nickname, else the uid."""
        return self.nickname or self.uid

    @property
    def title(self) -> str:
        """Return the title of the blog, else the name of the author."""
        return self.blog_title or self.name


# Blogs that the title of a feed, a book or a web archive names.
_TITLES = 3


def join_titles(blogs: Sequence[BlogHeader]) -> str:
    """Return the titles of the blogs, of more than three the first ones and the number."""
    names = "、".join(blog.title for blog in blogs[:_TITLES]) or "blogarchive"
    return f"{names} 等 {len(blogs)} 个博客" if len(blogs) > _TITLES else names


_NEWEST = "(select {0} from author_stats s where s.author_id = a.id and {0} is not null order by captured_at desc limit 1)"
BLOG_COLUMNS = columns_of(
    BlogHeader,
    "a",
    total_visits=_NEWEST.format("total_visits"),
    account_age=_NEWEST.format("account_age"),
    aliases="(select json_group_array(alias) from author_aliases l where l.author_id = a.id and typeof(alias) = 'text')",
)
"""The columns of `BlogHeader`, of `authors a`."""

BLOGS = f"select {BLOG_COLUMNS} from authors a"
"""Selects a `BlogHeader` per author; may be followed by conditions on `a`."""
