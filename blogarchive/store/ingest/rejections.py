"""Save a rejected page: as a failure, a sign of a deletion, or a state of its blog; reject one by the stored rows."""

import re
from datetime import datetime

from blogarchive.items import CrawledPage, PageKind
from blogarchive.messages.details import Detail
from blogarchive.sites.base import site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.changes import check_change
from blogarchive.store.ingest.validate import MAINTENANCE, Rejection, StoredState, validate_page
from blogarchive.store.ledger import coverage, failures, frontier
from blogarchive.store.ledger.blogs import Blog, canonical_uid, is_stored, set_state
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.listings import categories, deletions, listing_pages, months
from blogarchive.store.pages import pages
from blogarchive.store.pages.context import Outcome, SaveContext, SaveResult, save_result

_STORED_STATE = """
select coalesce(p.content_hash is not null and not p.from_listing, 0) as whole, coalesce(p.body_text, '') as body,
       p.comment_count,
       coalesce((select closed from pages where url = :page order by id desc limit 1), 0) as has_end_tag,
       exists (select 1 from _page_chains c join _page_chain_items i on i.chain_id = c.id
                where c.site = :site and c.chain = :chain) as listed,
       (select json_group_array(substr(field, 6)) from site_changes
         where accepted and site = :site and field like 'post.%') as accepted
  from json_each('[0]') left join posts p on p.number = :number
   and p.author_id = (select id from authors where site = :site and uid = :uid)
"""


def load_stored_state(archive: Archive, crawled: CrawledPage, blog: Blog) -> StoredState:
    """Return the stored state of the page's target: its post, its last page and its listing."""
    target = crawled.target
    is_listing = target.kind in (PageKind.MONTH, PageKind.CATEGORY)
    names = {
        "page": crawled.page.url,
        "site": blog.site,
        "uid": target.uid or blog.uid,
        "number": target.number if target.kind is PageKind.POST else None,
        "chain": (target.chain or target.url) if is_listing else None,
    }
    return archive.one_as(StoredState, _STORED_STATE, names) or StoredState()


def find_rejection(
    archive: Archive, crawled: CrawledPage, blog: Blog, run_id: int | None, *, accepted: bool
) -> Rejection | None:
    """Return why the page is rejected, or None. `accepted`: a person agrees with the changes of the site."""
    return (
        validate_page(crawled, load_stored_state(archive, crawled, blog))
        or _reject_by_author(archive, crawled, blog)
        or check_change(archive, crawled, blog, run_id, accepted=accepted)
    )


def _reject_by_author(archive: Archive, crawled: CrawledPage, blog: Blog) -> Rejection | None:
    """Return a rejection if the page has no author, or another one than its target; else None."""
    wanted = crawled.target.uid
    if blog.uid is None:
        return Rejection(failure=Failure(kind="unreadable", field="uid", detail=Detail.NO_BLOG))
    if wanted is None or wanted == blog.uid or canonical_uid(archive, blog.site, wanted) == blog.uid:
        return None
    author = crawled.parsed.author
    if author is not None and wanted == author.uid:
        return None  # the author of the target, stored under another name
    shows_home = crawled.parsed.kind is PageKind.HOME and crawled.target.page_no == 1
    if shows_home and not wanted.isdigit() and not is_stored(archive, Blog(site=blog.site, uid=wanted)):
        return None  # the user named the blog by an older uid
    detail = Detail.OTHER_BLOG.format(uid=blog.uid)
    return Rejection(failure=Failure(kind="notice", detail=detail, permanent=True))


def save_rejection(
    archive: Archive, crawled: CrawledPage, blog: Blog, rejection: Rejection, run_id: int | None
) -> SaveResult:
    """Record the failure and the new state of the target; stored content does not change."""
    target, failure, now = crawled.target, rejection.failure, crawled.page.fetched_at
    blog = Blog(site=target.site, uid=target.uid or blog.uid)
    context = SaveContext(archive, crawled, blog, run_id=run_id)
    context.changes = rejection.undone
    if not rejection.blocked:
        held = failure.kind == "changed"
        pages.store_page_once(archive, crawled, uid=blog.uid, run_id=run_id, is_held=held)
    coverage.count_rejected(archive, run_id, target, crawled.parsed, failure)
    settled = _settle(context, rejection)
    if settled is not None:
        context.resolve(target.url)
        return save_result(context, settled)
    due_at = _schedule_retry(context, rejection)
    is_post = target.kind is PageKind.POST
    if rejection.gone_reason and is_post and deletions.is_unread(context, target.number):
        return save_result(context, Outcome.GONE)
    context.failure = failure
    failures.record_failure(archive, blog, target.url, failure, run_id=run_id, now=now, next_try_at=due_at)
    if rejection.blocked:
        return save_result(context, Outcome.BLOCKED)
    return save_result(context, Outcome.GONE if rejection.gone_reason else Outcome.FAILED)


