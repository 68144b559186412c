"""Posts that had comments and say to have none: believed when another witness says so too.

A host whose comments are out of order for a night says so of every post. The other witness is a page of another day,
or, at the end of a run, as many other posts of that run whose comments were there.
"""

import json
from datetime import datetime, timedelta

from blogarchive.store import asking
from blogarchive.store.archive import Archive
from blogarchive.store.blogs import Blog
from blogarchive.store.saving import Saving
from blogarchive.store.times import utc_text

_ANOTHER_DAY = timedelta(hours=12)
_WORDS = "0 comments are claimed, "
_OPEN = "select {} from failures where run_id = ? and field = 'comments' and resolved_at is null and detail like ?"


def doubt(saving: Saving, post_id: int) -> str | None:
    """Why a post that says to have no comments is not believed; None where it is, or where none are held."""
    held = saving.archive.number(
        "select count(*) from comments where post_id = ? and gone_at is null", (post_id,)
    )
    if not held or _said_another_day(saving, post_id) or _said_before_in_a_good_run(saving):
        return None
    return f"{_WORDS}{held} are held; they are gone when another day says so too"


def ask_again(archive: Archive, blog: Blog, run_id: int, *, now: datetime) -> int:
    """At the end of a run, look once more at those that it would believe then; gives how many are asked for."""
    if not _is_good(archive, run_id):
        return 0
    found = archive.rows(_OPEN.format("url"), (run_id, f"{_WORDS}%"))
    urls = json.dumps([str(url) for (url,) in found])
    return asking.again_where(
        archive, blog, "kind = 'post' and url in (select value from json_each(?))", (urls,), now=now
    )


def _said_another_day(saving: Saving, post_id: int) -> bool:
    row = saving.archive.row(
        "select 1 from post_stats where post_id = ? and comment_count = 0 and captured_at <= ? and captured_at >"
        " coalesce((select max(captured_at) from post_stats where post_id = ? and comment_count is not 0), '')",
        (post_id, utc_text(saving.page.fetched_at - _ANOTHER_DAY), post_id),
    )
    return row is not None


def _said_before_in_a_good_run(saving: Saving) -> bool:
    if saving.run_id is None:
        return False
    urls = saving.archive.rows(_OPEN.format("url"), (saving.run_id, f"{_WORDS}%"))
    return (saving.target.url,) in urls and _is_good(saving.archive, saving.run_id)


def _is_good(archive: Archive, run_id: int) -> bool:
    """Whether the comments of so many posts were there in this run that those of the doubtful ones are gone."""
    doubtful = archive.number(_OPEN.format("count(*)"), (run_id, f"{_WORDS}%"))
    there = archive.number(
        "select sum(filled) from field_counts where run_id = ? and kind = 'post' and field = 'comments'",
        (run_id,),
    )
    return 0 < doubtful <= there
