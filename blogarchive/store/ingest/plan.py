"""What a run asks for: rows of the frontier that are made to be fetched, by what is due and what does not add up.

A home page shows each month's first and last date and the newest posts, and saving it asks for what differs
(`months`, `listed`). What it cannot show is due by `schedule`, within a budget of requests for each blog and run.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate

from blogarchive.items import Target
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import requeue, transitions
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog, home_target
from blogarchive.store.ledger.month_check import check_months
from blogarchive.store.ledger.runs import Run
from blogarchive.store.posts import empty_comment_check
from blogarchive.store.timestamps import format_utc, format_utc_precise


def queue_run(archive: Archive, run: Run, blogs: Sequence[Blog], *, now: datetime, full: bool = False) -> int:
    """Queue the home pages and whatever is due; returns how many targets of these blogs are queued.

    A home page that was stored since `run.epoch_at` is not asked for again. `full`: everything of these blogs that
    was not fetched since then. Call it once, after the targets that a person named were added.
    """
    with archive.atomic():
        for blog in blogs:
            _ask_home(archive, run, blog, now)
            if full:
                _ask_everything(archive, run, blog)
            else:
                _ask_due(archive, blog, now)
            if run.ahead:
                _ask_future(archive, blog, now)
    return frontier_queue.crawl_progress(archive, blogs).todo


def queue_more(archive: Archive, run: Run, blogs: Sequence[Blog], *, now: datetime) -> int:
    """Asked when nothing is left to take and nothing is in flight; gives how many targets were added, 0 ends it.

    Where the dates of the archive's months do not agree with the posts held, that becomes a failure, and the home
    page is read to the end of its chain, unless that was done within thirty days. Where the home page is no more,
    it is looked for where it was before. Where a post that is in no category
    came after the categories were read to their ends, they are read again. A post that lost all its comments is looked
    at once more, where those of others are there.
    """
    added = 0
    with archive.atomic():
        for blog in blogs:
            added += _ask_other_homes(archive, run, blog, now)
            if not check_months(archive, blog, run_id=run.id, now=now):
                added += _ask_home_chain(archive, run, blog, now)
            added += _ask_categories(archive, blog, now)
            added += empty_comment_check.requeue_doubted(archive, blog, run.id, now=now)
    return added


def queue_home(archive: Archive, blog: Blog, *, now: datetime) -> Target | None:
    """The target of the blog's home page, put into the frontier unless a person just named the home page otherwise.

    Other addresses of it are asked for no more, and what failed there is to be had here; None where none is known.
    """
    found = home_target(archive, blog)
    if found is None:
        return None
    others = archive.rows(
        "select url, state from frontier where site = ? and uid is ? and kind = 'home' and page_no = 1 and key <> ?",
        (blog.site, blog.uid, found.url),
    )
    if not any(state == "todo" for _, state in others):
        frontier_queue.add_targets(archive, [found], now=now)
    for url in (str(url) for url, state in others if state != "todo"):
        failures.change_url(archive, url, found.url)
        transitions.deactivate(archive, replace(found, url=url))
    return found


def with_stored_scheme(archive: Archive, target: Target) -> Target:
    """The target under the URL that the archive already uses, http or https, if that one works."""
    scheme, _, rest = target.url.partition("://")
    other = f"{'http' if scheme == 'https' else 'https'}://{rest}"
    row = archive.row(
        "select url from frontier f where key = ? and url = ? and not exists"
        " (select 1 from failures x where x.url = f.url and x.resolved_at is null)",
        (frontier_queue.target_key(replace(target, url=other)), other),
    )
    return target if row is None else replace(target, url=other)


def stored_next_pages(archive: Archive, targets: Sequence[Target]) -> list[str]:
    """The URLs of the further pages, known from earlier runs, that `targets` lead on to: of comments and listings.

    Those of a home page are not: they are read where something does not add up. Nor those of a page that may be
    answered with 304, which leads nowhere.
    """
    heads = [target.url for target in targets if not (target.etag or target.last_modified)]
    rows = archive.rows(
        "select url from frontier where state = 'done' and page_no > 1 and kind <> 'home'"
        " and chain in (select value from json_each(?)) order by chain, page_no, id",
        (json.dumps(heads),),
    )
    return [str(url) for (url,) in rows]


def _ask_home(archive: Archive, run: Run, blog: Blog, now: datetime) -> None:
    """The home page, unless a person named it: by whatever address."""
    found = queue_home(archive, blog, now=now)
    if found is not None:
        requeue.reset_where(
            archive,
            blog,
            "key = ? and coalesce(fetched_at, '') < ? and not exists (select 1 from frontier h where h.site = ?"
            " and h.uid is ? and h.kind = 'home' and h.page_no = 1 and h.state = 'todo')",
            (found.url, run.epoch_at, blog.site, blog.uid),
        )


def _ask_other_homes(archive: Archive, run: Run, blog: Blog, now: datetime) -> int:
    """Where the home page's address says that there is none, those that it had before: a redirect may be taken back."""
    lost = archive.row(
        "select 1 from frontier f join failures x on x.url = f.url and x.resolved_at is null"
        " and x.kind in ('http', 'notice', 'unreadable') where f.site = ?1 and f.uid is ?2 and f.kind = 'home'"
        " and f.page_no = 1 and f.state in ('failed', 'dead') and not exists (select 1 from frontier h"
        " where h.site = ?1 and h.uid is ?2 and h.kind = 'home' and h.page_no = 1 and h.fetched_at >= ?3)",
        (blog.site, blog.uid, run.epoch_at),
    )
    if lost is None:
        return 0
    return requeue.requeue_where(archive, blog, "kind = 'home' and page_no = 1", now=now)


