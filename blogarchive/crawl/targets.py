"""The pages of a run: the due targets of its blogs, which take turns, and the checks at the end of each blog."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from blogarchive.crawl.options import CrawlOptions
from blogarchive.items import PageKind, Target
from blogarchive.sites.base import site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import plan
from blogarchive.store.ingest.changes import held_blogs
from blogarchive.store.ledger import blogs, frontier
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.runs import Run
from blogarchive.store.posts import comment_pages
from blogarchive.store.rows import ALL_ROWS, format_utc, utc_now

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


SLICE = 5
"""Targets that a blog gives in one turn: the lead of a blog over the others of its host."""

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
        """Give a post that was taken and not stored back to `--limit`."""
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
        for blog in self._blogs_on(host):
            if home := blogs.home_target(self._archive, blog):
                yield home

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
        """Queue what `plan.queue_more` finds, such as lists of months that do not add up; return how many.

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
            # One by one if --since is set: a listing may show the date of a post that is queued after it.
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
        """Return True if the URL of a post shows a month before `--since`, and store that date."""
        if self._options.since is None or target.kind is not PageKind.POST:
            return False
        month = site_by_name(target.site).parse_url(target.url).month
        last_day = f"{month}-31"
        if month is None or last_day >= self._options.since.isoformat():
            return False
        frontier.set_newest_day(self._archive, target, last_day)
        return True
