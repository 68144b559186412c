"""Read the served pages of authors and the home page from a read-only connection.

The cost of a query does not grow with the archive: counts come from the tables of totals.
"""

import sqlite3
from dataclasses import dataclass, replace

from blogarchive.store.media.skipped import count_skipped_by_host
from blogarchive.store.queries.blog_models import BlogSummary, Month, VisitCount
from blogarchive.store.queries.post_models import POST_LINES, PostLine
from blogarchive.store.queries.reading_pages import post_lists
from blogarchive.store.queries.reading_pages.blog_lists import read_blog
from blogarchive.store.queries.reading_pages.post_lists import CategoryCount, PostSelection
from blogarchive.store.rows import all_as, dicts, one_as
from blogarchive.store.search.index import count_pending


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorPage:
    """The page of an author: months oldest first, one page of the selected posts, newest first."""

    blog: BlogSummary
    months: tuple[Month, ...]
    visits: tuple[VisitCount, ...]
    categories: tuple[CategoryCount, ...]
    posts: tuple[PostLine, ...]
    selection: PostSelection
    selected_posts: int
    images_not_fetched: dict[str, int]
    """Number of images on hosts that are not requested, by host."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LastRun:
    """The newest run."""

    command: str
    started_at: str
    finished_at: str | None
    outcome: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveHealth:
    """Counts of stored, missing and changed rows of the archive, and its newest run."""

    posts: int
    comments: int
    missing: int
    gone: int
    edited: int
    images_stored: int
    images_missing: int
    open_failures: int
    unindexed: int
    last_run: LastRun | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaFile:
    """The bytes of a stored image."""

    content_type: str
    body: bytes


def read_newest(connection: sqlite3.Connection, limit: int) -> tuple[PostLine, ...]:
    """Return the newest posts of all blogs."""
    return all_as(
        connection, PostLine, f"{POST_LINES} order by p.posted_at desc, p.id desc limit ?", (limit,)
    )


def read_health(connection: sqlite3.Connection) -> ArchiveHealth:
    """Return the state of the archive."""
    (counts,) = dicts(
        connection.execute(
            """select coalesce(sum(posts), 0) as posts, coalesce(sum(comments), 0) as comments,
                  coalesce(sum(missing), 0) as missing, coalesce(sum(gone), 0) as gone,
                  coalesce(sum(edited), 0) as edited,
                  (select count(*) from media where status = 'stored') as images_stored,
                  (select count(*) from media where status <> 'stored') as images_missing,
                  (select count(*) from failures where resolved_at is null) as open_failures from blog_totals"""
        )
    )
    last_run = one_as(
        connection,
        LastRun,
        "select command, started_at, finished_at, outcome from runs order by id desc limit 1",
    )
    return ArchiveHealth(**counts, unindexed=count_pending(connection), last_run=last_run)


def read_author_page(
    connection: sqlite3.Connection, author_id: int, selection: PostSelection
) -> AuthorPage | None:
    """Return the page of an author, or None; without period and category, with posts of the newest year."""
    blog = read_blog(connection, author_id)
    if blog is None:
        return None
    categories = post_lists.read_categories(connection, author_id, selection.period)
    if not selection.period and selection.category is None:
        selection = replace(selection, period=(blog.last_post_on or "")[:4])
    return AuthorPage(
        blog=blog,
        months=read_months(connection, author_id),
        visits=read_visits(connection, author_id),
        categories=categories,
        posts=post_lists.read_posts(connection, author_id, selection),
        selection=selection,
        selected_posts=post_lists.count_posts(connection, author_id, selection),
        images_not_fetched=count_skipped_by_host(connection, [author_id]),
    )


def read_media_file(connection: sqlite3.Connection, sha256: str) -> MediaFile | None:
    """Return the stored file of that SHA-256, or None."""
    return one_as(
        connection, MediaFile, "select content_type, body from media_files where sha256 = ?", (sha256,)
    )


def read_visits(connection: sqlite3.Connection, author_id: int) -> tuple[VisitCount, ...]:
    """Return the counts of visits that the blog showed, oldest first."""
    return all_as(
        connection,
        VisitCount,
        "select captured_at, total_visits from author_stats where author_id = ?"
        " and total_visits is not null order by captured_at",
        (author_id,),
    )


def read_months(connection: sqlite3.Connection, author_id: int) -> tuple[Month, ...]:
    """Return the months of a blog with their posts, oldest first."""
    return all_as(
        connection,
        Month,
        """select month, sum(posts) - sum(missing) as stored, sum(missing) as missing, sum(listed) as listed
             from (select month, posts, missing, null as listed from month_totals where author_id = ?1
                   union all
                   select month, 0, 0, posts_listed from archive_months where author_id = ?1)
            group by month order by month""",
        (author_id,),
    )
