"""What the site deleted: marked when two witnesses agree, the post's own page and a listing without it.

Each witness is a column of the post and waits there for the other. A post that is seen again is unmarked; an
outage or a block page is no witness. When a witness spoke is noted to the microsecond: what a post's page shows and
what a listing shows may be of one second.
"""

from collections.abc import Collection
from typing import cast

from blogarchive.store import schedule
from blogarchive.store.frontier import requeue, transitions
from blogarchive.store.pages.context import ChangeCounts, SaveContext
from blogarchive.store.pages.ownership import post_target

_BOTH = (
    "gone_at is null and own_page_gone_at >= coalesce(own_page_seen_at, '')"
    " and missing_from_listing_at >= coalesce(own_page_seen_at, '')"
)


def record_gone_page(context: SaveContext, number: int | str, reason: str) -> bool:
    """The post's own page says that it is no more; gives whether the post is gone, both witnesses heard.

    Where the other is missing, the listing that should show the post is fetched: the month's, unless it was since
    the page first said so, else the home page.
    """
    row = context.archive.row(
        "select id, own_page_seen_at, posted_at, gone_at, coalesce(own_page_gone_at, ?) from posts"
        " where author_id = (select id from authors where site = ? and uid = ?) and number = ?",
        (context.precise_moment, context.blog.site, context.blog.uid, number),
    )
    if row is None:
        return False
    post_id, seen, posted, gone, first_gone = row
    if gone is not None:
        _rest(context, cast(int, post_id))
        return True
    if seen is not None and str(seen) > context.precise_moment:
        return False
    context.archive.execute(
        "update posts set own_page_gone_at = ?, own_page_gone_reason = ? where id = ? and own_page_gone_at is null",
        (context.precise_moment, reason, cast(int, post_id)),
    )
    if posted is not None:
        _hear_archive(context, cast(int, post_id), str(posted)[:7])
    if _conclude(context, cast(int, post_id)):
        return True
    if not _ask_month(context, None if posted is None else str(posted)[:7], str(first_gone)):
        _ask_home(context, "" if seen is None else str(seen))
    return False


def is_gone(context: SaveContext, number: int | str | None) -> bool:
    """Whether the post of that number is marked as gone."""
    row = context.archive.row(
        "select 1 from posts where author_id = (select id from authors where site = ? and uid = ?)"
        " and number = ? and gone_at is not null",
        (context.blog.site, context.blog.uid, number),
    )
    return row is not None


def record_missing(context: SaveContext, post_ids: Collection[int], *, since: str) -> None:
    """A complete listing, begun at `since` (UTC text with microseconds), does not show these posts, though it should."""
    for post_id in post_ids:
        fresh = context.archive.execute(
            "update posts set missing_from_listing_at = ? where id = ? and gone_at is null"
            " and missing_from_listing_at is null and coalesce(own_page_seen_at, '') < ?",
            (since, post_id, since),
        ).rowcount
        if fresh and not _conclude(context, post_id):
            _ask_own_page(context, post_id)


def record_listed(context: SaveContext, post_ids: Collection[int]) -> None:
    """A listing shows these posts: it is no witness against them, and those marked are unmarked."""
    places = ", ".join("?" * len(post_ids))
    back = context.archive.rows(
        f"select id from posts where id in ({places}) and gone_at is not null and gone_at < ?",  # noqa: S608
        (*post_ids, context.moment),
    )
    context.archive.execute(
        "update posts set missing_from_listing_at = null, gone_at = null, gone_reason = null"  # noqa: S608
        f" where id in ({places}) and missing_from_listing_at is not null and last_seen_at <= ?",
        (*post_ids, context.moment),
    )
    for (post_id,) in back:
        _ask_own_page(context, cast(int, post_id))


def _hear_archive(context: SaveContext, post_id: int, month: str) -> None:
    """An archive that has no row for the post's month any more is a listing without it."""
    context.archive.execute(
        "update posts set missing_from_listing_at = x.latest from (select max(m.last_seen_at) as latest,"
        " max(case when m.month = ? then m.last_seen_at end) as own from archive_months m"
        " where m.author_id = (select author_id from posts where id = ?)) x"
        " where posts.id = ? and missing_from_listing_at is null and x.own < x.latest",
        (month, post_id, post_id),
    )


def _conclude(context: SaveContext, post_id: int) -> bool:
    """Mark the post as gone where both witnesses say so; gives whether they do."""
    marked = context.archive.execute(
        "update posts set gone_at = ?, gone_reason = own_page_gone_reason"  # noqa: S608 - a constant
        f" where id = ? and {_BOTH}",
        (context.moment, post_id),
    ).rowcount
    if marked:
        _rest(context, post_id)
        context.add_changes(ChangeCounts(posts_gone=1))
    return marked > 0


def _rest(context: SaveContext, post_id: int) -> None:
    """A post that is gone is no failure; it is looked at once in a long while, as it may return."""
    row = context.archive.row(
        "select coalesce(f.url, p.url), p.number from posts p left join frontier f on f.key = ? || p.number"
        " where p.id = ?",
        (f"{context.blog.site}/{context.blog.uid}/", post_id),
    )
    if row is None:
        return
    target = post_target(context, str(row[0]), cast("int | str", row[1]))
    due = context.page.fetched_at + schedule.MAX_INTERVAL
    transitions.mark_gone(context.archive, target, due_at=due)
    context.resolved_urls.append(target.url)
    context.resolved_urls += transitions.deactivate_comments(
        context.archive, context.blog, cast("int | str", row[1])
    )


def _ask_own_page(context: SaveContext, post_id: int) -> None:
    row = context.archive.row("select url, number from posts where id = ?", (post_id,))
    if row is not None:
        target = post_target(context, str(row[0]), cast("int | str", row[1]))
        requeue.requeue_target(
            context.archive, target, before=context.precise_moment, now=context.page.fetched_at
        )


def _ask_month(context: SaveContext, month: str | None, since: str) -> bool:
    """Have the listing of that month fetched, unless it was since; gives whether there is one."""
    url = context.archive.row(
        "select m.url from archive_months m join authors a on a.id = m.author_id"
        " where a.site = ? and a.uid = ? and m.month = ? and m.url is not null",
        (context.blog.site, context.blog.uid, month),
    )
    if url is not None:
        _ask(context, "url = ?", str(url[0]), since)
    return url is not None


def _ask_home(context: SaveContext, since: str) -> None:
    _ask(context, "kind = 'home' and page_no = ?", 1, since)


def _ask(context: SaveContext, condition: str, value: str | int, since: str) -> None:
    requeue.requeue_where(
        context.archive,
        context.blog,
        f"{condition} and coalesce(fetched_at, '') <= ?",
        (value, since),
        now=context.page.fetched_at,
    )
