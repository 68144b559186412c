"""Classify responses: a page, a refusal, a server error or a truncated page."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum, auto

from scrapy.http import Request, Response

from blogarchive.items import CrawledPage, NoticeKind, Page, PageKind, ParsedPage
from blogarchive.parsing.http import is_truncated
from blogarchive.store.ingest.validate import REFUSAL_STATUSES

_COOKIES = {b"Set-Cookie", b"Set-Cookie2", b"Cookie"}
_READABLE_ERRORS = {401, 403, 404, 410, 451}


class ResponseKind(Enum):
    """The kinds of responses, by the next action."""

    PAGE = auto()  # store it, whatever its status: a 404 is a witness too
    UNCHANGED = auto()  # 304
    REFUSED = auto()  # pause and retry; after several refusals block the host
    BROKEN = auto()  # server error: retry
    CUT = auto()  # the end of the page is missing: retry
    ERROR = auto()  # store it; a retry would not help


def classify_response(page: Page, parsed: ParsedPage) -> ResponseKind:
    """Return the kind of a response, by its status and by the notice that its page shows."""
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
        complete = page.body.strip() and not is_truncated(page.body)
        return ResponseKind.PAGE if complete else ResponseKind.CUT
    return ResponseKind.PAGE if page.status in _READABLE_ERRORS else ResponseKind.ERROR


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
        if kind is ResponseKind.PAGE:
            self._closing_hosts.add(host)
        if kind is ResponseKind.CUT and host not in self._closing_hosts and crawled.page.body.strip():
            # Some sites close no page at all: the same bytes came twice, and no page of the host has an end.
            if crawled.page.body == last_body:
                self._unclosed_hosts.add(host)
            if host in self._unclosed_hosts:
                return ResponseKind.PAGE
        return kind


def is_unparsable(page: Page, parsed: ParsedPage) -> bool:
    """Return True if a page has no known form; it may be a block page with unknown words.

    A 404 or 410 is valid for its own URL, whatever it says.
    """
    return parsed.kind is PageKind.UNKNOWN and page.status not in (304, 404, 410)


def request_of(response: Response) -> Request:
    """Return the request of `response`; raises `LookupError` if Scrapy attached none."""
    if response.request is None:
        raise LookupError(f"no request belongs to {response}")
    return response.request


def page_of(response: Response) -> Page:
    """Return the response as the archive stores it: bytes as served, transfer compression undone, no cookies."""
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
