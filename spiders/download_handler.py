"""Resolve public addresses, send each request when its host allows it, cancel all requests when the run ends."""

import asyncio
import logging
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from ipaddress import ip_address
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import certifi
from scrapy.core.downloader import Downloader
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.resolver import CachingHostnameResolver
from scrapy.utils.spider import DefaultSpider
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from twisted.logger import globalLogBeginner
from zope.interface import implementer

from blogarchive.errors import HostBusy
from blogarchive.fleet.shard import HostLocks
from blogarchive.parsing.urls import host_of, is_public, port_of, service_of
from spiders.polite import PageSpider, PoliteSpider
from spiders.responses import LimitedHeadFactory, page_of
from spiders.throttle import LONGEST_WAIT, HostThrottle, RequestCancelled

# Twisted logs a traceback of a certificate without names, here and on stderr; the failure of the page names it.
globalLogBeginner.beginLoggingTo([], discardBuffer=True, redirectStandardIO=False)
logging.getLogger("twisted").addFilter(lambda record: "verifying certificate" not in record.getMessage())


class PublicAddressResolver(CachingHostnameResolver):
    """Scrapy's resolver without private addresses, except those of the blogs of a run, by its `throttles`."""

    def __init__(self, reactor: ReactorBase, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self.throttles: list[HostThrottle] = []
        urls = [url for name, url in getproxies().items() if name != "no"]
        self._proxies = {(urlsplit(url).hostname, port_of(url)) for url in urls}

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Pass the allowed addresses of `hostName` to the receiver; the user's proxies are not filtered."""
        receiver: Any = resolutionReceiver  # type checkers cannot read Zope's interfaces
        if (hostName, portNumber) not in self._proxies:
            receiver = _AddressFilter(receiver, hostName, portNumber, self.throttles)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _AddressFilter:
    """Passes on the public addresses of a name, and the private ones of the blogs of a run."""

    def __init__(self, receiver: Any, name: str, port: int, throttles: Sequence[HostThrottle]) -> None:
        self._receiver = receiver
        self._name = name
        self._port = port
        self._throttles = throttles

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        found = ip_address(address.host.partition("%")[0])
        is_own = any(one.is_own_address(self._name, found, self._port) for one in self._throttles)
        if is_own or is_public(found):
            self._receiver.addressResolved(address)
        else:
            for throttle in self._throttles:
                throttle.private_hosts[self._name] = str(found)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


class ServiceDownloader(Downloader):
    """Scrapy's downloader with a slot for each service: two ports of one name are two hosts."""

    def get_slot_key(self, request: Request) -> str:
        """Return the name of the slot of a request."""
        return service_of(request.url)


class ThrottledDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler behind the `HostThrottle` of the spider.

    A spider of another project gets a throttle too. It may fetch the private addresses of its start URLs. `scrapy
    shell`, `fetch` and `parse` may fetch those that a person types.
    """

    def __init__(self, crawler: Crawler) -> None:
        if sys.platform in ("darwin", "win32"):  # OpenSSL does not find the certificates of these systems
            os.environ.setdefault("SSL_CERT_FILE", certifi.where())
        super().__init__(crawler)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # by host
        self._delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._typed: set[tuple[str, int]] = set()  # host and port
        pool: Any = self._pool
        pool._factory = partial(LimitedHeadFactory, self._require_locks)

    async def download_request(self, request: Request) -> Response:
        """Return the response; raises `RequestCancelled` if the run ends before it arrives."""
        spider = self._polite_spider()
        self._allow_addresses(spider, request)
        host = service_of(request.url)
        image_host = host_of(request.url) if "image" in request.cb_kwargs else None
        accepted_at = monotonic()
        async with self._locks[host]:
            await spider.throttle.wait_until_allowed(host, image_host=image_host)
            return await self._download(request, spider, accepted_at)

    def _polite_spider(self) -> PoliteSpider:
        """Return the spider; a spider of another project gets a throttle and locks."""
        spider: Any = self.crawler.spider
        if not hasattr(spider, "throttle"):
            spider.locks = HostLocks()
            spider.throttle = HostThrottle(delay=self._delay, homes=lambda: self._typed)
            self._typed.update((host_of(url), port_of(url)) for url in getattr(spider, "start_urls", ()))
        found: PoliteSpider = spider
        return found

    def _allow_addresses(self, spider: PoliteSpider, request: Request) -> None:
        """Allow the private addresses of the spider, and the one that a person typed."""
        from twisted.internet import reactor  # installed by now

        resolver: Any = reactor.nameResolver
        if isinstance(resolver, PublicAddressResolver) and spider.throttle not in resolver.throttles:
            resolver.throttles.append(spider.throttle)
        # A page that redirects to a private address was not typed.
        if isinstance(spider, DefaultSpider | PageSpider) and "redirect_urls" not in request.meta:
            self._typed.add((host_of(request.url), port_of(request.url)))

    def _require_locks(self) -> None:
        """Raise `RequestCancelled`, and end the run, if another worker may request the hosts of this run."""
        spider: Any = self.crawler.spider
        if error := spider.locks.lost():
            spider.throttle.stop(error)
            raise RequestCancelled from error

    async def _download(self, request: Request, spider: PoliteSpider, accepted_at: float) -> Response:
        """Send a request, which the end of the run cancels; pause its host after a refusal."""
        throttle, host = spider.throttle, service_of(request.url)
        with throttle.cancelled_at_stop():
            response = await self._send(request, spider, host, accepted_at)
        if response.status >= 400 and (page := page_of(response)).is_refusal:
            # Pause before the next request is sent: the callback runs too late. It handles longer pauses.
            throttle.pause(host, min(page.retry_after or throttle.unit, LONGEST_WAIT))
        return response

    async def _send(self, request: Request, spider: PoliteSpider, host: str, accepted_at: float) -> Response:
        """Send the request when its host is locked for this run, and keep the delay after it.

        Scrapy's slot begins the delay when it passes the request to this handler, before any wait here.
        """
        try:
            async with spider.locks.request_to(host):
                spider.throttle.record_request(host)
                waited = min(monotonic() - accepted_at, self._delay)
                spider.throttle.pause(host, timedelta(seconds=waited))
                return await super().download_request(request)
        except HostBusy as error:
            spider.throttle.busy_hosts[host] = error
            raise RequestCancelled from error
