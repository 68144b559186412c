"""Mark posts as gone by two witnesses: their own page is gone, and a complete list lacks them.

`Rejection` in `store/ingest/validate.py` names the pages that count as gone: 404, 410, a notice, a redirect to the home
page. A list is read to its end if each page of its chain was stored in order and they agree. A month that the archive
no longer shows is a list without its posts.

A list that shows a post (`record_listed`), or its own page (`mark_seen` in `posts/posts.py`), ends the mark.
"""

import json
from collections.abc import Collection, Iterable, Set

from blogarchive.items import PageKind
from blogarchive.sites.links import order_key
from blogarchive.store import schedule
from blogarchive.store.ledger import frontier
from blogarchive.store.pages.context import SaveContext, post_target
from blogarchive.store.pages.page_chains import PageChain, mark_complete, prior_items, shown_items

# Tries at a post that was deleted before it was stored: listings of some hosts show it for a day.
_TRIES_UNREAD = 3

_BOTH_WITNESSES = """gone_at is null and own_page_gone_at >= coalesce(own_page_seen_at, '')
        and missing_from_listing_at >= coalesce(own_page_seen_at, '')"""


def record_gone_page(context: SaveContext, reason: str) -> bool:
    """Record that the post's own page is gone, if the target is one; return whether both witnesses agree.

    If the listing has not agreed yet, the month that should show the post is requeued.
    """
    query = """select id, substr(posted_at, 1, 7), gone_at, coalesce(own_page_seen_at, ''), coalesce(own_page_gone_at, ?)
            from posts where author_id = ? and number = ?"""
    row = context.archive.row(query, (context.precise_moment, context.author_id, context.target.number))
    if row is None or context.target.kind is not PageKind.POST:
        return False
    post_id, month, gone_at, seen_at, first_gone_at = row
    if gone_at is not None:
        _settle_gone(context, post_id)
        return True
    if seen_at > context.precise_moment:
        return False
    update = "update posts set own_page_gone_at = ?, own_page_gone_reason = ? where id = ? and own_page_gone_at is null"
    context.archive.execute(update, (context.precise_moment, reason, post_id))
    _record_missing_month(context, post_id, month)
    if _mark_if_agreed(context, post_id):
        return True
    _requeue_month(context, month, seen_at, first_gone_at)
    return False


def _requeue_month(context: SaveContext, month: str | None, seen_at: str, first_gone_at: str) -> None:
    """Requeue the month that should show a post whose own page is gone. `plan` queues the home page if there is none."""
    # The month is fetched once after the page was first gone, or after each try if the post was never seen.
    condition = "url = (select url from archive_months where author_id = ? and month = ?) and coalesce(fetched_at, '') <= ?"
    values = (context.author_id, month, first_gone_at if seen_at else context.precise_moment)
    frontier.requeue_where(context.archive, context.blog, condition, values, now=context.now)


def is_unread(context: SaveContext, number: str | None) -> bool:
    """Return whether the post is known by name alone, and its page was asked for a few times so far."""
    query = """select 1 from posts p join frontier f on f.key = ? where p.author_id = ? and p.number = ?
            and p.content_hash is null and f.attempts <= ?"""
    key = frontier.target_key(context.target)
    return context.archive.exists(query, (key, context.author_id, number, _TRIES_UNREAD))


def is_gone(context: SaveContext, number: str | None) -> bool:
    """Return whether the post of that number is marked as gone."""
    query = "select 1 from posts where author_id = ? and number = ? and gone_at is not null"
    return context.archive.exists(query, (context.author_id, number))


def record_missing(context: SaveContext, post_ids: Collection[int], *, since: str) -> None:
    """Record that a complete listing lacks these posts. `since` is its start, UTC text with microseconds."""
    for post_id in post_ids:
        update = """update posts set missing_from_listing_at = ? where id = ? and gone_at is null
                and missing_from_listing_at is null and coalesce(own_page_seen_at, '') < ?"""
        recorded = context.archive.execute(update, (since, post_id, since)).rowcount
        if recorded and not _mark_if_agreed(context, post_id):
            requeue_own_pages(context, [post_id])


