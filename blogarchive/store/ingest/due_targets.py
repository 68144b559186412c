"""Queue targets that are due, within budgets of requests for each blog and host."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import requeue
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.timestamps import format_utc, format_utc_precise


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cost:
    """A target's id in the frontier, and how many requests it and its next pages cost."""

    id: int
    requests: int


def queue_due(archive: Archive, blogs: Sequence[Blog], now: datetime, hosts: Mapping[Blog, str]) -> None:
    """Queue due targets within the budgets, listings first, and listings near thirty days regardless of them.

    Blogs whose targets have been due for the longest time come first, because the budget of their host may be too
    small.
    """
    moment = format_utc(now)
    left: defaultdict[str, int] = defaultdict(lambda: schedule.HOST_BUDGET)
    for blog in blogs:  # a limited run has left targets in the queue
        left[hosts.get(blog, blog.site)] -= _count_requeued(archive, blog)
    for blog in sorted(blogs, key=lambda blog: _due_since(archive, blog, moment)):
        _queue_overdue_listings(archive, blog, now)
        host = hosts.get(blog, blog.site)
        if left[host] > 0:
            left[host] -= _queue_within_budget(
                archive, blog, "f.due_at <= ?", moment, "f.due_at", index="frontier_due", most=left[host]
            )


def _count_requeued(archive: Archive, blog: Blog) -> int:
    return archive.scalar(
        "select count(*) from frontier where site = ? and uid is ? and state = 'todo' and kind <> 'home'"
        " and fetched_at is not null",
        (blog.site, blog.uid),
    )


def _due_since(archive: Archive, blog: Blog, moment: str) -> str:
    due_at = archive.text(
        "select min(due_at) from frontier indexed by frontier_due"
        " where site = ? and uid is ? and state = 'done' and due_at <= ?",
        (blog.site, blog.uid, moment),
    )
    return due_at or moment


def _queue_overdue_listings(archive: Archive, blog: Blog, now: datetime) -> None:
    requeue.reset_where(
        archive,
        blog,
        "state = 'done' and due_at <= ? and kind <> 'post' and page_no = 1 and fetched_at <= ?",
        (format_utc(now), format_utc(now - schedule.LISTING_DEADLINE)),
    )


def queue_future(archive: Archive, blog: Blog, now: datetime) -> None:
    """Queue targets that were fetched while the clock was ahead: they are due only when the clock is there again.

    Within the budget, oldest first; and all targets that failed at that time.
    """
    _queue_within_budget(
        archive, blog, "f.fetched_at > ?", format_utc_precise(now), "f.fetched_at", index="frontier_work"
    )
    requeue.reset_where(
        archive, blog, "state = 'failed' and due_at > ?", (format_utc(now + schedule.MAX_RETRY_DELAY),)
    )


def _queue_within_budget(
    archive: Archive,
    blog: Blog,
    condition: str,
    value: str,
    order: str,
    *,
    index: str,
    most: int = schedule.HOST_BUDGET,
) -> int:
    """Queue targets that meet the condition, as many as the budget of the blog allows with their stored next pages.

    Return how many requests they cost, at most `most` unless the first alone costs more.
    """
    budget = min(most, schedule.request_budget(_count_fetched_posts(archive, blog)))
    found = archive.all_as(
        _Cost,
        "select f.id, case f.kind when 'post' then 1 + (select count(*) from frontier c where c.site = f.site"  # noqa: S608
        " and c.uid = f.uid and c.post_number = f.number) else coalesce(s.pages_read, 1) end as requests"
        f" from frontier f indexed by {index} left join sweeps s on s.site = f.site and s.chain = f.url"
        " where f.site = ? and f.uid is ? and f.state = 'done' and f.due_at is not null"
        f" and {condition} order by f.kind = 'post', {order} limit ?",
        (blog.site, blog.uid, value, budget),
    )
    totals = accumulate(cost.requests for cost in found)
    # At least one: a target that costs more than the budget must be fetched too.
    taken = [cost for cost, total in zip(found, totals, strict=True) if total <= budget] or found[:1]
    requeue.reset_where(archive, blog, "id in (select value from json_each(?))", (_ids_json(taken),))
    return sum(cost.requests for cost in taken)


def _count_fetched_posts(archive: Archive, blog: Blog) -> int:
    return archive.scalar(
        "select count(*) from frontier where site = ? and uid is ? and state = 'done' and kind = 'post'",
        (blog.site, blog.uid),
    )


def _ids_json(costs: Iterable[_Cost]) -> str:
    return json.dumps([cost.id for cost in costs])


def queue_categories(archive: Archive, blog: Blog, now: datetime) -> int:
    """Queue categories to find that of a new old post: the sidebar shows a category's newest posts alone."""
    found = archive.all_as(
        _Cost,
        "with lone as (select max(p.first_seen_at) as seen_at from posts p"
        " where p.author_id = (select id from authors where site = ?1 and uid = ?2)"
        " and p.content_hash is not null and p.gone_at is null"
        " and not exists (select 1 from post_categories x where x.post_id = p.id and x.gone_at is null))"
        " select f.id, coalesce(s.pages_read, 1) as requests from lone, categories c"
        " join frontier f on f.key = c.url and f.state = 'done'"
        " left join sweeps s on s.site = ?1 and s.chain = c.url"
        " where c.author_id = (select id from authors where site = ?1 and uid = ?2)"
        " and coalesce(c.proved_at, '') < lone.seen_at and f.fetched_at < lone.seen_at",
        (blog.site, blog.uid),
    )
    if sum(cost.requests for cost in found) > schedule.request_budget(_count_fetched_posts(archive, blog)):
        return 0  # too many pages: the listings are due within thirty days anyway
    return requeue.requeue_where(
        archive, blog, "id in (select value from json_each(?))", (_ids_json(found),), now=now
    )
