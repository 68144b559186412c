"""Saving what a visit brought: the page, all that was read from it and its links, in one transaction."""

from contextlib import AbstractContextManager
from datetime import datetime

from blogarchive.items import CrawledPage, Page, PageKind, ParsedPage, Target
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import transitions
from blogarchive.store.ingest import parse_problems, post_pages, rejection
from blogarchive.store.ingest.blog_resolution import resolve_blog
from blogarchive.store.ingest.page_validation import validate_page
from blogarchive.store.ingest.stored_state import load_stored_state
from blogarchive.store.ledger import failures, field_coverage
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.listings import authors, listing_pages, sidebar
from blogarchive.store.pages import links, page_rows
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.pages.result import Outcome, SaveResult, save_result
from blogarchive.store.timestamps import parse_utc

# Texts that may wait for the search index: a page's few cost it nearly as much as those of thirty pages.
_UNINDEXED = 300


def page_transaction(archive: Archive) -> AbstractContextManager[None]:
    """The transaction of a page: whoever writes more with it does so in there."""
    return archive.atomic(unindexed=_UNINDEXED)


def save_page(
    archive: Archive, crawled: CrawledPage, run_id: int | None, *, partial: bool = False
) -> SaveResult:
    """Keep a visit, whatever its status and whatever it shows; times come from `visit.page.fetched_at` alone.

    What is no good (a refusal, a notice, an error, a page that reads worse than the one held) replaces nothing
    and becomes a failure. Raises `CannotWrite` where the disk is full or the file read-only, `ArchiveDamaged`
    where it is not whole; then nothing of the visit is kept. `partial`: the run leaves things out on purpose.
    """
    with page_transaction(archive):
        blog = resolve_blog(archive, crawled)
        frontier_queue.add_targets(archive, [crawled.target], now=crawled.page.fetched_at)
        bad = validate_page(crawled, load_stored_state(archive, crawled, blog)) or rejection.reject_by_author(
            archive, crawled, blog
        )
        if bad is not None:
            return rejection.save_rejection(archive, crawled, blog, bad, run_id)
        context = SaveContext(archive, crawled, blog, run_id=run_id, partial=partial)
        _keep(context)
        field_coverage.count_fields(archive, run_id, crawled.target, crawled.parsed)
        return save_result(context, Outcome.STORED if context.is_stored else Outcome.SAME)


def save_not_modified(archive: Archive, target: Target, page: Page, run_id: int | None) -> SaveResult:
    """The site answered 304: what is held of the target still stands, and was seen at `page.fetched_at`."""
    crawled = CrawledPage(target=target, page=page, parsed=ParsedPage(kind=target.kind, encoding=""))
    with archive.atomic():
        blog = resolve_blog(archive, crawled)
        frontier_queue.add_targets(archive, [target], now=page.fetched_at)
        return _stands(archive, crawled, blog, run_id)


def save_fetch_failure(
    archive: Archive,
    target: Target,
    failure: Failure,
    run_id: int | None,
    *,
    now: datetime,
) -> datetime | None:
    """There is no page: network, cut body, robots. Keeps the failure; gives when it is tried again, None: never."""
    blog = Blog(site=target.site, uid=target.uid)
    with archive.atomic():
        due = transitions.mark_failed(archive, target, permanent=failure.permanent, now=now)
        failures.record_failure(archive, blog, target.url, failure, run_id=run_id, now=now, next_try_at=due)
    return None if due is None else parse_utc(due)


def resave_page(archive: Archive, page_id: int, crawled: CrawledPage) -> SaveResult:
    """Read again: put today's reading of a stored page in place of the reading that was kept of it.

    Changes nothing where both agree (the outcome is SAME); never touches the frontier, the marks of what is gone, or
    the bytes. A page that reads worse than what is held changes nothing either.
    """
    with page_transaction(archive):
        blog = resolve_blog(archive, crawled)
        context = SaveContext(archive, crawled, blog, run_id=None, page_id=page_id, is_reparse=True)
        outcome = Outcome.FAILED
        if validate_page(crawled, load_stored_state(archive, crawled, blog)) is None and blog.uid is not None:
            before = archive.changes
            _keep_reading(context)
            parse_problems.record_problems(context)
            outcome = Outcome.SAME if archive.changes == before else Outcome.STORED
        page_rows.mark_reparsed(archive, page_id, crawled.parsed.kind, crawled.parsed.encoding)
        return save_result(context, outcome)


def _keep(context: SaveContext) -> None:
    _keep_reading(context)
    links.save_links(context, post_pages.unlinked_post_targets(context))
    if context.is_stored and context.counters_before is not None:
        context.archive.execute(
            "update pages set counted = ? where id = ?", (context.counters_before, context.page_id())
        )
    _settle(context)
    if _is_home(context.target):
        authors.link_run(context)
    parse_problems.record_problems(context)


def _keep_reading(context: SaveContext) -> None:
    """All that was read, by subject; the same for a page that was fetched and for one that is read again."""
    if context.is_first:
        context.page_id()
    context.author_id = authors.save_author(context)
    sidebar.save_sidebar(context)
    if schedule.is_listing(context.parsed.kind):
        listing_pages.save_listing(context)
    else:
        post_pages.save_post_page(context)


def _settle(context: SaveContext) -> None:
    target = transitions.assign_uid(context.archive, context.target, context.blog.uid or "")
    due = None
    key = frontier_queue.target_key(target)
    if schedule.is_listing(context.parsed.kind):
        if target.page_no == 1:
            due = schedule.listing_due_at(key, context.page.fetched_at)
    elif target.kind is not PageKind.COMMENTS:
        due = post_pages.post_due_at(context)
    # Only pages that stand for themselves are asked for conditionally: a 304 would prove no chain of pages.
    alone = target.kind is PageKind.POST or _is_home(target)
    transitions.mark_fetched(
        context.archive,
        target,
        fetched_at=context.precise_moment,
        due_at=due,
        etag=context.page.header("ETag") if alone else None,
        last_modified=context.page.header("Last-Modified") if alone else None,
    )


def _stands(archive: Archive, crawled: CrawledPage, blog: Blog, run_id: int | None) -> SaveResult:
    context = SaveContext(archive, crawled, blog, run_id=run_id)
    if _is_home(crawled.target):
        authors.link_run(context)
    post_pages.mark_unchanged(context)
    transitions.mark_unchanged(
        archive, crawled.target, fetched_at=context.precise_moment, due_at=_next_look(context)
    )
    failures.resolve(archive, crawled.target.url, now=crawled.page.fetched_at)
    return save_result(context, Outcome.SAME)


def _is_home(target: Target) -> bool:
    return target.kind is PageKind.HOME and target.page_no == 1


def _next_look(context: SaveContext) -> str | None:
    if schedule.is_listing(context.target.kind):
        return schedule.listing_due_at(frontier_queue.target_key(context.target), context.page.fetched_at)
    return post_pages.post_due_at(context)
