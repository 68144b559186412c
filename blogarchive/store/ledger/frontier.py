"""The frontier: the next targets of a run, and their states: `todo`, `done`, `failed` and `dead`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import unquote, urlsplit

from blogarchive.items import Link, PageKind, Target
from blogarchive.messages.details import Detail
from blogarchive.parsing.urls import other_scheme, readable
from blogarchive.sites.base import site_by_name
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog, blogs_at, blogs_json, home_target
from blogarchive.store.rows import Value, format_utc, format_utc_precise, shift_utc
from blogarchive.store.statements import columns_of

# Listings precede posts, so that all posts are named early; the comments of a post follow it at once.
_PRIORITY = {kind: place for place, kind in enumerate(("home", "comments", "month", "category", "post"))}
_LAST = len(_PRIORITY)  # other kinds
_FIRST = -1  # the URLs that a user named
_MAX_INTEGER_DIGITS = 18  # SQLite stores longer integers as floating-point numbers

_NAMES = ("url", "site", "kind", "uid", "number", "post_number", "page_no", "chain")
TARGET_COLUMNS = columns_of(Target)
"""The columns of the frontier that are the fields of a `Target`."""

_PROGRESS = """
select count(*) filter (where kind = 'post') as posts_found,
       count(*) filter (where kind = 'post' and state = 'done') as posts_read,
       count(*) filter (where state = 'todo') as todo,
       count(*) filter (where state in ('failed', 'dead')) as failed
  from json_each(?) b cross join frontier on site = b.value ->> 0 and uid is b.value ->> 1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlProgress:
    """Counts of the targets of a run's blogs, by state; `posts_found` and `posts_read` count posts alone."""

    posts_found: int
    posts_read: int
    todo: int
    failed: int


# Attribute access to an enum member is five times slower (Python 3.11).
_HOME, _POST = PageKind.HOME, PageKind.POST
_DONE: Mapping[str, Value] = {"state": "done", "attempts": 0}


def _update(archive: Archive, target: Target, values: Mapping[str, Value]) -> None:
    archive.update_row("frontier", target_key(target), values, key="key")


def target_key(target: Target) -> str:
    """Return the unique key of a target: site, uid and number of a post at any URL, else its canonical URL.

    A later home page's key contains the uid too: blogs below paths of one host may share a list.
    """
    uid = target.uid or ""
    is_list_below_path = target.kind is _HOME and target.page_no > 1 and "/" in uid
    if is_list_below_path and f"{uid}/" not in unquote(target.url):
        return f"{target.site}/{uid}/{target.url}"
    return link_key(target.site, target.uid, target)


def link_key(site: str, uid: str | None, link: Target | Link) -> str:
    """Return the key of the target that `link` becomes in the blog of that uid."""
    if link.kind is _POST and link.number is not None and uid is not None:
        return f"{site}/{uid}/{link.number}"  # as `Blog.post_key`
    return link.url


def as_stored(archive: Archive, target: Target) -> Target:
    """Return the stored home page or post at that URL, else `target`. On any host, a URL does not name its blog."""
    if target.uid:
        return target
    parts, place = urlsplit(target.url), target.url.rstrip("/")
    number = site_by_name(target.site).parse_url(target.url).number or ""
    steps = readable(parts.path).split("/")
    uids = [parts.netloc + "/".join(steps[: end + 1]) for end in range(len(steps))]
    keys = [place, f"{place}/", *(Blog(site=target.site, uid=uid).post_key(number) for uid in uids)]
    # A person may have named the blog by a post, which is then a target of both kinds.
    query = f"""select {TARGET_COLUMNS} from frontier f where key in (select value from json_each(?)) and uid is not null
            order by kind = 'home' and exists (select 1 from authors where site = f.site and uid = f.uid
            and rtrim(url, '/') = rtrim(f.url, '/')) desc, kind desc limit 1"""  # noqa: S608 - constants
    stored = archive.one_as(Target, query, (json.dumps(keys),))
    if stored is None:  # the home page of a blog may have moved there, or have another form of the URL
        found = [blog for blog in blogs_at(archive, target.url) if blog.site == target.site]
        return (found and home_target(archive, found[0])) or target
    return replace(stored, url=stored.url if stored.is_home else target.url)


