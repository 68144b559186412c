"""Store the monthly archive: each month's first and last post day, as shown and as of its last complete crawl."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from blogarchive.items import LIST_KINDS, MonthRow as ShownMonth, PageKind
from blogarchive.messages.details import Detail
from blogarchive.store.ledger import frontier
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.listings import deletions
from blogarchive.store.pages.context import SaveContext, date_text_day
from blogarchive.store.rows import Value
from blogarchive.store.statements import columns_of

# Months that an archive may lose at once, or a quarter of them. A blog seldom deletes all posts of more.
_MAX_GONE = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class _MonthRow:
    id: int
    month: str
    first_post_on: str | None
    last_post_on: str | None
    url: str | None
    proved_first_on: str | None
    proved_last_on: str | None
    last_seen_at: str
    proved_at: str | None
    page_id: int | None


def save_month_rows(context: SaveContext, shown: Sequence[ShownMonth]) -> bool:
    """Store the rows of the archive and requeue the listings of months that changed since their last complete crawl.

    Returns whether no newer page shows the archive. The page of a post may be from a cache of another day. Its rows are
    ignored if they show less than is stored.
    """
    if not shown:
        return True
    rows = _read_rows(context)
    latest = max((row.last_seen_at for row in rows.values()), default="")
    may_be_cached = not (context.is_reparse or context.parsed.kind in LIST_KINDS)
    if may_be_cached and _shows_less(shown, rows, latest):
        return False
    for month in shown:
        _save_row(context, month, rows.get(month.month))
    if not context.is_reparse and latest < context.moment:
        before = [row for row in rows.values() if row.last_seen_at == latest]
        months = {month.month for month in shown}
        _record_gone_months(context, [row for row in before if row.month not in months], len(before))
    return latest <= context.moment


def are_newer(context: SaveContext) -> bool:
    """Return whether each stored row is of another page and was seen later: a page parsed again changes none."""
    query = "select 1 from archive_months where author_id = ? and (last_seen_at <= ? or page_id = ?)"
    return not context.archive.exists(query, (context.author_id, context.moment, context.counter_page_id()))


def is_listing_gone(context: SaveContext) -> bool:
    """Return whether the blog no longer links to the target, a listing of a month or at an older URL."""
    query = """select max(last_seen_at) > coalesce(max(case when url = ? then last_seen_at end), '')
            from archive_months where author_id = ?"""
    return context.archive.scalar(query, (context.target.chain or context.target.url, context.author_id)) > 0


def _read_rows(context: SaveContext) -> dict[str, _MonthRow]:
    query = f"select {columns_of(_MonthRow)} from archive_months where author_id = ?"  # noqa: S608 - constants
    return {row.month: row for row in context.archive.all_as(_MonthRow, query, (context.author_id,))}


def _shows_less(shown: Iterable[ShownMonth], rows: Mapping[str, _MonthRow], latest: str) -> bool:
    """Return whether a stored month has fewer days here, or is missing."""
    days = {month.month: (date_text_day(month.first), date_text_day(month.last)) for month in shown}
    for row in rows.values():
        first, last = days.get(row.month, (None, None))
        if row.month not in days:
            is_less = row.last_seen_at == latest
        else:
            is_less = (first or "~") > (row.first_post_on or "~") or (last or "") < (row.last_post_on or "")
        if is_less:
            return True
    return False


def _save_row(context: SaveContext, month: ShownMonth, row: _MonthRow | None) -> None:
    """Store a row of the archive; requeue the listing of the month if its days differ from those last proved."""
    archive = context.archive
    days = (date_text_day(month.first), date_text_day(month.last))
    shown: dict[str, Value] = {"first_post_on": days[0], "last_post_on": days[1], "url": month.url}
    changed_at: dict[str, Value] = {"shown_changed_at": context.precise_moment}
    if row is None:
        key: dict[str, Value] = {"author_id": context.author_id, "month": month.month}
        archive.insert_row("archive_months", {**key, **shown, **changed_at, **context.seen_columns()})
    elif context.moment >= row.last_seen_at or (context.is_reparse and row.page_id == context.page_id()):
        has_changed = days != (row.first_post_on, row.last_post_on)
        shown["url"] = month.url or row.url
        if has_changed or shown["url"] != row.url:
            changed = {**shown, **(changed_at if has_changed else {}), "page_id": context.page_id()}
            archive.update_row("archive_months", row.id, changed)
        if not context.is_reparse and row.last_seen_at < context.moment:
            archive.update_row("archive_months", row.id, {"last_seen_at": context.moment})
    if row is None or days != (row.proved_first_on, row.proved_last_on):
        _requeue(context, month, is_proved=row is not None and row.proved_at is not None)


def _requeue(context: SaveContext, month: ShownMonth, *, is_proved: bool) -> None:
    """Requeue the listing of a month. A row without days shows no change, so its listing is due by schedule alone."""
    if context.is_reparse or month.url is None or (is_proved and month.first is None):
        return
    target = context.own_target(PageKind.MONTH, month.url)
    if frontier.exceeds_url_limit(context.archive, context.blog, month.month, month.url):
        return
    if not _is_under_way(context, month.month, month.url):
        context.requeue(target)
    day = date_text_day(month.last)
    if day is not None:
        frontier.set_newest_day(context.archive, target, day)


def _is_under_way(context: SaveContext, month: str, chain: str) -> bool:
    """Return whether the listing is being crawled since its row last changed: its next page is queued."""
    query = """select 1 from _page_chains s join archive_months m on m.author_id = ? and m.month = ?
            where s.site = ? and s.chain = ? and s.complete_at is null and s.started_at >= m.shown_changed_at"""
    return context.archive.exists(query, (context.author_id, month, context.blog.site, chain))


def _record_gone_months(context: SaveContext, gone: Sequence[_MonthRow], count_before: int) -> None:
    """Record months that the archive no longer shows as listings without their posts.

    Many gone months at once mean that the page was parsed wrongly rather than that the blog is empty.
    """
    if len(gone) > max(_MAX_GONE, count_before // 4):
        detail = Detail.MONTHS_GONE.format(count=len(gone))
        context.problems.append(Failure(kind="incomplete", field="months_vanished", detail=detail))
        return
    for row in gone:
        columns = {"proved_first_on": None, "proved_last_on": None}
        context.archive.update_row("archive_months", row.id, columns)
        if row.url is not None:
            frontier.deactivate(context.archive, context.own_target(PageKind.MONTH, row.url))
            context.resolve(row.url)
        unlisted = deletions.find_unlisted(context, row.month, ())
        deletions.record_missing(context, unlisted, since=context.precise_moment)
