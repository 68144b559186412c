"""The context of the save of one page (page, blog, archive), and its result."""

import re
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from blogarchive.items import CrawledPage, DateText, ListedPost, PageKind, Post, Precision, Target
from blogarchive.parsing.urls import netloc_of
from blogarchive.sites.base import site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import blogs, failures, frontier
from blogarchive.store.ledger.runs import Counts
from blogarchive.store.pages import pages
from blogarchive.store.rows import Value, format_utc, format_utc_precise


@dataclass(eq=False)
class SaveContext:
    """One crawled page during its save, which is one transaction.

    `now` is the fetch time, `moment` the same as UTC text with seconds, `precise_moment` with microseconds, for the
    frontier. Every time that is written comes from the fetch time, never from the clock. `reparsed_id` is that of a
    stored page that is parsed again (`is_reparse`): frontier, page chains and gone marks stay unchanged. `partial`: the
    run is limited, so the page proves no listing.
    """

    archive: Archive
    crawled: CrawledPage
    blog: blogs.Blog
    _: KW_ONLY
    run_id: int | None
    reparsed_id: int | None = None
    partial: bool = False
    # What the steps of the save find out.
    changes: Counts = field(default_factory=Counts)
    failure: failures.Failure | None = None
    problems: list[failures.Failure] = field(default_factory=list)
    # Kinds and fields of failures that stay open.
    keep_open: list[tuple[str, str | None]] = field(default_factory=list)
    post_url: str | None = None
    counters_before: str | None = None
    is_title_listed: bool = False  # whether a listing shows the title of the page's post
    is_time_listed: bool = False  # whether a listing shows its time
    is_without_comments: bool = False  # whether another page has all comments of its post
    needs_confirmation: bool = False  # by a page of another day

    def __post_init__(self) -> None:
        self.page, self.parsed, self.target = self.crawled.page, self.crawled.parsed, self.crawled.target
        self.now, self.is_reparse = self.page.fetched_at, self.reparsed_id is not None
        self.moment, self.precise_moment = format_utc(self.now), format_utc_precise(self.now)
        self.site = site_by_name(self.blog.site)
        self.author_id = blogs.author_id(self.archive, self.blog)
        self._page_id = self.reparsed_id
        self._stored_page_id = self.reparsed_id or pages.newest_page_id(self.archive, self.page.url)

    @cached_property
    def is_newest(self) -> bool:
        """Whether no later page of a reparsed page's URL is stored. Later fetches without a change store none."""
        return pages.newest_page_id(self.archive, self.page.url) == self.reparsed_id

    @property
    def is_first(self) -> bool:
        """Return whether no page of this URL was stored before."""
        return self._stored_page_id is None

    @property
    def is_stored(self) -> bool:
        """Return whether the page has a row, because more than counters changed."""
        return self._page_id is not None

    def count(self, **changed: int) -> None:
        """Count changed rows, by the fields of `Counts`."""
        self.changes += Counts(**changed)

    def page_id(self) -> int:
        """Return the id of the page's row, inserted on the first call: call it for changes other than counters."""
        if self._page_id is None:
            uid, run_id = self.blog.uid, self.run_id
            self._page_id = pages.store_page(self.archive, self.crawled, uid=uid, run_id=run_id)
        return self._page_id

    @cached_property
    def author_aliases(self) -> frozenset[str]:
        """The older uids of the author: a page may link to many other blogs."""
        query = "select alias from author_aliases where author_id = ?"
        return frozenset(self.archive.column(query, (self.author_id,)))

    @cached_property
    def own_hosts(self) -> frozenset[str]:
        """The hosts of the blog, old and new."""
        return blogs.blog_hosts(self.archive, self.blog) | {netloc_of(self.page.url)}

    def seen_columns(self) -> dict[str, Value]:
        """Return the columns of a new row: when it was seen, and on which page."""
        return {"first_seen_at": self.moment, "last_seen_at": self.moment, "page_id": self.page_id()}

    def own_target(self, kind: PageKind, url: str, **more: Any) -> Target:
        """Return a target of the blog with these further fields."""
        return Target(url=url, site=self.blog.site, kind=kind, uid=self.blog.uid, **more)

    def requeue(self, target: Target, *, before: str | None = None, failed_too: bool = False) -> None:
        """Requeue a target unless it was fetched at or after `before` (UTC text), by default when this page was."""
        archive, now, url = self.archive, self.now, self.page.url
        before = self.precise_moment if before is None else before
        frontier.requeue_target(archive, target, before=before, now=now, found_on=url, failed_too=failed_too)

    def record_difference(self, url: str, failure: failures.Failure) -> None:
        """Record a failure that lasts until a page shows the contrary, once."""
        run_id, now = self.run_id, self.now
        failures.record_failure(self.archive, self.blog, url, failure, run_id=run_id, now=now, once=True)

    def resolve(self, *urls: str) -> None:
        """Resolve the open failures of these URLs."""
        for url in urls if not self.is_reparse else ():
            failures.resolve(self.archive, url, now=self.now)

    def result(self, outcome: "Outcome") -> "SaveResult":
        """Return the result of the save, with the changes and the failure so far."""
        return SaveResult(outcome, self.blog, self.target.number, self.changes, self.failure)

    def counter_page_id(self) -> int | None:
        """Return the page id for a counter: of this page if it has a row, else of the stored one."""
        return self._page_id if self._page_id is not None else self._stored_page_id


