"""Requeue targets, within limits that no host can make a run exceed.

A saved page may requeue others, and they may requeue it: two caches that answer in turn would keep a run going for
ever. So everything that queues a fetched target during a run calls `requeue_target`.
"""

from collections.abc import Sequence
from datetime import datetime

from blogarchive.items import Target
from blogarchive.messages.details import Detail
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier.queue import TARGET_COLUMNS, add_targets, target_key
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.rows import Value
from blogarchive.store.timestamps import format_utc

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
    """Queue `target` unless it was fetched at or after the UTC text `before`; return 1 if it was queued, else 0.

    A failed target waits for its retry, unless `failed_too`: it continues a page just parsed. A target that was
    requeued `MAX_REQUEUES` times is not queued again and gets a failure row.
    """
    key, requeues = target_key(target), archive.requeue_limits.requeues
    if requeues[key] >= MAX_REQUEUES:
        _defer_to_next_run(archive, target, before, now)
        return 0
    states = "state <> 'todo'" if failed_too else "state = 'done'"
    queued = (
        add_targets(archive, [target], now=now, found_on=found_on)
        or archive.execute(
            "update frontier set state = 'todo', page_no = ?, chain = ? where key = ?"  # noqa: S608 - constants
            f" and {states} and coalesce(fetched_at, '') < ?",
            (target.page_no, target.chain, key, before),
        ).rowcount
    )
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
    targets = archive.all_as(
        Target,
        f"select {TARGET_COLUMNS} from frontier"  # noqa: S608 - conditions are constants of this package
        f" where site = ? and uid is ? and state = 'done' and ({condition}) order by priority, rank, id",
        (blog.site, blog.uid, *parameters),
    )
    return sum(requeue_target(archive, target, before=_END_OF_TIME, now=now) for target in targets)


def reset_where(archive: Archive, blog: Blog, condition: str, parameters: Sequence[Value] = ()) -> int:
    """Queue the blog's targets that meet an SQL condition of this package; return how many were queued.

    It has no limit: use it at the start of a run, and `requeue_target` or `requeue_where` during one.
    """
    return archive.execute(
        "update frontier set state = 'todo', due_at = null"  # noqa: S608 - conditions are constants of this package
        f" where site = ? and uid is ? and state <> 'todo' and ({condition})",
        (blog.site, blog.uid, *parameters),
    ).rowcount


def change_url(archive: Archive, target: Target) -> None:
    """Store the new URL of a post that moved, and move its open failures to that URL."""
    key = target_key(target)
    old_url = archive.text("select url from frontier where key = ? and url <> ?", (key, target.url))
    if old_url is not None:
        failures.change_url(archive, old_url, target.url)
        archive.execute(
            "update frontier set url = ?, etag = null, last_modified = null where key = ?", (target.url, key)
        )


def _defer_to_next_run(archive: Archive, target: Target, before: str, now: datetime) -> None:
    """Make a target that exceeds the limit due for the next run, and record a failure."""
    key, moment = target_key(target), format_utc(now)
    url = archive.text(
        "select url from frontier where key = ? and state = 'done' and coalesce(fetched_at, '') < ?",
        (key, before),
    )
    if url is None:
        return
    archive.execute("update frontier set due_at = ? where key = ?", (moment, key))
    detail = Detail.FETCHED_AGAIN
    failure = Failure(kind="incomplete", field="again", detail=detail)
    if not failures.is_open(archive, url, failure):
        blog = Blog(site=target.site, uid=target.uid)
        run_id = archive.scalar("select max(id) from runs") or None
        failures.record_failure(archive, blog, url, failure, run_id=run_id, now=now, next_try_at=moment)
