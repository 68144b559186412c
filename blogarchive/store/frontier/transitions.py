"""What becomes of a target that was asked for: its row of the frontier settled, failed, or left."""

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
    """The target was fetched and read: done, to be looked at again from `due_at` on (never, where None).

    `fetched_at` is UTC text with microseconds.
    """
    archive.execute(
        "update frontier set state = 'done', attempts = 0, fetched_at = ?, due_at = ?, etag = ?, last_modified = ?"
        " where key = ?",
        (fetched_at, due_at, etag, last_modified, target_key(target)),
    )


def mark_unchanged(archive: Archive, target: Target, *, fetched_at: str, due_at: str | None) -> None:
    """The site answered that nothing changed: settled, and what it sent to ask so again is kept."""
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
    """The target could not be had: tried again after `retry_after` or a growing while; gives that time (UTC text).

    The while is `schedule.pause`. `permanent`: never tried again by itself, gives None.
    """
    moment = format_utc(now)
    add_targets(archive, [target], now=now)
    attempts = archive.scalar("select attempts from frontier where key = ?", (target_key(target),))
    wait = schedule.retry_delay(attempts)
    due = None if permanent else shift_utc(moment, max(wait, retry_after or wait))
    archive.execute(
        "update frontier set state = ?, attempts = attempts + 1, due_at = ? where key = ?",
        ("dead" if permanent else "failed", due, target_key(target)),
    )
    return due


def mark_gone(archive: Archive, target: Target, *, due_at: datetime) -> None:
    """The post is gone for all that is known: done, to be looked at once more from `due_at` on."""
    archive.execute(
        "update frontier set state = 'done', attempts = 0, due_at = ? where key = ?",
        (format_utc(due_at), target_key(target)),
    )


def deactivate(archive: Archive, target: Target) -> None:
    """Nothing leads to the target any more: it is not fetched until something does again."""
    archive.execute("update frontier set state = 'done', due_at = null where key = ?", (target_key(target),))


def deactivate_comments(archive: Archive, blog: Blog, number: int | str) -> list[str]:
    """Further pages of a post's comments are no longer there: nothing to fetch, and no failure; gives their URLs."""
    rows = archive.rows(
        "select url from frontier where site = ? and uid is ? and post_number = ? and state <> 'done'",
        (blog.site, blog.uid, number),
    )
    if rows:
        archive.execute(
            "update frontier set state = 'done', due_at = null where site = ? and uid is ? and post_number = ?",
            (blog.site, blog.uid, number),
        )
    return [str(url) for (url,) in rows]


def assign_uid(archive: Archive, target: Target, uid: str) -> Target:
    """A target whose blog was not known, or known by another name, belongs to the blog `uid`; the target as it is now."""
    if target.uid == uid:
        return target
    # A post that was named without its blog stays under its address.
    now = target if target.uid is None else replace(target, uid=uid)
    archive.execute(
        "update or ignore frontier set uid = ?, key = ? where key = ?",
        (uid, target_key(now), target_key(target)),
    )
    archive.execute("delete from frontier where key = ? and uid is not ?", (target_key(target), uid))
    return now
