"""Decide whether a response is a page, and whether the parsed page is stored or rejected.

The crawl asks first for the response's kind: a refusal, a server error or a cut page is requested again. Then the store
asks whether the page may replace what is stored: no notice, and no page that parses worse.

Block pages, logins and error pages are notices. `find_notice` in `sites/grammar/post.py` finds them by `words.toml` if
a page has no list and no certain post. Engines of unknown hosts have no notices: `_is_doubtful` keeps such a page from
a stored or listed post. A block page with unknown words repeats at ten more URLs: `HostThrottle.record_response` in
`spiders/throttle.py` counts that.
"""

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum, auto
from urllib.parse import unquote, urlsplit

from blogarchive.items import LIST_KINDS, CrawledPage, Notice, NoticeKind, Page, PageKind, ParsedPage, Post
from blogarchive.messages.details import Detail
from blogarchive.parsing.unicode_form import letters_of
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.ledger.runs import Counts

# Statuses of a whole page. 206 is a part of one, 202 a challenge, the others have no page.
_WHOLE_STATUSES = frozenset((200, 203))

MIN_LENGTH_SHARE = 0.3
"""A body shorter than this share of the stored one is rejected as cut, if the page lacks fields too."""

MIN_COMPARED_LENGTH = 200
"""A stored body shorter than this is not compared by length."""

MAINTENANCE = "maintenance"
"""The field of the failure of a page that says that its site is maintained."""

_PERMANENT_STATUSES = {400, 402, 414, 431, 451}  # a retry gets the same answer
_MAX_NOTICE_LENGTH = 200
_BROKEN = 2  # characters at the end of a cut text that may be damaged

# A page that scripts fill, or that refreshes to another one, is of a changed site. A feed may have no entries.
_BLANK = re.compile(
    rb"(?i)[\s\xef\xbb\xbf]*+(?:<[!/]?(?:--|(?:doctype|html|head|title|body|meta)\b)(?![^<>]*refresh)[^<>]*+>\s*+)*+"
)


class ResponseKind(Enum):
    """The kinds of responses, by the next action."""

    PAGE = auto()  # pass it to the store, whatever its status: a 404 is a witness too
    UNCHANGED = auto()  # 304
    REFUSED = auto()  # pause and retry; after several refusals block the host
    BROKEN = auto()  # server error: retry
    CUT = auto()  # the end of the page is missing: retry


def classify_response(page: Page, parsed: ParsedPage) -> ResponseKind:
    """Return the kind of a response, by its status and by the notice that its page shows."""
    notice = parsed.notice
    if page.status == 304:
        return ResponseKind.UNCHANGED
    if _is_refusal(page, notice):
        return ResponseKind.REFUSED
    if page.status >= 500 or (notice is not None and notice.kind is NoticeKind.MAINTENANCE):
        return ResponseKind.BROKEN
    if page.status in _WHOLE_STATUSES:
        complete = page.body.strip() and not page.is_truncated
        return ResponseKind.PAGE if complete else ResponseKind.CUT
    return ResponseKind.PAGE


class ResponseClassifier:
    """Classifies the responses of a run; learns which hosts close their pages with `</html>`.

    `unclosed_hosts` are hosts that are known never to do so.
    """

    def __init__(self, unclosed_hosts: Iterable[str] = ()) -> None:
        self._closing_hosts: set[str] = set()
        self._unclosed_hosts = set(unclosed_hosts)

    def classify(self, crawled: CrawledPage, host: str, last_body: bytes | None) -> ResponseKind:
        """Return the kind of a response of `host`; `last_body` is the body of the try before, if there was one."""
        kind = classify_response(crawled.page, crawled.parsed)
        if kind is ResponseKind.UNCHANGED and not (crawled.target.etag or crawled.target.last_modified):
            return ResponseKind.BROKEN  # a 304 to a request without a condition
        # An error page is often the web server's own, with an end tag; a sitemap needs none.
        if kind is ResponseKind.PAGE and crawled.page.status in _WHOLE_STATUSES and crawled.page.has_end_tag:
            self._closing_hosts.add(host)
        if kind is ResponseKind.CUT and host not in self._closing_hosts and crawled.page.body.strip():
            # Some sites close no page at all: the same bytes came twice, and no page of the host ends.
            if crawled.page.body == last_body:
                self._unclosed_hosts.add(host)
            if host in self._unclosed_hosts:
                return ResponseKind.PAGE
        return kind


# Characters of times, addresses and tokens, which differ between two copies of one block page; of other words too.
_ASCII_WORDS = (string.ascii_letters + string.digits + "+/=_-").encode()


