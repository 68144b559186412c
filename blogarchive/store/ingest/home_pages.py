"""Queue the home page of a blog: its current URL, its earlier URLs, its next pages."""

from dataclasses import replace
from datetime import datetime

from blogarchive.items import Target
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import requeue, transitions
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog, home_target
from blogarchive.store.ledger.runs import Run
from blogarchive.store.timestamps import format_utc


def queue_home(archive: Archive, blog: Blog, *, now: datetime) -> Target | None:
    """Queue the blog's home page unless the user named it by another URL; return its target, or None if unknown.

    Deactivate other home URLs and move their failures to this one.
    """
    home = home_target(archive, blog)
    if home is None:
        return None
    others = archive.rows(
        "select url, state from frontier where site = ? and uid is ? and kind = 'home' and page_no = 1 and key <> ?",
        (blog.site, blog.uid, home.url),
    )
    if all(state != "todo" for _, state in others):
        frontier_queue.add_targets(archive, [home], now=now)
    for url in [url for url, state in others if state != "todo"]:
        failures.change_url(archive, url, home.url)
        transitions.deactivate(archive, replace(home, url=url))
    return home


def queue_home_unless_named(archive: Archive, run: Run, blog: Blog, now: datetime) -> None:
    """Queue the home page, unless the user named it by any URL."""
    home = queue_home(archive, blog, now=now)
    if home is not None:
        requeue.reset_where(
            archive,
            blog,
            "key = ? and coalesce(fetched_at, '') < ? and not exists (select 1 from frontier h where h.site = ?"
            " and h.uid is ? and h.kind = 'home' and h.page_no = 1 and h.state = 'todo')",
            (home.url, run.epoch_at, blog.site, blog.uid),
        )


def queue_earlier_homes(archive: Archive, run: Run, blog: Blog, now: datetime) -> int:
    """Queue the earlier URLs of a home page that is gone, since its site may have reverted a redirect."""
    is_gone = archive.exists(
        "select 1 from frontier f join failures x on x.url = f.url and x.resolved_at is null"
        " and x.kind in ('http', 'notice', 'unreadable') where f.site = ?1 and f.uid is ?2 and f.kind = 'home'"
        " and f.page_no = 1 and f.state in ('failed', 'dead') and not exists (select 1 from frontier h"
        " where h.site = ?1 and h.uid is ?2 and h.kind = 'home' and h.page_no = 1 and h.fetched_at >= ?3)",
        (blog.site, blog.uid, run.epoch_at),
    )
    if not is_gone:
        return 0
    return requeue.requeue_where(archive, blog, "kind = 'home' and page_no = 1", now=now)


def queue_home_chain(archive: Archive, run: Run, blog: Blog, now: datetime) -> int:
    """Queue the next pages of the home page, unless they were all fetched within thirty days; return how many."""
    proved_at = archive.text(
        "select home_proved_at from authors where site = ? and uid = ?", (blog.site, blog.uid)
    )
    if proved_at is not None and proved_at > format_utc(now - schedule.LISTING_DEADLINE):
        return 0
    return requeue.requeue_where(
        archive,
        blog,
        "kind = 'home' and page_no = 2 and coalesce(fetched_at, '') < ?",
        (run.epoch_at,),
        now=now,
    )
