"""Plan a run: queue the targets that are due, and those that may explain a difference between blog and archive.

Every reason for a fetch of tonight:

* named by the user, the home page or its digest, or due by its schedule: `queue_run`; `reschedule_post` sets when a
  post is due again;
* a new link, a next page: `page_chains.save_links`, `listing_pages` and `comment_pages` (`_queue_next`);
* a list shows another URL, title, time, count or change: `listed_posts.detect_changes`; another month:
  `months.save_month_rows`; another list of all posts if one is missing: `save_page.save_rejection`;
* a title that left or returned beside the posts: `authors.save_sidebar`; a witness of a deletion: `deletions`;
* doubts of a blog whose queue is empty: `queue_incomplete`, and of all blogs: `queue_more`;
* a failed target whose `due_at` has passed: `frontier.next_targets`; an unreadable one after another of its blog
  was read: `failures.retry_unreadable`.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate

from blogarchive.items import Target
from blogarchive.sites.base import site_by_name
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.changes import release_held
from blogarchive.store.ingest.validate import find_post
from blogarchive.store.ledger import failures, frontier
from blogarchive.store.ledger.blogs import Blog, home_target
from blogarchive.store.ledger.coverage import check_months
from blogarchive.store.ledger.runs import Run
from blogarchive.store.pages.context import SaveContext, post_target
from blogarchive.store.posts import comment_pages
from blogarchive.store.rows import format_utc, format_utc_precise, parse_utc


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cost:
    """A target's id in the frontier, and how many requests it and its next pages cost."""

    id: int
    requests: int


def _queue_due(
    archive: Archive,
    blogs: Sequence[Blog],
    now: datetime,
    hosts: Mapping[Blog, str],
    revisits: Mapping[Blog, int | None],
) -> None:
    """Queue due targets within the budgets, listings first, and listings near thirty days regardless of them.

    Blogs whose targets have been due the longest come first: the budget of their host may be too small. `revisits` are
    the budgets of blogs, None for the default.
    """
    left: defaultdict[str, int] = defaultdict(lambda: schedule.HOST_BUDGET)
    for blog in blogs:  # a limited run has left targets in the queue
        left[hosts.get(blog, blog.site)] -= _count_requeued(archive, blog)
    for blog in sorted(blogs, key=lambda blog: _due_since(archive, blog, format_utc(now))):
        _queue_overdue_listings(archive, blog, now)
        host = hosts.get(blog, blog.site)
        own = _read_budget(archive, blog, revisits.get(blog)) - _count_requeued(archive, blog)
        budget = min(left[host], own)
        if budget > 0:
            chosen_budget = revisits.get(blog) or 0
            left[host] -= _queue_within(archive, blog, now, budget, chosen_budget=chosen_budget)


def _read_budget(archive: Archive, blog: Blog, revisits: int | None) -> int:
    """Return how many requests a run may make for due pages of a blog."""
    return schedule.request_budget(_count_fetched_posts(archive, blog)) if revisits is None else revisits


def _count_requeued(archive: Archive, blog: Blog) -> int:
    query = """select count(*) from frontier where site = ? and uid is ? and state = 'todo' and kind <> 'home'
            and fetched_at is not null"""
    return archive.scalar(query, (blog.site, blog.uid))


def _due_since(archive: Archive, blog: Blog, moment: str) -> str:
    query = """select min(due_at) from frontier indexed by frontier_due
            where site = ? and uid is ? and state = 'done' and due_at <= ?"""
    return archive.text(query, (blog.site, blog.uid, moment)) or moment


def _queue_overdue_listings(archive: Archive, blog: Blog, now: datetime) -> None:
    overdue = "state = 'done' and due_at <= ? and kind <> 'post' and page_no = 1 and fetched_at <= ?"
    times = (format_utc(now), format_utc(now - schedule.LISTING_DEADLINE))
    frontier.queue_at_start(archive, blog, overdue, times)


