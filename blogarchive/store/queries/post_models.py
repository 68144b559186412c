"""Read models of posts, shared by served pages, exports and histories.

A new column of `posts` that a page shows is a change in six files:

- `items.py`: a field of `Post`;
- `sites/grammar/post/post_page.py`, or the module of a site: parse it;
- `store/database/migrations.py`: add the column;
- `store/posts/post_row.py`: a field of `Post` to read it, a line of `fact_columns` to write it;
- `export/post.schema.json`: a key of that name to export it;
- `browse/templates/archive/post.html`: show it.

A merge parses the copied pages again, so it needs no change.

Times that a site shows are ISO 8601 text in its time zone, cut to the precision shown; `*_at` are UTC. `None` means
that no page showed the value.
"""

from dataclasses import dataclass

from blogarchive.store.posts.post_row import Post, columns_of


@dataclass(frozen=True, kw_only=True, slots=True)
class PostLine:
    """The columns of `Post` that a list shows, with the name of the author and the first characters of the text."""

    id: int
    author_id: int
    author: str
    title: str | None
    posted_at: str | None
    posted_at_text: str | None
    views: int | None
    comment_count: int | None
    gone_at: str | None
    has_text: bool
    beginning: str | None


POST_LINES = """select p.id, p.author_id, coalesce(a.nickname, a.uid) as author, p.title, p.posted_at,
       p.posted_at_text, p.views, p.comment_count, p.gone_at, p.content_hash is not null as has_text,
       substr(p.body_text, 1, 120) as beginning
  from posts p join authors a on a.id = p.author_id"""
"""Selects a `PostLine` per post; may be followed by joins and conditions on `p` and `a`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostHeading(Post):
    """A post without its text, with the names of its categories in alphabetical order."""

    categories: tuple[str, ...]


POST_HEADINGS = f"""select {columns_of(Post)},
       (select json_group_array(name) from (select c.name from posts_in_categories pc
           join categories c on c.id = pc.category_id where pc.post_id = p.id order by c.name)) as categories
  from posts p"""  # noqa: S608 - constants
"""Selects a `PostHeading` per post; may be followed by conditions on `p`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A text of a post or a comment; `captured_at` is when it was first seen. Comments have no title."""

    captured_at: str
    title: str | None
    body_html: str | None
    body_text: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """A comment with its current text, first seen at `version_at`; `revisions` are replaced texts, oldest first."""

    id: int
    author_name: str
    author_url: str | None
    reply_to: str | None
    posted_at: str | None
    posted_at_text: str | None
    likes: int | None
    body_html: str
    body_text: str
    version_at: str
    first_seen_at: str
    last_seen_at: str
    gone_at: str | None
    revisions: tuple[Version, ...]

    @property
    def versions(self) -> tuple[Version, ...]:
        """Return all texts of the comment, the current one last."""
        current = Version(
            captured_at=self.version_at, title=None, body_html=self.body_html, body_text=self.body_text
        )
        return (*self.revisions, current)


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """An image of a post; the facts about its file are None if the file is not stored.

    `size` is in bytes, `width` and `height` are in pixels, None too if the header has no size.
    """

    url: str
    sha256: str | None
    content_type: str | None
    size: int | None
    width: int | None
    height: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FullPost(PostHeading):
    """A post with its comments, oldest first, its images in their order, and its replaced texts, oldest first."""

    body_html: str
    body_text: str
    version_at: str
    comments: tuple[Comment, ...]
    images: tuple[Image, ...]
    revisions: tuple[Version, ...]

    @property
    def versions(self) -> tuple[Version, ...]:
        """Return all texts of the post, the current one last; none if no text is stored."""
        if not self.has_text:
            return self.revisions
        current = Version(
            captured_at=self.version_at, title=self.title, body_html=self.body_html, body_text=self.body_text
        )
        return (*self.revisions, current)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """The counters of a post at `captured_at`."""

    captured_at: str
    views: int | None
    likes: int | None
    comment_count: int | None
