"""The frozen dataclasses that pass between layers; no dict crosses a module border.

A `Target` is fetched and becomes a `Page`; the parser of a site returns a `ParsedPage`. A `CrawledPage` has
all three and passes through the pipelines into the store. `None` means "not shown on the page", never zero.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Literal

from blogarchive.fetched import LIST_KINDS as LIST_KINDS, Page as Page, PageKind as PageKind, Target as Target
from blogarchive.post_facts import PostFacts

Precision = Literal["year", "month", "day", "hour", "minute", "second"]


UNKNOWN_ZONE = timezone(timedelta(), "unknown")
"""The zone of a site that may be anywhere. It counts as UTC; a time in a zone that the page names stays in that one."""

MAX_COUNT = 10**12
"""The largest count of a page: sums of larger ones would exceed the integers of SQLite."""


class NoticeKind(StrEnum):
    """Why a page shows a notice instead of its content."""

    GONE = "gone"
    HIDDEN = "hidden"
    LOGIN = "login"
    BLOCKED = "blocked"  # too many requests, a captcha, forbidden
    MAINTENANCE = "maintenance"  # of the whole site, for some hours


@dataclass(frozen=True, kw_only=True, slots=True)
class DateText:
    """A time as a page shows it; the dates pipeline fills `at` and `precision`.

    `at` is aware, in the time zone of the site; in that of `text` if the site may be anywhere. It is None if `text`
    could not be parsed. With a `precision`, `text` needs the fetch time, as `3 days ago`.
    """

    text: str
    at: datetime | None = None
    precision: Precision | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedUrl:
    """The content of a URL by the rules of a site; a hint, because only the page's content decides.

    `url` is canonical: absolute, without session ids, script parameters and fragments. `uid` and `number` are
    the site's own ids, None if the URL has none. `month` is YYYY-MM if the URL shows the month of a post.
    """

    url: str
    kind: PageKind
    uid: str | None = None
    number: str | None = None
    month: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """One comment, in the order of the page; `reply_to` is the name after 回复.

    `is_counted` is False if the count of the page leaves it out: some sites do not count the owner's answers.
    """

    author_name: str
    author_url: str | None = None
    reply_to: str | None = None
    posted: DateText | None = None
    body_html: str = ""
    body_text: str = ""
    likes: int | None = None
    is_counted: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """An image in the body of a post: its absolute URL, and its position among the images, from 0."""

    url: str
    position: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Post(PostFacts):
    """One post as one page shows it.

    `whole` is False if a listing shows an excerpt only. `comments` are those on this page. `comment_count` is the
    number that the page shows, `unseen_comments` how many of these it does not show. `categories` are names without
    【】.
    """

    number: str
    url: str
    title: str | None = None
    posted: DateText | None = None
    body_html: str | None = None
    body_text: str | None = None
    images: tuple[Image, ...] = ()
    views: int | None = None
    likes: int | None = None
    comment_count: int | None = None
    comments: tuple[Comment, ...] = ()
    unseen_comments: int = 0
    categories: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPost:
    """A post in a listing; `title_cut`: the site may have truncated the title (30 GBK bytes).

    `number` and `url` are None if the title has no link. An author's excerpt is below the title, as is
    `comment_count`, so the count may be forged. It is only a sign that the post may have changed, and is not
    stored. `views` are given if every row has some, and stored if they are more than before. `version` is the time
    of its last change, as a list for machines writes it.
    """

    title: str
    number: str | None = None
    url: str | None = None
    title_cut: bool = False
    posted: DateText | None = None
    comment_count: int | None = None
    views: int | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthRow:
    """A row of the archive: the month as YYYY-MM, and its link unchanged.

    `first` and `last` are the dates of the month's first and last posts; None if not shown.
    """

    month: str
    first: DateText | None = None
    last: DateText | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryRow:
    """A category in the sidebar: name without 【】, link, and the newest posts shown under it."""

    name: str
    url: str | None = None
    posts: tuple[ListedPost, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """The author's card and the blog's header. `account_age` is in years."""

    uid: str
    url: str
    nickname: str | None = None
    blog_title: str | None = None
    tagline: str | None = None
    registered: DateText | None = None
    account_age: int | None = None
    total_visits: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """The text shown instead of the content."""

    kind: NoticeKind
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Content of a page that could not be parsed, or is contradictory; it becomes a failure row.

    `kind` is `unreadable`, `incomplete` or `forged`; `field` is the affected field (`comments`, `posted_at`,
    …).
    """

    kind: Literal["unreadable", "incomplete", "forged"]
    field: str
    detail: str


def comments_problem(kind: Literal["unreadable", "incomplete", "forged"], detail: str) -> Problem:
    """Return a problem with the comments of a page."""
    return Problem(kind=kind, field="comments", detail=detail)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link to follow, by the structure and the text of the page; its URL is absolute and canonical.

    `kind` is the kind that the link suggests. `next_page`: it continues this page (same listing, or same
    post's comments). `is_whole`: the linked page has all comments of the post, those of this page too. Of a
    listing, it is the list of a month, which is fetched once: the home page names new posts.
    """

    url: str
    kind: PageKind
    next_page: bool = False
    number: str | None = None
    uid: str | None = None
    is_whole: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogLink:
    """A blog that a URL names; `url` is its home page."""

    site: str
    uid: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedPage:
    """All data parsed from one page, with times as shown.

    `posts` is the post of a post page, or the posts that a listing shows whole. `listed` are the posts of the listing,
    in its order; those of the sidebar are in `latest` and `categories`. `commented` are posts with new comments, each
    with the time of one as `posted`. `listing` is the month (YYYY-MM) or category of a MONTH or CATEGORY page; None if
    not shown. `total` is the number of posts that a list for machines states of all its pages. `blogs` are the other
    blogs of the site that visible links name, each once.
    """

    kind: PageKind
    encoding: str
    author: Author | None = None
    posts: tuple[Post, ...] = ()
    listed: tuple[ListedPost, ...] = ()
    commented: tuple[ListedPost, ...] = ()
    listing: str | None = None
    total: int | None = None
    latest: tuple[ListedPost, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    months: tuple[MonthRow, ...] = ()
    links: tuple[Link, ...] = ()
    blogs: tuple[BlogLink, ...] = ()
    notice: Notice | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def sidebar_posts(self) -> tuple[ListedPost, ...]:
        """The posts of the sidebar: the latest ones, then those below the categories."""
        return (*self.latest, *(post for row in self.categories for post in row.posts))


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawledPage:
    """A page fetched for a target, with the data parsed from it; `is_normalized` after the steps before the store."""

    target: Target
    page: Page
    parsed: ParsedPage
    is_normalized: bool = False

    @property
    def uid(self) -> str | None:
        """Return the uid of the page's author if shown, else the uid of the target."""
        return self.parsed.author.uid if self.parsed.author is not None else self.target.uid
