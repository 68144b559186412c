"""The data of a blog, from which pages are printed and with which parsed pages are compared.

Times are naive, in the time zone of the site, as pages show them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from tests.demo.blogs.body import Block, Image, body_text


class PostState(StrEnum):
    """The answer of the host to the URL of a post."""

    SHOWN = "shown"
    MISSING = "missing"  # 404
    DELETED = "deleted"  # a notice with status 200
    HIDDEN = "hidden"  # a notice with status 200; the owner, by a cookie, sees the post
    LOGIN = "login"  # a notice with status 200: log in first


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoComment:
    """A comment; `author_path` is the href of the name, or None for a guest."""

    author_name: str
    posted_at: datetime
    text: str
    author_path: str | None = None
    reply_to: str | None = None
    likes: int = 0

    @property
    def posted_text(self) -> str:
        """Return the time as pages show it."""
        return self.posted_at.isoformat(" ")

    @property
    def body_text(self) -> str:
        """Return the visible text, with a newline for each `<br>`."""
        return self.text


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPost:
    """A post, its comments newest first.

    Listings and sidebar omit it unless `listed`. If `pinned`, it is the first of the home page.
    `claimed_comments` is the shown number of comments if it differs from the real one.
    """

    number: int
    title: str
    posted_at: datetime
    body: tuple[Block, ...]
    categories: tuple[str, ...] = ()
    comments: tuple[DemoComment, ...] = ()
    views: int = 0
    likes: int = 0
    state: PostState = PostState.SHOWN
    listed: bool = True
    pinned: bool = False
    claimed_comments: int | None = None

    @property
    def comment_count(self) -> int:
        """Return the number of comments that the page shows."""
        return len(self.comments) if self.claimed_comments is None else self.claimed_comments

    @property
    def month(self) -> str:
        """Return the month as `YYYYMM`, as in URLs."""
        return f"{self.posted_at:%Y%m}"

    @property
    def posted_text(self) -> str:
        """Return the time as pages show it."""
        return self.posted_at.isoformat(" ")

    @property
    def body_text(self) -> str:
        """Return the visible text of the body, each block on lines of its own."""
        return body_text(self.body)

    @property
    def images(self) -> tuple[Image, ...]:
        """Return the images of the body, in order."""
        return tuple(block for block in self.body if isinstance(block, Image))


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoCategory:
    """A category: the number in its URL, its name without 【】."""

    number: int
    name: str


class Excerpts(StrEnum):
    """The part of a body that the home page shows under a title."""

    NONE = "none"
    BEGINNING = "beginning"
    WHOLE = "whole"


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """Settings of a blog: the rows of each page, month rows in the sidebar, excerpts."""

    posts_per_home: int = 10
    posts_per_month: int = 8
    posts_per_category: int = 12
    comments_per_page: int = 5
    month_rows: bool = True
    excerpts: Excerpts = Excerpts.BEGINNING


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoBlog:
    """A blog; `username` is the name in old URLs, `traditional` selects the script of the labels."""

    uid: str
    username: str
    nickname: str
    title: str
    tagline: str
    registered_on: date
    account_age: int
    total_visits: int
    categories: tuple[DemoCategory, ...]
    posts: tuple[DemoPost, ...]
    habits: Habits = field(default_factory=Habits)
    traditional: bool = False

    @property
    def path(self) -> str:
        """Return the path of the home page."""
        return f"/u/{self.uid}/"

    def post_path(self, post: DemoPost) -> str:
        """Return the path of a post's page."""
        return f"/u/{self.uid}/{post.month}/{post.number}.html"

    def post(self, number: int) -> DemoPost:
        """Return the post of that number; raises KeyError."""
        for post in self.posts:
            if post.number == number:
                return post
        raise KeyError(number)

    def shown(self) -> tuple[DemoPost, ...]:
        """Return the posts that a reader can open, newest first."""
        return tuple(post for post in self.newest_first() if post.state is PostState.SHOWN)

    def newest_first(self) -> tuple[DemoPost, ...]:
        """Return all posts of any state, newest first."""
        return tuple(sorted(self.posts, key=lambda post: (post.posted_at, post.number), reverse=True))

    def with_post(self, number: int, change: Callable[[DemoPost], DemoPost]) -> "DemoBlog":
        """Return this blog with one post changed; raises KeyError."""
        self.post(number)
        posts = tuple(change(post) if post.number == number else post for post in self.posts)
        return replace(self, posts=posts)
