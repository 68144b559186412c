"""Decide whether a parsed page is stored or rejected, and save a rejected one as a failure: refusals, notices."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from blogarchive.items import CrawledPage, NoticeKind, Page, PageKind, ParsedPage, Post
from blogarchive.messages.details import Detail
from blogarchive.parsing.http import is_truncated, retry_after
from blogarchive.sites.base import site_by_name
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.changes import check_change
from blogarchive.store.ledger import (
    coverage,
    failures,
    frontier,
)
from blogarchive.store.ledger.blogs import Blog, canonical_uid, is_stored, set_state
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.listings import categories, deletions, listing_pages, months
from blogarchive.store.pages import pages
from blogarchive.store.pages.context import ChangeCounts, Outcome, SaveContext, SaveResult, save_result

MIN_LENGTH_SHARE = 0.3
"""A body shorter than this share of the stored one is rejected as cut, if the page lacks fields too."""

MIN_COMPARED_LENGTH = 200
"""A stored body shorter than this is not compared by length."""

REFUSAL_STATUSES = frozenset((403, 405, 406, 418, 429, 444, 456, 503))
"""Statuses with which a host may refuse a crawler.

403 may also be a hidden post. 405, 406, 418, 444 and 456 make no sense for a plain GET: firewalls in front of Chinese
hosts send them to programs.
"""

WHOLE_STATUSES = frozenset((200, 203))
"""Statuses of a whole page. 206 is a part of one, 202 a challenge, the others have no page."""

_PERMANENT_STATUSES = {400, 402, 414, 431, 451}
_MAX_NOTICE_LENGTH = 200
_MAINTENANCE = "maintenance"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """The reason why a page is rejected.

    `gone` is the reason if the page says that it was deleted. `blocked`: the host refuses the crawler. `undone`: edits
    of posts and new comments that the run had stored and that the page showed to be the site's.
    """

    failure: Failure
    gone: str | None = None
    blocked: bool = False
    retry_after: timedelta | None = None
    undone: tuple[int, int] = (0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredState:
    """The stored state of a target, against which its new page is validated.

    `whole`: the post's own page was saved, with the text `body` and `comment_count`. `closed`: the stored page ends
    with `</html>` or `</body>`. `listed`: the listing showed posts. `accepted`: fields that the site no longer shows, with
    which a person agreed.
    """

    whole: bool = False
    body: str = ""
    comment_count: int | None = None
    closed: bool = False
    listed: bool = False
    accepted: frozenset[str] = frozenset()


def validate_page(crawled: CrawledPage, stored: StoredState) -> Rejection | None:
    """Return why the page is rejected, or None if it can be saved."""
    page, parsed = crawled.page, crawled.parsed
    return (
        _validate_access(page, parsed)
        or _validate_notice(page, parsed)
        or _validate_status(page)
        or _validate_body(page, stored)
        or _validate_kind(crawled, stored)
        or _validate_content(crawled, stored)
    )


def find_post(crawled: CrawledPage) -> Post | None:
    """Return the post that a page of a post or of its comments shows, or None."""
    wanted = _wanted_number(crawled)
    posts = crawled.parsed.posts
    return next((post for post in posts if post.number == wanted), posts[0] if posts else None)


def _wanted_number(crawled: CrawledPage) -> str | None:
    target = crawled.target
    return target.post_number if target.kind is PageKind.COMMENTS else target.number


def _validate_access(page: Page, parsed: ParsedPage) -> Rejection | None:
    notice = parsed.notice
    if notice is not None and notice.kind is NoticeKind.BLOCKED:
        return _blocked(page, Detail.PAGE_REFUSES.format(notice=_short(notice.text)))
    if page.status in REFUSAL_STATUSES | {401} and (notice is None or page.status not in (401, 403)):
        return _blocked(page, Detail.STATUS.format(status=page.status))
    return None


def _blocked(page: Page, detail: str) -> Rejection:
    failure = Failure(kind="blocked", detail=detail)
    return Rejection(failure=failure, blocked=True, retry_after=retry_after(page))


def _validate_notice(page: Page, parsed: ParsedPage) -> Rejection | None:
    notice = parsed.notice
    if notice is None:
        return None
    if notice.kind is NoticeKind.MAINTENANCE:
        return Rejection(failure=Failure(kind="notice", field=_MAINTENANCE, detail=_short(notice.text)))
    reasons = {NoticeKind.GONE: "deleted", NoticeKind.HIDDEN: "hidden"}
    reason = reasons.get(notice.kind) if page.status < 500 else None  # a server error is no witness
    if reason == "deleted" and page.status in (404, 410):
        reason = str(page.status)
    return Rejection(failure=Failure(kind="notice", detail=_short(notice.text)), gone=reason)


def _validate_status(page: Page) -> Rejection | None:
    if page.status in WHOLE_STATUSES:
        return None
    is_permanent = page.status in _PERMANENT_STATUSES
    failure = Failure(kind="http", detail=Detail.STATUS.format(status=page.status), permanent=is_permanent)
    if page.status in (404, 410):
        return Rejection(failure=failure, gone=str(page.status))
    return Rejection(failure=failure, retry_after=retry_after(page))


def _validate_body(page: Page, stored: StoredState) -> Rejection | None:
    if not page.body.strip():
        return _cut(Detail.PAGE_EMPTY)
    if stored.closed and is_truncated(page.body):
        return _cut(Detail.PAGE_CUT)
    return None


def _validate_kind(crawled: CrawledPage, stored: StoredState) -> Rejection | None:
    target, parsed = crawled.target, crawled.parsed
    if parsed.kind in (PageKind.UNKNOWN, PageKind.NOTICE):
        refused = next((problem.detail for problem in parsed.problems if problem.field == "page"), None)
        return _unreadable(refused or Detail.PAGE_UNKNOWN, None)
    is_redirected = crawled.page.url != target.url
    is_post = parsed.kind in (PageKind.POST, PageKind.COMMENTS)
    must_be_post = target.kind in (PageKind.POST, PageKind.COMMENTS)
    other = Failure(kind="notice", detail=Detail.OTHER_KIND.format(kind=parsed.kind))
    if must_be_post and not is_post:
        # Some hosts redirect the reader of a deleted post to the blog's home page.
        is_home = parsed.kind is PageKind.HOME and is_redirected
        return Rejection(failure=other, gone="redirect" if is_home else None)
    if target.kind in (PageKind.MONTH, PageKind.CATEGORY) and parsed.kind is PageKind.HOME:
        return Rejection(failure=other, gone="redirect")
    return _validate_post_number(crawled) if is_post else None


def _validate_post_number(crawled: CrawledPage) -> Rejection | None:
    post, wanted = find_post(crawled), _wanted_number(crawled)
    if post is None:
        return _unreadable(Detail.NO_POST, "posts")
    if wanted is not None and post.number != wanted:
        return _unreadable(Detail.OTHER_POST.format(number=post.number), "number")
    return None


def _validate_content(crawled: CrawledPage, stored: StoredState) -> Rejection | None:
    parsed = crawled.parsed
    if parsed.kind is not PageKind.POST or crawled.target.kind is PageKind.COMMENTS:
        if stored.listed and not parsed.listed and not parsed.posts and _should_list_posts(crawled):
            return _unreadable(Detail.NO_LIST, "listed")
        return None
    post = find_post(crawled)
    if post is None or post.body_html is None:
        return _unreadable(Detail.NO_BODY, "body")
    return _validate_body_text(post, stored) if stored.whole else None


def _validate_body_text(post: Post, stored: StoredState) -> Rejection | None:
    length, stored_length = len(post.body_text or ""), len(stored.body)
    if stored_length and not length and not post.images:
        return _cut(Detail.BODY_EMPTY)
    field = _missing_field(post, stored)
    if field is None or post.body_text == stored.body:
        return None
    # Without one of these fields the bounds of the body are not certain.
    detail = Detail.BODY_SHORTER.format(length=length, stored=stored_length, field=field)
    if stored_length >= MIN_COMPARED_LENGTH and length < stored_length * MIN_LENGTH_SHARE:
        return _cut(detail)
    return _unreadable(detail, field)


def _should_list_posts(crawled: CrawledPage) -> bool:
    """Return whether the page belongs to a listing that cannot be empty: archives name no month without a post.

    A category may become empty. Its page proves nothing if its own sidebar shows posts in it, or has no content.
    """
    target, parsed = crawled.target, crawled.parsed
    if target.page_no > 1 or target.kind is not PageKind.CATEGORY:
        return target.page_no == 1 and target.kind is PageKind.MONTH
    with_posts = {row.url for row in parsed.categories if row.posts}
    return target.url in with_posts or not (with_posts or parsed.months or parsed.latest)


def _missing_field(post: Post, stored: StoredState) -> str | None:
    """Return a field that every page of a post shows and this one lacks."""
    lacking = {
        "title": post.title is None,
        "posted_at": post.posted is None,
        "comment_count": post.comment_count is None and stored.comment_count is not None,
    }
    return next((field for field, lacks in lacking.items() if lacks and field not in stored.accepted), None)


def _cut(detail: str) -> Rejection:
    return Rejection(failure=Failure(kind="cut", detail=detail))


def _unreadable(detail: str, field: str | None) -> Rejection:
    return Rejection(failure=Failure(kind="unreadable", detail=detail, field=field))


def _short(text: str) -> str:
    return " ".join(text.split())[:_MAX_NOTICE_LENGTH]


_POST = """
select content_hash is not null and not from_listing as whole, coalesce(body_text, '') as body, comment_count
  from posts where author_id = (select id from authors where site = ? and uid = ?) and number = ?
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _StoredPost:
    whole: bool = False
    body: str = ""
    comment_count: int | None = None


