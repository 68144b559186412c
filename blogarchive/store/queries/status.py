"""Compare the stored rows of each blog with the counts that its pages claim."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from blogarchive.store.database.archive import Archive
from blogarchive.store.discovery.discovered import Coverage, read_coverage
from blogarchive.store.ledger import blogs
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.month_check import MonthCoverage
from blogarchive.store.media.queue import ImageCounts
from blogarchive.store.media.skipped import count_skipped_by_host
from blogarchive.store.pages import page_rows
from blogarchive.store.queries import status_parts
from blogarchive.store.rows import dicts

_NO_TOTALS = dict.fromkeys(
    (
        "posts_named", "posts_read", "gone", "gone_unread", "comments_claimed", "posts_lacking_comments", "edited",
        "comments_held", "comments_gone", "comments_edited",
    ),
    0,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogStatus:
    """The state of one blog. Times are UTC text. The fields are keys of `status --json`.

    `posts_named` counts all known posts, `posts_read` those with text, `gone_unread` those gone before their text was
    stored; `gone` and `edited` count posts. `comments_claimed` is the sum of the counts that posts show. `waiting` counts
    pages to fetch. `images_not_fetched` counts images on hosts that are not requested, by host. `last_good_run` is the
    end of the last run with exit code 0. `unreached_since` is the first failure of the home page since it was last
    fetched, and `last_error` its newest reason, else None. A blog that was never reached has no `first_seen_at`.
    """

    site: str
    uid: str | None
    nickname: str | None
    blog_title: str | None
    url: str
    posts_named: int
    posts_read: int
    months: tuple[MonthCoverage, ...]
    comments_held: int
    comments_claimed: int
    posts_lacking_comments: int
    gone: int
    comments_gone: int
    edited: int
    comments_edited: int
    pictures: ImageCounts
    images_not_fetched: dict[str, int]
    open_failures: int
    waiting: int
    first_seen_at: str | None
    last_seen_at: str | None
    last_good_run: str | None
    unreached_since: str | None
    gone_unread: int
    last_error: str | None
    paused_at: str | None

    @property
    def reached(self) -> bool:
        """Return whether a page of the blog was stored."""
        return self.first_seen_at is not None

    @property
    def months_complete(self) -> int:
        """Return the number of complete months: their days agree with the stored posts, which all have text."""
        return sum(month.complete for month in self.months)

    @property
    def complete(self) -> bool:
        """Return whether nothing is known to be missing."""
        return (
            self.posts_read == self.posts_named - self.gone_unread
            and self.months_complete == len(self.months)
            and not self.posts_lacking_comments
            and not self.open_failures
            and not self.waiting
            and self.reached
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveStatus:
    """The state of the archive: its blogs and its size.

    `pages_stale` counts the pages that an older parser parsed. `bytes_served` is the uncompressed size of all pages.
    `unfinished_merge` is the file name of the archive whose merge was interrupted, else None.
    """

    blogs: tuple[BlogStatus, ...]
    pages: int
    pages_stale: int
    bytes_served: int
    media: int
    last_run_command: str | None
    last_run_outcome: str | None
    last_run_at: str | None
    coverage: tuple[Coverage, ...]
    unfinished_merge: str | None


def read_status(archive: Archive) -> ArchiveStatus:
    """Return the state of the archive; forgotten blogs are left out."""
    runs = archive.execute(
        "select command as last_run_command, outcome as last_run_outcome,"
        " coalesce(finished_at, started_at) as last_run_at from runs order by id desc limit 1"
    )
    no_run = {"last_run_command": None, "last_run_outcome": None, "last_run_at": None}
    return ArchiveStatus(
        blogs=tuple(_BlogReader(archive).read()),
        pages=page_rows.count_pages(archive),
        pages_stale=page_rows.count_stale_pages(archive),
        bytes_served=page_rows.total_body_size(archive),
        media=archive.scalar("select count(*) from media_files"),
        coverage=read_coverage(archive),
        unfinished_merge=archive.text("select source from merge_progress"),
        **next(dicts(runs), no_run),
    )


class _BlogReader:
    """Reads the parts of all blogs, and joins them."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._totals = status_parts.read_totals(archive)
        self._months = status_parts.read_months(archive)
        self._images = status_parts.read_images(archive)
        self._good_runs = status_parts.read_last_good_runs(archive)
        self._failures = status_parts.count_open_failures(archive)
        self._waiting = status_parts.count_waiting(archive)
        self._pauses = status_parts.read_pauses(archive)
        self._unreached = status_parts.blogs_with_home_failures(archive)

    def read(self) -> Iterator[BlogStatus]:
        """Yield the stored blogs in their order, then those that were requested and never reached."""
        authors = self._archive.execute(
            "select id as author_id, site, uid, nickname, blog_title, url, first_seen_at, last_seen_at from authors"
        )
        found = {Blog(site=author["site"], uid=author["uid"]): author for author in dicts(authors)}
        forgotten = set(blogs.forgotten_blogs(self._archive))
        for blog, author in sorted(found.items(), key=lambda item: item[1]["author_id"]):
            if blog not in forgotten:
                yield self._status(blog, **author)
        for blog in blogs.stored_blogs(self._archive, hopeless=True, left_out=True):
            if blog not in found and blog not in forgotten:
                yield self._status(blog, **_unreached_author(blog, self._archive))

    def _status(self, blog: Blog, *, author_id: int, **author: Any) -> BlogStatus:
        images = self._images.get(author_id, ImageCounts.from_statuses({}))
        is_unreached = blog in self._unreached
        return BlogStatus(
            **author,
            **self._totals.get(author_id, _NO_TOTALS),
            months=self._months.get(author_id, ()),
            pictures=images,
            images_not_fetched=count_skipped_by_host(self._archive.connection, [author_id])
            if images.skipped
            else {},
            open_failures=self._failures.get(blog, 0),
            waiting=self._waiting.get(blog, 0),
            last_good_run=self._good_runs.get(author_id),
            unreached_since=_unreached_since(self._archive, blog) if is_unreached else None,
            last_error=_last_error(self._archive, blog) if is_unreached else None,
            paused_at=self._pauses.get(blog),
        )


def _unreached_author(blog: Blog, archive: Archive) -> dict[str, Any]:
    home = blogs.home_target(archive, blog)
    names = dict.fromkeys(("nickname", "blog_title", "first_seen_at", "last_seen_at"))
    return {"author_id": 0, "site": blog.site, "uid": blog.uid, "url": home.url if home else "", **names}


def _unreached_since(archive: Archive, blog: Blog) -> str | None:
    home = blogs.home_target(archive, blog)
    return archive.text(
        "select min(x.first_failed_at) from frontier f join failures x on x.url = f.url and x.resolved_at is null"
        " where f.key = ? and f.state in ('failed', 'dead')",
        (home.url if home else None,),
    )


def _last_error(archive: Archive, blog: Blog) -> str | None:
    home = blogs.home_target(archive, blog)
    return archive.text(
        "select detail from open_failures where url = ? order by last_failed_at desc, id desc limit 1",
        (home.url if home else None,),
    )
