"""Read the served pages of authors and the home page from a read-only connection.

The cost of a query does not grow with the archive, except for the counts of whole blogs.
"""

import sqlite3
from dataclasses import dataclass

from blogarchive.store.media.skipped import count_skipped_by_host
from blogarchive.store.queries.blog_models import BLOG_COLUMNS, BlogSummary, Month, VisitCount
from blogarchive.store.queries.post_models import POST_LINES, PostLine
from blogarchive.store.rows import all_as, dicts, one_as
from blogarchive.store.search.index import count_pending

_SUMMARIES = f"""select {BLOG_COLUMNS},
       (select count(*) from posts p where p.author_id = a.id) as posts,
       (select count(*) from posts p where p.author_id = a.id and p.content_hash is null
           and p.gone_at is null) as missing,
       (select count(*) from posts p where p.author_id = a.id and p.gone_at is not null) as gone,
       (select count(*) from posts p join comments c on c.post_id = p.id where p.author_id = a.id) as comments,
       (select min(substr(posted_at, 1, 10)) from posts p where p.author_id = a.id) as first_post_on,
       (select max(substr(posted_at, 1, 10)) from posts p where p.author_id = a.id) as last_post_on
  from authors a"""  # noqa: S608 - constants


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryCount:
    """A category and the number of its posts."""

    id: int
    name: str
    posts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorPage:
    """The page of an author: months oldest first, posts of one year or one category newest first."""

    blog: BlogSummary
    months: tuple[Month, ...]
    visits: tuple[VisitCount, ...]
    categories: tuple[CategoryCount, ...]
    posts: tuple[PostLine, ...]
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


def read_blogs(connection: sqlite3.Connection) -> tuple[BlogSummary, ...]:
    """Return every blog, the one with the newest post first."""
    found = all_as(connection, BlogSummary, _SUMMARIES)
    return tuple(sorted(found, key=lambda blog: blog.last_post_on or "", reverse=True))


def read_newest(connection: sqlite3.Connection, limit: int) -> tuple[PostLine, ...]:
    """Return the newest posts of all blogs."""
    return all_as(
        connection, PostLine, f"{POST_LINES} order by p.posted_at desc, p.id desc limit ?", (limit,)
    )


def read_health(connection: sqlite3.Connection) -> ArchiveHealth:
    """Return the state of the archive."""
    (counts,) = dicts(
        connection.execute(
            """select (select count(*) from posts) as posts, (select count(*) from comments) as comments,
                  (select count(*) from posts where content_hash is null and gone_at is null) as missing,
                  (select count(*) from posts where gone_at is not null) as gone,
                  (select count(distinct post_id) from post_revisions) as edited,
                  (select count(*) from media where sha256 is not null) as images_stored,
                  (select count(*) from media where sha256 is null) as images_missing,
                  (select count(*) from failures where resolved_at is null) as open_failures"""
        )
    )
    last_run = one_as(
        connection,
        LastRun,
        "select command, started_at, finished_at, outcome from runs order by id desc limit 1",
    )
    return ArchiveHealth(**counts, unindexed=count_pending(connection), last_run=last_run)


def read_author_page(
    connection: sqlite3.Connection, author_id: int, *, year: str | None = None, category: int | None = None
) -> AuthorPage | None:
    """Return the page of an author, or None; without `year` and `category`, with posts of the newest year."""
    blog = one_as(connection, BlogSummary, f"{_SUMMARIES} where a.id = ?", (author_id,))
    if blog is None:
        return None
    return AuthorPage(
        blog=blog,
        months=_months(connection, author_id),
        visits=all_as(
            connection,
            VisitCount,
            "select captured_at, total_visits from author_stats where author_id = ?"
            " and total_visits is not null order by captured_at",
            (author_id,),
        ),
        categories=all_as(
            connection,
            CategoryCount,
            """select c.id, c.name, count(pc.post_id) as posts from categories c
                 left join posts_in_categories pc on pc.category_id = c.id
                where c.author_id = ? group by c.id order by posts desc, c.name""",
            (author_id,),
        ),
        posts=_posts_of(connection, author_id, year or (blog.last_post_on or "")[:4], category),
        images_not_fetched=count_skipped_by_host(connection, [author_id]),
    )


def read_media_file(connection: sqlite3.Connection, sha256: str) -> MediaFile | None:
    """Return the stored file of that SHA-256, or None."""
    return one_as(
        connection, MediaFile, "select content_type, body from media_files where sha256 = ?", (sha256,)
    )


def _posts_of(
    connection: sqlite3.Connection, author_id: int, year: str, category: int | None
) -> tuple[PostLine, ...]:
    if category is not None:
        return all_as(
            connection,
            PostLine,
            f"""{POST_LINES} join posts_in_categories pc on pc.post_id = p.id
                 where p.author_id = ? and pc.category_id = ? order by p.posted_at desc, p.id desc""",
            (author_id, category),
        )
    if not year:
        return all_as(
            connection, PostLine, f"{POST_LINES} where p.author_id = ? order by p.id desc", (author_id,)
        )
    return all_as(
        connection,
        PostLine,
        f"{POST_LINES} where p.author_id = ? and p.posted_at >= ? and p.posted_at < ?"
        " order by p.posted_at desc, p.id desc",
        (author_id, year, f"{year}~"),
    )


def _months(connection: sqlite3.Connection, author_id: int) -> tuple[Month, ...]:
    # Two indexes hold both counts. Reading the rows would read the long texts between them.
    return all_as(
        connection,
        Month,
        """select month, sum(known) - sum(missing) as stored, sum(missing) as missing, sum(listed) as listed
             from (select substr(posted_at, 1, 7) as month, count(*) as known, 0 as missing, null as listed
                     from posts where author_id = ?1 and length(posted_at) >= 7 group by 1
                   union all
                   select substr(posted_at, 1, 7), 0, count(*), null from posts
                    where author_id = ?1 and length(posted_at) >= 7 and content_hash is null
                      and gone_at is null group by 1
                   union all
                   select month, 0, 0, posts_listed from archive_months where author_id = ?1)
            group by month order by month""",
        (author_id,),
    )