def add_targets(
    archive: Archive,
    targets: Iterable[Target],
    *,
    now: datetime,
    found_on: str | None = None,
    first: bool = False,
) -> int:
    """Queue the targets that the frontier does not contain yet and return how many were new.

    `first` queues them before all others: the URLs that a user named.
    """
    rows = [_row(target, now, found_on, first) for target in targets]
    return archive.insert_rows("frontier", rows, on_conflict="on conflict(key) do nothing")


def add_fetched(archive: Archive, target: Target, *, now: datetime) -> None:
    """Add a new target as `done`, so that it is fetched only if it is requeued."""
    if add_targets(archive, [target], now=now):
        _update(archive, target, {"state": "done"})


def set_post_days(archive: Archive, days: Iterable[tuple[Target, str]]) -> None:
    """Store the days or times of posts as a listing shows them, unless one is stored already."""
    update = "update frontier set shown_on = ? where key = ? and shown_on is null"
    archive.execute_many(update, [(day, target_key(target)) for target, day in days])


def set_newest_day(archive: Archive, target: Target, shown_on: str) -> None:
    """Store the newest day that the target may show, by which `next_targets` skips it if `since` is later."""
    update = "update frontier set shown_on = ? where key = ? and shown_on is not ?"
    archive.execute(update, (shown_on, target_key(target), shown_on))


def month_of_finder(archive: Archive, target: Target) -> str | None:
    """Return the month, YYYY-MM, of the post that first linked the target; None if a list did."""
    query = """select substr(p.posted_at, 1, 7) from frontier f join frontier l on l.url = f.found_on
            join posts p on p.number = l.number and p.url = l.url where f.key = ? and l.kind = 'post'"""
    return archive.text(query, (target_key(target),))


def next_targets(
    archive: Archive,
    blog: Blog,
    *,
    limit: int,
    now: datetime,
    exclude: Iterable[Target] = (),
    since: date | None = None,
) -> list[Target]:
    """Return at most `limit` next targets of a blog, by `_PRIORITY` and `_rank`, without those in `exclude` (in flight).

    Failed targets that are due come last. `since` skips targets known to be older than that day. The rows do not
    change: a target stays in the queue until it is saved, failed or skipped. If nothing is returned and nothing is in
    flight, call `plan.queue_incomplete` and `plan.queue_more`; if that adds nothing, the run ends.
    """
    in_flight = {target_key(target) for target in exclude}
    room = limit + len(in_flight)
    values = {"site": blog.site, "uid": blog.uid, "now": format_utc(now), "room": room}
    values["since"] = since.isoformat() if since else ""
    targets: list[Target] = []
    for condition in ("state = 'todo'", "state = 'failed' and due_at <= :now"):
        if len(targets) < room:
            query = f"""select {TARGET_COLUMNS} from frontier where site = :site and uid is :uid and {condition}
                    and (shown_on is null or shown_on >= :since) order by priority, rank, id limit :room"""  # noqa: S608
            targets += archive.all_as(Target, query, values)
    found = {key: target for target in targets if (key := target_key(target)) not in in_flight}
    return [*found.values()][:limit]


def next_retry_at(archive: Archive, blog: Blog) -> str | None:
    """Return when the next failed target of a blog is due (UTC text); None if none has failed."""
    query = "select min(due_at) from frontier where site = ? and uid is ? and state = 'failed'"
    return archive.text(query, (blog.site, blog.uid))


def count_fetched(archive: Archive, since: str) -> dict[Blog, int]:
    """Return the number of targets that were fetched since a time (UTC text), by blog. It reads the whole frontier."""
    query = "select site, uid, count(*) from frontier where fetched_at >= ? and uid is not null group by site, uid"
    return {Blog(site=site, uid=uid): count for site, uid, count in archive.execute(query, (since,))}