def _make_future_due(archive: Archive, blog: Blog, now: datetime) -> None:
    """Make targets due that were fetched or failed while the clock was ahead: the clock may never be there again."""
    latest = format_utc(now + schedule.MAX_RETRY_DELAY)
    update = """update frontier set due_at = ?3 where site = ?1 and uid is ?2
            and (state = 'done' and due_at > ?3 and fetched_at > ?4 or state = 'failed' and due_at > ?5)"""
    archive.execute(update, (blog.site, blog.uid, format_utc(now), format_utc_precise(now), latest))


_DAYS = f"coalesce(f.interval_days, {schedule.FIRST_INTERVAL.days})"
_OVERDUE = f"(julianday(:now) - julianday(coalesce(f.fetched_at, f.found_at))) / {_DAYS} desc"
_HAS_SHORT_INTERVAL = f"{_DAYS} < {schedule.YOUNG / schedule.QUIET_DIVISOR / timedelta(days=1)}"


def _queue_within(archive: Archive, blog: Blog, now: datetime, budget: int, *, chosen_budget: int) -> int:
    """Queue due targets for at most `budget` requests, with their stored next pages; return how many they cost.

    If a person chose the budget, posts are due earlier where it allows that.

    Listings come first, then young posts have a share of the rest. Of equal posts, those that are overdue by the
    largest part of their interval come first. A post that alone exceeds the budget is the only one of its run.
    """

    find = partial(_find_costs, archive, blog, now, budget)
    is_due = "f.due_at <= :now"
    if chosen_budget:
        longest = schedule.longest_interval(_count_fetched_posts(archive, blog), chosen_budget)
        since = format_utc_precise(now - longest)
        is_due = f"({is_due} or f.interval_days is not null and f.fetched_at <= '{since}')"
    taken = _choose_within(find("f.due_at <= :now and f.kind <> 'post'", "f.due_at"), budget)
    left = budget - _sum_costs(taken)
    young = find(f"f.due_at <= :now and f.kind = 'post' and {_HAS_SHORT_INTERVAL}", _OVERDUE)
    old = find(f"f.kind = 'post' and not {_HAS_SHORT_INTERVAL} and {is_due}", _OVERDUE)
    reserved = min(_sum_costs(old), left - int(left * schedule.YOUNG_SHARE))
    taken += _choose_within(young, left - reserved)
    taken += _choose_within(old, budget - _sum_costs(taken))
    large = [cost for cost in (*young[:1], *old[:1]) if cost.requests > budget]
    queued = large[:1] or taken
    frontier.queue_at_start(archive, blog, _OF_IDS, (json.dumps([cost.id for cost in queued]),))
    return _sum_costs(queued)


def _find_costs(
    archive: Archive, blog: Blog, now: datetime, limit: int, condition: str, order: str
) -> Sequence[_Cost]:
    """Return due targets that meet a condition, in this order, with the requests that each and its next pages cost."""
    query = f"""select f.id, case f.kind when 'post' then 1 + (select count(*) from frontier c where c.site = f.site
            and c.uid = f.uid and c.post_number = f.number) else coalesce(s.pages_read, 1) end as requests
            from frontier f left join _page_chains s on s.site = f.site and s.chain = f.url
            where f.site = :site and f.uid is :uid and f.state = 'done' and f.due_at is not null
            and {condition} order by {order} limit :limit"""  # noqa: S608
    values = {"site": blog.site, "uid": blog.uid, "now": format_utc_precise(now), "limit": limit}
    return archive.all_as(_Cost, query, values)


def _choose_within(costs: Sequence[_Cost], budget: int) -> list[_Cost]:
    """Return the first targets that cost at most `budget` together."""
    totals = accumulate(cost.requests for cost in costs)
    return [cost for cost, total in zip(costs, totals, strict=True) if total <= budget]


def _sum_costs(costs: Iterable[_Cost]) -> int:
    return sum(cost.requests for cost in costs)


