"""Asking for a target again: what a page shows to differ, within bounds that no host can make a run pass.

Each page that is saved may call for others, and they for it: two caches that answer in turn would keep a run going
for ever. So whatever calls for a target while a run is under way comes through `again`.
"""

from collections.abc import Sequence
from datetime import datetime

from blogarchive.items import Target
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier.queue import COLUMNS, INSERT, target_key, target_of, values_of
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.rows import Value
from blogarchive.store.timestamps import format_utc

MAX_REQUEUES = 3
"""So often one process makes a target to be fetched again; what shows something else each time waits for the next."""
_ALWAYS = "~"  # after every time


def requeue_target(
    archive: Archive,
    target: Target,
    *,
    before: str,
    now: datetime,
    found_on: str | None = None,
    failed_too: bool = False,
) -> int:
    """Queue `target` unless it was fetched at or after the UTC text `before`; returns 1 if it was queued.

    A target that failed keeps waiting for its time, except with `failed_too`: it continues a page just read. One
    that was asked for again `MAX_REQUEUES` times stays as it is, and that is a failure: no host keeps a run going.
    """
    states = "state <> 'todo'" if failed_too else "state = 'done'"
    name = target_key(target)
    if archive.requeue_limits.requeues[name] >= MAX_REQUEUES:
        _tire(archive, target, before, now)
        return 0
    values = values_of(target, format_utc(now), found_on, first=False)
    asked = archive.execute(
        INSERT + " on conflict(key) do update set state = 'todo', page_no = excluded.page_no,"
        " chain = excluded.chain"
        f" where {states} and coalesce(fetched_at, '') < ?",
        (*values, before),
    ).rowcount
    archive.requeue_limits.requeues[name] += asked
    return asked


def exceeds_url_limit(archive: Archive, blog: Blog, name: str, url: str) -> bool:
    """Whether the month or category of that name was asked for at enough other addresses: it has a new one every time."""
    known = archive.requeue_limits.urls[f"{blog.site}/{blog.uid}/{name}"]
    if url not in known and len(known) >= MAX_REQUEUES:
        return True
    known.add(url)
    return False


def requeue_where(
    archive: Archive, blog: Blog, condition: str, parameters: Sequence[Value] = (), *, now: datetime
) -> int:
    """The same for the blog's settled rows that meet an SQL condition of this package; gives how many are asked for."""
    rows = archive.rows(
        f"select {COLUMNS} from frontier"  # noqa: S608 - conditions are constants of this package
        f" where site = ? and uid is ? and state = 'done' and ({condition}) order by priority, rank, id",
        (blog.site, blog.uid, *parameters),
    )
    return sum(requeue_target(archive, target_of(row), before=_ALWAYS, now=now) for row in rows)


def reset_where(archive: Archive, blog: Blog, condition: str, parameters: Sequence[Value] = ()) -> int:
    """Make the blog's rows that meet an SQL condition of this package to be fetched; gives how many.

    For the beginning of a run: while one is under way, `again` and `again_where` ask, which come to an end.
    """
    return archive.execute(
        "update frontier set state = 'todo', due_at = null"  # noqa: S608 - conditions are constants of this package
        f" where site = ? and uid is ? and state <> 'todo' and ({condition})",
        (blog.site, blog.uid, *parameters),
    ).rowcount


def change_url(archive: Archive, target: Target) -> None:
    """The target's post is at this URL now; where it was asked for at another, open failures go with it."""
    row = archive.row("select url from frontier where key = ? and url <> ?", (target_key(target), target.url))
    if row is not None:
        failures.change_url(archive, str(row[0]), target.url)
        archive.execute(
            "update frontier set url = ?, etag = null, last_modified = null where key = ?",
            (target.url, target_key(target)),
        )


def _tire(archive: Archive, target: Target, before: str, now: datetime) -> None:
    """Leave what was asked for too often, where it would be asked for once more, to the next run."""
    row = archive.row(
        "select url from frontier where key = ? and state = 'done' and coalesce(fetched_at, '') < ?",
        (target_key(target), before),
    )
    if row is None:
        return
    url, moment = str(row[0]), format_utc(now)
    archive.execute("update frontier set due_at = ? where key = ?", (moment, target_key(target)))
    detail = "fetched again and again in one run, and each time other pages called for it once more"
    failure = Failure(kind="incomplete", field="requeue_target", detail=detail)
    if not failures.is_open(archive, url, failure):
        blog = Blog(site=target.site, uid=target.uid)
        run_id = archive.scalar("select max(id) from runs") or None
        failures.record_failure(archive, blog, url, failure, run_id=run_id, now=now, next_try_at=moment)
