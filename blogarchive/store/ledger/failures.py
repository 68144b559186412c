"""Rows of failures, and which of them a run reports: new ones, those to retry, lasting ones once a week."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from blogarchive.messages.details import Detail
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog, blogs_json, home_page_urls, home_target
from blogarchive.store.ledger.runs import Run, weeks_between
from blogarchive.store.rows import Value, format_utc, parse_utc
from blogarchive.store.statements import Statements

_OPEN_OF_BLOGS = """
select f.* from json_each(?1) b cross join open_failures f on f.site = b.value ->> 0 and f.uid is b.value ->> 1
 order by f.id
"""

FailureKind = Literal[
    "network", "http", "blocked", "cut", "notice", "unreadable", "incomplete", "robots", "forged", "changed",
    "picture", "mistake",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A failure to fetch, parse or save. `field` is the field concerned, or None for the whole page."""

    kind: FailureKind
    detail: str
    field: str | None = None
    permanent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenFailure:
    """An unresolved row of the ledger. Times are UTC text; `next_try_at` is None if it is not retried."""

    id: int
    site: str | None
    uid: str | None
    url: str
    kind: str
    field: str | None
    detail: str
    permanent: bool
    attempts: int
    first_failed_at: str
    last_failed_at: str
    next_try_at: str | None


def record_failure(
    archive: Archive,
    blog: Blog,
    url: str,
    failure: Failure,
    *,
    run_id: int | None,
    now: datetime,
    next_try_at: str | None = None,
    once: bool = False,
) -> None:
    """Insert a failure of that URL, kind and field, or count one more attempt of the open one, unless `once`."""
    why: dict[str, Value] = {"run_id": run_id, "detail": failure.detail, "permanent": failure.permanent}
    changing = {**why, "last_failed_at": format_utc(now), "next_try_at": next_try_at}
    open_id = _open_id(archive, url, failure)
    if open_id and once:
        return
    if open_id:
        archive.update_row("failures", open_id, changing)
        archive.execute("update failures set attempts = attempts + 1 where id = ?", (open_id,))
        return
    origin = {"site": blog.site, "uid": blog.uid, "first_failed_at": format_utc(now)}
    scope = {"url": url, "kind": failure.kind, "field": failure.field}
    archive.insert_row("failures", {**changing, **scope, **origin})


def resolve(archive: Archive, url: str, *, now: datetime, keep: Sequence[tuple[str, str | None]] = ()) -> int:
    """Resolve the open failures of `url`, except those of the kinds and fields in `keep`; return how many."""
    update = """update failures set resolved_at = ? where url = ? and resolved_at is null and not exists
            (select 1 from json_each(?) where value ->> 0 = kind and value ->> 1 is field)"""
    return archive.execute(update, (format_utc(now), url, json.dumps(keep))).rowcount


def resolve_field(archive: Archive, url: str, field: str | None, *, now: datetime) -> None:
    """Resolve the open failures of `url` that concern that field; None selects those of its request."""
    update = "update failures set resolved_at = ? where url = ? and field is ? and resolved_at is null"
    archive.execute(update, (format_utc(now), url, field))


def change_url(archive: Archive, old: str, new: str) -> None:
    """Move the open failures of the URL `old` to the URL `new`."""
    archive.execute("update failures set url = ? where url = ? and resolved_at is null", (new, old))


def is_open(archive: Archive, url: str, failure: Failure) -> bool:
    """Return whether a failure of that URL, kind and field is open."""
    return _open_id(archive, url, failure) > 0


def _open_id(archive: Archive, url: str, failure: Failure) -> int:
    query = "select id from failures where url = ? and kind = ? and field is ? and resolved_at is null"
    return archive.scalar(query, (url, failure.kind, failure.field))


def open_failures(archive: Archive, blogs: Sequence[Blog] = ()) -> list[OpenFailure]:
    """Return the open failures, oldest first: of `blogs`, or of all blogs if none is given."""
    if not blogs:
        return list(archive.all_as(OpenFailure, "select * from open_failures order by id"))
    return list(archive.all_as(OpenFailure, _OPEN_OF_BLOGS, (blogs_json(blogs),)))


def newest_failures(archive: Statements, limit: int, offset: int = 0) -> tuple[OpenFailure, ...]:
    """Return open failures, the newest first."""
    query = "select * from open_failures order by last_failed_at desc, id desc limit ? offset ?"
    return archive.all_as(OpenFailure, query, (limit, offset))


def requeue_failed(archive: Archive, blogs: Sequence[Blog] = (), *, kind: FailureKind | None = None) -> None:
    """Queue every target with an open failure, permanent ones too, for the next run.

    `kind` selects the failures of one kind. A 304 of the page that failed would resolve none.
    """
    urls = [failure.url for failure in open_failures(archive, blogs) if kind in (None, failure.kind)]
    with archive.atomic():
        update = """update frontier set state = 'todo', due_at = null, etag = null, last_modified = null
                where state <> 'todo' and url in (select value from json_each(?))"""
        archive.execute(update, (json.dumps(urls),))