_ISO_LENGTH: dict[Precision, int] = {"year": 4, "month": 7, "day": 10, "hour": 13, "minute": 16, "second": 19}


def date_text_iso(date: DateText | None) -> str | None:
    """Return ISO 8601 of the precision shown: 2014, 2014-07, 2014-07-14, 2014-07-14T08-07:00, and so on.

    None if the date was not parsed.
    """
    if date is None or date.at is None or date.precision is None:
        return None
    text = date.at.isoformat(timespec="seconds")
    cut = text[: _ISO_LENGTH[date.precision]]
    return cut + text[19:] if date.precision in ("hour", "minute", "second") else cut


_OFFSET = re.compile(r"(?<=T\d\d|:\d\d)[+-]\d\d:\d\d$")
# The unit of a time by its length without the offset.
_UNITS = {13: timedelta(hours=1), 16: timedelta(minutes=1), 19: timedelta(seconds=1)}
# From noon in UTC: at UTC+14 the day begins 26 hours earlier, at UTC-12 it ends 24 hours later.
_BEGIN_OF_DAY, _END_OF_DAY = timedelta(hours=-26), timedelta(hours=24)


def is_same_time(one: str, other: str) -> bool:
    """Return whether two times, as ISO 8601, are equal up to the lower precision, as shown or in one zone.

    A day alone is of an unknown zone: it equals an instant that has this day in any zone. The page of a post may show
    the day of a zone in which the feed has midnight.
    """
    coarse, exact = sorted((one, other), key=len)
    if len(coarse) == _ISO_LENGTH["day"] and _OFFSET.search(exact):
        past_noon = datetime.fromisoformat(exact) - datetime.fromisoformat(f"{coarse}T12:00Z")
        return _BEGIN_OF_DAY <= past_noon < _END_OF_DAY
    shown, other_shown = _OFFSET.sub("", one), _OFFSET.sub("", other)
    if shown.startswith(other_shown) or other_shown.startswith(shown):
        return True
    # WordPress may state UTC on its pages, and the zone of the blog in its interface.
    unit = _UNITS.get(min(len(shown), len(other_shown)))
    if unit is None or not (_OFFSET.search(one) and _OFFSET.search(other)):
        return False
    return timedelta() <= datetime.fromisoformat(exact) - datetime.fromisoformat(coarse) < unit


# A time such as 3小时前, `2 years ago` or `vor 2 Jahren` is another one at each fetch.
_RELATIVE_TIME = r"前|刚|剛|昨|今天|ago"


def is_relative(date: DateText | None) -> bool:
    """Return whether the page shows how long ago the time was."""
    from blogarchive.parsing.dates.numbers import DISTANCE  # most commands parse no date

    return date is not None and re.search(f"(?i){_RELATIVE_TIME}|{DISTANCE}", date.text) is not None


def time_columns(date: DateText | None) -> dict[str, Value]:
    """Return the columns of a post's or comment's time: as ISO 8601, and as the page shows it."""
    return {"posted_at": date_text_iso(date), "posted_at_text": date.text if date else None}


def date_text_day(date: DateText | None) -> str | None:
    """Return the day, `2025-01-29`, or the first ten characters as shown if the date was not parsed."""
    return None if date is None else (date_text_iso(date) or date.text)[:10]


Linked = TypeVar("Linked", ListedPost, Post)


def is_own_uid(context: SaveContext, uid: str | None) -> bool:
    """Return whether a URL with that uid may belong to the blog; None is a URL without a uid."""
    return uid is None or uid == context.blog.uid or uid in context.author_aliases


def own_posts(context: SaveContext, posts: Iterable[Linked]) -> list[Linked]:
    """Return the posts of this blog: many listings contain a box of posts of other authors."""
    parse_url = context.site.parse_url
    return [post for post in posts if post.url is None or is_own_uid(context, parse_url(post.url).uid)]


def post_target(context: SaveContext, url: str, number: str) -> Target:
    """Return the target of the blog's post of that number at `url`."""
    return context.own_target(PageKind.POST, url, number=number)


class Outcome(StrEnum):
    """The outcomes of a save."""

    STORED = "stored"  # more than counters changed
    SAME = "same"  # nothing but counters changed
    GONE = "gone"  # the page says that it was deleted: one of two witnesses
    BLOCKED = "blocked"  # 403, 429, 503 or a block page; a run stops after several
    FAILED = "failed"  # anything else that was not saved; a failure row has the reason


@dataclass(frozen=True, slots=True)
class SaveResult:
    """The changes of a save. `blog` is the blog that the page belongs to; a run adds it to its blogs.

    `number` is that of the post, a new one if the post has moved.
    """

    outcome: Outcome
    blog: blogs.Blog
    number: str | None
    changes: Counts
    failure: failures.Failure | None = None
