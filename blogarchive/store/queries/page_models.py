"""What the reading pages show: frozen dataclasses, each one row or one page.

Times of the site are ISO 8601 text in its clock, cut to the precision shown; `*_at` of ours are UTC. `None`
means that no page showed it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Blog:
    """An author with the counts of what is held; `missing`: posts known by their title or link only."""

    id: int
    site: str
    uid: str
    url: str
    nickname: str | None
    blog_title: str | None
    tagline: str | None
    registered_on: str | None
    last_seen_at: str
    total_visits: int | None
    account_age: int | None
    posts: int
    missing: int
    gone: int
    comments: int
    first_post_on: str | None
    last_post_on: str | None

    @property
    def name(self) -> str:
        """What to call the author."""
        return self.nickname or self.uid

    @property
    def title(self) -> str:
        """What to call the blog."""
        return self.blog_title or self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class PostLine:
    """A post in a list. `held`: its text is in the archive; `beginning` are its first words."""

    id: int
    author_id: int
    author: str
    title: str | None
    posted_at: str | None
    posted_at_text: str | None
    views: int | None
    comment_count: int | None
    gone_at: str | None
    held: bool
    beginning: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """The counters of a post at one moment; `captured_at` is UTC."""

    captured_at: str
    views: int | None
    likes: int | None
    comment_count: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A text that a post had, or has; `captured_at` is when it was first seen, UTC."""

    captured_at: str
    title: str | None
    body_text: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """A comment; `versions` counts the texts that edits replaced."""

    id: int
    author_name: str
    author_url: str | None
    reply_to: str | None
    body_html: str
    body_text: str
    posted_at: str | None
    posted_at_text: str | None
    likes: int | None
    gone_at: str | None
    versions: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """A category and how many of the author's posts it holds."""

    id: int
    name: str
    posts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture of a post; `sha256` where its bytes are held."""

    url: str
    sha256: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A post's row, without what hangs on it."""

    id: int
    author_id: int
    number: int
    url: str
    title: str | None
    posted_at: str | None
    posted_at_text: str | None
    body_html: str | None
    body_text: str | None
    views: int | None
    likes: int | None
    comment_count: int | None
    first_seen_at: str
    last_seen_at: str
    gone_at: str | None
    gone_reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """A post with all that its page shows; comments oldest first, `older` and `newer` by the same author."""

    post: Post
    blog: Blog
    categories: tuple[Category, ...]
    comments: tuple[Comment, ...]
    pictures: tuple[Picture, ...]
    counters: tuple[Counters, ...]
    versions: tuple[Version, ...]
    older: PostLine | None
    newer: PostLine | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A month of an author (YYYY-MM): posts held, known without their text, and listed by the archive
    page.
    """

    month: str
    held: int
    missing: int
    listed: int | None

    @property
    def lacking(self) -> int:
        """How many posts the archive is known to lack."""
        return max(self.missing, (self.listed or 0) - self.held)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visits:
    """The visits of a blog as its card showed them; `captured_at` is UTC."""

    captured_at: str
    total_visits: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorPage:
    """An author's page: months oldest first, posts of one year (or of all, in one category) newest first."""

    blog: Blog
    months: tuple[Month, ...]
    crawled_pages: tuple[Visits, ...]
    categories: tuple[Category, ...]
    posts: tuple[PostLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LastRun:
    """The newest run."""

    command: str
    started_at: str
    finished_at: str | None
    outcome: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What a reader should know of the archive's state."""

    posts: int
    comments: int
    missing: int
    gone: int
    edited: int
    pictures_held: int
    pictures_lost: int
    open_failures: int
    unindexed: int
    last_run: LastRun | None


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """The bytes of a picture."""

    content_type: str
    body: bytes
