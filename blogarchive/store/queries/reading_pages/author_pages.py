"""Read the served pages of authors and the home page from a read-only connection.

The cost of a query does not grow with the archive: counts come from the tables of totals.
"""

import sqlite3
from dataclasses import dataclass, replace

from blogarchive.store.media.skipped import count_skipped_by_host
from blogarchive.store.queries.blog_models import BLOG_COLUMNS, BlogSummary, Month, VisitCount
from blogarchive.store.queries.post_models import POST_LINES, PostLine
from blogarchive.store.queries.reading_pages import post_lists
from blogarchive.store.queries.reading_pages.post_lists import CategoryCount, PostSelection
from blogarchive.store.rows import all_as, dicts, one_as
from blogarchive.store.search.index import count_pending

_SUMMARIES = f"""select {BLOG_COLUMNS},
       coalesce(t.posts, 0) as posts, coalesce(t.missing, 0) as missing, coalesce(t.gone, 0) as gone,
       coalesce(t.comments, 0) as comments, t.first_post_on, t.last_post_on
  from authors a left join blog_totals t on t.author_id = a.id"""  # noqa: S608 - constants


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
class BlogName:
    """The names of a blog; `name` is the nickname of its author, else the uid."""

    id: int
    site: str
    uid: str
    name: str


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


def read_names(connection: sqlite3.Connection) -> tuple[BlogName, ...]:
    """Return the names of every blog, the one with the newest post first."""
    return all_as(
        connection,
        BlogName,
        "select a.id, a.site, a.uid, coalesce(a.nickname, a.uid) as name from authors a"
        " left join blog_totals t on t.author_id = a.id order by t.last_post_on desc, a.id",
    )


def read_blog(connection: sqlite3.Connection, author_id: int) -> BlogSummary | None:
    """Return the blog of that author, or None."""
    return one_as(connection, BlogSummary, f"{_SUMMARIES} where a.id = ?", (author_id,))


def read_only_blog(connection: sqlite3.Connection) -> BlogSummary | None:
    """Return the blog of an archive with one blog, else None."""
    ids = connection.execute("select id from authors limit 2").fetchall()
    return read_blog(connection, ids[0][0]) if len(ids) == 1 else None


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
