"""The pages of a run: the due targets of its blogs, which take turns, and the checks at the end of each blog."""

from collections.abc import Collection, Iterable, Iterator

from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.targets.turns import BlogTurns
from blogarchive.items import PageKind, Target
from blogarchive.sites.base import site_by_name
from blogarchive.store.changes.undo import held_blogs
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import plan
from blogarchive.store.ledger import blogs
from blogarchive.store.ledger import frontier as frontier_queue
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.runs import Run
from blogarchive.store.posts import comment_pages as empty_comment_check
from blogarchive.store.rows import format_utc, utc_now

SLICE = 5
"""Targets that a blog gives in one turn: the lead of a blog over the others of its host."""

_ALL = 10_000_000
_BEFORE_POSTS = (PageKind.HOME, PageKind.COMMENTS)


class TargetSource:
    """Supplies the scheduler of pages. A blog is asked again only if a page of it was stored, or a retry is due."""

    def __init__(self, archive: Archive, run: Run, options: CrawlOptions) -> None:
        self._archive = archive
        self._run = run
        self._options = options
        self._turns = BlogTurns()
        self._fetched = frontier_queue.count_fetched(archive, run.epoch_at) if run.resumes else {}
        self._unchecked: dict[Blog, None] = {}
        self._posts_taken = 0

    @property
    def hosts(self) -> list[str]:
        """The hosts of the blogs, each once."""
        return self._turns.hosts

    def add_blog(self, blog: Blog, host: str) -> None:
        """Add a blog of `host`."""
        self._turns.add(blog, host, taken=self._fetched.get(blog, 0))
        self._unchecked[blog] = None

    def hosts_of(self, of_blogs: Iterable[Blog]) -> dict[Blog, str]:
        """Return the host of each of these blogs."""
        return {blog: self._turns.host_of(blog) for blog in of_blogs}

    def record_change(self, changed: Iterable[Blog]) -> None:
        """Ask these blogs again: pages of them were stored, or have failed."""
        for blog in changed:
            if blog in self._turns.blogs:
                self._turns.wake(blog)
                self._unchecked[blog] = None

    def changed_hosts(self) -> list[str]:
        """Return the hosts that may have new targets since the last call."""
        return self._turns.changed_hosts(format_utc(utc_now()))

    def take(self, host: str, limit: int, exclude: Collection[Target]) -> list[Target]:
        """Return due targets of the next blog of `host`; those in `exclude` are in flight."""
        while blog := self._turns.next(host):
            if taken := self._take_of(blog, min(limit, SLICE), exclude):
                self._turns.record_taken(blog, len(taken))
                return taken
            if not self._requeue_incomplete(blog, exclude):
                self._turns.leave(blog, retry_at=frontier_queue.next_retry_at(self._archive, blog))
        return []

    def home_targets(self, host: str) -> Iterator[Target]:
        """Yield the home pages of the blogs on `host`."""
        for blog in self._blogs_on(host):
            if home := blogs.home_target(self._archive, blog):
                yield home

    def due_targets(self, host: str) -> Iterator[Target]:
        """Yield all due targets of the blogs on `host`, with those in flight."""
        for blog in self._blogs_on(host):
            yield from self._due(blog, _ALL, ())

    def planned(self) -> Iterator[Target]:
        """Yield all targets that the run would fetch as far as the archive shows.

        Writes to the frontier: call it on a scratch copy.
        """
        for blog in self._turns.blogs:
            yield from self._take_of(blog, _ALL, ())

    def requeue_incomplete(self) -> int:
        """Queue targets for months and listings that do not add up; return how many, 0 if the run is complete.

        Call it when no target is left: it checks the blogs that were not checked since their last page.
        """
        if self._options.partial:
            return 0
        doubted = empty_comment_check.doubted_blogs(self._archive, self._run.id)
        doubted += held_blogs(self._archive, self._run.id)
        checked = list({**self._unchecked, **dict.fromkeys(doubted)})
        self._unchecked.clear()
        added = plan.queue_more(self._archive, self._run, checked, now=utc_now())
        if added:
            self.record_change(checked)
        return added

    def _requeue_incomplete(self, blog: Blog, exclude: Iterable[Target]) -> int:
        """Check a blog without due targets once, if none of its targets is in flight."""
        in_flight = any((target.site, target.uid) == (blog.site, blog.uid) for target in exclude)
        if self._options.partial or in_flight or blog not in self._unchecked:
            return 0
        del self._unchecked[blog]
        return plan.queue_incomplete(self._archive, self._run, blog, now=utc_now())

    def _blogs_on(self, host: str) -> Iterator[Blog]:
        return (blog for blog in self._turns.blogs if self._turns.host_of(blog) == host)

    def _take_of(self, blog: Blog, limit: int, exclude: Collection[Target]) -> list[Target]:
        if self._options.limit is not None:
            return self._take_limited(blog, limit, exclude)
        while True:
            # With --since one by one: a listing may show the date of a post that is queued after it.
            at_once = 1 if self._options.since and limit != _ALL else limit
            taken = self._due(blog, at_once, exclude)
            recent = [target for target in taken if not self._is_older(target)]
            if recent or not taken:
                return recent

    def _due(self, blog: Blog, limit: int, exclude: Collection[Target]) -> list[Target]:
        return frontier_queue.next_targets(
            self._archive, blog, limit=limit, now=utc_now(), exclude=exclude, since=self._options.since
        )

    def _take_limited(self, blog: Blog, limit: int, exclude: Collection[Target]) -> list[Target]:
        """Return posts before listings, at most as many as `--limit`; all comment pages of posts taken before."""
        room = (self._options.limit or 0) - self._posts_taken
        due = [target for target in self._due(blog, _ALL, exclude) if not self._is_older(target)]
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
        frontier_queue.set_newest_day(self._archive, target, last_day)
        return True