def crawl_progress(archive: Archive, blogs: Sequence[Blog]) -> CrawlProgress:
    """Return the progress of these blogs. It reads an index of the whole frontier: call it once a second at most."""
    (counts,) = archive.all_as(CrawlProgress, _PROGRESS, (blogs_json(blogs),))
    return counts


def _row(target: Target, now: datetime, found_on: str | None, first: bool) -> dict[str, Value]:
    return {
        "key": target_key(target),
        **{name: getattr(target, name) for name in _NAMES},
        "priority": _FIRST if first else _PRIORITY.get(target.kind, _LAST),
        "rank": _rank(target),
        "state": "todo",
        "found_at": format_utc(now),
        "found_on": found_on,
    }


def _rank(target: Target) -> int | float:
    """Return the rank of a post: newest first, as decimal ids rise with time; else 0, a listing's order."""
    number = target.number or ""
    if target.kind is not PageKind.POST or not number.isdecimal():
        return 0
    return -int(number) if len(number) <= _MAX_INTEGER_DIGITS else -float(number)


MAX_REQUEUES = 3
"""Requeues of a target in one process; a target that changes on each fetch waits for the next run."""
_END_OF_TIME = "~"  # sorts after every time


def requeue_target(
    archive: Archive,
    target: Target,
    *,
    before: str,
    now: datetime,
    found_on: str | None = None,
    failed_too: bool = False,
) -> int:
    """Queue `target` unless it was fetched at or after the UTC text `before`. Return 1 if it was queued, else 0.

    A failed target waits for its retry, unless `failed_too`: it continues a page just parsed. A target that was
    requeued `MAX_REQUEUES` times is not queued again and gets a failure row.
    """
    key, requeues = target_key(target), archive.requeue_limits.requeues
    if requeues[key] >= MAX_REQUEUES:
        _defer_to_next_run(archive, target, before, now)
        return 0
    states = "state <> 'todo'" if failed_too else "state = 'done'"
    update = f"""update frontier set state = 'todo', page_no = ?, chain = ? where key = ?
            and {states} and coalesce(fetched_at, '') < ?"""  # noqa: S608 - constants
    queued = add_targets(archive, [target], now=now, found_on=found_on)
    queued = queued or archive.execute(update, (target.page_no, target.chain, key, before)).rowcount
    requeues[key] += queued
    return queued


def exceeds_url_limit(archive: Archive, blog: Blog, name: str, url: str) -> bool:
    """Return whether the month or category `name` was requested at `MAX_REQUEUES` other URLs in this run."""
    urls = archive.requeue_limits.urls[f"{blog.site}/{blog.uid}/{name}"]
    if url not in urls and len(urls) >= MAX_REQUEUES:
        return True
    urls.add(url)
    return False


def requeue_where(
    archive: Archive, blog: Blog, condition: str, parameters: Sequence[Value] = (), *, now: datetime
) -> int:
    """Requeue the blog's `done` targets that meet an SQL condition of this package; return how many were queued."""
    query = f"""select {TARGET_COLUMNS} from frontier
            where site = ? and uid is ? and state = 'done' and ({condition}) order by priority, rank, id"""  # noqa: S608
    targets = archive.all_as(Target, query, (blog.site, blog.uid, *parameters))
    return sum(requeue_target(archive, target, before=_END_OF_TIME, now=now) for target in targets)


def queue_at_start(archive: Archive, blog: Blog, condition: str, parameters: Sequence[Value] = ()) -> int:
    """Queue the blog's targets that meet an SQL condition of this package; return how many were queued.

    It has no limit: use it at the start of a run, and `requeue_target` or `requeue_where` during one.
    """
    update = f"""update frontier set state = 'todo', due_at = null
            where site = ? and uid is ? and state <> 'todo' and ({condition})"""  # noqa: S608
    return archive.execute(update, (blog.site, blog.uid, *parameters)).rowcount


def forget_validators(archive: Archive, blog: Blog, condition: str, parameters: Sequence[Value] = ()) -> None:
    """Delete the validators of the blog's targets that meet an SQL condition of this package: no answer is a 304."""
    update = f"""update frontier set etag = null, last_modified = null where site = ? and uid is ? and ({condition})
            and coalesce(etag, last_modified) is not null"""  # noqa: S608
    archive.execute(update, (blog.site, blog.uid, *parameters))


