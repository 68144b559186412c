"""What is not kept: refusals, notices, pages of others and pages that read worse than those held; each a failure."""

from dataclasses import replace

from blogarchive.items import CrawledPage, PageKind
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import transitions
from blogarchive.store.ingest.page_validation import Rejection
from blogarchive.store.ledger import failures, field_coverage
from blogarchive.store.ledger.blogs import Blog, canonical_uid, is_stored
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.listings import categories, deletions, listing_pages, months
from blogarchive.store.pages import page_rows
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.pages.result import Outcome, SaveResult, save_result


def reject_by_author(archive: Archive, crawled: CrawledPage, blog: Blog) -> Rejection | None:
    """Why a page cannot be kept for whose it is: nobody's, or another author's than was asked for; None where it can."""
    asked = crawled.target.uid
    if blog.uid is None:
        return Rejection(
            failure=Failure(kind="unreadable", field="uid", detail="nothing says whose blog it is")
        )
    if asked is None or asked == blog.uid or canonical_uid(archive, blog.site, asked) == blog.uid:
        return None
    author = crawled.parsed.author
    if author is not None and asked == author.uid:
        return None  # the very one that was asked for, who is held under another name
    is_home = crawled.parsed.kind is PageKind.HOME and crawled.target.page_no == 1
    if is_home and not asked.isdigit() and not is_stored(archive, Blog(site=blog.site, uid=asked)):
        return None  # the name that the blog was asked by is an older one
    detail = f"a page of another blog ({blog.uid})"
    return Rejection(failure=Failure(kind="notice", detail=detail, permanent=True))


def save_rejection(
    archive: Archive, crawled: CrawledPage, blog: Blog, bad: Rejection, run_id: int | None
) -> SaveResult:
    """Keep the failure, and what it says of the post; nothing that is held is touched."""
    target, now = crawled.target, crawled.page.fetched_at
    blog = Blog(site=target.site, uid=target.uid or blog.uid)
    context = SaveContext(archive, crawled, blog, run_id=run_id)
    if not bad.blocked:
        page_rows.store_page_once(archive, crawled, uid=blog.uid, run_id=run_id)
    field_coverage.count_rejected(archive, run_id, target, crawled.parsed, bad.failure)
    is_post = target.kind is PageKind.POST and target.number is not None
    if bad.gone is not None and is_post and deletions.record_gone_page(context, target.number or 0, bad.gone):
        for url in (target.url, *context.resolved_urls):
            failures.resolve(archive, url, now=now)
        return save_result(context, Outcome.GONE)
    if not bad.blocked and _leads_nowhere(context, bad):
        transitions.deactivate(archive, target)
        failures.resolve(archive, target.url, now=now)
        return save_result(context, Outcome.GONE)
    due = transitions.mark_failed(
        archive, target, permanent=bad.failure.permanent, retry_after=bad.retry_after, now=now
    )
    failures.record_failure(archive, blog, target.url, bad.failure, run_id=run_id, now=now, next_try_at=due)
    outcome = Outcome.BLOCKED if bad.blocked else Outcome.GONE if bad.gone else Outcome.FAILED
    return replace(save_result(context, outcome), failure=bad.failure)


def _leads_nowhere(context: SaveContext, bad: Rejection) -> bool:
    """Whether the blog no longer leads to the target.

    A month or category that vanished, a page beyond the end of a listing, comments of a deleted post.
    """
    if bad.gone is not None and listing_pages.is_beyond_end(context):
        return True
    if (
        context.target.kind is PageKind.CATEGORY
        and bad.gone is not None
        and categories.is_listing_gone(context)
    ):
        categories.empty_gone_categories(context)
        return True
    if context.target.kind is PageKind.MONTH:
        return months.is_listing_gone(context)
    return context.target.kind is PageKind.COMMENTS and deletions.is_gone(context, context.target.post_number)
