"""What is still to fetch: the frontier table is the schedule, and nothing else holds any of it.

States: `todo` (to be taken), `done` (fetched; looked at again when `due_at` has come), `failed` (taken again when
`due_at` has come), `dead` (failed for good). A target's row is settled in the transaction that saves its page, so a
run that dies loses nothing and repeats at most what was in flight.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from blogarchive.items import Link, PageKind, Target
from blogarchive.store.database.archive import Archive, Row
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.rows import Value
from blogarchive.store.timestamps import format_utc

# Listings come before posts, so that early on everything is known by name; a post's comments come at once after it.
_PRIORITY = {
    PageKind.HOME: 0,
    PageKind.COMMENTS: 1,
    PageKind.MONTH: 2,
    PageKind.CATEGORY: 3,
    PageKind.POST: 4,
}
_LAST = 5
_FRONT = -1

COLUMNS = "url, site, kind, uid, number, post_number, page_no, chain, etag, last_modified"


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlProgress:
    """How far the blogs of a run are: targets by state, posts apart."""

    posts_found: int
    posts_read: int
    todo: int
    failed: int


def target_key(target: Target) -> str:
    """What makes a target one: a post's site, uid and number, whatever its URL; else the canonical URL."""
    return link_key(target.site, target.uid, target)


def link_key(site: str, uid: str | None, link: Target | Link) -> str:
    """The key of the target that `link` becomes in the blog of that uid."""
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
    """Put targets that are not known yet into the frontier, to be fetched; gives how many were new.

    `first` puts them before everything else: the URL that a person named.
    """
    moment = format_utc(now)
    rows = [values_of(target, moment, found_on, first) for target in targets]
    return archive.execute_many(INSERT + " on conflict(key) do nothing", rows) if rows else 0


def add_fetched(archive: Archive, target: Target, *, now: datetime, found_on: str | None = None) -> None:
    """Note a target that is not to be fetched unless something asks for it."""
    if add_targets(archive, [target], now=now, found_on=found_on):
        archive.execute("update frontier set state = 'done' where key = ?", (target_key(target),))


def set_post_days(archive: Archive, days: Iterable[tuple[Target, str]]) -> None:
    """Note the days or times of posts, as a listing shows them, where none is noted yet."""
    archive.execute_many(
        "update frontier set shown_on = ? where key = ? and shown_on is null",
        [(day, target_key(target)) for target, day in days],
    )


def next_targets(
    archive: Archive,
    blogs: Sequence[Blog],
    *,
    limit: int,
    now: datetime,
    exclude: Iterable[Target] = (),
    since: date | None = None,
) -> list[Target]:
    """The next targets of these blogs, at most `limit`, best first; those in `exclude` (in flight) are left out.

    Several sites share the limit, so that one slow host does not hold up another; blogs of one site come one after
    the other. Failed targets whose time has come are taken when nothing else is left. With `since`, what is known
    to be older than that day stays in the frontier. Changes nothing: a target stays to be taken until it is saved,
    failed or skipped. Nothing given and nothing in flight: ask `plan.top_up`, then the run is over.
    """
    flying = {target_key(target) for target in exclude}
    sites = list(dict.fromkeys(blog.site for blog in blogs))
    share = max(1, limit // max(1, len(sites)))
    taken: list[Target] = []
    for site in sites:
        of_site: list[Target] = []
        for blog in blogs:
            if blog.site == site and len(of_site) < share:
                of_site += _take_blog(archive, blog, share - len(of_site), flying, format_utc(now), since)
        taken += of_site
    return taken[:limit]


def crawl_progress(archive: Archive, blogs: Sequence[Blog]) -> CrawlProgress:
    """How far these blogs are. Reads an index of the whole frontier: ask once a second, not once a page."""
    counts: dict[tuple[bool, str], int] = {}
    for blog in blogs:
        for kind, state, count in archive.rows(
            "select kind = 'post', state, count(*) from frontier where site = ? and uid is ? group by 1, 2",
            (blog.site, blog.uid),
        ):
            place = (bool(kind), str(state))
            counts[place] = counts.get(place, 0) + int(str(count))
    return CrawlProgress(
        posts_found=sum(count for (is_post, _), count in counts.items() if is_post),
        posts_read=counts.get((True, "done"), 0),
        todo=counts.get((True, "todo"), 0) + counts.get((False, "todo"), 0),
        failed=sum(count for (_, state), count in counts.items() if state in ("failed", "dead")),
    )


def set_newest_day(archive: Archive, target: Target, shown_on: str) -> None:
    """Record the newest day that the target can show, so that `take` with a `since` can skip it."""
    archive.execute(
        "update frontier set shown_on = ? where key = ? and shown_on is not ?",
        (shown_on, target_key(target), shown_on),
    )


INSERT = (
    "insert into frontier(key, url, site, kind, uid, number, post_number, page_no, chain, priority, rank,"
    " state, found_at, found_on) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'todo', ?, ?)"
)


def values_of(target: Target, moment: str, found_on: str | None, first: bool) -> tuple[Value, ...]:
    """What `INSERT` takes for a target; `first`: before everything else."""
    priority = _FRONT if first else _PRIORITY.get(target.kind, _LAST)
    # Newest posts first: numbers of all known sites rise with time.
    rank = -target.number if isinstance(target.number, int) and target.kind is PageKind.POST else 0
    return (
        target_key(target),
        target.url,
        target.site,
        target.kind,
        target.uid,
        target.number,
        target.post_number,
        target.page_no,
        target.chain,
        priority,
        rank,
        moment,
        found_on,
    )


def _take_blog(
    archive: Archive, blog: Blog, wanted: int, flying: set[str], moment: str, since: date | None
) -> list[Target]:
    young = "" if since is None else " and (shown_on is null or shown_on >= ?)"
    scope: list[Value] = [blog.site, blog.uid]
    bound: list[Value] = [] if since is None else [since.isoformat()]
    room = wanted + len(flying)
    rows = archive.rows(
        f"select key, {COLUMNS} from frontier where site = ? and uid is ? and state = 'todo'{young}"  # noqa: S608
        " order by priority, rank, id limit ?",
        (*scope, *bound, room),
    )
    if len(rows) < room:
        rows += archive.rows(
            f"select key, {COLUMNS} from frontier where site = ? and uid is ? and state = 'failed'"  # noqa: S608
            f" and due_at <= ?{young} order by priority, rank, id limit ?",
            (*scope, moment, *bound, room),
        )
    return [target_of(row[1:]) for row in rows if row[0] not in flying][:wanted]


def target_of(row: Row) -> Target:
    """The target of a row of `COLUMNS`."""
    url, site, kind, uid, number, post_number, page_no, chain, etag, last_modified = row
    return Target(
        url=str(url),
        site=str(site),
        kind=PageKind(str(kind)),
        uid=_text(uid),
        number=_number(number),
        post_number=_number(post_number),
        page_no=int(str(page_no)),
        chain=_text(chain),
        etag=_text(etag),
        last_modified=_text(last_modified),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> int | str | None:
    return value if isinstance(value, int | str) else None