def change_url(archive: Archive, target: Target) -> None:
    """Store the new URL of a post that moved, and move its open failures to that URL."""
    key = target_key(target)
    old_url = archive.text("select url from frontier where key = ? and url <> ?", (key, target.url))
    if old_url is not None:
        failures.change_url(archive, old_url, target.url)
        _update(archive, target, {"url": target.url, "etag": None, "last_modified": None})


def _defer_to_next_run(archive: Archive, target: Target, before: str, now: datetime) -> None:
    """Make a target that exceeds the limit due for the next run, and record a failure."""
    key, moment = target_key(target), format_utc(now)
    query = "select url from frontier where key = ? and state = 'done' and coalesce(fetched_at, '') < ?"
    url = archive.text(query, (key, before))
    if url is None:
        return
    _update(archive, target, {"due_at": moment})
    why = failures.Failure(kind="incomplete", field="again", detail=Detail.FETCHED_AGAIN)
    _record_deferred(archive, replace(target, url=url), why, now)


def defer_endless(archive: Archive, target: Target, times: int, *, now: datetime) -> None:
    """Make a target that is still due after `times` requests due for the next run, and record the mistake."""
    # Not by its key: a row with another key than its target's would stay due.
    update = "update frontier set state = 'done', due_at = ? where (site, kind, url) = (?, ?, ?) and uid is ?"
    archive.execute(update, (format_utc(now), target.site, target.kind, target.url, target.uid))
    why = failures.Failure(kind="mistake", field="again", detail=Detail.STILL_DUE.format(count=times))
    _record_deferred(archive, target, why, now)


def _record_deferred(archive: Archive, target: Target, why: failures.Failure, now: datetime) -> None:
    blog, url, moment = Blog(site=target.site, uid=target.uid), target.url, format_utc(now)
    run_id = archive.scalar("select max(id) from runs") or None
    failures.record_failure(archive, blog, url, why, run_id=run_id, now=now, next_try_at=moment, once=True)


def with_stored_scheme(archive: Archive, target: Target) -> Target:
    """Return the target with the scheme that its URL has in the frontier, if that URL has no failure."""
    other = other_scheme(target.url)
    query = """select 1 from frontier f where key = ? and url = ? and not exists
            (select 1 from failures x where x.url = f.url and x.resolved_at is null)"""
    is_usable = archive.exists(query, (target_key(replace(target, url=other)), other))
    return replace(target, url=other) if is_usable else target


def stored_next_pages(archive: Archive, targets: Sequence[Target]) -> list[str]:
    """Return the URLs of the next pages of `targets` that earlier runs found, of comments and listings.

    Excludes next pages of a home page, which only `queue_more` queues. Excludes those of targets with validators too: a
    304 response has no links.
    """
    first_urls = [target.url for target in targets if not (target.etag or target.last_modified)]
    query = """select url from frontier where state = 'done' and page_no > 1 and kind <> 'home'
            and chain in (select value from json_each(?)) order by chain, page_no, id"""
    return archive.column(query, (json.dumps(first_urls),))


def mark_fetched(
    archive: Archive, target: Target, *, fetched_at: str, due_at: str | None, **validators: str | None
) -> None:
    """Mark a saved target `done`, due again at `due_at` (None: never), with these validators, or those it has.

    `fetched_at` is UTC text with microseconds.
    """
    _update(archive, target, {**_DONE, "fetched_at": fetched_at, "due_at": due_at, **validators})


def mark_failed(
    archive: Archive, target: Target, *, permanent: bool = False, wait: timedelta | None = None, now: datetime
) -> str | None:
    """Mark a target `failed` and return when it is retried (UTC text).

    The delay is `schedule.retry_delay`, or `wait` if that is longer. `permanent` marks it `dead` and returns None.
    """
    key = target_key(target)
    add_targets(archive, [target], now=now)
    delay = schedule.retry_delay(archive.scalar("select attempts from frontier where key = ?", (key,)))
    due_at = None if permanent else shift_utc(format_utc(now), max(delay, wait or delay))
    update = "update frontier set state = ?, attempts = attempts + 1, due_at = ? where key = ?"
    archive.execute(update, ("dead" if permanent else "failed", due_at, key))
    return due_at


