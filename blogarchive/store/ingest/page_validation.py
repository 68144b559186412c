"""Whether a visit brought what its target promised; a page that reads worse than the one held never replaces it."""

from dataclasses import dataclass
from datetime import timedelta

from blogarchive.items import CrawledPage, NoticeKind, Page, PageKind, ParsedPage, Post
from blogarchive.parsing.http import is_truncated, parse_retry_after
from blogarchive.store.ledger.failures import Failure

MIN_LENGTH_SHARE = 0.3
"""A body under this share of the one held, on a page where fields are missing too, is a worse reading."""

MIN_COMPARED_LENGTH = 200

REFUSAL_STATUSES = frozenset((403, 405, 406, 418, 429, 444, 456, 503))
"""Statuses that may mean that the host has had enough.

403 may mean a hidden post as well. 405, 406, 418, 444 and 456 make no sense for a page that is only asked for:
firewalls in front of Chinese hosts send them to programs.
"""

_FOR_GOOD = {400, 402, 414, 431, 451}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """Why a visit is rejected. `gone`: how the page says that it was deleted. `blocked`: the host refuses us altogether."""

    failure: Failure
    gone: str | None = None
    blocked: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredState:
    """What is held of the target: its `body` as text, `closed` whether its pages end with `</html>`."""

    whole: bool = False
    body: str = ""
    comment_count: int | None = None
    closed: bool = False
    listed: bool = False


def validate_page(crawled: CrawledPage, known: StoredState) -> Rejection | None:
    """Why this visit is not kept, or None where it is good."""
    page, parsed = crawled.page, crawled.parsed
    return (
        _by_refusal(page, parsed)
        or _by_notice(page, parsed)
        or _by_status(page)
        or _by_body(page, known)
        or _by_kind(crawled, known)
        or _by_worth(crawled, known)
    )


def find_post(crawled: CrawledPage) -> Post | None:
    """The post that a page of a post or of its comments shows."""
    wanted = crawled.target.post_number if crawled.target.kind is PageKind.COMMENTS else crawled.target.number
    posts = crawled.parsed.posts
    return next((post for post in posts if post.number == wanted), posts[0] if posts else None)


def _by_refusal(page: Page, parsed: ParsedPage) -> Rejection | None:
    notice = parsed.notice
    if notice is not None and notice.kind is NoticeKind.BLOCKED:
        return _blocked(page, f"the page refuses: {_short(notice.text)}")
    if page.status in REFUSAL_STATUSES | {401} and (notice is None or page.status not in (401, 403)):
        return _blocked(page, f"status {page.status}")
    return None


def _blocked(page: Page, detail: str) -> Rejection:
    return Rejection(
        failure=Failure(kind="blocked", detail=detail), blocked=True, retry_after=_retry_after(page)
    )


def _retry_after(page: Page) -> timedelta | None:
    return parse_retry_after(page.header("Retry-After"), page.fetched_at)


def _by_notice(page: Page, parsed: ParsedPage) -> Rejection | None:
    notice = parsed.notice
    if notice is None:
        return None
    reasons = {NoticeKind.GONE: "deleted", NoticeKind.HIDDEN: "hidden"}
    reason = reasons.get(notice.kind) if page.status < 500 else None  # a server in trouble is no witness
    if reason == "deleted" and page.status in (404, 410):
        reason = str(page.status)
    return Rejection(failure=Failure(kind="notice", detail=_short(notice.text)), gone=reason)


def _by_status(page: Page) -> Rejection | None:
    if page.status in (404, 410):
        return Rejection(failure=Failure(kind="http", detail=f"status {page.status}"), gone=str(page.status))
    if 200 <= page.status < 300:
        return None
    return Rejection(
        failure=Failure(kind="http", detail=f"status {page.status}", permanent=page.status in _FOR_GOOD),
        retry_after=_retry_after(page),
    )


