"""What becomes of a target that was asked for: its row of the frontier settled, failed, or left."""

from dataclasses import replace
from datetime import datetime, timedelta

from blogarchive.items import Target
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier.queue import add, key
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.timestamps import later, utc_text


def settle(
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
        (fetched_at, due_at, etag, last_modified, key(target)),
    )


def stands(archive: Archive, target: Target, *, fetched_at: str, due_at: str | None) -> None:
    """The site answered that nothing changed: settled, and what it sent to ask so again is kept."""
    archive.execute(
        "update frontier set state = 'done', attempts = 0, fetched_at = ?, due_at = ? where key = ?",
        (fetched_at, due_at, key(target)),
    )


def fail(
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
    moment = utc_text(now)
    add(archive, [target], now=now)
    attempts = archive.scalar("select attempts from frontier where key = ?", (key(target),))
    wait = schedule.pause(attempts)
    due = None if permanent else later(moment, max(wait, retry_after or wait))
    archive.execute(
        "update frontier set state = ?, attempts = attempts + 1, due_at = ? where key = ?",
        ("dead" if permanent else "failed", due, key(target)),
    )
    return due


def settle_gone(archive: Archive, target: Target, *, due_at: datetime) -> None:
    """The post is gone for all that is known: done, to be looked at once more from `due_at` on."""
    archive.execute(
        "update frontier set state = 'done', attempts = 0, due_at = ? where key = ?",
        (utc_text(due_at), key(target)),
    )


def leave(archive: Archive, target: Target) -> None:
    """Nothing leads to the target any more: it is not fetched until something does again."""
    archive.execute("update frontier set state = 'done', due_at = null where key = ?", (key(target),))


def leave_comments(archive: Archive, blog: Blog, number: int | str) -> list[str]:
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


def adopt(archive: Archive, target: Target, uid: str) -> Target:
    """A target whose blog was not known, or known by another name, belongs to the blog `uid`; the target as it is now."""
    if target.uid == uid:
        return target
    # A post that was named without its blog stays under its address.
    now = target if target.uid is None else replace(target, uid=uid)
    archive.execute(
        "update or ignore frontier set uid = ?, key = ? where key = ?", (uid, key(now), key(target))
    )
    archive.execute("delete from frontier where key = ? and uid is not ?", (key(target), uid))
    return now