def load_stored_state(archive: Archive, crawled: CrawledPage, blog: Blog) -> StoredState:
    """Return the stored state of the page's target: its post, its last page and its listing."""
    target, post = crawled.target, None
    if target.kind is PageKind.POST and target.number is not None:
        post = archive.one_as(_StoredPost, _POST, (blog.site, target.uid or blog.uid, target.number))
    post = post or _StoredPost()
    is_listing = target.kind in (PageKind.MONTH, PageKind.CATEGORY)
    return StoredState(
        whole=post.whole,
        body=post.body,
        comment_count=post.comment_count,
        closed=_is_closed(archive, crawled.page.url),
        accepted=coverage.accepted_fields(archive, blog.site, PageKind.POST) if post.whole else frozenset(),
        listed=is_listing and _lists_posts(archive, target.site, target.chain or target.url),
    )


def _is_closed(archive: Archive, url: str) -> bool:
    query = "select closed from pages where url = ? order by id desc limit 1"
    return bool(archive.scalar(query, (url,)))


def _lists_posts(archive: Archive, site: str, chain: str) -> bool:
    return archive.exists(
        "select 1 from _page_chains c join _page_chain_items i on i.chain_id = c.id where c.site = ? and c.chain = ?",
        (site, chain),
    )


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
    found = check_change(archive, crawled, post, blog, run_id, accepted=accepted)
    if found is None:
        return None
    failure, undone = found
    # While a person is awaited, the posts of each night show whether the site is honest again.
    waits = coverage.is_open(archive, blog.site, coverage.TEXTS)
    retry_after = schedule.MAX_RETRY_DELAY if waits else None
    return Rejection(failure=failure, undone=undone, retry_after=retry_after)


