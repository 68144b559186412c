"""The frontier table: the only queue of URLs to fetch.

States: `todo` (to fetch), `done` (fetched; fetched again after `due_at`), `failed` (retried after `due_at`) and `dead`
(failed for good). A target changes state in the transaction that saves its page. So a run that is killed loses
nothing and repeats at most the requests in flight.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from blogarchive.items import Link, PageKind, Target
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.rows import Value
from blogarchive.store.timestamps import format_utc

# Listings precede posts, so that all posts are named early; the comments of a post follow it at once.
_PRIORITY = {
    PageKind.HOME: 0,
    PageKind.COMMENTS: 1,
    PageKind.MONTH: 2,
    PageKind.CATEGORY: 3,
    PageKind.POST: 4,
}
_LAST = 5
_FIRST = -1
_MAX_INTEGER_DIGITS = 18  # SQLite stores longer integers as floating-point numbers

TARGET_COLUMNS = "url, site, kind, uid, number, post_number, page_no, chain, etag, last_modified"
"""The columns of the frontier that are the fields of a `Target`."""

_PROGRESS = """
select count(*) filter (where kind = 'post') as posts_found,
       count(*) filter (where kind = 'post' and state = 'done') as posts_read,
       count(*) filter (where state = 'todo') as todo,
       count(*) filter (where state in ('failed', 'dead')) as failed
  from frontier where site = ? and uid is ?
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlProgress:
    """Counts of the targets of a run's blogs, by state; `posts_found` and `posts_read` count posts alone."""

    posts_found: int
    posts_read: int
    todo: int
    failed: int


def target_key(target: Target) -> str:
    """Return the unique key of a target: site, uid and number of a post, whatever its URL; else its canonical URL."""
    return link_key(target.site, target.uid, target)


def link_key(site: str, uid: str | None, link: Target | Link) -> str:
    """Return the key of the target that `link` becomes in the blog of that uid."""
    if link.kind is PageKind.POST and link.number is not None and uid is not None:
        return f"{site}/{uid}/{link.number}"
    return link.url


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


def add_fetched(archive: Archive, target: Target, *, now: datetime, found_on: str | None = None) -> None:
    """Add a new target as `done`, so that it is fetched only if it is requeued."""
    if add_targets(archive, [target], now=now, found_on=found_on):
        archive.execute("update frontier set state = 'done' where key = ?", (target_key(target),))


def set_post_days(archive: Archive, days: Iterable[tuple[Target, str]]) -> None:
    """Store the days or times of posts as a listing shows them, unless one is stored already."""
    archive.execute_many(
        "update frontier set shown_on = ? where key = ? and shown_on is null",
        [(day, target_key(target)) for target, day in days],
    )


def set_newest_day(archive: Archive, target: Target, shown_on: str) -> None:
    """Store the newest day that the target may show, by which `next_targets` skips it if `since` is later."""
    archive.execute(
        "update frontier set shown_on = ? where key = ? and shown_on is not ?",
        (shown_on, target_key(target), shown_on),
    )


def next_targets(
    archive: Archive,
    blog: Blog,
    *,
    limit: int,
    now: datetime,
    exclude: Iterable[Target] = (),
    since: date | None = None,
) -> list[Target]:
    """Return the next targets of a blog by priority, at most `limit`, without those in `exclude` (in flight).

    Failed targets that are due come last. `since` skips targets known to be older than that day. The rows do not
    change: a target stays in the queue until it is saved, failed or skipped. If nothing is returned and nothing is in
    flight, call `plan.queue_more`; if that adds nothing, the run ends.
    """
    in_flight = {target_key(target) for target in exclude}
    room = limit + len(in_flight)
    values = {"site": blog.site, "uid": blog.uid, "now": format_utc(now), "room": room}
    young = "" if since is None else " and (shown_on is null or shown_on >= :since)"
    bound = {} if since is None else {"since": since.isoformat()}
    targets: list[Target] = []
    for condition in ("state = 'todo'", "state = 'failed' and due_at <= :now"):
        if len(targets) < room:
            targets += archive.all_as(
                Target,
                f"select {TARGET_COLUMNS} from frontier where site = :site and uid is :uid and {condition}{young}"  # noqa: S608
                " order by priority, rank, id limit :room",
                {**values, **bound},
            )
    return [target for target in targets if target_key(target) not in in_flight][:limit]


def next_retry_at(archive: Archive, blog: Blog) -> str | None:
    """Return when the next failed target of a blog is due (UTC text); None if none has failed."""
    return archive.text(
        "select min(due_at) from frontier where site = ? and uid is ? and state = 'failed'",
        (blog.site, blog.uid),
    )


def count_fetched(archive: Archive, since: str) -> dict[Blog, int]:
    """Return the number of targets that were fetched since a time (UTC text), by blog. It reads the whole frontier."""
    rows = archive.execute(
        "select site, uid, count(*) from frontier where fetched_at >= ? and uid is not null group by site, uid",
        (since,),
    )
    return {Blog(site=site, uid=uid): count for site, uid, count in rows}


def crawl_progress(archive: Archive, blogs: Sequence[Blog]) -> CrawlProgress:
    """Return the progress of these blogs. It reads an index of the whole frontier: call it once a second at most."""
    counts = [archive.one_as(CrawlProgress, _PROGRESS, (blog.site, blog.uid)) for blog in blogs]
    of_blogs = [count for count in counts if count is not None]
    return CrawlProgress(
        posts_found=sum(count.posts_found for count in of_blogs),
        posts_read=sum(count.posts_read for count in of_blogs),
        todo=sum(count.todo for count in of_blogs),
        failed=sum(count.failed for count in of_blogs),
    )


def _row(target: Target, now: datetime, found_on: str | None, first: bool) -> dict[str, Value]:
    return {
        "key": target_key(target),
        "url": target.url,
        "site": target.site,
        "kind": target.kind,
        "uid": target.uid,
        "number": target.number,
        "post_number": target.post_number,
        "page_no": target.page_no,
        "chain": target.chain,
        "priority": _FIRST if first else _PRIORITY.get(target.kind, _LAST),
        "rank": _rank(target),
        "state": "todo",
        "found_at": format_utc(now),
        "found_on": found_on,
    }


def _rank(target: Target) -> int | float:
    """Return the rank of a post: newest first, because decimal ids rise with time; else 0, the order of a listing."""
    number = target.number or ""
    if target.kind is not PageKind.POST or not number.isdecimal():
        return 0
    return -int(number) if len(number) <= _MAX_INTEGER_DIGITS else -float(number)
