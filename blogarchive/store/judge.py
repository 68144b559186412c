"""Whether a visit brought what its target promised; a page that reads worse than the one held never replaces it."""

import re
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

from blogarchive.items import NoticeKind, Page, PageKind, Post, Reading, Visit
from blogarchive.store.failures import Failure

FAR_SHORTER = 0.3
"""A body under this share of the one held, on a page where fields are missing too, is a worse reading."""

WORTH_COMPARING = 200

REFUSALS = frozenset((403, 405, 406, 418, 429, 444, 456, 503))
"""Statuses that may mean that the host has had enough.

403 may mean a hidden post as well. 405, 406, 418, 444 and 456 make no sense for a page that is only asked for:
firewalls in front of Chinese hosts send them to programs.
"""

LONGEST_RETRY_AFTER = timedelta(days=30)

_FOR_GOOD = {400, 402, 414, 431, 451}
_OPENS = re.compile(rb"<(?:html|body)[\s>]", re.IGNORECASE)
_CLOSES = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_HEAD = 4096  # bytes in which most pages begin


@dataclass(frozen=True, kw_only=True, slots=True)
class Bad:
    """Why a visit is rejected. `gone`: how the page says that it was deleted. `blocked`: the host refuses us altogether."""

    failure: Failure
    gone: str | None = None
    blocked: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is held of the target: its `body` as text, `closed` whether its pages end with `</html>`."""

    whole: bool = False
    body: str = ""
    comment_count: int | None = None
    closed: bool = False
    listed: bool = False


def judge(visit: Visit, known: Known) -> Bad | None:
    """Why this visit is not kept, or None where it is good."""
    page, reading = visit.page, visit.reading
    return (
        _by_refusal(page, reading)
        or _by_notice(page, reading)
        or _by_status(page)
        or _by_body(page, known)
        or _by_kind(visit, known)
        or _by_worth(visit, known)
    )


def retry_after(page: Page) -> timedelta | None:
    """What the header Retry-After asks for: seconds, or a date (RFC 9110, 10.2.3), at most `LONGEST_RETRY_AFTER`.

    None where it is not there, or makes no sense.
    """
    words = (page.header("Retry-After") or "").strip()
    if words.isascii() and words.isdigit():
        return timedelta(seconds=min(float(words), LONGEST_RETRY_AFTER.total_seconds()))
    try:
        until = parsedate_to_datetime(words)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=page.fetched_at.tzinfo)
    return min(max(timedelta(0), until - page.fetched_at), LONGEST_RETRY_AFTER)


def breaks_off(body: bytes) -> bool:
    """Whether a page opens `<html>` or `<body>` and closes neither."""
    return bool(_OPENS.search(body, 0, _HEAD)) and not _CLOSES.search(body)


def post_of(visit: Visit) -> Post | None:
    """The post that a page of a post or of its comments shows."""
    wanted = visit.target.post_number if visit.target.kind is PageKind.COMMENTS else visit.target.number
    posts = visit.reading.posts
    return next((post for post in posts if post.number == wanted), posts[0] if posts else None)


def _by_refusal(page: Page, reading: Reading) -> Bad | None:
    notice = reading.notice
    if notice is not None and notice.kind is NoticeKind.BLOCKED:
        return _blocked(page, f"the page refuses: {_short(notice.text)}")
    if page.status in REFUSALS | {401} and (notice is None or page.status not in (401, 403)):
        return _blocked(page, f"status {page.status}")
    return None


def _blocked(page: Page, detail: str) -> Bad:
    return Bad(failure=Failure(kind="blocked", detail=detail), blocked=True, retry_after=retry_after(page))


def _by_notice(page: Page, reading: Reading) -> Bad | None:
    notice = reading.notice
    if notice is None:
        return None
    reasons = {NoticeKind.GONE: "deleted", NoticeKind.HIDDEN: "hidden"}
    reason = reasons.get(notice.kind) if page.status < 500 else None  # a server in trouble is no witness
    if reason == "deleted" and page.status in (404, 410):
        reason = str(page.status)
    return Bad(failure=Failure(kind="notice", detail=_short(notice.text)), gone=reason)


def _by_status(page: Page) -> Bad | None:
    if page.status in (404, 410):
        return Bad(failure=Failure(kind="http", detail=f"status {page.status}"), gone=str(page.status))
    if 200 <= page.status < 300:
        return None
    return Bad(
        failure=Failure(kind="http", detail=f"status {page.status}", permanent=page.status in _FOR_GOOD),
        retry_after=retry_after(page),
    )


def _by_body(page: Page, known: Known) -> Bad | None:
    if not page.body.strip():
        return Bad(failure=Failure(kind="cut", detail="the page is empty"))
    if known.closed and breaks_off(page.body):
        return Bad(failure=Failure(kind="cut", detail="the page breaks off before its end"))
    return None


def _by_kind(visit: Visit, known: Known) -> Bad | None:
    target, reading = visit.target, visit.reading
    if reading.kind in (PageKind.UNKNOWN, PageKind.NOTICE):
        return _unreadable("nothing on the page says what it is", None)
    posts_only = target.kind in (PageKind.POST, PageKind.COMMENTS)
    is_post = reading.kind in (PageKind.POST, PageKind.COMMENTS)
    expected = known.whole or target.kind is PageKind.COMMENTS or visit.page.url != target.url
    other = Failure(kind="notice", detail=f"shows a page of kind {reading.kind} in its place")
    if posts_only and not is_post and expected:
        # Some hosts send the reader of a deleted post to the blog's home page.
        gone = "redirect" if reading.kind is PageKind.HOME and visit.page.url != target.url else None
        return Bad(failure=other, gone=gone)
    if target.kind in (PageKind.MONTH, PageKind.CATEGORY) and reading.kind is PageKind.HOME:
        return Bad(failure=other, gone="redirect")
    if not is_post:
        return None
    post = post_of(visit)
    if post is None:
        return _unreadable("no post was found on the page of one", "posts")
    wanted = target.post_number if target.kind is PageKind.COMMENTS else target.number
    if wanted is not None and str(post.number) != str(wanted):
        return _unreadable(f"shows post {post.number} in its place", "number")
    return None


def _by_worth(visit: Visit, known: Known) -> Bad | None:
    reading = visit.reading
    if reading.kind is not PageKind.POST or visit.target.kind is PageKind.COMMENTS:
        if known.listed and not reading.listed and not reading.posts and _should_list(visit):
            return _unreadable("lists no post any more", "listed")
        return None
    post = post_of(visit)
    if post is None or post.body_html is None:
        return _unreadable("the post has no body", "body")
    if not known.whole:
        return None
    length, held = len(post.body_text or ""), len(known.body)
    if held and not length and not post.images:
        return Bad(failure=Failure(kind="cut", detail="the body is empty now"))
    lacking = _lacking(post, known)
    if lacking is None or post.body_text == known.body:
        return None
    # Where one of these is not found, nobody knows where the body begins or ends.
    detail = f"the body is {length} characters, {held} are held, and fields are missing: {lacking}"
    if held >= WORTH_COMPARING and length < held * FAR_SHORTER:
        return Bad(failure=Failure(kind="cut", detail=detail))
    return _unreadable(detail, lacking)


def _should_list(visit: Visit) -> bool:
    """Whether the page is of a listing that is not empty: the archive's rows name no month without a post.

    A category may be emptied; its page is no witness where its own sidebar shows posts in it, or is bare.
    """
    target, reading = visit.target, visit.reading
    if target.page_no > 1 or target.kind is not PageKind.CATEGORY:
        return target.page_no == 1 and target.kind is PageKind.MONTH
    own = {row.url for row in reading.categories if row.posts}
    return target.url in own or not (own or reading.months or reading.latest)


def _lacking(post: Post, known: Known) -> str | None:
    """A field that the page does not show and should."""
    if post.title is None:
        return "title"
    if post.posted is None:
        return "posted_at"
    return "comment_count" if post.comment_count is None and known.comment_count is not None else None


def _unreadable(detail: str, field: str | None) -> Bad:
    return Bad(failure=Failure(kind="unreadable", detail=detail, field=field))


def _short(text: str) -> str:
    return " ".join(text.split())[:200]
