"""Count the progress of a run; only the blogs that changed are counted again."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple

from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import frontier as frontier_queue
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.frontier import CrawlProgress


class ProgressCounter:
    """The progress of `blogs`, a list that grows during the run."""

    def __init__(self, archive: Archive, blogs: Sequence[Blog]) -> None:
        self._archive = archive
        self._blogs = blogs
        self._counted = 0  # blogs of the list that were counted
        self._by_blog: dict[Blog, tuple[int, ...]] = {}
        self._total = (0, 0, 0, 0)
        self._changed: set[Blog] = set()

    def record_change(self, changed: Iterable[Blog]) -> None:
        """Count these blogs again at the next call of `count`."""
        self._changed.update(changed)

    def count(self) -> CrawlProgress:
        """Return the progress of all blogs."""
        new = self._blogs[self._counted :]
        self._counted = len(self._blogs)
        for blog in {*new, *(self._changed & self._by_blog.keys())}:
            self._count_blog(blog)
        self._changed.clear()
        found, read, todo, failed = self._total
        return CrawlProgress(posts_found=found, posts_read=read, todo=todo, failed=failed)

    def _count_blog(self, blog: Blog) -> None:
        before = self._by_blog.get(blog, (0, 0, 0, 0))
        now = astuple(frontier_queue.crawl_progress(self._archive, [blog]))
        self._by_blog[blog] = now
        found, read, todo, failed = (
            total + new - old for total, new, old in zip(self._total, now, before, strict=True)
        )
        self._total = (found, read, todo, failed)
