"""Compare the stored rows of each blog with the counts that its pages claim."""

from dataclasses import dataclass
from typing import Any

from blogarchive.store.database.archive import Archive
from blogarchive.store.discovery.discovered import Coverage, read_coverage
from blogarchive.store.ledger import blogs, month_check
from blogarchive.store.ledger.blog_settings import read_settings
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.month_check import MonthCoverage
from blogarchive.store.media import queue as media_queue
from blogarchive.store.media.queue import ImageCounts
from blogarchive.store.media.skipped import count_skipped_by_host
from blogarchive.store.queries.lacking_comments import IS_COUNTED, LACKS_COMMENTS
from blogarchive.store.rows import dicts


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
    """The state of the archive: its blogs and its size. `bytes_served` is the uncompressed size of all pages."""

    blogs: tuple[BlogStatus, ...]
    pages: int
    bytes_served: int
    media: int
    last_run_command: str | None
    last_run_outcome: str | None
    last_run_at: str | None
    coverage: tuple[Coverage, ...]


def read_status(archive: Archive) -> ArchiveStatus:
    """Return the state of the archive; forgotten blogs are left out."""
    authors = archive.execute(
        "select id as author_id, site, uid, nickname, blog_title, url, first_seen_at, last_seen_at from authors"
        " where (site, uid) not in (select site, uid from blog_settings where forgotten_at is not null) order by id"
    )
    runs = archive.execute(
        "select command as last_run_command, outcome as last_run_outcome,"
        " coalesce(finished_at, started_at) as last_run_at from runs order by id desc limit 1"
    )
    no_run = {"last_run_command": None, "last_run_outcome": None, "last_run_at": None}
    return ArchiveStatus(
        blogs=tuple(
            _blog_status(archive, **author)
            for author in [
                *dicts(authors),
                *(_unreached_author(blog, archive) for blog in _unreached(archive)),
            ]
        ),
        pages=archive.scalar("select count(*) from pages"),
        bytes_served=archive.scalar("select sum(body_size) from pages"),
        media=archive.scalar("select count(*) from media_files"),
        coverage=read_coverage(archive),
        **next(dicts(runs), no_run),
    )


def _blog_status(archive: Archive, *, author_id: int, **author: Any) -> BlogStatus:
    blog = Blog(site=author["site"], uid=author["uid"])
    return BlogStatus(
        **author,
        **_posts(archive, author_id),
        **_comments(archive, author_id),
        months=month_check.month_coverage(archive, blog),
        edited=archive.scalar(
            "select count(distinct post_id) from post_revisions r join posts p on p.id = r.post_id"
            " where p.author_id = ?",
            (author_id,),
        ),
        pictures=media_queue.count_images(archive, blog),
        images_not_fetched=count_skipped_by_host(archive.db.conn, [author_id]),
        open_failures=archive.scalar(
            "select count(*) from open_failures where site = ? and uid = ?", (blog.site, blog.uid)
        ),
        waiting=archive.scalar(
            "select count(*) from frontier where site = ? and uid = ? and state = 'todo'",
            (blog.site, blog.uid),
        ),
        last_good_run=_last_good_run(archive, author_id),
        unreached_since=_unreached_since(archive, blog),
        last_error=_last_error(archive, blog),
        paused_at=read_settings(archive, blog).paused_at,
    )


def _unreached(archive: Archive) -> list[Blog]:
    """Return the blogs that were requested and never reached, without forgotten ones."""
    stored = blogs.stored_blogs(archive, hopeless=True, left_out=True)
    return [
        blog
        for blog in stored
        if not blogs.is_stored(archive, blog) and read_settings(archive, blog).forgotten_at is None
    ]


def _unreached_author(blog: Blog, archive: Archive) -> dict[str, Any]:
    home = blogs.home_target(archive, blog)
    names = dict.fromkeys(("nickname", "blog_title", "first_seen_at", "last_seen_at"))
    return {"author_id": 0, "site": blog.site, "uid": blog.uid, "url": home.url if home else "", **names}


def _posts(archive: Archive, author_id: int) -> dict[str, Any]:
    """Return the fields of `BlogStatus` for posts and the comments that they claim."""
    (found,) = dicts(
        archive.execute(
            "select count(*) as posts_named, count(content_hash) as posts_read, count(gone_at) as gone,"  # noqa: S608
            " count(case when gone_at is not null and content_hash is null then 1 end) as gone_unread,"
            " coalesce(sum(case when gone_at is null then comment_count end), 0) as comments_claimed,"
            f" count(case when {LACKS_COMMENTS} then 1 end)"
            " as posts_lacking_comments from posts p where author_id = ?",
            (author_id,),
        )
    )
    return found


def _comments(archive: Archive, author_id: int) -> dict[str, Any]:
    """Return the fields of `BlogStatus` for stored comments; comments of gone posts are not counted as stored."""
    (found,) = dicts(
        archive.execute(
            "select count(case when c.gone_at is null and p.gone_at is null"  # noqa: S608 - a constant
            f" and {IS_COUNTED} then 1 end) as comments_held,"
            " count(c.gone_at) as comments_gone, (select count(distinct r.comment_id) from comment_revisions r"
            " join comments x on x.id = r.comment_id join posts y on y.id = x.post_id where y.author_id = ?1)"
            " as comments_edited from posts p join comments c on c.post_id = p.id where p.author_id = ?1",
            (author_id,),
        )
    )
    return found


def _last_good_run(archive: Archive, author_id: int) -> str | None:
    return archive.text(
        "select max(r.finished_at) from runs r join run_blogs b on b.run_id = r.id"
        " where b.author_id = ? and r.exit_code = 0",
        (author_id,),
    )


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