_RETRY_NOW = """
update failures set next_try_at = ? where run_id = ? and resolved_at is null and attempts = 1
   and next_try_at is not null and (kind in ('network', 'cut') or kind = 'http' and detail like 'status 5%')
"""
_DUE_NOW = """
update frontier set due_at = ? where state = 'failed' and attempts = 1
   and url in (select url from failures where run_id = ? and resolved_at is null and next_try_at = ?)
"""


def retry_outage_now(archive: Archive, run_id: int, *, now: datetime) -> None:
    """Make the targets that failed in an outage, which ended the run, due at once.

    Only first failures: otherwise a few pages that never succeed would end every run before the others are fetched.
    """
    moment = format_utc(now)
    with archive.atomic():
        archive.execute(_RETRY_NOW, (moment, run_id))
        archive.execute(_DUE_NOW, (moment, run_id, moment))


# Unreadable pages of a blog from which on the site seems to have changed.
_MANY_UNREADABLE = 5

# A field that is missing on a page is a permanent failure.
_UNREADABLE = "from failures where site = ? and uid is ? and kind = 'unreadable' and not permanent and resolved_at is null"


def is_one_of_many(archive: Archive, blog: Blog, url: str, failure: Failure) -> bool:
    """Return whether a page is unreadable, and the home page or many other pages too."""
    home = home_target(archive, blog) if failure.kind == "unreadable" else None
    if home is None or home.url == url:
        return False
    others = archive.column(f"select url {_UNREADABLE} and url <> ?", (blog.site, blog.uid, url))
    return home.url in others or len(others) >= _MANY_UNREADABLE


def retry_unreadable(archive: Archive, blog: Blog, url: str, run_id: int | None, *, now: datetime) -> None:
    """Make all unreadable pages of a blog due if that of `url`, which is readable now, was one of them.

    Those that failed in this run wait for the next one.
    """
    scope = (blog.site, blog.uid)
    if archive.exists(f"select 1 {_UNREADABLE} and url = ?", (*scope, url)):
        update = f"""update frontier set state = 'failed', due_at = ?
                where site = ? and uid is ? and state <> 'todo'
                and url in (select url {_UNREADABLE} and run_id is not ? and url <> ?)"""  # noqa: S608 - constants
        archive.execute(update, (format_utc(now), *scope, *scope, run_id, url))


_PREVIOUS = """
select coalesce(max(case when p.command = r.command and p.arguments = r.arguments then p.finished_at end),
                max(p.finished_at))
  from runs p join runs r on p.id < r.id where r.id = ?
"""


_IS_READ = """
select 1 from authors a join posts p on p.author_id = a.id and p.content_hash is not null where a.site = ? and a.uid = ?
"""


def reported_failures(archive: Archive, blogs: Sequence[Blog], run: Run) -> list[OpenFailure]:
    """Return the open failures of these blogs that are new in `run` or retried, those of home pages first.

    Failures that no run can fix are left out once a post of the blog is read. These are permanently failed images, a
    blog without a list of posts, and lists in a sitemap of posts. Posts behind a password, or shown in part, are too.
    """
    failed, homes = open_failures(archive, blogs), home_page_urls(archive, blogs)
    read = {blog for blog in {(x.site, x.uid) for x in failed} if archive.exists(_IS_READ, blog)}
    found = (x for x in failed if (x.site, x.uid) not in read or not _is_lasting(x))
    due = [one for one in found if one.next_try_at is not None or one.first_failed_at >= run.begun_at]
    return sorted(due, key=lambda failure: failure.url not in homes)


def _is_lasting(one: OpenFailure) -> bool:
    is_known = one.kind == "picture" or one.detail == Detail.OTHER_KIND.format(kind="home")
    lasting = (Detail.LIST_UNPROVED, Detail.PASSWORD, Detail.BODY_HIDDEN, Detail.BODY_PAGES)
    return (is_known and one.permanent) or one.detail in lasting


def known_failures(archive: Archive, blogs: Sequence[Blog], run: Run, *, now: datetime) -> list[OpenFailure]:
    """Return the failures that a run reported less than a week ago.

    A failure is reported when it is new, and again in the first run of each week after that. The previous run is the
    last one of the same command, else the last of all.
    """
    previous = archive.text(_PREVIOUS, (run.id,)) or ""
    earlier = (one for one in open_failures(archive, blogs) if one.first_failed_at < run.begun_at)
    reported = (one for one in earlier if one.first_failed_at <= previous)
    return [one for one in reported if _weeks(one, now) == _weeks(one, parse_utc(previous))]


def _weeks(failure: OpenFailure, at: datetime) -> int:
    return weeks_between(parse_utc(failure.first_failed_at), at)
