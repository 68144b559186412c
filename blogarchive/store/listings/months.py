"""The monthly archive: each month's first and last date as shown, and as they were when its listing was proved."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from blogarchive.items import MonthRow, PageKind, Target
from blogarchive.store import schedule
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import requeue, transitions
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.listings import deletions
from blogarchive.store.pages.context import SaveContext, date_text_day
from blogarchive.store.timestamps import format_utc, parse_utc

_VANISH_AT_MOST = 2


def save_month_rows(context: SaveContext, rows: Sequence[MonthRow]) -> bool:
    """Keep the rows of the archive; a month that is not as it was proved has its listing fetched.

    Gives whether the page is the newest to show any of them, so that all are held now as it shows them. The page of
    a post may come from a cache of another day: where it shows less than is held, its rows are left alone.
    """
    if not rows:
        return True
    held = {
        str(row[0]): row[1:]
        for row in context.archive.rows(
            "select month, id, first_post_on, last_post_on, url, proved_first_on, proved_last_on, last_seen_at,"
            " proved_at, page_id"
            " from archive_months where author_id = ?",
            (context.author_id,),
        )
    }
    if not schedule.is_listing(context.parsed.kind) and _shows_less(context, rows, held):
        return False
    latest = max((str(before[6]) for before in held.values()), default="")
    shown_before = [month for month, before in held.items() if str(before[6]) == latest]
    for row in rows:
        before = held.get(row.month)
        days = (date_text_day(row.first), date_text_day(row.last))
        if before is None:
            _insert(context, row)
        elif context.moment >= str(before[6]) or (context.is_reparse and before[8] == context.page_id()):
            _update(context, row, days, before)
        if before is None or days != before[4:6]:
            _ask(context, row, proved=before is not None and before[7] is not None)
    if not context.is_reparse and latest < context.moment:
        there = {row.month for row in rows}
        lost = [(month, cast("str | None", held[month][3])) for month in shown_before if month not in there]
        _vanished(context, lost, len(shown_before))
    return latest <= context.moment


def is_listing_gone(context: SaveContext) -> bool:
    """Whether the target is a listing to which the archive's rows lead no more: of a month, or by an older address."""
    row = context.archive.row(
        "select max(m.last_seen_at), max(case when m.url = ? then m.last_seen_at end) from archive_months m"
        " where m.author_id = (select id from authors where site = ? and uid = ?)",
        (context.target.chain or context.target.url, context.blog.site, context.blog.uid),
    )
    latest, own = row or (None, None)
    return latest is not None and (own is None or str(own) < str(latest))


def listing_month(context: SaveContext, chain: str, name: str | None) -> str | None:
    """The month, YYYY-MM, that a listing is of: by its URL in the archive rows, else as the page says."""
    row = context.archive.row(
        "select month from archive_months where author_id = ? and url = ?", (context.author_id, chain)
    )
    return name if row is None else str(row[0])


def mark_proved(context: SaveContext, month: str, numbers: Collection[str], *, begun: str) -> None:
    """The month's listing was read to its end: its row is proved, and posts of the month it lacks are missing.

    `begun` is when the reading began, UTC text with microseconds.
    """
    since = format_utc(parse_utc(begun))
    context.archive.execute(
        "update archive_months set posts_listed = ?, proved_at = ?, proved_first_on = first_post_on,"
        " proved_last_on = last_post_on where author_id = ? and month = ? and coalesce(shown_changed_at, '') <= ?",
        (len(numbers), since, context.author_id, month, since),
    )
    deletions.record_missing(
        context, [*_not_among(context, month, numbers), *_in_no_month(context)], since=begun
    )


def _not_among(context: SaveContext, month: str, numbers: Collection[str]) -> list[int]:
    rows = context.archive.rows(
        "select id, number from posts where author_id = ? and posted_at >= ? and posted_at < ?"
        " and gone_at is null",
        (context.author_id, month, month + "~"),
    )
    return [cast(int, post_id) for post_id, number in rows if str(number) not in numbers]


def _in_no_month(context: SaveContext) -> list[int]:
    """The posts that a page named without a time, and every month was read to its end since, and shows none of them."""
    rows = context.archive.rows(
        "select id from posts where author_id = ?1 and posted_at is null and content_hash is null"
        " and gone_at is null and last_seen_at < (select case when count(proved_at) = count(*) then min(proved_at)"
        " end from archive_months where author_id = ?1 and last_seen_at ="
        " (select max(last_seen_at) from archive_months where author_id = ?1))",
        (context.author_id,),
    )
    return [cast(int, post_id) for (post_id,) in rows]


