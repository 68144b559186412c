"""Limit the head of a response, and name the reason of a failed request."""

import inspect
import re
from collections.abc import Callable, Collection
from typing import Any

# Scrapy searches the module that defines each of three deprecated classes: a fifth of a run's imports. Any will do.
try:
    _stack: Any = inspect.stack
    inspect.stack = lambda *_: [(), (re.Pattern,)]
    from scrapy.core.downloader.handlers.http11 import (
        _LenientHTTP11ClientFactory,
        _LenientHTTP11ClientProtocol,
        _LenientHTTPClientParser,
    )
finally:
    inspect.stack = _stack
from scrapy import exceptions
from scrapy.http import Request, Response
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure as TwistedFailure
from twisted.web.iweb import IResponse

from blogarchive.items import Page
from blogarchive.messages.details import Detail
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
    """A connection that calls `before_request` and limits the head of each response."""

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


# The reason in the text of an OpenSSL error.
_TLS = re.compile(r"SSL routines', '[^']*', '([^']*)'")
_CERTIFICATE = re.compile("certificate verify failed|^VerificationError")
_OWN_MODULES = ("builtins", "blogarchive", "spiders", "pipelines")


RETRYABLE = ("cut", "network")
"""Kinds of failures of `classify_error` after which another try in this run may succeed."""


def error_of(caught: TwistedFailure) -> BaseException:
    """Return the exception that Twisted caught."""
    return caught.value or RuntimeError(str(caught))


def _describe_error(error: BaseException) -> str:
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
    if isinstance(error, (OSError, EOFError, UnicodeError, exceptions.IgnoreRequest)):
        return False
    return type(error).__module__.partition(".")[0] in _OWN_MODULES


def program_failure(error: BaseException) -> Failure:
    """Return the failure of a page on which this program raised `error`."""
    detail = Detail.PROGRAM.format(name=type(error).__name__, reason=_describe_error(error))
    return Failure(kind="mistake", detail=detail)


def classify_error(error: BaseException, host: str = "", private_hosts: Collection[str] = ()) -> Failure:
    """Return the failure that `error` means for a page of `host`; `private_hosts` resolved to private addresses."""
    detail = _describe_error(error)
    match error:
        case exceptions.CannotResolveHostError() if host in private_hosts:
            return Failure(kind="http", detail=Detail.PRIVATE_ADDRESS.format(host=host))
        case exceptions.IgnoreRequest() if "robots.txt" in detail and not isinstance(error, RedirectRefused):
            return Failure(kind="robots", detail=Detail.ROBOTS)
        case exceptions.DownloadCancelledError():  # by the size that it claims, or when it is reached
            return Failure(kind="http", detail=Detail.SIZE_LIMIT)
        # A refused redirect, too many of them, a decompression bomb.
        case _ if isinstance(error, exceptions.IgnoreRequest) or isinstance(
            _first_reason(error), HeadTooLarge
        ):
            return Failure(kind="http", detail=detail)
        case exceptions.ResponseDataLossError():
            return Failure(kind="cut", detail=Detail.CONNECTION_ENDED)
        case _:
            return Failure(kind="network", detail=_describe_network_error(error, host, detail))


def _describe_network_error(error: BaseException, host: str, detail: str) -> str:
    """Return the `Detail` that describes an error of the network, else its own text."""
    match error:
        case exceptions.CannotResolveHostError():
            return Detail.NO_HOST_NAMED.format(host=host) if host else Detail.NO_HOST
        case exceptions.DownloadConnectionRefusedError():
            return Detail.CONNECTION_REFUSED
        case exceptions.DownloadTimeoutError():
            return Detail.TIMEOUT
        case _ if isinstance(_first_reason(error), (ConnectionDone, ConnectionLost)):
            return Detail.CONNECTION_LOST
        case _ if isinstance(_first_reason(error), ValueError):
            return Detail.INVALID_HTTP
        case _ if _CERTIFICATE.search(detail):
            return Detail.CERTIFICATE
        case _ if reason := _TLS.search(detail):
            return Detail.TLS.format(error=reason[1])
    return detail


_COOKIES = {b"Set-Cookie", b"Set-Cookie2", b"Cookie"}


def request_of(response: Response) -> Request:
    """Return the request of `response`; raises `LookupError` if Scrapy attached none."""
    if response.request is None:
        raise LookupError(f"no request belongs to {response}")
    return response.request


def page_of(response: Response) -> Page:
    """Return the response as the archive stores it: bytes as served, transfer compression undone, no cookies."""
    kept = ((name, values) for name, values in response.headers.items() if name not in _COOKIES)
    headers = tuple(
        (name.decode("latin-1"), one.decode("latin-1")) for name, values in kept for one in values
    )
    return Page(
        url=response.url, fetched_at=utc_now(), status=response.status, headers=headers, body=response.body
    )