def save_rejection(
    archive: Archive, crawled: CrawledPage, blog: Blog, rejection: Rejection, run_id: int | None
) -> SaveResult:
    """Record the failure, and what it proves about the target; stored content does not change."""
    target, failure, now = crawled.target, rejection.failure, crawled.page.fetched_at
    blog = Blog(site=target.site, uid=target.uid or blog.uid)
    context = SaveContext(archive, crawled, blog, run_id=run_id)
    posts, comments = rejection.undone
    context.add_changes(ChangeCounts(posts_changed=-posts, comments_new=-comments))
    if not rejection.blocked:
        is_held = failure.kind == "changed"
        pages.store_page_once(archive, crawled, uid=blog.uid, run_id=run_id, is_held=is_held)
    coverage.count_rejected(archive, run_id, target, crawled.parsed, failure)
    if _is_post_gone(context, rejection):
        for url in (target.url, *context.resolved_urls):
            failures.resolve(archive, url, now=now)
        return save_result(context, Outcome.GONE)
    if not rejection.blocked and (_queue_other_index(context) or _is_unlinked(context, rejection)):
        frontier.deactivate(archive, target)
        failures.resolve(archive, target.url, now=now)
        return save_result(context, Outcome.GONE)
    is_home = target.kind is PageKind.HOME and target.page_no == 1
    if is_home and save_state(archive, blog, target.url, failure, now=now):
        frontier.mark_failed(archive, target, now=now)
        failures.resolve(archive, target.url, now=now)
        return replace(save_result(context, Outcome.FAILED), failure=failure)
    retry_after = rejection.retry_after
    if failure.kind == "unreadable" and not is_home and failures.is_home_unreadable(archive, blog):
        # The home page shows each night whether the site is honest again.
        retry_after = schedule.MAX_RETRY_DELAY
    due_at = frontier.mark_failed(
        archive, target, permanent=failure.permanent, retry_after=retry_after, now=now
    )
    if rejection.gone and target.kind is PageKind.POST and deletions.is_unread(context, target.number):
        return save_result(context, Outcome.GONE)
    failures.record_failure(archive, blog, target.url, failure, run_id=run_id, now=now, next_try_at=due_at)
    outcome = Outcome.BLOCKED if rejection.blocked else Outcome.GONE if rejection.gone else Outcome.FAILED
    return replace(save_result(context, outcome), failure=failure)