def _shows_less(context: SaveContext, rows: Sequence[MonthRow], held: Mapping[str, Sequence[object]]) -> bool:
    """Whether a month that is held lacks days here, or is not here at all, and this is not the page that told of it."""
    there = {row.month: row for row in rows}
    latest = max((str(before[6]) for before in held.values()), default="")
    for month, (_, first, last, _, _, _, seen, _, page_id) in held.items():
        row = there.get(month)
        if row is None:
            if seen == latest:
                return True
            continue
        first_shown, last_shown = date_text_day(row.first), date_text_day(row.last)
        if context.is_reparse and page_id == context.page_id():
            continue
        if (first and (first_shown or "~") > str(first)) or (last and (last_shown or "") < str(last)):
            return True
    return False


def _insert(context: SaveContext, row: MonthRow) -> None:
    context.archive.execute(
        "insert into archive_months(author_id, month, first_post_on, last_post_on, url, shown_changed_at,"
        " first_seen_at, last_seen_at, page_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            context.author_id,
            row.month,
            date_text_day(row.first),
            date_text_day(row.last),
            row.url,
            context.moment,
            context.moment,
            context.moment,
            context.page_id(),
        ),
    )


def _update(
    context: SaveContext, row: MonthRow, shown: tuple[str | None, str | None], before: Sequence[object]
) -> None:
    month_id, first, last, url, _, _, seen, _, _ = before
    changed = shown != (first, last)
    if changed or (row.url is not None and row.url != url):
        context.archive.execute(
            "update archive_months set first_post_on = ?, last_post_on = ?, url = coalesce(?, url),"
            " shown_changed_at = iif(?, ?, shown_changed_at), page_id = ? where id = ?",
            (*shown, row.url, changed, context.moment, context.page_id(), cast(int, month_id)),
        )
    if not context.is_reparse and str(seen) < context.moment:
        context.archive.execute(
            "update archive_months set last_seen_at = ? where id = ?", (context.moment, cast(int, month_id))
        )


def _ask(context: SaveContext, row: MonthRow, *, proved: bool) -> None:
    """Have the month's listing fetched. A row without dates shows no change: it is proved by schedule alone."""
    if context.is_reparse or row.url is None or (proved and row.first is None):
        return
    target = Target(url=row.url, site=context.blog.site, kind=PageKind.MONTH, uid=context.blog.uid)
    now = context.page.fetched_at
    if requeue.exceeds_url_limit(context.archive, context.blog, row.month, row.url):
        return
    if not _under_way(context, row.month, row.url):
        requeue.requeue_target(
            context.archive, target, before=context.precise_moment, now=now, found_on=context.page.url
        )
    day = date_text_day(row.last)
    if day is not None:
        frontier_queue.set_newest_day(context.archive, target, day)


def _under_way(context: SaveContext, month: str, chain: str) -> bool:
    """Whether the listing is being read since the row was last seen to change: its next page is to be fetched."""
    row = context.archive.row(
        "select 1 from sweeps s join archive_months m on m.author_id = ? and m.month = ?"
        " where s.site = ? and s.chain = ? and s.complete_at is null and s.started_at >= m.shown_changed_at",
        (context.author_id, month, context.blog.site, chain),
    )
    return row is not None


def _vanished(context: SaveContext, months: Sequence[tuple[str, str | None]], shown_before: int) -> None:
    """The archive no longer has these months (with their URLs): a listing without their posts.

    Where many vanish at once, the page was read badly rather than the blog emptied.
    """
    if len(months) > max(_VANISH_AT_MOST, shown_before // 4):
        detail = f"{len(months)} months are no longer in the archive's rows"
        context.problems.append(Failure(kind="incomplete", field="months_vanished", detail=detail))
        return
    for month, url in months:
        context.archive.execute(
            "update archive_months set proved_first_on = null, proved_last_on = null"
            " where author_id = ? and month = ?",
            (context.author_id, month),
        )
        if url is not None:
            target = Target(url=url, site=context.blog.site, kind=PageKind.MONTH, uid=context.blog.uid)
            transitions.deactivate(context.archive, target)
            context.resolved_urls.append(url)
        deletions.record_missing(context, _not_among(context, month, ()), since=context.precise_moment)
