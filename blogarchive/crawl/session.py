"""One run over some blogs: what it was asked, what it has found out so far, and the archive it writes to.

The spider asks it what to fetch and the pipelines give it what came; `blogarchive.crawl` begins and ends it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields, replace
from typing import Protocol
from urllib.parse import urlsplit

from blogarchive.crawl.media_session import MediaHostPolicy, MediaSession
from blogarchive.crawl.options import CrawlOptions
from blogarchive.items import CrawledPage, Page, PageKind, Target
from blogarchive.parsing.media.hosts import host_of, port_of
from blogarchive.sites.base import site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import requeue
from blogarchive.store.frontier.queue import CrawlProgress
from blogarchive.store.ingest import plan, save_page
from blogarchive.store.ledger import blogs, failures, field_coverage
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.ledger.runs import Counts, Run
from blogarchive.store.media import queue as media_queue
from blogarchive.store.pages import page_rows
from blogarchive.store.pages.result import Outcome, SaveResult
from blogarchive.store.timestamps import utc_now

_ALL = 10_000_000
_BEFORE_POSTS = (PageKind.HOME, PageKind.COMMENTS)


class CrawlObserver(Protocol):
    """Is told what happens, as it happens."""

    def on_page_stored(self, target: Target, saved: SaveResult) -> None:
        """A page came and was kept, or could not be."""

    def on_fetch_failed(self, target: Target, failure: Failure) -> None:
        """No page came."""

    def on_message(self, words: str) -> None:
        """Something that the person may want to know."""

    def on_progress(self, count: Callable[[], CrawlProgress]) -> None:
        """A page is through; `count` tells how far the run is, and is dear enough to be asked seldom."""

    def on_image(self, kept: int, lost: int, wanted: int) -> None:
        """A picture is through: so many of those `wanted` were kept so far, so many could not be had."""


class CrawlSession:
    """A run under way."""

    def __init__(self, archive: Archive, run: Run, order: CrawlOptions, observer: CrawlObserver) -> None:
        self.archive = archive
        self.run = run
        self.order = order
        self.observer = observer
        self.blogs: list[Blog] = []
        self.reached = 0
        self._posts_taken = 0
        self._starts: frozenset[str] = frozenset()
        self._hosts: dict[Blog, str] = {}
        self._homes: set[tuple[str, int]] = set()
        self.pictures = MediaSession(
            archive, run, self.blogs, MediaHostPolicy(order.media_hosts), observer, recent=order.partial
        )
        self._counts: dict[str, int] = dict.fromkeys((field.name for field in fields(Counts)), 0)

    def begin(self, targets: Sequence[Target]) -> int:
        """Put what the order asks for into the frontier; gives how many targets there are to fetch.

        `targets` are the `starts` of the order.
        """
        if self.run.ahead:
            self.observer.on_message(
                f"this machine's clock is {self.run.ahead} behind what the archive holds"
            )
        starts = set()
        for named in targets:
            uid = named.uid and blogs.canonical_uid(self.archive, named.site, named.uid)
            target = plan.with_stored_scheme(self.archive, replace(named, uid=uid))
            starts.add(frontier_queue.target_key(target))
            frontier_queue.add_targets(self.archive, [target], now=utc_now(), first=True)
            requeue.change_url(self.archive, target)
            requeue.requeue_target(self.archive, target, before=self.run.epoch_at, now=utc_now())
            self._join(Blog(site=target.site, uid=uid), target.url)
        self._starts = frozenset(starts)
        if self.order.command == "update":
            for blog in blogs.stored_blogs(self.archive, self.order.uids, hopeless=self.order.retry):
                home = plan.queue_home(self.archive, blog, now=utc_now())
                self._join(blog, home.url if home else "")
        if self.order.retry:
            failures.requeue_failed(self.archive, self.blogs)
            media_queue.retry(self.archive, self.blogs)
        return plan.queue_run(self.archive, self.run, self.blogs, now=utc_now(), full=self.order.full)

    def hosts(self) -> list[str]:
        """The hosts of the blogs, each once."""
        return list(dict.fromkeys(self._hosts.values()))

    def hosts_that_leave_open(self) -> set[str]:
        """The hosts whose home pages held do not end with `</html>`: no page of theirs is asked for twice to be sure."""
        homes = [home for blog in self.blogs if (home := blogs.home_target(self.archive, blog))]
        return {host_of(home.url) for home in homes if page_rows.is_newest_home_open(self.archive, home.url)}

    @property
    def unreached(self) -> bool:
        """Whether pages were asked for and none came; a run that only had pictures to fetch asks for none."""
        return self._counts["failures"] > 0 and not self.reached

    @property
    def is_long(self) -> bool:
        """Whether many pages are to be expected: no post of these blogs was read before."""
        return self.order.limit is None and not field_coverage.has_posts(self.archive, self.blogs)

    def homes(self) -> frozenset[tuple[str, int]]:
        """Host and port of the blogs."""
        return frozenset(self._homes)

    def begin_pictures(self) -> int:
        """Called when the pages are through; gives how many pictures there are to fetch, 0 where none is wanted."""
        if not self.order.media or self.unreached:
            return 0
        count = self.pictures.begin({host for host, _ in self._homes})
        if count:
            self.observer.on_message(f"{count} pictures to fetch")
        return count

    def take(self, host: str, limit: int, exclude: Collection[Target]) -> list[Target]:
        """The next targets of the blogs on `host`, at most `limit`; those in `exclude` are in flight."""
        there = [blog for blog in self.blogs if self._hosts[blog] == host]
        if not there:
            return []
        if self.order.limit is not None:
            return self._take_few(there, limit, exclude)
        while True:
            # One by one where dates decide: a listing on the way may tell the date of a post behind it.
            taken = self._ask(there, 1 if self.order.since else limit, exclude)
            young = [target for target in taken if not self._left_out(target)]
            if young or not taken:
                return young

    def homes_on(self, host: str) -> list[Target]:
        """The home pages of the blogs on `host`."""
        there = (blog for blog in self.blogs if self._hosts[blog] == host)
        return [home for blog in there if (home := blogs.home_target(self.archive, blog))]

    def waiting_on(self, host: str) -> list[Target]:
        """All that there is to fetch now of the blogs on `host`, what is under way too."""
        return self._ask([blog for blog in self.blogs if self._hosts[blog] == host], _ALL, ())

    def foreseen(self) -> list[Target]:
        """All that the run would ask for as far as is known now, best first.

        Writes to the frontier: call it inside `Archive.supposing`.
        """
        if self.order.limit is not None:
            return self._take_few(self.blogs, _ALL, ())
        return [target for target in self._ask(self.blogs, _ALL, ()) if not self._left_out(target)]

    def top_up(self) -> int:
        """Look for what does not add up yet; gives how many targets were added, 0 when the run is over."""
        return 0 if self.order.partial else plan.queue_more(self.archive, self.run, self.blogs, now=utc_now())

    def save_page(self, crawled: CrawledPage) -> SaveResult:
        """Store a visit in one transaction; raises `CannotWrite`."""
        crawled = replace(crawled, page=self._in_time(crawled.page))
        partial = self.order.partial
        return self._count(
            crawled.target, save_page.save_page(self.archive, crawled, self.run.id, partial=partial)
        )

    def save_unchanged(self, target: Target, page: Page) -> SaveResult:
        """The site answered 304."""
        self._counts["not_modified"] += 1
        return self._count(
            target, save_page.save_not_modified(self.archive, target, self._in_time(page), self.run.id)
        )

    def record_failure(self, target: Target, failure: Failure) -> None:
        """No page came for the target: a failure row, and a later try where there may be one."""
        self._counts["failures"] += 1
        save_page.save_fetch_failure(self.archive, target, failure, self.run.id, now=utc_now())
        self.observer.on_fetch_failed(target, failure)

    def progress(self) -> CrawlProgress:
        """How far the blogs are; reads an index of the whole frontier."""
        return frontier_queue.crawl_progress(self.archive, self.blogs)

    def counts(self, requests: int) -> Counts:
        """What the run did so far."""
        pictures = self.pictures
        failed = self._counts["failures"] + pictures.failed
        return Counts(**{**self._counts, "requests": requests, "media": pictures.stored, "failures": failed})

    def _in_time(self, page: Page) -> Page:
        """The page, fetched after all that the archive holds: the clock may have been set back."""
        ahead = self.run.ahead
        return replace(page, fetched_at=page.fetched_at + ahead) if ahead else page

    def _ask(self, there: Sequence[Blog], limit: int, exclude: Collection[Target]) -> list[Target]:
        since = self.order.since
        return frontier_queue.next_targets(
            self.archive, there, limit=limit, now=utc_now(), exclude=exclude, since=since
        )

    def _take_few(self, there: Sequence[Blog], limit: int, exclude: Collection[Target]) -> list[Target]:
        """Posts before listings, and none beyond the order's limit; the comments of those taken, to the end."""
        room = (self.order.limit or 0) - self._posts_taken
        known = [target for target in self._ask(there, _ALL, exclude) if not self._left_out(target)]
        taken = [target for target in known if target.kind in _BEFORE_POSTS]
        posts = [target for target in known if target.kind is PageKind.POST][: max(0, room)]
        if room > 0:
            taken += posts or [target for target in known if target not in taken]
        taken = taken[:limit]
        self._posts_taken += sum(target.kind is PageKind.POST for target in taken)
        return taken

    def _left_out(self, target: Target) -> bool:
        """Whether a post's URL says that it is of a month before the order's `since`; then that is noted."""
        if self.order.since is None or target.kind is not PageKind.POST:
            return False
        month = site_by_name(target.site).parse_url(target.url).month
        last_day = f"{month}-31"
        if month is None or last_day >= self.order.since.isoformat():
            return False
        frontier_queue.set_newest_day(self.archive, target, last_day)
        return True

    def _join(self, blog: Blog, url: str) -> None:
        if blog not in self.blogs:
            self.blogs.append(blog)
            self._hosts[blog] = urlsplit(url).hostname or blog.site
            self._homes.add((host_of(url), port_of(url)))

    def _count(self, target: Target, saved: SaveResult) -> SaveResult:
        for name in ("posts_new", "posts_changed", "posts_gone", "comments_new", "comments_changed"):
            self._counts[name] += getattr(saved.changes, name)
        self._counts["pages"] += saved.outcome in (Outcome.STORED, Outcome.SAME)
        self._counts["failures"] += saved.failure is not None
        self.reached += saved.outcome in (Outcome.STORED, Outcome.SAME)
        if frontier_queue.target_key(target) in self._starts or target.kind is PageKind.HOME:
            self._join(saved.blog, target.url)
        self.observer.on_page_stored(target, saved)
        self.observer.on_progress(self.progress)
        return saved
