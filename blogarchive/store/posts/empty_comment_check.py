"""Doubt a post that had comments and now claims to have none, until a second page confirms it.

A host with broken comments claims it for every post. A page of another day confirms it. At the end of a run, at least
as many other posts of the run that show comments confirm it too.
"""

import json
from datetime import datetime, timedelta

from blogarchive.messages.details import Detail
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import requeue
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.timestamps import format_utc

_ANOTHER_DAY = timedelta(hours=12)
_DETAIL = Detail.COMMENTS_DOUBTED.partition("{")[0]
_DOUBTED = "from failures where run_id = ? and field = 'comments' and resolved_at is null and detail like ?"


def doubt_reason(context: SaveContext, post_id: int) -> str | None:
    """Return why the claim of no comments is doubted; None if it is confirmed or no comments are stored."""
    stored = context.archive.scalar(
        "select count(*) from comments where post_id = ? and gone_at is null", (post_id,)
    )
    if not stored or _claimed_another_day(context, post_id) or _claimed_in_good_run(context):
        return None
    return Detail.COMMENTS_DOUBTED.format(stored=stored)


def requeue_doubted(archive: Archive, blog: Blog, run_id: int, *, now: datetime) -> int:
    """Requeue the doubted posts if the run confirms them now, at its end; return how many."""
    if not _is_good(archive, run_id):
        return 0
    urls = json.dumps(_doubted_urls(archive, blog, run_id))
    return requeue.requeue_where(
        archive, blog, "kind = 'post' and url in (select value from json_each(?))", (urls,), now=now
    )


def doubted_blogs(archive: Archive, run_id: int) -> list[Blog]:
    """Return the blogs with doubted posts of the run."""
    return list(archive.all_as(Blog, f"select distinct site, uid {_DOUBTED}", (run_id, f"{_DETAIL}%")))


def _claimed_another_day(context: SaveContext, post_id: int) -> bool:
    return context.archive.exists(
        "select 1 from post_stats where post_id = ?1 and comment_count = 0 and captured_at <= ?2 and captured_at >"
        " coalesce((select max(captured_at) from post_stats where post_id = ?1 and comment_count is not 0), '')",
        (post_id, format_utc(context.page.fetched_at - _ANOTHER_DAY)),
    )


def _claimed_in_good_run(context: SaveContext) -> bool:
    if context.run_id is None:
        return False
    is_doubted = context.archive.exists(
        f"select 1 {_DOUBTED} and url = ?", (context.run_id, f"{_DETAIL}%", context.target.url)
    )
    return is_doubted and _is_good(context.archive, context.run_id)


def _doubted_urls(archive: Archive, blog: Blog, run_id: int) -> list[str]:
    scope = (run_id, f"{_DETAIL}%", blog.site, blog.uid)
    return archive.column(f"select url {_DOUBTED} and site = ? and uid is ?", scope)


def _is_good(archive: Archive, run_id: int) -> bool:
    """Return whether at least as many posts of the run show comments as are doubted."""
    doubted = archive.scalar(f"select count(*) {_DOUBTED}", (run_id, f"{_DETAIL}%"))
    with_comments = archive.scalar(
        "select sum(filled) from field_counts where run_id = ? and kind = 'post' and field = 'comments'",
        (run_id,),
    )
    return 0 < doubted <= with_comments
