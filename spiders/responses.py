"""Limit the head of a response, name the reason of a failed request, and classify responses."""

import re
from collections.abc import Callable, Collection, Iterable
from enum import Enum, auto
from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Request, Response
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure as TwistedFailure
from twisted.web.iweb import IResponse

from blogarchive.items import CrawledPage, NoticeKind, Page, PageKind, ParsedPage
from blogarchive.messages.details import Detail
from blogarchive.parsing.http import WHOLE_STATUSES, is_refusal, is_truncated
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.rows import utc_now
from spiders.middlewares import RedirectRefused

MAX_HEAD_BYTES = 256 * 1024
"""Browsers accept as much (Chromium: 256 KB); servers send a few KB."""


class HeadTooLarge(Exception):
    """The status line and headers of a response are larger than `MAX_HEAD_BYTES`."""


class _Parser(_LenientHTTPClientParser):
    """Counts the lines before the body, those of `100 Continue` too."""

    head_bytes: int = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        self.head_bytes += len(line) + 1
        if self.head_bytes > MAX_HEAD_BYTES:
            raise HeadTooLarge(Detail.HEADERS.format(size=MAX_HEAD_BYTES // 1024))
        super().lineReceived(line)


class _Protocol(_LenientHTTP11ClientProtocol):
    before_request: Callable[[], None]

    def request(self, request: Any) -> Deferred[IResponse]:
        self.before_request()
        sent = super().request(request)
        parser: Any = self._parser
        parser.__class__ = _Parser  # as Scrapy does: Twisted has no other way to replace it
        return sent


class LimitedHeadFactory(_LenientHTTP11ClientFactory):
    """Makes connections with that limit, for Scrapy's pool of connections.

    They call `before_request` when they send a request, also one that Twisted sends again. A process may be frozen
    for minutes while it connects: a check before that is too early.
    """

    def __init__(self, before_request: Callable[[], None], *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]
        self._before_request = before_request

    def buildProtocol(self, addr: Any) -> _Protocol:  # noqa: N802 - Twisted's name
        """Return the protocol of a new connection."""
        protocol = _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
        protocol.before_request = self._before_request
        return protocol


_TLS = re.compile(r"SSL routines', '[^']*', '([^']*)'")
"""The reason in the text of an OpenSSL error."""
_OWN_MODULES = ("builtins", "blogarchive", "spiders", "pipelines")


RETRYABLE = ("cut", "network")
"""Kinds of failures of `classify_error` after which another try in this run may succeed."""


def error_of(caught: TwistedFailure) -> BaseException:
    """Return the exception that Twisted caught."""
    return caught.value or RuntimeError(str(caught))


def describe_error(error: BaseException) -> str:
    """Return one line about `error`; for a Twisted error that wraps others, about the first of them."""
    text = str(_first_reason(error) or error)
    return " ".join(text.split())[:300] or type(error).__name__


def _first_reason(error: BaseException) -> BaseException | None:
    """Return the first error that a Twisted error wraps; None if it wraps none."""
    reasons = getattr(error.__cause__, "reasons", None)
    return reasons[0].value if reasons else None


def is_program_error(error: BaseException) -> bool:
    """Return True if `error` is a mistake of this program: a Python error, or one of this package.

    Errors of the network come as `OSError`, as codec errors, or as exceptions of the libraries.
    """
    if isinstance(error, (OSError, EOFError, UnicodeError, IgnoreRequest)):
        return False
    return type(error).__module__.partition(".")[0] in _OWN_MODULES


def program_failure(error: BaseException) -> Failure:
    """Return the failure of a page on which this program raised `error`."""
    detail = Detail.PROGRAM.format(name=type(error).__name__, reason=describe_error(error))
    return Failure(kind="mistake", detail=detail)


def classify_error(error: BaseException, host: str = "", private_hosts: Collection[str] = ()) -> Failure:
    """Return the failure that `error` means for a page of `host`; `private_hosts` resolved to private addresses."""
    detail = describe_error(error)
    match error:
        case CannotResolveHostError() if host in private_hosts:
            return Failure(kind="http", detail=Detail.PRIVATE_ADDRESS.format(host=host))
        case RedirectRefused():
            return Failure(kind="http", detail=detail)
        case IgnoreRequest() if "robots.txt" in detail:
            return Failure(kind="robots", detail=Detail.ROBOTS)
        case DownloadCancelledError():  # by the size that it claims, or when it is reached
            return Failure(kind="http", detail=Detail.SIZE_LIMIT)
        case IgnoreRequest():  # too many redirects, a decompression bomb
            return Failure(kind="http", detail=detail)
        case _ if isinstance(_first_reason(error), HeadTooLarge):
            return Failure(kind="http", detail=detail)
        case ResponseDataLossError():
            return Failure(kind="cut", detail=Detail.CONNECTION_ENDED)
        case _:
            return Failure(kind="network", detail=_describe_network_error(error, host, detail))


def _describe_network_error(error: BaseException, host: str, detail: str) -> str:
    match error:
        case CannotResolveHostError():
            return Detail.NO_HOST_NAMED.format(host=host) if host else Detail.NO_HOST
        case DownloadConnectionRefusedError():
            return Detail.CONNECTION_REFUSED
        case DownloadTimeoutError():
            return Detail.TIMEOUT
        case _ if isinstance(_first_reason(error), (ConnectionDone, ConnectionLost)):
            return Detail.CONNECTION_LOST
        case _ if isinstance(_first_reason(error), ValueError):
            return Detail.INVALID_HTTP
        case _ if reason := _TLS.search(detail):
            return Detail.TLS.format(error=reason[1])
    return detail


_COOKIES = {b"Set-Cookie", b"Set-Cookie2", b"Cookie"}


class ResponseKind(Enum):
    """The kinds of responses, by the next action."""

    PAGE = auto()  # store it, whatever its status: a 404 is a witness too
    UNCHANGED = auto()  # 304
    REFUSED = auto()  # pause and retry; after several refusals block the host
    BROKEN = auto()  # server error: retry
    CUT = auto()  # the end of the page is missing: retry


def classify_response(page: Page, parsed: ParsedPage) -> ResponseKind:
    """Return the kind of a response, by its status and by the notice that its page shows."""
    notice = parsed.notice
    if page.status == 304:
        return ResponseKind.UNCHANGED
    if is_refusal(page.status, notice):
        return ResponseKind.REFUSED
    if page.status >= 500 or (notice is not None and notice.kind is NoticeKind.MAINTENANCE):
        return ResponseKind.BROKEN
    if page.status in WHOLE_STATUSES:
        complete = page.body.strip() and not is_truncated(page.body)
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
        if kind is ResponseKind.PAGE and crawled.page.status in WHOLE_STATUSES:
            self._closing_hosts.add(host)  # an error page is often the web server's own, which has an end
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
        fetched_at=utc_now(),
        status=response.status,
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            if name not in _COOKIES
            for value in values
        ),
        body=response.body,
    )