def repeated_form(page: Page, parsed: ParsedPage) -> bytes | None:
    """Return the part of a block page, or of a domain for sale, that all URLs repeat; else None.

    It may have no known form, or be a post of any host that shows a short text alone. A 404 or 410 is valid for its own
    URL, whatever it says.
    """
    if page.status in (304, 404, 410):
        return None
    if parsed.kind is PageKind.UNKNOWN:
        return page.body.translate(None, _ASCII_WORDS)
    post = next(iter(parsed.posts), None)
    if not (post and post.read_by and post.body_text and is_timeless(post)):
        return None
    # Tokens may follow the beginning of the text.
    return f"{post.title}\n{post.body_text[:20]}".encode()


def _is_refusal(page: Page, notice: Notice | None) -> bool:
    """Return True if a host refuses the crawler, by a status and by the notice that its page shows."""
    if notice is not None and notice.kind is NoticeKind.BLOCKED:
        return True
    return page.is_refusal and (notice is None or page.status != 403)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """The reason why a page is rejected.

    `gone_reason` is set if the page says that it was deleted. `waits`: the page is fetched again in a week. The site
    itself seems to have changed, and other pages show sooner whether that ended. Or a list is in place of a new post.
    `undone` is what was undone of the run when the page showed that the site had changed. `of_blog`: it may tell that
    the blog has moved or is closed. `is_held`: the page waits for a person, so `reparse` leaves it out too.
    """

    failure: Failure
    gone_reason: str | None = None
    retry_after: timedelta | None = None
    waits: bool = False
    undone: Counts = field(default_factory=Counts)
    of_blog: bool = True
    is_held: bool = False

    @property
    def blocked(self) -> bool:
        """Return whether the host refuses the crawler."""
        return self.failure.kind == "blocked"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredState:
    """The stored state of a target, against which its new page is validated.

    `whole`: the post's own page was saved, with the text `body` and `comment_count`, by the engine `read_by`. `is_picture`:
    it has images alone. `title`: that of the page, else the whole one of a list. `posted`: its time is known.
    `has_end_tag`: the page of the stored post, else the last one at the URL, ends with `</html>` or `</body>`. `listed`:
    the listing showed posts. `accepted`: fields that the site no longer shows, with which a person agreed. `twin`: the URL
    of another post of which the page has the URL, or the title and the text.
    """

    whole: bool = False
    title: str | None = None
    posted: bool = False
    read_by: str | None = None
    body: str = ""
    is_picture: bool = False
    comment_count: int | None = None
    has_end_tag: bool = False
    listed: bool = False
    accepted: tuple[str, ...] = ()
    twin: str | None = None


