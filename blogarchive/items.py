"""The frozen dataclasses that pass between layers; no dict crosses a module border.

A `Target` is fetched and becomes a `Page`; a site's reader makes a `ParsedPage` of it; both travel as a `CrawledPage`
through the pipelines into the store. `None` always means "not shown on the page", never "zero".
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

Precision = Literal["year", "month", "day", "hour", "minute", "second"]


class PageKind(StrEnum):
    """What a page is, decided by its content; for a `Target`, what its link promised."""

    HOME = "home"  # an author's index, its first or a further page
    MONTH = "month"  # one month of the archive, or a further page of it
    CATEGORY = "category"
    POST = "post"
    COMMENTS = "comments"  # a further page of a post's comments
    NOTICE = "notice"  # gone, hidden, log in, too many requests: with whatever status
    UNKNOWN = "unknown"


class NoticeKind(StrEnum):
    """Why a page shows a notice in place of its content."""

    GONE = "gone"
    HIDDEN = "hidden"
    LOGIN = "login"
    BLOCKED = "blocked"  # too many requests, a captcha, a refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class DateText:
    """A time as a page shows it; `at` and `precision` are filled by the dates pipeline.

    `at` is aware, in the site's zone. `at` None with `text` given: the words could not be read as a time.
    """

    text: str
    at: datetime | None = None
    precision: Precision | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedUrl:
    """What a URL says of itself under a site's rules: a hint, never a verdict.

    `url` is canonical: absolute, without session ids, script switches and fragments. `uid` and `number` are the
    site's own ids where the URL shows them. `month` is YYYY-MM if the URL shows the month of a post.
    """

    url: str
    kind: PageKind
    uid: str | None = None
    number: int | str | None = None
    month: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One thing to fetch, as the frontier holds it.

    `kind` is what the link promised. `uid` is the blog on whose behalf it is fetched. `post_number` names the
    post whose comments a COMMENTS target continues. `page_no` counts from 1 along a chain of "next" links, and
    `chain` is the URL of the chain's first page.
    """

    url: str
    site: str
    kind: PageKind
    uid: str | None = None
    number: int | str | None = None
    post_number: int | str | None = None
    page_no: int = 1
    chain: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page as it was served: `fetched_at` is UTC, `headers` hold no cookies."""

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """One comment, in the page's own order; `reply_to` is the name after 回复."""

    author_name: str
    author_url: str | None = None
    reply_to: str | None = None
    posted: DateText | None = None
    body_html: str = ""
    body_text: str = ""
    likes: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture in a post's body: absolute URL, and its place among the pictures, from 0."""

    url: str
    position: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """What one page shows of one post.

    `whole` is False where a listing shows an excerpt only. `comments` are those on this page; `comment_count` is
    what the page claims. `categories` are names without 【】.
    """

    number: int | str
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
    categories: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPost:
    """A post as a listing names it. `title_cut`: the site may have cut the title (30 GBK bytes).

    `number` and `url` are None where the title is shown without a link. `comment_count` stands below the title, where
    an author's excerpt stands too: a sign that the post may have changed, nothing to be kept of it.
    """

    title: str
    number: int | str | None = None
    url: str | None = None
    title_cut: bool = False
    posted: DateText | None = None
    comment_count: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthRow:
    """A row of the archive: month as YYYY-MM, its link as it is.

    `first` and `last` are the dates of the month's first and last posts, None where the row does not show them.
    """

    month: str
    first: DateText | None = None
    last: DateText | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryRow:
    """A category in the sidebar: name without 【】, its link, the newest posts shown under it."""

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
    """The words shown in place of content."""

    kind: NoticeKind
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something on the page that could not be read, or that disagrees; it becomes a failure row.

    `kind` is `unreadable`, `incomplete` or `forged`; `field` names what is concerned (`comments`, `posted_at`, …).
    """

    kind: Literal["unreadable", "incomplete", "forged"]
    field: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link worth following, as the page's structure and words say: absolute, canonical.

    `kind` is what it promises. `next_page`: it continues this very page (same listing, or same post's comments).
    """

    url: str
    kind: PageKind
    next_page: bool = False
    number: int | str | None = None
    uid: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedPage:
    """All that was read from one page, times still as shown.

    `posts` holds the post of a post page, or the posts a listing shows whole. `listed` are the posts of the
    listing itself in its order (not the sidebar's: those are `latest` and `categories`). `listing` names the month
    (YYYY-MM) or category of a MONTH or CATEGORY page where the page says it.
    """

    kind: PageKind
    encoding: str
    author: Author | None = None
    posts: tuple[Post, ...] = ()
    listed: tuple[ListedPost, ...] = ()
    listing: str | None = None
    latest: tuple[ListedPost, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    months: tuple[MonthRow, ...] = ()
    links: tuple[Link, ...] = ()
    notice: Notice | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawledPage:
    """A page that was fetched for a target, with what was read from it."""

    target: Target
    page: Page
    parsed: ParsedPage

    @property
    def uid(self) -> str | None:
        """Whose page it is: as the page says, else on whose behalf it was fetched."""
        return self.parsed.author.uid if self.parsed.author is not None else self.target.uid
