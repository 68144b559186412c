"""What an answer is worth: a page, a refusal, an error, or half a page."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum, auto

from scrapy.http import Request, Response

from blogarchive.items import CrawledPage, NoticeKind, Page, PageKind, ParsedPage
from blogarchive.parsing.http import parse_retry_after
from blogarchive.store.ingest.page_validation import REFUSAL_STATUSES

_OPENED = re.compile(rb"<(?:html|body)[\s>]", re.IGNORECASE)
_CLOSED = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_EDGE = 4096  # bytes in which most pages begin, or end
_COOKIES = {b"Set-Cookie", b"Set-Cookie2", b"Cookie"}
_READABLE_ERRORS = {401, 403, 404, 410, 451}


class ResponseKind(Enum):
    """The kinds of answers, by what is done next."""

    PAGE = auto()  # stored, whatever its status: a 404 is a witness too
    UNCHANGED = auto()  # 304
    REFUSED = auto()  # wait, ask again, and after some refusals leave the host alone
    BROKEN = auto()  # the server's fault: ask again
    CUT = auto()  # the end is missing: ask again
    ERROR = auto()  # asking again will not help


def classify_response(page: Page, parsed: ParsedPage) -> ResponseKind:
    """What `page` is worth, by its status and by what it says to its reader."""
    notice = parsed.notice.kind if parsed.notice else None
    if page.status == 304:
        return ResponseKind.UNCHANGED
    if notice is NoticeKind.BLOCKED or (
        page.status in REFUSAL_STATUSES and (notice is None or page.status != 403)
    ):
        return ResponseKind.REFUSED
    if page.status >= 500:
        return ResponseKind.BROKEN
    if page.status == 200:
        return ResponseKind.CUT if looks_cut(page.body) else ResponseKind.PAGE
    return ResponseKind.PAGE if page.status in _READABLE_ERRORS else ResponseKind.ERROR


class ResponseClassifier:
    """Judges the answers of a run; it knows which hosts close their pages, and is told which do not."""

    def __init__(self, leaves_open: Iterable[str] = ()) -> None:
        self._closes: set[str] = set()
        self._leaves_open = set(leaves_open)  # hosts that never close <html>

    def of(self, crawled: CrawledPage, host: str, last_body: bytes | None) -> ResponseKind:
        """What the answer from `host` is worth; `last_body` is the one before, where it was asked for once more."""
        answer = classify_response(crawled.page, crawled.parsed)
        if answer is ResponseKind.UNCHANGED and not (crawled.target.etag or crawled.target.last_modified):
            return ResponseKind.BROKEN  # not changed since nothing: no page is held that it could speak of
        if answer is ResponseKind.PAGE:
            self._closes.add(host)
        if answer is ResponseKind.CUT and host not in self._closes and crawled.page.body.strip():
            # Some sites close no page at all: twice the same bytes, and no page of the host that ends.
            if crawled.page.body == last_body:
                self._leaves_open.add(host)
            if host in self._leaves_open:
                return ResponseKind.PAGE
        return answer


def looks_cut(body: bytes) -> bool:
    """Whether a page opens `<html>` or `<body>` and closes neither; an empty body is cut too."""
    if not body.strip():
        return True
    closed = _CLOSED.search(body, max(0, len(body) - _EDGE)) or _CLOSED.search(body)
    return bool(_OPENED.search(body, 0, _EDGE)) and not closed


def is_senseless(page: Page, parsed: ParsedPage) -> bool:
    """Whether nobody could read the page, which may be a refusal in words that are not known.

    What is gone is told page by page, whatever its words.
    """
    return parsed.kind is PageKind.UNKNOWN and page.status not in (304, 404, 410)


def retry_after(page: Page) -> float | None:
    """The seconds that Retry-After asks for, or None."""
    wait = parse_retry_after(page.header("Retry-After"), page.fetched_at)
    return None if wait is None else wait.total_seconds()


def request_of(response: Response) -> Request:
    """The request that `response` answers; raises `LookupError` where Scrapy tied none to it."""
    if response.request is None:
        raise LookupError(f"no request belongs to {response}")
    return response.request


def page_of(response: Response) -> Page:
    """The answer as the archive keeps it: bytes as served (without transfer compression), no cookies."""
    return Page(
        url=response.url,
        fetched_at=datetime.now(UTC),
        status=response.status,
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            if name not in _COOKIES
            for value in values
        ),
        body=response.body,
    )
