"""One run over some blogs: its options, its counts and its archive."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from gettext import gettext as _, ngettext
from pathlib import Path

from blogarchive.crawl.media_session import MediaSession
from blogarchive.crawl.options import CrawlOptions, RunSettings, read_cookies
from blogarchive.crawl.progress import CrawlObserver
from blogarchive.crawl.targets import TargetSource
from blogarchive.errors import UsageError
from blogarchive.items import CrawledPage, Page, PageKind, Target
from blogarchive.parsing.urls import host_of, port_of, service_of
from blogarchive.sites.base import site_by_name
from blogarchive.store import media
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import plan, save_page
from blogarchive.store.ledger import blogs, coverage, failures, frontier
from blogarchive.store.ledger.runs import Counts, Run
from blogarchive.store.pages.context import Outcome, SaveResult
from blogarchive.store.rows import utc_now

# Kinds of failures of a host that returns no pages.
_REFUSALS = frozenset({"network", "blocked", "cut", "robots"})


class CrawlSession:
    """A run in progress."""

    def __init__(self, archive: Archive, run: Run, options: CrawlOptions, observer: CrawlObserver) -> None:
        self.archive = archive
        self.run = run
        self.options = options
        self.observer = observer
        self.blogs: list[blogs.Blog] = []
        self.settings = RunSettings(archive, options)
        self.media = MediaSession(archive, run, self.blogs, self.settings, observer, recent=options.partial)
        self.targets = TargetSource(archive, run, options)
        self.hosts = self.targets.blog_hosts
        # What each host answered: a fleet leaves out, for a while, hosts that gave no page.
        self.stored: Counter[str] = Counter()
        self.unreadable: Counter[str] = Counter()
        self.refused: dict[str, failures.Failure] = {}  # the last one of each host
        self.delays: defaultdict[str, float] = defaultdict(float)  # by host
        self.warnings: list[str] = []
        self._reached = False
        self._start_keys: frozenset[str] = frozenset()
        self._media_blogs = 0  # blogs whose images were queued
        self._homes: set[tuple[str, int]] = set()
        self._counts = Counter[str]()  # of `Counts`

    def begin(self, targets: Sequence[Target]) -> None:
        """Queue the targets of the run, those of `start_targets` first."""
        if self.run.ahead:
            text = _(
                "this machine's clock is {hours} hours behind the newest time in the archive; set it if it is wrong"
            )
            self.observer.on_message(text.format(hours=f"{self.run.ahead / timedelta(hours=1):,.1f}"))
        self._start_keys = frozenset(self._queue_start(target) for target in targets)
        if self.options.command == "update":
            self._add_stored_blogs()
        self._requeue_failed()
        plan.queue_run(
            self.archive,
            self.run,
            self.blogs,
            now=utc_now(),
            full=self.options.full,
            hosts=self.hosts,
            revisits={blog: self.settings.of_blog(blog).revisits for blog in self.blogs},
        )

    @property
    def sites(self) -> set[str]:
        """The sites of the run as tables of changes name them; each blog of any host is one."""
        return set(map(coverage.scope_of, self.blogs))

    @property
    def unreached(self) -> bool:
        """True if pages failed and none was stored; False for a run that only had images to fetch."""
        return self._counts["failures"] > 0 and not self._reached

    @property
    def is_long(self) -> bool:
        """True if many pages are expected: the archive has no post of these blogs."""
        return self.options.limit is None and not coverage.has_posts(self.archive, self.blogs)

    def homes(self) -> frozenset[tuple[str, int]]:
        """Return host and port of every blog."""
        return frozenset(self._homes)

    def cookie_files(self) -> dict[tuple[str, str | None], str]:
        """Return the path of the cookies of each blog that has some, by site and uid; warn of an invalid file."""
        given = {(blog.site, blog.uid): self.settings.of_blog(blog).cookies for blog in self.blogs}
        valid = set()
        for path in sorted({path for path in given.values() if path}):
            try:
                read_cookies(Path(path))
                valid.add(path)
            except UsageError as error:
                self.warnings.append(_("continued without cookies: {error}").format(error=error))
        return {blog: path for blog, path in given.items() if path in valid}

    def begin_media(self) -> int:
        """Queue the images of all stored posts, and return how many are due; 0 if no blog was added since the last call.

        Called after the first page and after the last one. A run that fetches no images returns 0.
        """
        if not self.options.media or self.unreached or self._media_blogs == len(self.blogs):
            return 0
        self._media_blogs = len(self.blogs)
        count = self.media.begin({host for host, _start in self._homes})
        if count:
            text = ngettext("{count} image to fetch", "{count} images to fetch", count)
            self.observer.on_message(text.format(count=count))
        return count

    def save_page(self, crawled: CrawledPage) -> None:
        """Store a crawled page in one transaction; raises `CannotWrite`."""
        crawled = replace(crawled, page=self._in_order(crawled.page))
        options = self.options
        saved = save_page.save_page(
            self.archive, crawled, self.run.id, partial=options.partial, accepted=options.accept_changes
        )
        self._record_saved(crawled.target, saved)

    def save_unchanged(self, target: Target, page: Page) -> None:
        """Record a 304 response."""
        self._counts["not_modified"] += 1
        saved = save_page.save_not_modified(self.archive, target, self._in_order(page), self.run.id)
        self._record_saved(target, saved)

    def record_failure(self, target: Target, failure: failures.Failure) -> None:
        """Record that no page came, and schedule a retry unless the failure is permanent."""
        self._counts["failures"] += 1
        self.targets.record_unstored(target)
        if failure.kind in _REFUSALS:
            self.refused[service_of(target.url)] = failure
        save_page.save_fetch_failure(self.archive, target, failure, self.run.id, now=utc_now())
        self._record_home(blogs.Blog(site=target.site, uid=target.uid), target, failure)
        self.targets.record_change([blogs.Blog(site=target.site, uid=target.uid)])
        self.observer.on_fetch_failed(target, failure)

    def is_refused(self, target: Target) -> bool:
        """Return whether an earlier run was refused the page of the target."""
        return failures.is_open(self.archive, target.url, failures.Failure(kind="blocked", detail=""))

    def progress(self) -> frontier.CrawlProgress:
        """Return the progress of the blogs; it counts all their targets."""
        return frontier.crawl_progress(self.archive, self.blogs)

    def has_due(self) -> bool:
        """Return True if a page or an image is due that was not fetched."""
        return self.progress().todo > 0 or (self.options.media and self.media.count_due() > 0)

    def counts(self, requests: int) -> Counts:
        """Return the counts of the run so far."""
        failed = self._counts["failures"] + self.media.failed
        return Counts(**dict(self._counts, requests=requests, media=self.media.stored, failures=failed))

    def _queue_start(self, target: Target) -> str:
        """Queue a target that the user named, before all others, and return its key in the frontier."""
        # The user says that it is that blog.
        if self.options.site and target.kind is PageKind.HOME:
            target = replace(target, uid=blogs.follow_move(self.archive, target, utc_now()))
        uid = target.uid and blogs.canonical_uid(self.archive, target.site, target.uid)
        target = frontier.with_stored_scheme(self.archive, replace(target, uid=uid))
        target = frontier.as_stored(self.archive, target)
        frontier.add_targets(self.archive, [target], now=utc_now(), first=True)
        frontier.change_url(self.archive, target)
        frontier.requeue_target(self.archive, target, before=self.run.epoch_at, now=utc_now())
        self._add_blog(blogs.Blog(site=target.site, uid=target.uid), target.url)
        return frontier.target_key(target)

    def _requeue_failed(self) -> None:
        """Requeue the failures that the user named; accept the changes of the sites if the user agrees with them."""
        if self.options.retry:
            failures.requeue_failed(self.archive, self.blogs)
            media.requeue_failed(self.archive, self.blogs)
        elif self.options.accept_changes:
            failures.requeue_failed(self.archive, self.blogs, kind="changed")
            coverage.accept_changes(self.archive, self.run, self.sites, now=utc_now())

    def _add_stored_blogs(self) -> None:
        """Add the blogs of an update, and queue their home pages."""
        rests = self.options.is_plain_update and not self.options.uids
        resting = blogs.resting_blogs(self.archive, utc_now()) if rests else set()
        stored = blogs.stored_blogs(self.archive, self.options.uids, hopeless=self.options.retry)
        for blog in [blog for blog in stored if blog not in resting]:
            try:
                site_by_name(blog.site)
            except UsageError as error:  # a site of the user's own, which is broken or on another machine
                text = _("continued without {site}/{uid}: {error}")
                self.warnings.append(text.format(site=blog.site, uid=blog.uid, error=error))
                continue
            home = plan.queue_home(self.archive, blog, now=utc_now())
            self._add_blog(blog, home.url if home else blogs.stored_url(self.archive, blog) or "")

    def _in_order(self, page: Page) -> Page:
        """Return the page with a fetch time after all in the archive; the clock may have been set back."""
        ahead = self.run.ahead
        return replace(page, fetched_at=page.fetched_at + ahead) if ahead else page

    def _add_blog(self, blog: blogs.Blog, url: str) -> None:
        if blog not in self.hosts:
            self.blogs.append(blog)
            self.settings.add_blog(blog)
            self.targets.add_blog(blog, service_of(url) or blog.site)
            self._homes.add((host_of(url), port_of(url)))

    def _record_saved(self, target: Target, saved: SaveResult) -> None:
        """Count a response that was saved or rejected, add its blog to the run, and queue its images."""
        reached = saved.outcome in (Outcome.STORED, Outcome.SAME)
        self._count(target, saved, reached=reached)
        self._record_home(saved.blog, target, None if reached else saved.failure)
        if frontier.target_key(target) in self._start_keys or target.kind is PageKind.HOME:
            self._add_blog(saved.blog, target.url)
        self.targets.record_change([saved.blog, blogs.Blog(site=target.site, uid=target.uid)])
        if reached:
            self._queue_images(target, saved)
        else:
            self.targets.record_unstored(target)
        self.observer.on_page_stored(target, saved)
        self.observer.on_progress(self.progress)

    def _count(self, target: Target, saved: SaveResult, *, reached: bool) -> None:
        """Add the changes of a saved page to the counts of the run and of its host."""
        self._counts.update(asdict(saved.changes))
        if saved.failure is None:
            self.stored[service_of(target.url)] += 1
        elif saved.failure.kind == "unreadable":
            self.unreadable[service_of(target.url)] += 1
        self._counts["pages"] += reached
        self._counts["failures"] += saved.failure is not None
        self._reached |= reached

    def _record_home(self, blog: blogs.Blog, target: Target, failure: failures.Failure | None) -> None:
        """Record whether the site answered for the home page; one that cannot be parsed says nothing of others."""
        if target.is_home:
            reached = failure is None or failure.kind not in ("network", "http", "blocked", "notice")
            self.targets.record_home(blog, reached=reached)

    def _queue_images(self, target: Target, saved: SaveResult) -> None:
        """Queue the images of a stored post; after the first page, those of all stored posts."""
        if self._media_blogs == 0:
            self.begin_media()
        elif self.options.media and target.kind is PageKind.POST and saved.number is not None:
            self.media.add_post(saved.blog, saved.number)
