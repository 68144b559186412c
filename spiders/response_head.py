"""Limit the bytes of a response before its body: Twisted collects header lines without end."""

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from twisted.internet.defer import Deferred
from twisted.web.iweb import IResponse

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
            raise HeadTooLarge(f"more than {MAX_HEAD_BYTES // 1024} KB of headers")
        super().lineReceived(line)


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Deferred[IResponse]:
        sent = super().request(request)
        parser: Any = self._parser
        parser.__class__ = _Parser  # as Scrapy does: Twisted has no other way to replace it
        return sent


class LimitedHeadFactory(_LenientHTTP11ClientFactory):
    """Makes connections with that limit, for Scrapy's pool of connections."""

    def buildProtocol(self, addr: Any) -> _Protocol:  # noqa: N802 - Twisted's name
        """Return the protocol of a new connection."""
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
