"""The rows of posts: their columns as read, and the columns that a parsed page fills."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from hashlib import sha256

from blogarchive.items import Post as ParsedPost
from blogarchive.store.pages.context import SaveContext, date_text_iso
from blogarchive.store.posts.counters import CounterValues
from blogarchive.store.rows import Value
from blogarchive.store.text_checksum import text_checksum


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A post without its text; a field is a column of `posts`. `has_text` is False if only title or URL is known.

    Times that a site shows are ISO 8601 text in its time zone, cut to the precision shown; `*_at` are UTC.
    """

    id: int
    author_id: int
    number: str
    url: str
    title: str | None
    posted_at: str | None
    posted_at_text: str | None
    views: int | None
    likes: int | None
    comment_count: int | None
    first_seen_at: str
    last_seen_at: str
    last_changed_at: str | None
    gone_at: str | None
    gone_reason: str | None
    has_text: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PostRow(Post):
    """The whole row of a post before a save."""

    title_is_cut: bool
    body_html: str | None
    body_text: str | None
    content_hash: str | None
    text_checksum: int | None
    version_at: str | None
    listed_comment_count: int | None
    page_id: int | None
    from_listing: bool

    @property
    def counters(self) -> CounterValues:
        """Return the newest counters."""
        return self.views, self.likes, self.comment_count

    @property
    def text(self) -> Mapping[str, Value]:
        """Return the columns of the current version."""
        return {
            "title": self.title,
            "body_html": self.body_html,
            "body_text": self.body_text,
            "content_hash": self.content_hash,
            "text_checksum": self.text_checksum,
        }

    @property
    def text_since(self) -> str:
        """Return when the current version was first seen, UTC text."""
        return self.version_at or self.first_seen_at


def columns_of(kind: type[Post]) -> str:
    """Return the columns of a `Post` or a `PostRow` for a query of `posts p`."""
    columns = ", ".join(f"p.{field.name}" for field in fields(kind) if field.name != "has_text")
    return f"{columns}, p.content_hash is not null as has_text"


_ROW = f"select {columns_of(PostRow)} from posts p where p.author_id = ? and p.number = ?"  # noqa: S608 - constants


def read_post_row(context: SaveContext, number: str) -> PostRow | None:
    """Return the post of that number of the page's author, or None."""
    return context.archive.one_as(PostRow, _ROW, (context.author_id, number))


def fact_columns(post: ParsedPost) -> dict[str, Value]:
    """Return the columns for facts that a page shows beside text and counters. A new fact of posts is added here."""
    if post.posted is None:
        return {}
    return {"posted_at": date_text_iso(post.posted), "posted_at_text": post.posted.text}


def text_columns(post: ParsedPost, title: str | None) -> dict[str, Value]:
    """Return the columns of a version: the text of a page under the title that is stored."""
    return {
        "title": title,
        "body_html": post.body_html,
        "body_text": post.body_text,
        "content_hash": content_hash(title, post.body_html),
        "text_checksum": text_checksum(post.body_html, post.body_text),
    }


def content_hash(title: str | None, body_html: str | None) -> str:
    """Return the SHA-256 of title and body, which is equal if two pages show one version."""
    return sha256(f"{title or ''}\0{body_html or ''}".encode()).hexdigest()