_OF_IDS = "id in (select value from json_each(?))"


def _count_fetched_posts(archive: Archive, blog: Blog) -> int:
    query = "select count(*) from frontier where site = ? and uid is ? and state = 'done' and kind = 'post'"
    return archive.scalar(query, (blog.site, blog.uid))


def _queue_categories(archive: Archive, blog: Blog, now: datetime) -> int:
    """Queue categories to find that of a new old post: the sidebar shows a category's newest posts alone."""
    # A row of `posts` is read with its whole text: first the index finds the few posts without a category.
    query = """with blog as (select c.author_id from authors a join categories c on c.author_id = a.id
            where a.site = ?1 and a.uid = ?2 limit 1),
            lone as (select max(first_seen_at) as seen_at from posts where id in (
            select p.id from blog join posts p on p.author_id = blog.author_id
            where not exists (select 1 from post_categories x where x.post_id = p.id and x.gone_at is null))
            and content_hash is not null and gone_at is null)
            select f.id, coalesce(s.pages_read, 1) as requests from lone, blog
            join categories c on c.author_id = blog.author_id
            join frontier f on f.key = c.url and f.state = 'done'
            left join _page_chains s on s.site = ?1 and s.chain = c.url
            where coalesce(c.proved_at, '') < lone.seen_at and f.fetched_at < lone.seen_at"""
    found = archive.all_as(_Cost, query, (blog.site, blog.uid))
    if _sum_costs(found) > _read_budget(archive, blog, None):
        return 0  # too many pages: the listings are due within thirty days anyway
    return frontier.requeue_where(archive, blog, _OF_IDS, (json.dumps([cost.id for cost in found]),), now=now)


def queue_home(archive: Archive, blog: Blog, *, now: datetime) -> Target | None:
    """Queue the blog's home page unless the user named it by another URL; return its target, or None if unknown.

    Deactivate other home URLs and move their failures to this one.
    """
    home = home_target(archive, blog)
    if home is None:
        return None
    query = "select url, state from frontier where site = ? and uid is ? and kind = 'home' and page_no = 1 and key <> ?"
    others = archive.rows(query, (blog.site, blog.uid, home.url))
    if all(state != "todo" for _, state in others):
        frontier.add_targets(archive, [home], now=now)
    for url in [url for url, state in others if state != "todo"]:
        failures.change_url(archive, url, home.url)
        frontier.deactivate(archive, replace(home, url=url))
    return home


def _queue_home_unless_named(archive: Archive, run: Run, blog: Blog, now: datetime, *, full: bool) -> None:
    """Queue the home page, or its digest unless `full`, unless the user named the home page by any URL."""
    home = queue_home(archive, blog, now=now)
    if home is not None and (full or not _queue_digest(archive, blog, home, now)):
        condition = """key = ? and coalesce(fetched_at, '') < ? and not exists (select 1 from frontier h where h.site = ?
                and h.uid is ? and h.kind = 'home' and h.page_no = 1 and h.state = 'todo')"""
        frontier.queue_at_start(archive, blog, condition, (home.url, run.epoch_at, blog.site, blog.uid))


def _queue_digest(archive: Archive, blog: Blog, home: Target, now: datetime) -> int:
    """Queue the digest that the home page names, if it answers and the home page was read within a week."""
    query = """select d.url from frontier h join frontier d indexed by frontier_home on d.site = h.site and d.uid = h.uid
            and d.kind = 'home' and d.chain = h.url
            where h.key = ? and h.state = 'done' and h.fetched_at > ? and d.page_no = 2 and d.state = 'done'
            and d.fetched_at >= h.fetched_at and coalesce(d.etag, d.last_modified) is not null"""
    urls = archive.column(query, (home.url, format_utc_precise(now - schedule.MAX_RETRY_DELAY)))
    digests = filter(site_by_name(blog.site).is_digest, urls)
    return sum(frontier.queue_at_start(archive, blog, "key = ?", (url,)) for url in digests)


