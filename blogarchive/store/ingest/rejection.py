"""Save a rejected page as a failure: refusals, notices, pages of other blogs and pages that parse worse."""

from dataclasses import replace

from blogarchive.items import CrawledPage, PageKind
from blogarchive.messages.details import Detail
from blogarchive.store.changes.check import check_change
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import transitions
from blogarchive.store.ingest.page_validation import Rejection, find_post
from blogarchive.store.ledger import failures, field_coverage
from blogarchive.store.ledger.blogs import Blog, canonical_uid, is_stored
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.listings import categories, deletions, listing_pages, months
from blogarchive.store.pages import page_rows
from blogarchive.store.pages.context import ChangeCounts, SaveContext
from blogarchive.store.pages.result import Outcome, SaveResult, save_result


def reject_by_author(archive: Archive, crawled: CrawledPage, blog: Blog) -> Rejection | None:
    """Return a rejection if the page has no author, or another one than its target; else None."""
    wanted = crawled.target.uid
    if blog.uid is None:
        return Rejection(failure=Failure(kind="unreadable", field="uid", detail=Detail.NO_BLOG))
    if wanted is None or wanted == blog.uid or canonical_uid(archive, blog.site, wanted) == blog.uid:
        return None
    author = crawled.parsed.author
    if author is not None and wanted == author.uid:
        return None  # the author of the target, stored under another name
    is_home = crawled.parsed.kind is PageKind.HOME and crawled.target.page_no == 1
    if is_home and not wanted.isdigit() and not is_stored(archive, Blog(site=blog.site, uid=wanted)):
        return None  # the user named the blog by an older uid
    detail = Detail.OTHER_BLOG.format(uid=blog.uid)
    return Rejection(failure=Failure(kind="notice", detail=detail, permanent=True))


def reject_by_change(
    archive: Archive, crawled: CrawledPage, blog: Blog, run_id: int | None, *, accepted: bool
) -> Rejection | None:
    """Return a rejection if the change of a post is the site's; it waits for a person."""
    post = find_post(crawled)
    if run_id is None or post is None or crawled.target.kind is not PageKind.POST:
        return None
    held = check_change(archive, crawled, post, blog, run_id, accepted=accepted)
    return None if held is None else Rejection(failure=held.failure, undone_edits=held.undone)


def save_rejection(
    archive: Archive, crawled: CrawledPage, blog: Blog, rejection: Rejection, run_id: int | None
) -> SaveResult:
    """Record the failure, and what it proves about the target; stored content does not change."""
    target, failure, now = crawled.target, rejection.failure, crawled.page.fetched_at
    blog = Blog(site=target.site, uid=target.uid or blog.uid)
    context = SaveContext(archive, crawled, blog, run_id=run_id)
    context.add_changes(ChangeCounts(posts_changed=-rejection.undone_edits))
    if not rejection.blocked:
        is_held = failure.kind == "changed"
        page_rows.store_page_once(archive, crawled, uid=blog.uid, run_id=run_id, is_held=is_held)
    field_coverage.count_rejected(archive, run_id, target, crawled.parsed, failure)
    if _is_post_gone(context, rejection):
        for url in (target.url, *context.resolved_urls):
            failures.resolve(archive, url, now=now)
        return save_result(context, Outcome.GONE)
    if not rejection.blocked and _is_unlinked(context, rejection):
        transitions.deactivate(archive, target)
        failures.resolve(archive, target.url, now=now)
        return save_result(context, Outcome.GONE)
    due_at = transitions.mark_failed(
        archive, target, permanent=failure.permanent, retry_after=rejection.retry_after, now=now
    )
    failures.record_failure(archive, blog, target.url, failure, run_id=run_id, now=now, next_try_at=due_at)
    outcome = Outcome.BLOCKED if rejection.blocked else Outcome.GONE if rejection.gone else Outcome.FAILED
    return replace(save_result(context, outcome), failure=failure)


def _is_post_gone(context: SaveContext, rejection: Rejection) -> bool:
    """Mark the post's own page as gone if the rejection says so; return whether the post is gone."""
    target = context.target
    if rejection.gone is None or target.kind is not PageKind.POST or target.number is None:
        return False
    return deletions.record_gone_page(context, target.number, rejection.gone)


def _is_unlinked(context: SaveContext, rejection: Rejection) -> bool:
    """Return whether the blog no longer links to the target.

    A month or category that is gone, a page past the end of a listing, or comments of a gone post.
    """
    is_gone = rejection.gone is not None
    if is_gone and listing_pages.is_beyond_end(context):
        return True
    if is_gone and context.target.kind is PageKind.CATEGORY and categories.is_listing_gone(context):
        categories.empty_gone_categories(context)
        return True
    if context.target.kind is PageKind.MONTH:
        return months.is_listing_gone(context)
    return context.target.kind is PageKind.COMMENTS and deletions.is_gone(context, context.target.post_number)
