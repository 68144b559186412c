"""Change the state of a target in the frontier: fetched, failed, gone or deactivated."""

from dataclasses import replace
from datetime import datetime, timedelta

from blogarchive.items import Target
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier.queue import add_targets, target_key
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.timestamps import format_utc, shift_utc


def mark_fetched(
    archive: Archive,
    target: Target,
    *,
    fetched_at: str,
    due_at: str | None,
    etag: str | None = None,
    last_modified: str | None = None,
) -> None:
    """Mark a saved target `done`, due again at `due_at` (None: never) with these validators.

    `fetched_at` is UTC text with microseconds.
    """
    archive.execute(
        "update frontier set state = 'done', attempts = 0, fetched_at = ?, due_at = ?, etag = ?, last_modified = ?"
        " where key = ?",
        (fetched_at, due_at, etag, last_modified, target_key(target)),
    )


def mark_unchanged(archive: Archive, target: Target, *, fetched_at: str, due_at: str | None) -> None:
    """Mark a target `done` after a 304 and keep its validators."""
    archive.execute(
        "update frontier set state = 'done', attempts = 0, fetched_at = ?, due_at = ? where key = ?",
        (fetched_at, due_at, target_key(target)),
    )


def mark_failed(
    archive: Archive,
    target: Target,
    *,
    permanent: bool = False,
    retry_after: timedelta | None = None,
    now: datetime,
) -> str | None:
    """Mark a target `failed` and return when it is retried (UTC text).

    The delay is `schedule.retry_delay`, or `retry_after` if that is longer. `permanent` marks it `dead` and returns
    None.
    """
    key = target_key(target)
    add_targets(archive, [target], now=now)
    delay = schedule.retry_delay(archive.scalar("select attempts from frontier where key = ?", (key,)))
    due_at = None if permanent else shift_utc(format_utc(now), max(delay, retry_after or delay))
    archive.execute(
        "update frontier set state = ?, attempts = attempts + 1, due_at = ? where key = ?",
        ("dead" if permanent else "failed", due_at, key),
    )
    return due_at


def mark_gone(archive: Archive, target: Target, *, due_at: datetime) -> None:
    """Mark the target of a gone post `done`, due once more at `due_at`."""
    archive.execute(
        "update frontier set state = 'done', attempts = 0, due_at = ? where key = ?",
        (format_utc(due_at), target_key(target)),
    )


def deactivate(archive: Archive, target: Target) -> None:
    """Mark a target that no page links to `done`, never due: it is fetched only if it is requeued."""
    archive.execute("update frontier set state = 'done', due_at = null where key = ?", (target_key(target),))


def deactivate_comments(archive: Archive, blog: Blog, number: str) -> list[str]:
    """Deactivate the further comment pages of a post that has none any more; return the URLs of those queued."""
    scope = (blog.site, blog.uid, number)
    urls = archive.column(
        "select url from frontier where site = ? and uid is ? and post_number = ? and state <> 'done'", scope
    )
    if urls:
        archive.execute(
            "update frontier set state = 'done', due_at = null where site = ? and uid is ? and post_number = ?",
            scope,
        )
    return urls


def assign_uid(archive: Archive, target: Target, uid: str) -> Target:
    """Move a target of an unknown blog, or of an older uid, to the blog `uid`; return the target as stored now."""
    if target.uid == uid:
        return target
    # A post that was named without its blog keeps its URL as its key.
    assigned = target if target.uid is None else replace(target, uid=uid)
    archive.execute(
        "update or ignore frontier set uid = ?, key = ? where key = ?",
        (uid, target_key(assigned), target_key(target)),
    )
    archive.execute("delete from frontier where key = ? and uid is not ?", (target_key(target), uid))
    return assigned