def _queue_earlier_homes(archive: Archive, run: Run, blog: Blog, now: datetime) -> int:
    """Queue the earlier URLs of a home page that is gone, since its site may have reverted a redirect."""
    query = """select 1 from frontier f where f.site = ?1 and f.uid is ?2 and f.kind = 'home' and f.page_no = 1
            and f.state in ('failed', 'dead') and (exists (select 1 from authors where site = ?1 and uid = ?2
            and state = 'closed') or exists (select 1 from failures x where x.url = f.url and x.resolved_at is null
            and x.kind in ('http', 'notice', 'unreadable') and x.detail not like 'status 5%'))
            and not exists (select 1 from frontier h where h.site = ?1 and h.uid is ?2 and h.kind = 'home'
            and h.page_no = 1 and h.fetched_at >= ?3)"""
    is_gone = archive.exists(query, (blog.site, blog.uid, run.epoch_at))
    return frontier.requeue_where(archive, blog, "kind = 'home' and page_no = 1", now=now) if is_gone else 0


def _queue_home_chain(archive: Archive, run: Run, blog: Blog, now: datetime) -> int:
    """Queue the next pages of the home page, unless they were all fetched within thirty days; return how many."""
    condition = """kind = 'home' and page_no = 2 and coalesce(fetched_at, '') < ? and not exists (select 1 from authors a
            where a.site = frontier.site and a.uid = frontier.uid and a.home_proved_at > ?)"""
    values = (run.epoch_at, format_utc(now - schedule.LISTING_DEADLINE))
    return frontier.requeue_where(archive, blog, condition, values, now=now)


def _queue_witness(archive: Archive, blog: Blog, now: datetime) -> int:
    """Queue the home page if own pages of posts of no month are gone since it was parsed. Return the number of targets.

    Its walk may have ended before those posts: now it goes on to its end (`listing_pages`), past a digest too.
    """
    condition = """kind = 'home' and page_no = 1 and fetched_at <= (select max(p.own_page_gone_at)
            from frontier f join authors a on a.site = f.site and a.uid = f.uid
            join posts p on p.author_id = a.id and p.number = f.number where f.site = frontier.site
            and f.uid is frontier.uid and f.state = 'failed' and f.kind = 'post' and p.gone_at is null
            and p.own_page_gone_at > p.own_page_seen_at and not exists (select 1 from archive_months m
            where m.author_id = a.id and m.month = substr(p.posted_at, 1, 7) and m.url is not null))"""
    if queued := frontier.requeue_where(archive, blog, condition, now=now):
        frontier.forget_validators(archive, blog, "kind = 'home'")
    return queued


def queue_run(
    archive: Archive,
    run: Run,
    blogs: Sequence[Blog],
    *,
    now: datetime,
    full: bool = False,
    hosts: Mapping[Blog, str] | None = None,
    revisits: Mapping[Blog, int | None] | None = None,
) -> None:
    """Queue the home pages and due targets of these blogs.

    A home page that was fetched since `run.epoch_at` is not fetched again. `full` queues every target that was not
    fetched since then. Blogs with the same value in `hosts` share the budget of a host; `revisits` are the budgets of
    blogs. Call it once, after adding the targets that the user named.
    """
    with archive.atomic():
        for blog in blogs:
            _queue_home_unless_named(archive, run, blog, now, full=full)
            if full:
                _queue_all(archive, run, blog)
            if run.ahead:
                _make_future_due(archive, blog, now)
        if not full:
            _queue_due(archive, blogs, now, hosts or {}, revisits or {})


