"""What an invented blog holds: the truth that every page is made from and every reading is compared with.

All times are naive: they are what the page shows, in the site's own clock. Numbers are never formatted here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from blogarchive.demo.blogs.body import Block, Picture, body_text


class PostState(StrEnum):
    """What the host answers to a post's own URL."""

    SHOWN = "shown"
    MISSING = "missing"  # 404
    DELETED = "deleted"  # a notice with status 200
    HIDDEN = "hidden"  # a notice with status 200; its owner, known by a cookie, sees the post
    LOGIN = "login"  # a notice with status 200: log in first


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoComment:
    """One comment. `author_path` is the link of the name as the page has it, or None for a guest."""

    author_name: str
    posted_at: datetime
    text: str
    author_path: str | None = None
    reply_to: str | None = None
    likes: int = 0

    @property
    def posted_text(self) -> str:
        """The time as the page shows it."""
        return self.posted_at.isoformat(" ")

    @property
    def body_text(self) -> str:
        """The text as a reader sees it, one line a `<br>`."""
        return self.text


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPost:
    """One post. `comments` are newest first, as the page shows them.

    `listed` False: listings and sidebar leave it out. `pinned`: it stands on top of the home page.
    `claimed_comments`: the number that the page shows, where it is not the number of comments there are.
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
        """The number of comments that the page shows."""
        return len(self.comments) if self.claimed_comments is None else self.claimed_comments

    @property
    def month(self) -> str:
        """The month as URLs write it, `YYYYMM`."""
        return f"{self.posted_at:%Y%m}"

    @property
    def posted_text(self) -> str:
        """The time as the page shows it."""
        return self.posted_at.isoformat(" ")

    @property
    def body_text(self) -> str:
        """The body as a reader sees it: every block on lines of its own."""
        return body_text(self.body)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures of the body, in order."""
        return tuple(block for block in self.body if isinstance(block, Picture))


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoCategory:
    """A category: its number in URLs, its name without 【】."""

    number: int
    name: str


class Excerpts(StrEnum):
    """What the home page shows under a title."""

    NONE = "none"
    BEGINNING = "beginning"
    WHOLE = "whole"


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """What an author chose: how many rows a page holds, and whether the sidebar has month rows."""

    posts_per_home: int = 10
    posts_per_month: int = 8
    posts_per_category: int = 12
    comments_per_page: int = 5
    month_rows: bool = True
    excerpts: Excerpts = Excerpts.BEGINNING


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoBlog:
    """One author's blog. `username` is the name in old URLs, `traditional` the script of the labels."""

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
        """The path of the home page."""
        return f"/u/{self.uid}/"

    def post_path(self, post: DemoPost) -> str:
        """The path of a post's page."""
        return f"/u/{self.uid}/{post.month}/{post.number}.html"

    def post(self, number: int) -> DemoPost:
        """The post of that number; raises `KeyError`."""
        for post in self.posts:
            if post.number == number:
                return post
        raise KeyError(number)

    def shown(self) -> tuple[DemoPost, ...]:
        """The posts that a reader can open, newest first."""
        return tuple(post for post in self.newest_first() if post.state is PostState.SHOWN)

    def newest_first(self) -> tuple[DemoPost, ...]:
        """All posts, the newest first, whatever their state."""
        return tuple(sorted(self.posts, key=lambda post: (post.posted_at, post.number), reverse=True))

    def with_post(self, number: int, change: Callable[[DemoPost], DemoPost]) -> "DemoBlog":
        """This blog with one post changed; raises `KeyError`."""
        self.post(number)
        posts = tuple(change(post) if post.number == number else post for post in self.posts)
        return replace(self, posts=posts)