# It says nothing of a blog that its present home page calls closed.
_IS_EARLIER_HOME = (
    "select 1 from authors where site = ? and uid = ? and url <> ? and state in ('moved', 'closed')"
)
_REDIRECTED = re.compile(re.escape(Detail.REDIRECT_OTHER_SITE).replace(re.escape("{url}"), r"(\S+)"))
_GONE_STATUSES = tuple(Detail.STATUS.format(status=status) for status in (404, 410))


def save_state(archive: Archive, blog: Blog, url: str, failure: Failure, *, now: datetime) -> bool:
    """Store what the failure of its home page says of a stored blog; return whether it is moved or closed."""
    if not is_stored(archive, blog):
        return False
    if archive.exists(_IS_EARLIER_HOME, (blog.site, blog.uid, url)):
        return True
    if moved := _REDIRECTED.fullmatch(failure.detail):
        set_state(archive, blog, "moved", moved[1], now=now)
        return True
    is_notice = failure.kind == "notice" and failure.field != _MAINTENANCE and not failure.permanent
    if is_notice or failure.detail in _GONE_STATUSES:
        set_state(archive, blog, "closed", failure.detail, now=now)
        return True
    if failure.kind in ("network", "http", "blocked", "notice"):
        set_state(archive, blog, "unreachable", failure.detail, now=now)
    return False


def _queue_other_index(context: SaveContext) -> bool:
    """Queue the list of posts that the site has instead of the rejected one; return whether there is one."""
    other = site_by_name(context.target.site).next_index(context.target)
    if other is None:
        return False
    context.requeue(other, failed_too=True)
    return True


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