def prove_listing(context: SaveContext, kind: PageKind, chain: PageChain) -> None:
    """Mark a home page or a month as read to its end; record the posts that it lacks as missing."""
    numbers = {item.item for item in shown_items(context, chain)}
    missing = prior_items(context, chain) - numbers
    if kind is PageKind.MONTH:
        query = "select month from archive_months where author_id = ? and url = ?"
        month = context.archive.text(query, (context.author_id, chain.chain)) or context.parsed.listing
        if month is not None:
            _prove_month(context, month, numbers, chain)
    elif kind is PageKind.HOME:
        context.archive.update_row("authors", context.author_id, {"home_proved_at": chain.started_second})
        _resolve_doubts(context, chain)
        # A post that was listed first after the last complete pass is not among the prior ones.
        missing |= {*posts_with_one_witness(context)} - numbers
        if not context.site.has_any_host:  # the lists of which name all posts
            missing = select_newer(missing, numbers)
    record_missing(context, _find_post_ids(context, missing), since=chain.started_at)
    mark_complete(context, chain)


def record_passed_over(
    context: SaveContext, shown: Collection[int], last: Collection[int], chain: PageChain, *, is_last: bool
) -> Set[str]:
    """Record posts as missing from a list if their own pages are gone and it ends with four older ones, `last`.

    The list may be incomplete. A list from new to old shows each post that is newer than its last ones, on this page or
    earlier. Pinned posts begin it. Of a list in another order, `last` is empty. So does a list of their month without a
    next page, and a list of months without theirs. Return the months, YYYY-MM, of the list of months that still have a
    doubted post.
    """
    month_of = context.site.month_of
    months = {month for link in context.parsed.links if link.is_whole and (month := month_of(link.url))}
    doubted = _doubted_months(context) if months else set[str]()
    absent = {month for month in doubted - months if month > min(months)}
    own = month_of(context.target.url) if is_last else None
    query = """select p.id from posts p where p.author_id = ?1 and p.gone_at is null and p.own_page_gone_at is not null
            and p.id not in (select value from json_each(?2)) and p.last_seen_at < ?5
            and (substr(p.posted_at, 1, 7) in (select value from json_each(?3)) or 3 < (select count(*) from posts o
            where o.id in (select value from json_each(?4)) and o.posted_at < p.posted_at))"""
    lists = json.dumps([*shown]), json.dumps([own, *absent]), json.dumps([*last])
    passed = context.archive.column(query, (context.author_id, *lists, chain.started_second))
    record_missing(context, passed, since=context.precise_moment)
    return _doubted_months(context) if passed and months else doubted


def _doubted_months(context: SaveContext) -> set[str]:
    """Return the months, YYYY-MM, of posts with a gone own page and without a list that proves their deletion."""
    query = """select substr(posted_at, 1, 7) from posts where author_id = ? and gone_at is null
            and own_page_gone_at is not null and posted_at is not null"""
    return {*context.archive.column(query, (context.author_id,))}


def posts_with_one_witness(context: SaveContext, *, since: str = "") -> list[str]:
    """Return the numbers of posts that only their own page shows as deleted: it is gone.

    `since` is when the lists were last read to their end (UTC text). A cache may list a post for days after that. The
    lists are fetched again one day after the page was gone, then after 2, 4, 8 days.
    """
    query = """select number from posts where author_id = ?1 and gone_at is null and own_page_gone_at is not null
            and (?2 = '' or julianday(own_page_gone_at) + julianday(?3) > 2 * julianday(?2))"""
    return context.archive.column(query, (context.author_id, since, context.moment))


def _prove_month(context: SaveContext, month: str, numbers: Collection[str], chain: PageChain) -> None:
    """Mark a month as completely crawled, and record posts of the month that its listing lacks.

    `numbers` are the posts of the listing.
    """
    update = """update archive_months set posts_listed = ?, proved_at = ?, proved_first_on = first_post_on,
            proved_last_on = last_post_on where author_id = ? and month = ? and coalesce(shown_changed_at, '') <= ?"""
    values = (len(numbers), chain.started_second, context.author_id, month, chain.started_at)
    context.archive.execute(update, values)
    missing = [*find_unlisted(context, month, numbers), *_find_in_no_month(context)]
    record_missing(context, missing, since=chain.started_at)


def find_unlisted(context: SaveContext, month: str, numbers: Collection[str]) -> list[int]:
    """Return the posts of a month, YYYY-MM, that are not among `numbers` and not gone."""
    query = "select id, number from posts where author_id = ? and posted_at >= ? and posted_at < ? and gone_at is null"
    rows = context.archive.execute(query, (context.author_id, month, month + "~"))
    return [post_id for post_id, number in rows if number not in numbers]


