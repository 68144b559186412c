"""Connections that limit the bytes of a response before its body: Twisted collects header lines without end."""

from collections.abc import Callable
from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from twisted.internet.defer import Deferred
from twisted.web.iweb import IResponse

from blogarchive.messages.details import Detail

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
