"""Read model of a crawl in progress: the last run, how far its blogs are, the last problems, changes of sites.

The functions take a connection that may only read, so that another process can write meanwhile.
"""

import sqlite3
from dataclasses import dataclass

from blogarchive.store.ledger.site_changes import SiteChange
from blogarchive.store.rows import all_as, one_as


@dataclass(frozen=True, kw_only=True, slots=True)
class LastRun:
    """The newest row of `runs`. Times are UTC text; `finished_at` and `exit_code` are None while it runs."""

    id: int
    command: str
    started_at: str
    finished_at: str | None
    outcome: str | None
    exit_code: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenProblem:
    """A failure that is not resolved."""

    url: str
    kind: str
    field: str | None
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogLine:
    """One blog of the archive, read or only requested. Times are UTC text, None if there is none."""

    site: str
    uid: str | None
    url: str
    title: str | None
    nickname: str | None
    author_id: int | None
    posts_found: int
    posts_stored: int
    last_seen_at: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldPost:
    """A stored post whose page on the site waits for a person, because it differs like those of most posts."""

    id: int
    url: str
    title: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlCounts:
    """Rows to fetch and fetched: posts, pages of all kinds, images."""

    posts_found: int
    posts_stored: int
    pages_todo: int
    images_stored: int
    images_todo: int


def last_run(connection: sqlite3.Connection) -> LastRun | None:
    """Return the newest run, None if the archive has none."""
    return one_as(
        connection,
        LastRun,
        "select id, command, started_at, finished_at, outcome, exit_code from runs order by id desc limit 1",
    )


def crawl_counts(connection: sqlite3.Connection) -> CrawlCounts:
    """Count stored rows and rows to fetch; reads an index of the frontier."""
    found = one_as(
        connection,
        CrawlCounts,
        """select (select count(*) from frontier where kind = 'post') as posts_found,
                  (select count(*) from frontier where kind = 'post' and state = 'done') as posts_stored,
                  (select count(*) from frontier where state = 'todo') as pages_todo,
                  (select count(*) from media where status = 'stored') as images_stored,
                  (select count(*) from media where status = 'todo') as images_todo""",
    )
    if found is None:
        raise LookupError("a query of counts returned no row")
    return found


def open_problems(connection: sqlite3.Connection, *, limit: int) -> tuple[OpenProblem, ...]:
    """Return the newest problems that are not resolved."""
    return all_as(
        connection,
        OpenProblem,
        "select url, kind, field, detail from open_failures order by last_failed_at desc, id desc limit ?",
        (limit,),
    )


def blog_lines(connection: sqlite3.Connection) -> tuple[BlogLine, ...]:
    """Return every blog in the order in which it was added, those that no page was read of too."""
    return all_as(
        connection,
        BlogLine,
        """select f.site, f.uid, coalesce(nullif(a.url, ''), min(f.url)) as url, a.blog_title as title, a.nickname,
                  a.id as author_id,
                  (select count(*) from posts p where p.author_id = a.id) as posts_found,
                  (select count(p.content_hash) from posts p where p.author_id = a.id) as posts_stored,
                  a.last_seen_at
             from frontier f left join authors a on a.site = f.site and a.uid = f.uid
            where f.kind = 'home' and f.page_no = 1 group by f.site, f.uid order by min(f.id)""",
    )


def waiting_changes(connection: sqlite3.Connection) -> tuple[SiteChange, ...]:
    """Return the changes of sites that wait for a person, oldest first."""
    return all_as(
        connection,
        SiteChange,
        "select site, field, found_at from site_changes where ended_at is null order by id",
    )


def held_posts(connection: sqlite3.Connection, *, limit: int) -> tuple[HeldPost, ...]:
    """Return posts with a page that waits for a person, newest failures first."""
    return all_as(
        connection,
        HeldPost,
        "select p.id, p.url, p.title from open_failures f join posts p on p.url = f.url"
        " where f.kind = 'changed' group by p.id order by max(f.last_failed_at) desc, p.id desc limit ?",
        (limit,),
    )