def _ask_everything(archive: Archive, run: Run, blog: Blog) -> None:
    """All that was ever fetched, and what failed; without validators, so that each page is sent whole."""
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


def _ask_due(archive: Archive, blog: Blog, now: datetime) -> None:
    """Listings first, as far as the budget goes; those that are about to be thirty days old, whatever it is."""
    moment = format_utc(now)
    overdue = format_utc(now - schedule.LISTING_DEADLINE)
    requeue.reset_where(
        archive,
        blog,
        "state = 'done' and due_at <= ? and kind <> 'post' and page_no = 1 and fetched_at <= ?",
        (moment, overdue),
    )
    _ask_some(archive, blog, "f.due_at <= ?", moment, "f.due_at", index="frontier_due")


def _ask_future(archive: Archive, blog: Blog, now: datetime) -> None:
    """What was fetched while the clock was ahead would not come due until the clock is there again.

    As much of it as the budget goes, what was not looked at for longest first; and what failed then.
    """
    _ask_some(
        archive, blog, "f.fetched_at > ?", format_utc_precise(now), "f.fetched_at", index="frontier_work"
    )
    requeue.reset_where(
        archive, blog, "state = 'failed' and due_at > ?", (format_utc(now + schedule.MAX_RETRY_DELAY),)
    )


def _ask_some(archive: Archive, blog: Blog, condition: str, value: str, order: str, *, index: str) -> None:
    """As many of the blog's rows that meet the condition as the budget goes, their known further pages counted."""
    budget = schedule.request_budget(_posts_held(archive, blog))
    rows = archive.rows(
        "select f.id, case f.kind when 'post' then 1 + (select count(*) from frontier c where c.site = f.site"  # noqa: S608
        " and c.uid = f.uid and c.post_number = f.number) else coalesce(s.pages_read, 1) end"
        f" from frontier f indexed by {index} left join sweeps s on s.site = f.site and s.chain = f.url"
        " where f.site = ? and f.uid is ? and f.state = 'done' and f.due_at is not null"
        f" and {condition} order by f.kind = 'post', {order} limit ?",
        (blog.site, blog.uid, value, budget),
    )
    sums = accumulate(int(str(row[1])) for row in rows)
    # One at least: what costs more than the budget must have its night too.
    taken = [row for row, total in zip(rows, sums, strict=True) if total <= budget] or rows[:1]
    requeue.reset_where(archive, blog, "id in (select value from json_each(?))", (json.dumps(_ids(taken)),))


def _posts_held(archive: Archive, blog: Blog) -> int:
    return archive.scalar(
        "select count(*) from frontier where site = ? and uid is ? and state = 'done' and kind = 'post'",
        (blog.site, blog.uid),
    )


def _ids(rows: Sequence[Sequence[object]]) -> list[int]:
    return [int(str(row[0])) for row in rows]


def _ask_home_chain(archive: Archive, run: Run, blog: Blog, now: datetime) -> int:
    proved = archive.row(
        "select home_proved_at from authors where site = ? and uid = ?", (blog.site, blog.uid)
    )
    recent = format_utc(now - timedelta(days=29))
    if proved is not None and proved[0] is not None and str(proved[0]) > recent:
        return 0
    return requeue.requeue_where(
        archive,
        blog,
        "kind = 'home' and page_no = 2 and coalesce(fetched_at, '') < ?",
        (run.epoch_at,),
        now=now,
    )


def _ask_categories(archive: Archive, blog: Blog, now: datetime) -> int:
    """The sidebar names a category's newest posts alone: one that appeared in the past is in its listing only."""
    rows = archive.rows(
        "with lone as (select max(p.first_seen_at) as seen_at from posts p"
        " where p.author_id = (select id from authors where site = ?1 and uid = ?2)"
        " and p.content_hash is not null and p.gone_at is null"
        " and not exists (select 1 from post_categories x where x.post_id = p.id and x.gone_at is null))"
        " select f.id, coalesce(s.pages_read, 1) from lone, categories c"
        " join frontier f on f.key = c.url and f.state = 'done'"
        " left join sweeps s on s.site = ?1 and s.chain = c.url"
        " where c.author_id = (select id from authors where site = ?1 and uid = ?2)"
        " and coalesce(c.proved_at, '') < lone.seen_at and f.fetched_at < lone.seen_at",
        (blog.site, blog.uid),
    )
    held = _posts_held(archive, blog)
    if sum(int(str(row[1])) for row in rows) > schedule.request_budget(held):
        return 0  # too many pages for that: they are proved within thirty days
    return requeue.requeue_where(
        archive, blog, "id in (select value from json_each(?))", (json.dumps(_ids(rows)),), now=now
    )