def _settle(context: SaveContext, rejection: Rejection) -> Outcome | None:
    """Return the outcome of a page that needs no failure: of a gone post, a page without a link, a home page; else None."""
    archive, target = context.archive, context.target
    if rejection.gone_reason is not None and deletions.record_gone_page(context, rejection.gone_reason):
        return Outcome.GONE
    if not rejection.blocked and (_queue_other_index(context) or _is_unlinked(context, rejection)):
        frontier.deactivate(archive, target)
        return Outcome.GONE
    failure, now = rejection.failure, context.page.fetched_at
    if target.is_home and save_state(archive, context.blog, target.url, failure, now=now):
        frontier.mark_failed(archive, target, now=now)
        context.failure = failure
        return Outcome.FAILED
    return None


def _schedule_retry(context: SaveContext, rejection: Rejection) -> str | None:
    """Mark the target as failed, or as one that waits for other pages; return when it is due (UTC text)."""
    archive, target, failure, now = (
        context.archive,
        context.target,
        rejection.failure,
        context.page.fetched_at,
    )
    if rejection.waits or failures.is_one_of_many(archive, context.blog, target.url, failure):
        return frontier.mark_waiting(archive, target, now=now)
    wait, permanent = rejection.retry_after, failure.permanent
    return frontier.mark_failed(archive, target, permanent=permanent, retry_after=wait, now=now)


# It says nothing of a blog that its present home page calls closed.
_IS_EARLIER_HOME = (
    "select 1 from authors where site = ? and uid = ? and url <> ? and state in ('moved', 'closed')"
)
_REDIRECTED = re.compile(re.escape(Detail.REDIRECT_OTHER_SITE).replace(re.escape("{url}"), r"(\S+)"))
_GONE_STATUSES = tuple(Detail.STATUS.format(status=status) for status in (404, 410))


def save_state(archive: Archive, blog: Blog, url: str, failure: Failure, *, now: datetime) -> bool:
    """Store the state of a blog after the failure of its home page; return whether it is moved or closed."""
    if not is_stored(archive, blog):
        return False
    if archive.exists(_IS_EARLIER_HOME, (blog.site, blog.uid, url)):
        return True
    if moved := _REDIRECTED.fullmatch(failure.detail):
        set_state(archive, blog, "moved", moved[1], now=now)
        return True
    is_notice = failure.kind == "notice" and failure.field != MAINTENANCE and not failure.permanent
    if is_notice or failure.detail in _GONE_STATUSES:
        set_state(archive, blog, "closed", failure.detail, now=now)
        return True
    if failure.kind in ("network", "http", "blocked", "notice"):
        set_state(archive, blog, "unreachable", failure.detail, now=now)
    return False


def _queue_other_index(context: SaveContext) -> bool:
    """Queue the list of posts that the site has instead of the rejected one; return whether there is one.

    The rejected one is not fetched again for a week.
    """
    archive, target = context.archive, context.target
    other = site_by_name(target.site).next_index(target)
    if other is None:
        return False
    frontier.mark_missing(archive, target, now=context.page.fetched_at)
    if not listing_pages.is_beyond_end(context):  # another list was read to its end
        context.requeue(listing_pages.find_list(context, other), failed_too=True)
    return True


def _is_unlinked(context: SaveContext, rejection: Rejection) -> bool:
    """Return whether the blog no longer links to the target.

    A month or category that is gone, a page past the end of a listing, or comments of a gone post.
    """
    is_gone = rejection.gone_reason is not None
    if is_gone and listing_pages.is_beyond_end(context):
        return True
    if is_gone and context.target.kind is PageKind.CATEGORY and categories.is_listing_gone(context):
        categories.empty_gone_categories(context)
        return True
    if context.target.kind is PageKind.MONTH:
        return months.is_listing_gone(context)
    return context.target.kind is PageKind.COMMENTS and deletions.is_gone(context, context.target.post_number)
