"""Plan a run: queue the targets that are due, and those that may explain a difference between blog and archive.

A home page shows the first and last date of each month and the newest posts; saving it requeues what differs
(`listings`). What it cannot show is due by `schedule`, within a budget of requests per blog and run.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from blogarchive.store.changes.undo import release_held
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import requeue
from blogarchive.store.ingest.due_targets import queue_categories, queue_due, queue_future
from blogarchive.store.ingest.home_pages import queue_earlier_homes, queue_home_chain, queue_home_unless_named
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.month_check import check_months
from blogarchive.store.ledger.runs import Run
from blogarchive.store.posts import empty_comment_check


def queue_run(
    archive: Archive,
    run: Run,
    blogs: Sequence[Blog],
    *,
    now: datetime,
    full: bool = False,
    hosts: Mapping[Blog, str] | None = None,
) -> int:
    """Queue the home pages and due targets of these blogs; return how many of their targets are queued.

    A home page that was fetched since `run.epoch_at` is not fetched again. `full` queues every target that was not
    fetched since then. Blogs with the same value in `hosts` share the budget of a host. Call it once, after adding the
    targets that the user named.
    """
    with archive.atomic():
        for blog in blogs:
            queue_home_unless_named(archive, run, blog, now)
            if full:
                _queue_all(archive, run, blog)
            if run.ahead:
                queue_future(archive, blog, now)
        if not full:
            queue_due(archive, blogs, now, hosts or {})
    return frontier_queue.crawl_progress(archive, blogs).todo


def queue_more(archive: Archive, run: Run, blogs: Sequence[Blog], *, now: datetime) -> int:
    """Queue further targets when the queue is empty and nothing is in flight; return how many, 0 ends the run.

    Those of `queue_incomplete`; each post that lost all its comments, if others did not; and posts whose changes turned
    out to be edits.
    """
    added = sum(queue_incomplete(archive, run, blog, now=now) for blog in blogs)
    with archive.atomic():
        added += release_held(archive, run, blogs, now=now)
        return added + sum(
            empty_comment_check.requeue_doubted(archive, blog, run.id, now=now) for blog in blogs
        )


def queue_incomplete(archive: Archive, run: Run, blog: Blog, *, now: datetime) -> int:
    """Queue further targets of a blog when its queue is empty and nothing is in flight; return how many.

    - If the dates of the months disagree with the stored posts, record a failure and queue the next pages of the home
      page, unless they were all fetched within thirty days.
    - If the home page is gone, queue its earlier URLs.
    - If a post without a category appeared since the categories were fetched to their last pages, queue them again.
    """
    with archive.atomic():
        added = queue_earlier_homes(archive, run, blog, now)
        if not check_months(archive, blog, run_id=run.id, now=now):
            added += queue_home_chain(archive, run, blog, now)
        return added + queue_categories(archive, blog, now)


def _queue_all(archive: Archive, run: Run, blog: Blog) -> None:
    """Queue every target that was fetched or failed, without validators, so that no response is a 304."""
    requeue.reset_where(
        archive,
        blog,
        "coalesce(fetched_at, '') < ? and (fetched_at is not null or state <> 'done') and kind <> 'comments'"
        " and (kind <> 'home' or page_no > 1)",
        (run.epoch_at,),
    )
    archive.execute(
        "update frontier set etag = null, last_modified = null where site = ? and uid is ? and state = 'todo'"
        " and (etag is not null or last_modified is not null)",
        (blog.site, blog.uid),
    )