def mark_waiting(archive: Archive, target: Target, *, now: datetime) -> str:
    """Mark a failed target as `done` and due in a week; return when (UTC text).

    As `done` it is within the budget of stored pages: other pages show earlier whether the cause ended.
    """
    add_targets(archive, [target], now=now)
    due_at = format_utc(now + schedule.MAX_RETRY_DELAY)
    _update(archive, target, {"state": "done", "due_at": due_at})
    return due_at


def mark_gone(archive: Archive, target: Target, *, due_at: datetime) -> None:
    """Mark the target of a gone post `done`, due once more at `due_at`."""
    _update(archive, target, {**_DONE, "due_at": format_utc(due_at), "interval_days": None})


def mark_missing(archive: Archive, target: Target, *, now: datetime) -> None:
    """Mark a list of posts that the blog lacks as `done`, never due; `is_missing` returns True for a week."""
    missing: dict[str, Value] = {"attempts": 1, "fetched_at": format_utc_precise(now)}
    _update(archive, target, {"state": "done", "due_at": None, **missing})


def is_missing(archive: Archive, target: Target, *, now: datetime) -> bool:
    """Return whether the blog lacked the list of posts at `target` when it was last fetched, within a week."""
    query = "select 1 from frontier where key = ? and state = 'done' and attempts > 0 and due_at is null and fetched_at > ?"
    return archive.exists(query, (target_key(target), format_utc_precise(now - schedule.MAX_RETRY_DELAY)))


def has_refused_comments(archive: Archive, blog: Blog, *, now: datetime) -> bool:
    """Return whether an interface of the blog's comments was missing within a week."""
    query = """select 1 from frontier indexed by frontier_due where site = ? and uid is ? and due_at is null
            and state = 'done' and kind = 'comments' and attempts > 0 and fetched_at > ?"""
    return archive.exists(query, (blog.site, blog.uid, format_utc_precise(now - schedule.MAX_RETRY_DELAY)))


def has_later_url(archive: Archive, target: Target) -> bool:
    """Return whether another URL of the same page of a listing was found later, as after a redesign."""
    query = """select 1 from frontier f join frontier l on l.site = f.site and l.uid is f.uid and l.chain = f.chain
            and l.page_no = f.page_no and l.kind = f.kind and l.id > f.id where f.key = ?"""
    return archive.exists(query, (target_key(target),))


def deactivate(archive: Archive, target: Target) -> None:
    """Mark a target that no page links to `done`, never due: it is fetched only if it is requeued."""
    _update(archive, target, {"state": "done", "due_at": None})


def deactivate_comments(archive: Archive, blog: Blog, number: str) -> list[str]:
    """Deactivate the further comment pages of a post that has none any more; return the URLs of those queued."""
    scope = (blog.site, blog.uid, number)
    query = "select url from frontier where site = ? and uid is ? and post_number = ? and state <> 'done'"
    urls = archive.column(query, scope)
    if urls:
        update = "update frontier set state = 'done', due_at = null where site = ? and uid is ? and post_number = ?"
        archive.execute(update, scope)
    return urls


def assign_uid(archive: Archive, target: Target, uid: str) -> Target:
    """Move a target of an unknown blog, or of an older uid, to the blog `uid`. Return the target as stored now."""
    if target.uid == uid:
        return target
    # A post that was named without its blog keeps its URL as its key.
    assigned = target if target.uid is None else replace(target, uid=uid)
    update = "update or ignore frontier set uid = ?, key = ? where key = ?"
    archive.execute(update, (uid, target_key(assigned), target_key(target)))
    archive.execute("delete from frontier where key = ? and uid is not ?", (target_key(target), uid))
    return assigned