def validate_page(crawled: CrawledPage, stored: StoredState) -> Rejection | None:
    """Return why the page is rejected, or None if it can be saved."""
    page, parsed = crawled.page, crawled.parsed
    return (
        _validate_access(page, parsed)
        or _validate_notice(page, parsed)
        or _validate_status(page)
        or _validate_body(crawled, stored)
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
        return _blocked(page, Detail.PAGE_REFUSES.format(notice=_shorten(notice.text)))
    if _is_refusal(page, notice) or (page.status == 401 and notice is None):
        return _blocked(page, Detail.STATUS.format(status=page.status))
    return None


def _blocked(page: Page, detail: str) -> Rejection:
    return Rejection(failure=Failure(kind="blocked", detail=detail), retry_after=page.retry_after)


def _validate_notice(page: Page, parsed: ParsedPage) -> Rejection | None:
    notice = parsed.notice
    if notice is None:
        return None
    if notice.kind is NoticeKind.MAINTENANCE:
        return Rejection(failure=Failure(kind="notice", field=MAINTENANCE, detail=_shorten(notice.text)))
    reasons = {NoticeKind.GONE: "deleted", NoticeKind.HIDDEN: "hidden"}
    reason = reasons.get(notice.kind) if page.status < 500 else None  # a server error is no witness
    if reason == "deleted" and page.status in (404, 410):
        reason = str(page.status)
    failure = Failure(kind="notice", detail=_shorten(notice.text))
    return Rejection(failure=failure, gone_reason=reason, waits=notice.text == Detail.PASSWORD)


def _validate_status(page: Page) -> Rejection | None:
    if page.status in _WHOLE_STATUSES:
        return None
    is_permanent = page.status in _PERMANENT_STATUSES
    failure = Failure(kind="http", detail=Detail.STATUS.format(status=page.status), permanent=is_permanent)
    if page.status in (404, 410):
        return Rejection(failure=failure, gone_reason=str(page.status))
    return Rejection(failure=failure, retry_after=page.retry_after)


def _validate_body(crawled: CrawledPage, stored: StoredState) -> Rejection | None:
    page, post = crawled.page, find_post(crawled)
    # A server that cannot reach its database may answer with `<html><body></body></html>`; a cache adds a comment.
    if _BLANK.fullmatch(page.body):
        return _cut(Detail.PAGE_EMPTY)
    # A theme may cease to close its pages. A full disk or a cache may serve the same part of a page for weeks.
    text = (post and post.body_text) or ""
    is_part = not stored.whole or (text != stored.body and stored.body.startswith(text[:-_BROKEN]))
    return _cut(Detail.PAGE_CUT) if stored.has_end_tag and page.is_truncated and is_part else None


def _validate_kind(crawled: CrawledPage, stored: StoredState) -> Rejection | None:
    target, parsed = crawled.target, crawled.parsed
    if parsed.kind in (PageKind.UNKNOWN, PageKind.NOTICE):
        refused = next((problem.detail for problem in parsed.problems if problem.field == "page"), None)
        return _unreadable(refused or Detail.PAGE_UNKNOWN, None)
    is_post = parsed.kind in (PageKind.POST, PageKind.COMMENTS)
    other = Failure(kind="notice", detail=Detail.OTHER_KIND.format(kind=parsed.kind))
    if target.kind in (PageKind.POST, PageKind.COMMENTS) and not is_post:
        # Some hosts redirect the reader of a deleted post to the blog's home page.
        if parsed.kind is PageKind.HOME and crawled.page.url != target.url:
            return Rejection(failure=other, gone_reason="redirect")
        waits = parsed.kind is PageKind.HOME and not stored.whole  # a sitemap may name a list as a post
        return Rejection(failure=replace(other, permanent=waits), waits=waits)
    if target.kind in (PageKind.MONTH, PageKind.CATEGORY) and parsed.kind is PageKind.HOME:
        return Rejection(failure=other, gone_reason="redirect")
    if is_post and target.kind in LIST_KINDS and not _has_path(crawled.page, target.url):
        return _unreadable(other.detail, "listed")  # blogs that ask for a login redirect every list to it
    return _validate_post_number(crawled) if is_post else None


def _has_path(page: Page, url: str) -> bool:
    """Return whether the page has the path of the URL; 中文 in it is asked for as %E4%B8%AD%E6%96%87."""
    own, asked = (unquote(urlsplit(one).path).strip("/") for one in (page.url, url))
    return own == asked


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
        return _validate_list(crawled, stored)
    post = find_post(crawled)
    if post is None or post.body_html is None:
        return _unreadable(Detail.NO_BODY, "body")
    if rejection := _validate_twin(crawled, post, stored) or _find_notice(crawled, post, stored):
        return rejection
    if stored.whole:
        return _validate_body_text(parsed, post, stored)
    if is_timeless(post) and _is_doubtful(parsed, post, stored):
        return _unreadable(Detail.LISTED_TITLE.format(listed=stored.title, title=post.title), "title")
    return None


def _validate_list(crawled: CrawledPage, stored: StoredState) -> Rejection | None:
    """Return why a page that is no post is rejected: it lacks its list, or a notice replaces a home page."""
    parsed = crawled.parsed
    if parsed.listed or parsed.posts:
        return None
    if stored.listed and _should_list_posts(crawled):
        return _unreadable(Detail.NO_LIST, "listed")
    title = parsed.author.blog_title if crawled.target.is_home and parsed.author else None
    notice = _reject_notice(crawled, *title.split(" ‹ ")) if title else None  # WordPress: 登录 ‹ blog
    return None if notice is None or notice.gone_reason else notice


def _validate_twin(crawled: CrawledPage, post: Post, stored: StoredState) -> Rejection | None:
    """Return the rejection of a page that shows another stored post.

    WordPress redirects the reader of a deleted post to one with a similar URL; a challenge replaces several posts.
    """
    is_retitled = stored.whole and post.body_text == stored.body
    is_other = stored.title is not None and _has_other_title(post, stored) and not is_retitled
    is_empty = not stored.whole and is_timeless(post)
    if not stored.twin or not (is_other or is_empty):
        return None
    gone_reason = None if _has_path(crawled.page, crawled.target.url) else "redirect"
    failure = Failure(kind="unreadable", field="body", detail=Detail.SAME_PAGE.format(url=stored.twin))
    return Rejection(failure=failure, gone_reason=gone_reason)


def is_timeless(post: Post) -> bool:
    """Return whether the page shows a short text alone, as a login or a challenge does."""
    is_short = len(post.body_text or "") < MIN_COMPARED_LENGTH and not post.images
    return is_short and not (post.posted or post.comments)


def _find_notice(crawled: CrawledPage, post: Post, stored: StoredState) -> Rejection | None:
    """Return the rejection of a page with status 200 that shows a notice in place of the post."""
    text = post.body_text or ""
    is_unlike_list = not stored.whole and stored.title is not None and _has_other_title(post, stored)
    is_doubtful = (is_unlike_list and is_timeless(post)) or _is_doubtful(crawled.parsed, post, stored)
    if post.read_by is None or len(text) >= _MAX_NOTICE_LENGTH or not is_doubtful:
        return None
    found = _reject_notice(crawled, text, post.title or "")
    is_of_read = stored.whole or (found and (found.failure.field or found.gone_reason == "deleted"))
    return found if is_of_read else None


def _reject_notice(crawled: CrawledPage, *texts: str) -> Rejection | None:
    from blogarchive.sites.grammar.post import notice_of  # most runs never need the words of the grammar

    parsed = replace(crawled.parsed, notice=notice_of(*texts))
    return _validate_access(crawled.page, parsed) or _validate_notice(crawled.page, parsed)


def _validate_body_text(parsed: ParsedPage, post: Post, stored: StoredState) -> Rejection | None:
    length, stored_length = len(post.body_text or ""), len(stored.body)
    if (stored_length or stored.is_picture) and not length and not post.images:
        return _cut(Detail.BODY_EMPTY)
    field = _missing_field(parsed, post, stored)
    if field is None or post.body_text == stored.body:
        return None
    # Without one of these fields the bounds of the body are not certain.
    detail = Detail.BODY_SHORTER.format(length=length, stored=stored_length, field=field)
    if stored_length >= MIN_COMPARED_LENGTH and length < stored_length * MIN_LENGTH_SHARE:
        return _cut(detail)
    # An element bounds the body of any blog, and many themes show no count of no comments.
    is_certain = field == "comment_count" and post.read_by is not None
    return None if is_certain else _unreadable(detail, field)


def _should_list_posts(crawled: CrawledPage) -> bool:
    """Return whether the page belongs to a listing that cannot be empty: archives name no month without a post.

    A category may become empty. Its page proves nothing if its own sidebar shows posts in it, or has no content.
    """
    target, parsed = crawled.target, crawled.parsed
    if target.page_no > 1 or target.kind is not PageKind.CATEGORY:
        return target.page_no == 1 and target.kind is PageKind.MONTH
    with_posts = {row.url for row in parsed.categories if row.posts}
    return target.url in with_posts or not (with_posts or parsed.months or parsed.latest)


def _is_doubtful(parsed: ParsedPage, post: Post, stored: StoredState) -> bool:
    """Return whether a page may be a login, a challenge or a soft 404 in place of a known post.

    It shows another title and no time. Nothing confirms the title, another engine made the page, or no line is as stored.
    """
    lines = {line for line in stored.body.split("\n") if line}
    is_replaced = stored.whole and bool(lines) and lines.isdisjoint((post.body_text or "").split("\n"))
    is_alone = any(problem.detail == Detail.TITLE_ALONE for problem in parsed.problems)
    is_known = stored.posted or is_replaced if stored.whole else stored.title is not None
    is_other = is_alone or is_replaced or (stored.whole and post.read_by != stored.read_by)
    return is_known and is_other and _has_other_title(post, stored)


def _has_other_title(post: Post, stored: StoredState) -> bool:
    own, known = letters_of(post.title or ""), letters_of(stored.title or "")
    is_part = not stored.whole and (own in known or known in own)  # lists add labels: 【原创】
    return post.title != stored.title and not is_part


def _missing_field(parsed: ParsedPage, post: Post, stored: StoredState) -> str | None:
    """Return a field that every page of a post shows and this one lacks. A day alone may be that of the URL of any page."""
    is_day = post.posted is None or (post.read_by is not None and post.posted.text.endswith(" 00:00"))
    if is_day and post.read_by is not None and _is_doubtful(parsed, post, stored):
        return "posted_at"  # also if the site no longer shows it: a page of maintenance has none either
    lacking = {
        # The page of an untitled post may show its time alone.
        "title": post.title is None and bool(stored.title or is_day),
        "posted_at": is_day and post.read_by is None,  # some themes of any blog show no time
        "comment_count": post.comment_count is None and stored.comment_count is not None,
    }
    return next((field for field, lacks in lacking.items() if lacks and field not in stored.accepted), None)


def _cut(detail: str) -> Rejection:
    return Rejection(failure=Failure(kind="cut", detail=detail))


def _unreadable(detail: str, field: str | None) -> Rejection:
    return Rejection(failure=Failure(kind="unreadable", detail=detail, field=field))


def _shorten(text: str) -> str:
    return " ".join(text.split())[:_MAX_NOTICE_LENGTH]