def _find_in_no_month(context: SaveContext) -> list[int]:
    """Return the posts without time and text, if all months were completely crawled since they were last seen."""
    query = """select id from posts where author_id = ?1 and posted_at is null and content_hash is null
            and gone_at is null and last_seen_at < (select case when count(proved_at) = count(*) then min(proved_at)
            end from archive_months where author_id = ?1 and last_seen_at =
            (select max(last_seen_at) from archive_months where author_id = ?1))"""
    return context.archive.column(query, (context.author_id,))


def _resolve_doubts(context: SaveContext, chain: PageChain) -> None:
    """Resolve the failures of earlier lists of a chain that is complete now: the blog may publish another list."""
    query = """select f.url from frontier f join failures x on x.url = f.url and x.field = 'listed'
            and x.resolved_at is null where f.site = ? and f.chain = ?"""
    context.resolve(*context.archive.column(query, (context.blog.site, chain.chain)))


def _find_post_ids(context: SaveContext, numbers: Iterable[str]) -> list[int]:
    """Return the ids of the posts with these numbers, in ascending order."""
    query = "select id from posts where author_id = ? and number in (select value from json_each(?))"
    return sorted(context.archive.column(query, (context.author_id, json.dumps(list(numbers)))))


def record_listed(context: SaveContext, post_ids: Collection[int]) -> None:
    """Record that a listing shows these posts: delete its witness, and unmark and requeue those that were gone."""
    ids = json.dumps(list(post_ids))
    query = "select id from posts where id in (select value from json_each(?)) and gone_at is not null and gone_at <= ?"
    returned = context.archive.column(query, (ids, context.moment))
    update = """update posts set missing_from_listing_at = null, gone_at = null, gone_reason = null
            where id in (select value from json_each(?)) and missing_from_listing_at is not null and last_seen_at <= ?"""
    context.archive.execute(update, (ids, context.moment))
    requeue_own_pages(context, returned)


def _record_missing_month(context: SaveContext, post_id: int, month: str | None) -> None:
    """Record the archive as a listing without the post if it no longer shows the month of the post."""
    update = """update posts set missing_from_listing_at = x.latest from (select max(m.last_seen_at) as latest,
            max(case when m.month = ?1 then m.last_seen_at end) as own from archive_months m
            where m.author_id = (select author_id from posts where id = ?2)) x
            where posts.id = ?2 and missing_from_listing_at is null and x.own < x.latest"""
    context.archive.execute(update, (month, post_id))


def _mark_if_agreed(context: SaveContext, post_id: int) -> bool:
    """Mark the post as gone if both witnesses agree; return whether they do."""
    update = f"""update posts set gone_at = ?, gone_reason = own_page_gone_reason
            where id = ? and {_BOTH_WITNESSES}"""  # noqa: S608 - a constant
    marked = context.archive.execute(update, (context.moment, post_id)).rowcount
    if marked:
        _settle_gone(context, post_id)
        context.count(posts_gone=1)
    return marked > 0


def _settle_gone(context: SaveContext, post_id: int) -> None:
    """Resolve the failures of a post that is gone and schedule its page at the longest interval: it may return."""
    query = """select coalesce(f.url, p.url), p.number from posts p left join frontier f on f.key = ? || p.number
            where p.id = ?"""
    found = context.archive.rows(query, (context.blog.post_key(""), post_id))
    for url, number in found:
        due_at = context.now + schedule.MAX_INTERVAL
        frontier.mark_gone(context.archive, post_target(context, url, number), due_at=due_at)
        context.resolve(url, *frontier.deactivate_comments(context.archive, context.blog, number))


def requeue_own_pages(context: SaveContext, post_ids: Collection[int]) -> None:
    """Requeue the pages of these posts, in the order of their ids."""
    query = "select url, number from posts where id in (select value from json_each(?)) order by id"
    for url, number in context.archive.rows(query, (json.dumps(list(post_ids)),)):
        requeue_post(context, url, number)


def requeue_post(context: SaveContext, url: str, number: str) -> None:
    """Requeue a post, unless it is queued already."""
    context.requeue(post_target(context, url, number))


def select_newer(numbers: set[str], shown: set[str]) -> set[str]:
    """Return the numbers that a list of newest posts would show: those above its lowest ones, which may be pinned."""
    ordered = sorted(map(order_key, shown))
    if len(ordered) < 2:
        return set()
    return {number for number in numbers if order_key(number) > ordered[len(ordered) // 4]}