def _by_body(page: Page, known: StoredState) -> Rejection | None:
    if not page.body.strip():
        return Rejection(failure=Failure(kind="cut", detail="the page is empty"))
    if known.closed and is_truncated(page.body):
        return Rejection(failure=Failure(kind="cut", detail="the page breaks off before its end"))
    return None


def _by_kind(crawled: CrawledPage, known: StoredState) -> Rejection | None:
    target, parsed = crawled.target, crawled.parsed
    if parsed.kind in (PageKind.UNKNOWN, PageKind.NOTICE):
        return _unreadable("nothing on the page says what it is", None)
    posts_only = target.kind in (PageKind.POST, PageKind.COMMENTS)
    is_post = parsed.kind in (PageKind.POST, PageKind.COMMENTS)
    expected = known.whole or target.kind is PageKind.COMMENTS or crawled.page.url != target.url
    other = Failure(kind="notice", detail=f"shows a page of kind {parsed.kind} in its place")
    if posts_only and not is_post and expected:
        # Some hosts send the reader of a deleted post to the blog's home page.
        gone = "redirect" if parsed.kind is PageKind.HOME and crawled.page.url != target.url else None
        return Rejection(failure=other, gone=gone)
    if target.kind in (PageKind.MONTH, PageKind.CATEGORY) and parsed.kind is PageKind.HOME:
        return Rejection(failure=other, gone="redirect")
    if not is_post:
        return None
    post = find_post(crawled)
    if post is None:
        return _unreadable("no post was found on the page of one", "posts")
    wanted = target.post_number if target.kind is PageKind.COMMENTS else target.number
    if wanted is not None and str(post.number) != str(wanted):
        return _unreadable(f"shows post {post.number} in its place", "number")
    return None


def _by_worth(crawled: CrawledPage, known: StoredState) -> Rejection | None:
    parsed = crawled.parsed
    if parsed.kind is not PageKind.POST or crawled.target.kind is PageKind.COMMENTS:
        if known.listed and not parsed.listed and not parsed.posts and _should_list(crawled):
            return _unreadable("lists no post any more", "listed")
        return None
    post = find_post(crawled)
    if post is None or post.body_html is None:
        return _unreadable("the post has no body", "body")
    if not known.whole:
        return None
    length, held = len(post.body_text or ""), len(known.body)
    if held and not length and not post.images:
        return Rejection(failure=Failure(kind="cut", detail="the body is empty now"))
    lacking = _lacking(post, known)
    if lacking is None or post.body_text == known.body:
        return None
    # Where one of these is not found, nobody knows where the body begins or ends.
    detail = f"the body is {length} characters, {held} are held, and fields are missing: {lacking}"
    if held >= MIN_COMPARED_LENGTH and length < held * MIN_LENGTH_SHARE:
        return Rejection(failure=Failure(kind="cut", detail=detail))
    return _unreadable(detail, lacking)


def _should_list(crawled: CrawledPage) -> bool:
    """Whether the page is of a listing that is not empty: the archive's rows name no month without a post.

    A category may be emptied; its page is no witness where its own sidebar shows posts in it, or is bare.
    """
    target, parsed = crawled.target, crawled.parsed
    if target.page_no > 1 or target.kind is not PageKind.CATEGORY:
        return target.page_no == 1 and target.kind is PageKind.MONTH
    own = {row.url for row in parsed.categories if row.posts}
    return target.url in own or not (own or parsed.months or parsed.latest)


def _lacking(post: Post, known: StoredState) -> str | None:
    """A field that the page does not show and should."""
    if post.title is None:
        return "title"
    if post.posted is None:
        return "posted_at"
    return "comment_count" if post.comment_count is None and known.comment_count is not None else None


def _unreadable(detail: str, field: str | None) -> Rejection:
    return Rejection(failure=Failure(kind="unreadable", detail=detail, field=field))


def _short(text: str) -> str:
    return " ".join(text.split())[:200]
