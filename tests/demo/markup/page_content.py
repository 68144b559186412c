"""The content of each page, before any markup."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar

from tests.demo.blogs.truth import DemoBlog, DemoCategory, DemoComment, DemoPost, PostState
from tests.demo.blogs.urls import Kind, Route

T = TypeVar("T")

LATEST = 7
TITLES_UNDER_CATEGORY = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthSpan:
    """A month row: the month as YYYYMM, the dates of its first and last post."""

    month: str
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class BlogIndex:
    """A state of a blog, sorted once for all its pages; with hidden posts if `owner`."""

    blog: DemoBlog
    owner: bool = False
    drawn: dict[str, str] = field(default_factory=dict, compare=False)  # sidebars, by markup

    @cached_property
    def listed(self) -> tuple[DemoPost, ...]:
        """Return the posts that listings show, newest first."""
        return tuple(post for post in self.blog.newest_first() if self._is_listed(post))

    def _is_listed(self, post: DemoPost) -> bool:
        return post.listed or (self.owner and post.state is PostState.HIDDEN)

    @cached_property
    def by_number(self) -> dict[int, DemoPost]:
        """Return the posts of any state by number."""
        return {post.number: post for post in self.blog.posts}

    @cached_property
    def by_month(self) -> dict[str, list[DemoPost]]:
        """Return listed posts by YYYYMM, newest month and newest post first."""
        months: dict[str, list[DemoPost]] = defaultdict(list)
        for post in self.listed:
            months[post.month].append(post)
        return dict(months)

    @cached_property
    def by_category(self) -> dict[str, list[DemoPost]]:
        """Return listed posts by name of category, newest first."""
        names: dict[str, list[DemoPost]] = {category.name: [] for category in self.blog.categories}
        for post in self.listed:
            for name in post.categories:
                names[name].append(post)
        return names

    @cached_property
    def spans(self) -> tuple[MonthSpan, ...]:
        """Return the month rows, newest first; none if the settings of the blog omit them."""
        if not self.blog.habits.month_rows:
            return ()
        return tuple(
            MonthSpan(month=month, first=posts[-1].posted_at.date(), last=posts[0].posted_at.date())
            for month, posts in self.by_month.items()
        )

    def category(self, number: int) -> DemoCategory | None:
        """Return the category of that number, or None."""
        return next((row for row in self.blog.categories if row.number == number), None)

    @property
    def latest(self) -> tuple[DemoPost, ...]:
        """Return the seven newest posts."""
        return self.listed[:LATEST]


@dataclass(frozen=True, kw_only=True, slots=True)
class Paging:
    """The page of a listing, `route`, and the number of its pages."""

    route: Route
    pages: int

    @property
    def page(self) -> int:
        """Return the number of this page, from 1."""
        return self.route.page


@dataclass(frozen=True, kw_only=True, slots=True)
class PageFrame:
    """The data of the header and the sidebar: base URL of the host, blog, month of the calendar."""

    base: str
    index: BlogIndex
    calendar: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostView:
    """The content of a post's page, with one page of its comments."""

    frame: PageFrame
    post: DemoPost
    comments: Sequence[DemoComment]
    paging: Paging


@dataclass(frozen=True, kw_only=True, slots=True)
class ListView:
    """The content of a listing's page; `heading` is empty on the home page."""

    frame: PageFrame
    kind: Kind
    heading: str
    posts: Sequence[DemoPost]
    paging: Paging


def post_view(frame: PageFrame, route: Route, post: DemoPost) -> PostView | None:
    """Return the content of the post's page of `route`, or None if there is no such page."""
    per_page = frame.index.blog.habits.comments_per_page
    found = _cut(post.comments, per_page, route)
    return found and PostView(frame=frame, post=post, comments=found[0], paging=found[1])


def list_view(frame: PageFrame, route: Route) -> ListView | None:
    """Return the content of the listing's page of `route`, or None if there is no such page."""
    selected = _select(frame.index, route)
    if selected is None:
        return None
    heading, posts, per_page = selected
    found = _cut(posts, per_page, route)
    return found and ListView(frame=frame, kind=route.kind, heading=heading, posts=found[0], paging=found[1])


def _select(index: BlogIndex, route: Route) -> tuple[str, Sequence[DemoPost], int] | None:
    habits = index.blog.habits
    if route.kind is Kind.HOME:
        pinned = [post for post in index.listed if post.pinned]
        return "", pinned + [post for post in index.listed if not post.pinned], habits.posts_per_home
    if route.kind is Kind.MONTH:
        posts = index.by_month.get(route.month)
        return (f"{route.month[:4]}-{route.month[4:]}", posts, habits.posts_per_month) if posts else None
    if route.kind is Kind.CATEGORY:
        category = index.category(route.number)
        if category is None:
            return None
        return (f"【{category.name}】", index.by_category[category.name], habits.posts_per_category)
    day = f"{route.day[:4]}-{route.day[4:6]}-{route.day[6:]}"
    return day, [post for post in index.by_month.get(route.day[:6], ()) if post.posted_text[:10] == day], 100


def _cut(rows: Sequence[T], per_page: int, route: Route) -> tuple[Sequence[T], Paging] | None:
    pages = max(1, -(-len(rows) // per_page))
    if not 1 <= route.page <= pages:
        return None
    begin = (route.page - 1) * per_page
    return rows[begin : begin + per_page], Paging(route=route, pages=pages)