def queue_more(archive: Archive, run: Run, blogs: Sequence[Blog], *, now: datetime) -> int:
    """Queue further targets when the queue is empty and nothing is in flight; return how many, 0 ends the run.

    These are the targets of `queue_incomplete`, posts that alone lost all their comments, and held posts that were
    edited.
    """
    added = sum(queue_incomplete(archive, run, blog, now=now) for blog in blogs)
    with archive.atomic():
        added += release_held(archive, run, blogs, now=now)
        return added + sum(comment_pages.requeue_doubted(archive, blog, run.id, now=now) for blog in blogs)


def queue_incomplete(archive: Archive, run: Run, blog: Blog, *, now: datetime) -> int:
    """Queue further targets of a blog when its queue is empty and nothing is in flight; return how many.

    - If the dates of the months disagree with the stored posts, record a failure. Queue the next pages of the home page
      too, unless they were all fetched within thirty days.
    - If the home page is gone, queue its earlier URLs.
    - If pages of posts are gone since the home page was parsed, requeue it: its list is the second witness.
    - If a post without a category appeared since the categories were fetched to their last pages, queue them again.
    """
    with archive.atomic():
        added = _queue_earlier_homes(archive, run, blog, now) + _queue_witness(archive, blog, now)
        if not check_months(archive, blog, run_id=run.id, now=now):
            added += _queue_home_chain(archive, run, blog, now)
        return added + _queue_categories(archive, blog, now)


def _queue_all(archive: Archive, run: Run, blog: Blog) -> None:
    """Queue every target that was fetched or failed, without validators, so that no response is a 304."""
    condition = """coalesce(fetched_at, '') < ? and coalesce(fetched_at, due_at, nullif(state, 'done')) is not null
            and kind <> 'comments'
            and (kind <> 'home' or page_no > 1)"""
    frontier.queue_at_start(archive, blog, condition, (run.epoch_at,))
    frontier.forget_validators(archive, blog, "state = 'todo'")


# A comment counts from the time it was written: in a first backup all are new. A damaged interval is ignored.
_POST_TIMES = """
select case when f.interval_days between 0 and 36500 then f.interval_days end, p.first_seen_at, p.posted_at,
       p.last_changed_at,
       (select max(coalesce(c.posted_at, c.first_seen_at)) from comments c where c.post_id = p.id) as commented_at
  from posts p left join frontier f on f.key = ? where p.author_id = ? and p.number = ?
"""


def reschedule_post(context: SaveContext) -> str | None:
    """Store the new interval of the page's post. Return when it is due again (UTC text); None if it is not stored."""
    post, now = find_post(context.crawled), context.now
    number = post.number if post is not None else context.target.number
    key = frontier.target_key(post_target(context, context.target.url, number)) if number else ""
    row = context.archive.row(_POST_TIMES, (key, context.author_id, number))
    if row is None:
        return None
    if context.needs_confirmation:
        return format_utc(now + schedule.MIN_INTERVAL)
    days, first_seen_at, *times = row
    before = None if days is None else timedelta(days=days)
    quiet = _quiet_time(first_seen_at, times, now)
    made = context.changes
    is_changed = bool(made.posts_changed or made.comments_new or made.comments_changed)
    interval = schedule.next_interval(quiet, before, changed=is_changed)
    context.archive.update_row("frontier", key, {"interval_days": interval / timedelta(days=1)}, key="key")
    return schedule.post_due_at(key, now, interval)


def _quiet_time(first_seen_at: str, times: Sequence[str | None], now: datetime) -> timedelta:
    """Return the time since the post was written or changed; pinned posts have dates in the future, which are ignored."""
    moments = [_parse_time(text, now) for text in times if text is not None]
    past = [moment for moment in moments if moment <= now]
    if times[0] is None:  # a post without a time counts as one that is no longer young
        past.append(now - schedule.YOUNG)
    return now - max(past, default=parse_utc(first_seen_at))


def _parse_time(text: str, now: datetime) -> datetime:
    """Parse the time that a page showed, which may be cut; without an offset it has the zone of `now`."""
    moment = datetime.fromisoformat(text + "0001-01-01"[len(text) :])
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
