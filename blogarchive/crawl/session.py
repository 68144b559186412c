"""One run over some blogs: its options, its counts, its archive, and the due targets of its blogs in turn."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from gettext import gettext as _, ngettext
from pathlib import Path

from blogarchive.crawl.media_session import MediaSession
from blogarchive.crawl.options import CrawlOptions, RunSettings, read_cookies
from blogarchive.crawl.progress import CrawlObserver
from blogarchive.errors import UsageError
from blogarchive.items import CrawledPage, Page, PageKind, Target
from blogarchive.parsing.urls import host_of, port_of, service_of
from blogarchive.sites.base import site_by_name
from blogarchive.store import media
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import plan, save_page
from blogarchive.store.ingest.changes import held_blogs
from blogarchive.store.ledger import blogs, coverage, failures, frontier
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.runs import Counts, Run
from blogarchive.store.pages.context import Outcome, SaveResult
from blogarchive.store.posts import comment_pages
from blogarchive.store.rows import ALL_ROWS, format_utc, utc_now

# Kinds of failures of a host that returns no pages.
_REFUSALS = frozenset({"network", "blocked", "cut", "robots"})


class CrawlSession:
    """A run in progress."""

    def __init__(self, archive: Archive, run: Run, options: CrawlOptions, observer: CrawlObserver) -> None:
        self.archive = archive
        self.run = run
        self.options = options
        self.observer = observer
        self.blogs: list[Blog] = []
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
        if self.run.ahead > timedelta(minutes=3):  # 0.1 hours are shown
            text = _(
                "this machine's clock is {hours} hours behind the newest time in the archive; set it if it is wrong"
            )
            self.observer.on_message(text.format(hours=f"{self.run.ahead / timedelta(hours=1):,.1f}"))
        self._start_keys = frozenset(self._queue_start(target) for target in targets)
        if self.options.command == "update":
            self._add_stored_blogs()
        self._requeue_failed()
        revisits = {blog: self.settings.of_blog(blog).revisits for blog in self.blogs}
        blogs, now, full = self.blogs, utc_now(), self.options.full
        plan.queue_run(self.archive, self.run, blogs, now=now, full=full, hosts=self.hosts, revisits=revisits)

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
        """Return the path of each blog's cookies, by site and uid, if it has some. Warn of an invalid file."""
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
        """Queue the images of all stored posts, and return how many are due. Return 0 if no blog was added since the
        last call.

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
        self._record_home(Blog(site=target.site, uid=target.uid), target, failure)
        self.targets.record_change([Blog(site=target.site, uid=target.uid)])
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
        self._add_blog(Blog(site=target.site, uid=target.uid), target.url)
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

    def _add_blog(self, blog: Blog, url: str) -> None:
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
        self.targets.record_change([saved.blog, Blog(site=target.site, uid=target.uid)])
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

    def _record_home(self, blog: Blog, target: Target, failure: failures.Failure | None) -> None:
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


# The targets of a run

SLICE = 5
"""Number of targets that are taken of a blog before the next blog of its host."""

MAX_TIMES = 20
"""A target is given out at most so often in a run. One that is requeued and fails for days needs fewer."""

_BEFORE_POSTS = (PageKind.HOME, PageKind.COMMENTS)


class TargetSource:
    """Supplies the scheduler of pages. A blog is asked again after a page of it was stored or failed, or for a retry."""

    def __init__(self, archive: Archive, run: Run, options: CrawlOptions) -> None:
        self._archive = archive
        self._run = run
        self._options = options
        self._turns = BlogTurns()
        self.blog_hosts: Mapping[Blog, str] = self._turns.hosts
        self._fetched = frontier.count_fetched(archive, run.epoch_at) if run.resumes else {}
        self._unchecked: dict[Blog, None] = {}
        self._stored: set[Blog] = set()  # before the run
        # Whether the home page was reached, of blogs that were asked.
        self._homes: dict[Blog, bool] = {}
        self._posts_taken = 0
        self._times = Counter[str]()  # targets given out, by key
        self._endless = set[Target]()

    def add_blog(self, blog: Blog, host: str) -> None:
        """Add a blog of `host`."""
        self._turns.add(blog, host, taken=self._fetched.get(blog, 0))
        self._unchecked[blog] = None
        if blogs.is_stored(self._archive, blog):
            self._stored.add(blog)

    def record_change(self, changed: Iterable[Blog]) -> None:
        """Ask these blogs again: pages of them were stored, or have failed."""
        for blog in changed:
            if blog in self.blog_hosts:
                self._turns.wake(blog)
                self._unchecked[blog] = None

    def record_home(self, blog: Blog, *, reached: bool) -> None:
        """Record whether the home page of a blog was reached. If it was not, nothing else is asked for in an update."""
        self._homes[blog] = reached or self._homes.get(blog, False)

    def changed_hosts(self) -> list[str]:
        """Return the hosts that may have new targets since the last call."""
        return self._turns.changed_hosts(format_utc(utc_now()))

    def record_unstored(self, target: Target) -> None:
        """Return to `--limit` a post that was taken and not stored."""
        self._posts_taken -= target.kind is PageKind.POST and self._options.limit is not None

    def take(self, host: str, limit: int, exclude: Collection[Target]) -> list[Target]:
        """Return due targets of the next blog of `host`; those in `exclude` are in flight."""
        while blog := self._turns.next(host):
            if taken := self._homes_first(blog, self._take_of(blog, min(limit, SLICE), exclude), exclude):
                self._turns.record_taken(blog, len(taken))
                self._times.update(map(frontier.target_key, taken))
                return taken
            if not self._check_blog(blog, exclude):
                self._turns.leave(blog, retry_at=frontier.next_retry_at(self._archive, blog))
        return []

    def home_targets(self, host: str) -> Iterator[Target]:
        """Yield the home pages of the blogs on `host`."""
        yield from filter(None, (blogs.home_target(self._archive, blog) for blog in self._blogs_on(host)))

    def due_targets(self, host: str) -> Iterator[Target]:
        """Yield all due targets of the blogs on `host`, with those in flight."""
        for blog in self._blogs_on(host):
            yield from self._due(blog, ALL_ROWS, ())

    def planned(self) -> Iterator[Target]:
        """Yield all targets that the run would fetch as far as the archive shows.

        Writes to the frontier: call it on a scratch copy.
        """
        for blog in self.blog_hosts:
            yield from self._take_of(blog, ALL_ROWS, ())

    def check_all_blogs(self) -> int:
        """Queue the targets that `plan.queue_more` finds, such as incomplete months; return their number.

        Call it when no target is left: it checks the blogs that were not checked since their last page.
        """
        if self._options.partial:
            return 0
        doubted = (*comment_pages.doubted_blogs(self._archive, self._run.id), *held_blogs(self._archive))
        checked = list({**self._unchecked, **dict.fromkeys(doubted)})
        self._unchecked.clear()
        added = plan.queue_more(self._archive, self._run, checked, now=utc_now())
        if added:
            self.record_change(checked)
        return added

    def _check_blog(self, blog: Blog, exclude: Iterable[Target]) -> int:
        """Check a blog without due targets once, if none of its targets is in flight."""
        in_flight = any((target.site, target.uid) == (blog.site, blog.uid) for target in exclude)
        if self._options.partial or in_flight or blog not in self._unchecked:
            return 0
        del self._unchecked[blog]
        return plan.queue_incomplete(self._archive, self._run, blog, now=utc_now())

    def _homes_first(self, blog: Blog, taken: list[Target], exclude: Collection[Target]) -> list[Target]:
        """Return these targets, or the home page alone until it has answered for a stored blog.

        In an update it must have been reached; in a backup a failed try is enough. With `--limit`, return `taken` unchanged.
        """
        is_answered = self._homes.get(blog) or (self._options.command == "backup" and blog in self._homes)
        if is_answered or blog not in self._stored or self._options.limit is not None:
            return taken
        homes = [target for target in taken if target.is_home][:1]
        is_asked = any(target.is_home and target.uid == blog.uid for target in exclude)
        # The run may continue after one that fetched the home page.
        return homes if homes or is_asked or blog in self._homes else taken

    def _blogs_on(self, host: str) -> Iterator[Blog]:
        return (blog for blog, own in self.blog_hosts.items() if own == host)

    def _take_of(self, blog: Blog, limit: int, exclude: Collection[Target]) -> list[Target]:
        """Return due targets of a blog, without posts that are older than `--since`."""
        if self._options.limit is not None:
            return self._take_limited(blog, limit, exclude)
        while True:
            # They are taken one by one if --since is set: a listing may show the date of a post queued later.
            at_once = 1 if self._options.since and limit != ALL_ROWS else limit
            taken = self._due(blog, at_once, exclude)
            recent = [target for target in taken if not self._is_older(target)]
            if recent or not taken:
                return recent

    def _due(self, blog: Blog, limit: int, exclude: Collection[Target]) -> list[Target]:
        """Return due targets of a blog; one that stays due, which is a fault of this program, becomes a failure."""
        ended, now, since = (*exclude, *self._endless), utc_now(), self._options.since
        due = frontier.next_targets(self._archive, blog, limit=limit, now=now, exclude=ended, since=since)
        endless = [target for target in due if self._times[frontier.target_key(target)] >= MAX_TIMES]
        if not endless:
            return due
        self._endless.update(endless)
        for target in endless:
            frontier.defer_endless(self._archive, target, MAX_TIMES, now=now)
        return self._due(blog, limit, exclude)

    def _take_limited(self, blog: Blog, limit: int, exclude: Collection[Target]) -> list[Target]:
        """Return posts before listings, at most as many as `--limit`; all comment pages of posts taken before."""
        room = (self._options.limit or 0) - self._posts_taken
        due = [target for target in self._due(blog, ALL_ROWS, exclude) if not self._is_older(target)]
        taken = [target for target in due if target.kind in _BEFORE_POSTS]
        posts = [target for target in due if target.kind is PageKind.POST][: max(0, room)]
        if room > 0:
            taken += posts or [target for target in due if target not in taken]
        taken = taken[:limit]
        self._posts_taken += sum(target.kind is PageKind.POST for target in taken)
        return taken

    def _is_older(self, target: Target) -> bool:
        """Return True if a post's URL shows a month before `--since`, or a post of such a month links it.

        That date is stored.
        """
        if self._options.since is None or target.kind is not PageKind.POST:
            return False
        site = site_by_name(target.site)
        month = site.parse_url(target.url).month
        if site.has_any_host:  # a post leads to the one before it, and that to the next
            month = frontier.month_of_finder(self._archive, target)
        last_day = f"{month}-31"
        if month is None or last_day >= self._options.since.isoformat():
            return False
        frontier.set_newest_day(self._archive, target, last_day)
        return True


_Turn = tuple[int, int, Blog]  # pages taken, order of arrival, blog


class BlogTurns:
    """The blogs that may have due targets, by host. A blog leaves if it has none, and returns if something changed.

    All methods take constant or logarithmic time in the number of blogs.
    """

    def __init__(self) -> None:
        self.hosts: dict[Blog, str] = {}
        """The host of each blog, in order of arrival."""
        self._order: dict[Blog, int] = {}
        self._taken: Counter[Blog] = Counter()
        self._turns: dict[str, list[_Turn]] = {}
        self._waiting: set[Blog] = set()
        self._retries: list[tuple[str, int, Blog]] = []
        self._changed: dict[str, None] = {}

    def add(self, blog: Blog, host: str, *, taken: int = 0) -> None:
        """Add a blog of `host`, which may have due targets; `taken` were taken by the runs that this one resumes."""
        self._taken[blog] = taken
        self._order[blog] = len(self.hosts)
        self.hosts[blog] = host
        self._turns.setdefault(host, [])
        self.wake(blog)

    def wake(self, blog: Blog) -> None:
        """Give a blog of the run its turns again: it may have due targets. Other blogs are ignored."""
        if blog in self.hosts:
            self._changed[self.hosts[blog]] = None
            if blog not in self._waiting:
                self._waiting.add(blog)
                self._push(blog)

    def next(self, host: str) -> Blog | None:
        """Return the blog of `host` that is next; None if no blog may have due targets."""
        turns = self._turns.get(host)
        return turns[0][2] if turns else None

    def record_taken(self, blog: Blog, count: int) -> None:
        """Count targets taken of the blog that is next, and end its turn."""
        heapq.heappop(self._turns[self.hosts[blog]])
        self._taken[blog] += count
        self._push(blog)

    def leave(self, blog: Blog, *, retry_at: str | None) -> None:
        """Remove the blog that is next, until `wake` or the UTC text `retry_at`."""
        heapq.heappop(self._turns[self.hosts[blog]])
        self._waiting.remove(blog)
        if retry_at is not None:
            heapq.heappush(self._retries, (retry_at, self._order[blog], blog))

    def changed_hosts(self, now: str) -> list[str]:
        """Return the hosts of blogs that were added or woken since the last call; `now` is UTC text."""
        while self._retries and self._retries[0][0] <= now:
            self.wake(heapq.heappop(self._retries)[2])
        changed = list(self._changed)
        self._changed.clear()
        return changed

    def _push(self, blog: Blog) -> None:
        heapq.heappush(self._turns[self.hosts[blog]], (self._taken[blog], self._order[blog], blog))
