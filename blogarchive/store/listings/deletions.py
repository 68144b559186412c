"""Mark posts as gone by two witnesses, and requeue posts that a list no longer shows, or shows again.

The witnesses are the post's own page (404, 410 or a notice) and a list, read to its end, without the post.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from blogarchive.items import ListedPost
from blogarchive.sites.links import order_key
from blogarchive.store import schedule
from blogarchive.store.ledger import frontier
from blogarchive.store.pages.context import ChangeCounts, SaveContext, post_target
from blogarchive.store.rows import Value

_TRIES_UNREAD = 3
"""Tries at a post that was deleted before it was stored: listings of some hosts show it for a day."""

_BOTH_WITNESSES = (
    "gone_at is null and own_page_gone_at >= coalesce(own_page_seen_at, '')"
    " and missing_from_listing_at >= coalesce(own_page_seen_at, '')"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _WitnessRow:
    id: int
    own_page_seen_at: str | None
    month: str | None
    gone_at: str | None
    first_gone_at: str


def record_gone_page(context: SaveContext, number: str, reason: str) -> bool:
    """Record that the post's own page is gone; return whether both witnesses agree.

    If the listing has not agreed yet, the listing that should show the post is requeued. That is the month, or the home
    page if the month was fetched since the page was first gone.
    """
    row = context.archive.one_as(
        _WitnessRow,
        "select id, own_page_seen_at, substr(posted_at, 1, 7) as month, gone_at,"
        " coalesce(own_page_gone_at, ?) as first_gone_at from posts"
        " where author_id = (select id from authors where site = ? and uid = ?) and number = ?",
        (context.precise_moment, context.blog.site, context.blog.uid, number),
    )
    if row is None:
        return False
    if row.gone_at is not None:
        _settle_gone(context, row.id)
        return True
    if (row.own_page_seen_at or "") > context.precise_moment:
        return False
    context.archive.execute(
        "update posts set own_page_gone_at = ?, own_page_gone_reason = ? where id = ? and own_page_gone_at is null",
        (context.precise_moment, reason, row.id),
    )
    if row.month is not None:
        _record_missing_month(context, row.id, row.month)
    if _mark_if_agreed(context, row.id):
        return True
    # A post that was never seen is asked for a few times, and its month with it.
    since = row.first_gone_at if row.own_page_seen_at else context.precise_moment
    if not _requeue_month(context, row.month, since):
        _requeue_listing(context, "kind = 'home' and page_no = ?", 1, row.own_page_seen_at or "")
    return False


def is_unread(context: SaveContext, number: str | None) -> bool:
    """Return whether the post is known by name alone, and its page was asked for a few times so far."""
    return context.archive.exists(
        "select 1 from posts p join frontier f on f.key = ? where p.author_id = (select id from authors where site = ?"
        " and uid = ?) and p.number = ? and p.content_hash is null and f.attempts <= ?",
        (
            frontier.target_key(context.target),
            context.blog.site,
            context.blog.uid,
            number,
            _TRIES_UNREAD,
        ),
    )


def is_gone(context: SaveContext, number: str | None) -> bool:
    """Return whether the post of that number is marked as gone."""
    return context.archive.exists(
        "select 1 from posts where author_id = (select id from authors where site = ? and uid = ?)"
        " and number = ? and gone_at is not null",
        (context.blog.site, context.blog.uid, number),
    )


def record_missing(context: SaveContext, post_ids: Collection[int], *, since: str) -> None:
    """Record that a complete listing lacks these posts. `since` is its start, UTC text with microseconds."""
    for post_id in post_ids:
        recorded = context.archive.execute(
            "update posts set missing_from_listing_at = ? where id = ? and gone_at is null"
            " and missing_from_listing_at is null and coalesce(own_page_seen_at, '') < ?",
            (since, post_id, since),
        ).rowcount
        if recorded and not _mark_if_agreed(context, post_id):
            _requeue_own_page(context, post_id)


def record_listed(context: SaveContext, post_ids: Collection[int]) -> None:
    """Record that a listing shows these posts: delete its witness, and unmark and requeue those that were gone."""
    ids = json.dumps(list(post_ids))
    returned = context.archive.column(
        "select id from posts where id in (select value from json_each(?)) and gone_at is not null and gone_at <= ?",
        (ids, context.moment),
    )
    context.archive.execute(
        "update posts set missing_from_listing_at = null, gone_at = null, gone_reason = null"
        " where id in (select value from json_each(?)) and missing_from_listing_at is not null and last_seen_at <= ?",
        (ids, context.moment),
    )
    for post_id in returned:
        _requeue_own_page(context, post_id)


def _record_missing_month(context: SaveContext, post_id: int, month: str) -> None:
    """Record the archive as a listing without the post if it no longer shows the month of the post."""
    context.archive.execute(
        "update posts set missing_from_listing_at = x.latest from (select max(m.last_seen_at) as latest,"
        " max(case when m.month = ?1 then m.last_seen_at end) as own from archive_months m"
        " where m.author_id = (select author_id from posts where id = ?2)) x"
        " where posts.id = ?2 and missing_from_listing_at is null and x.own < x.latest",
        (month, post_id),
    )


def _mark_if_agreed(context: SaveContext, post_id: int) -> bool:
    """Mark the post as gone if both witnesses agree; return whether they do."""
    marked = context.archive.execute(
        "update posts set gone_at = ?, gone_reason = own_page_gone_reason"  # noqa: S608 - a constant
        f" where id = ? and {_BOTH_WITNESSES}",
        (context.moment, post_id),
    ).rowcount
    if marked:
        _settle_gone(context, post_id)
        context.add_changes(ChangeCounts(posts_gone=1))
    return marked > 0


def _settle_gone(context: SaveContext, post_id: int) -> None:
    """Resolve the failures of a post that is gone and schedule its page at the longest interval: it may return."""
    row = context.archive.row(
        "select coalesce(f.url, p.url), p.number from posts p left join frontier f on f.key = ? || p.number"
        " where p.id = ?",
        (f"{context.blog.site}/{context.blog.uid}/", post_id),
    )
    if row is None:
        return
    url, number = row
    target = post_target(context, url, number)
    frontier.mark_gone(context.archive, target, due_at=context.page.fetched_at + schedule.MAX_INTERVAL)
    context.resolved_urls.append(target.url)
    context.resolved_urls += frontier.deactivate_comments(context.archive, context.blog, number)


def _requeue_own_page(context: SaveContext, post_id: int) -> None:
    for url, number in context.archive.rows("select url, number from posts where id = ?", (post_id,)):
        requeue_post(context, number, url)


def requeue_post(context: SaveContext, number: str, url: str) -> None:
    """Requeue a post, unless it is queued already."""
    target = post_target(context, url, number)
    frontier.requeue_target(
        context.archive, target, before=context.precise_moment, now=context.page.fetched_at
    )


def _requeue_month(context: SaveContext, month: str | None, since: str) -> bool:
    """Requeue the listing of that month, unless it was fetched since; return whether the month has a listing."""
    url = context.archive.text(
        "select m.url from archive_months m join authors a on a.id = m.author_id"
        " where a.site = ? and a.uid = ? and m.month = ?",
        (context.blog.site, context.blog.uid, month),
    )
    if url is not None:
        _requeue_listing(context, "url = ?", url, since)
    return url is not None


def _requeue_listing(context: SaveContext, condition: str, value: Value, since: str) -> None:
    frontier.requeue_where(
        context.archive,
        context.blog,
        f"{condition} and coalesce(fetched_at, '') <= ?",
        (value, since),
        now=context.page.fetched_at,
    )


_MAX_REQUEUED = 20
"""More posts at once mean that the list is made in another way now."""


def requeue_hinted(context: SaveContext, lists: Mapping[str, Sequence[ListedPost]]) -> None:
    """Compare each list with its last content and requeue the differences; `lists` are by place in `_sidebar_titles`."""
    missing: set[str] = set()
    returned: set[str] = set()
    for place, posts in lists.items():
        shown = {post.number for post in posts if post.number is not None}
        before = _read_shown_before(context, place)
        if shown and before:
            missing |= select_newer(before - shown, shown)
            returned |= shown - before
    for numbers, condition in ((missing, "gone_at is null"), (returned, "gone_at is not null")):
        rows = _read_posts(context, numbers, condition)
        for url, number in rows if len(rows) <= _MAX_REQUEUED else []:
            requeue_post(context, number, url)


def select_newer(numbers: set[str], shown: set[str]) -> set[str]:
    """Return the numbers that a list of newest posts would show: those above its lowest ones, which may be pinned."""
    ordered = sorted(map(order_key, shown))
    if len(ordered) < 2:
        return set()
    return {number for number in numbers if order_key(number) > ordered[len(ordered) // 4]}


def _read_shown_before(context: SaveContext, place: str) -> set[str]:
    numbers = context.archive.column(
        "select number from _sidebar_titles where author_id = ?1 and place = ?2 and number is not null"
        " and last_seen_at = (select max(last_seen_at) from _sidebar_titles where author_id = ?1 and place = ?2)",
        (context.author_id, place),
    )
    return set(numbers)


def _read_posts(context: SaveContext, numbers: Iterable[str], condition: str) -> list[tuple[str, str]]:
    cursor = context.archive.execute(
        "select url, number from posts where author_id = ?"  # noqa: S608 - one of two constants
        f" and number in (select value from json_each(?)) and {condition}",
        (context.author_id, json.dumps(sorted(numbers))),
    )
    return cursor.fetchall()
