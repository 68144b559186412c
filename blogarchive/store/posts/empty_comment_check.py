"""Posts that had comments and say to have none: believed when another witness says so too.

A host whose comments are out of order for a night says so of every post. The other witness is a page of another day,
or, at the end of a run, as many other posts of that run whose comments were there.
"""

import json
from datetime import datetime, timedelta

from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import requeue
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.timestamps import format_utc

_ANOTHER_DAY = timedelta(hours=12)
_WORDS = "0 comments are claimed, "
_OPEN = "select {} from failures where run_id = ? and field = 'comments' and resolved_at is null and detail like ?"


def doubt(context: SaveContext, post_id: int) -> str | None:
    """Why a post that says to have no comments is not believed; None where it is, or where none are held."""
    held = context.archive.scalar(
        "select count(*) from comments where post_id = ? and gone_at is null", (post_id,)
    )
    if not held or _said_another_day(context, post_id) or _said_before_in_a_good_run(context):
        return None
    return f"{_WORDS}{held} are held; they are gone when another day says so too"


def ask_again(archive: Archive, blog: Blog, run_id: int, *, now: datetime) -> int:
    """At the end of a run, look once more at those that it would believe then; gives how many are asked for."""
    if not _is_good(archive, run_id):
        return 0
    found = archive.rows(_OPEN.format("url"), (run_id, f"{_WORDS}%"))
    urls = json.dumps([str(url) for (url,) in found])
    return requeue.requeue_where(
        archive, blog, "kind = 'post' and url in (select value from json_each(?))", (urls,), now=now
    )


def _said_another_day(context: SaveContext, post_id: int) -> bool:
    row = context.archive.row(
        "select 1 from post_stats where post_id = ? and comment_count = 0 and captured_at <= ? and captured_at >"
        " coalesce((select max(captured_at) from post_stats where post_id = ? and comment_count is not 0), '')",
        (post_id, format_utc(context.page.fetched_at - _ANOTHER_DAY), post_id),
    )
    return row is not None


def _said_before_in_a_good_run(context: SaveContext) -> bool:
    if context.run_id is None:
        return False
    urls = context.archive.rows(_OPEN.format("url"), (context.run_id, f"{_WORDS}%"))
    return (context.target.url,) in urls and _is_good(context.archive, context.run_id)


def _is_good(archive: Archive, run_id: int) -> bool:
    """Whether the comments of so many posts were there in this run that those of the doubtful ones are gone."""
    doubtful = archive.scalar(_OPEN.format("count(*)"), (run_id, f"{_WORDS}%"))
    there = archive.scalar(
        "select sum(filled) from field_counts where run_id = ? and kind = 'post' and field = 'comments'",
        (run_id,),
    )
    return 0 < doubtful <= there
