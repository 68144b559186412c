"""Resolve names to public addresses only, and to the private addresses of the blogs themselves.

Twisted connects only to addresses that the resolver of the reactor returns. It resolves the host of every
connection: pages, images, redirects, robots.txt, and hosts written as addresses. So an address that is left out
here is never connected to. This also stops DNS rebinding: a name that resolves differently a moment later.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.crawler import CrawlerProcess
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from blogarchive.parsing.http import is_public, port_of
from spiders.throttle import HostThrottle, PoliteSpider


class PublicAddressResolver(CachingHostnameResolver):
    """Scrapy's resolver without private addresses, except those of the blogs of a run."""

    def __init__(self, reactor: ReactorBase, cache_size: int, process: CrawlerProcess) -> None:
        super().__init__(reactor, cache_size)
        self._process = process
        self._proxies = {
            (urlsplit(url).hostname, port_of(url)) for name, url in getproxies().items() if name != "no"
        }

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: ReactorBase) -> Self:
        """Return the resolver of the process; Scrapy passes its `CrawlerProcess` as `crawler` here."""
        return cls(reactor, crawler.settings.getint("DNSCACHE_SIZE"), crawler)

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Pass the allowed addresses of `hostName` to the receiver; the user's proxies are not filtered."""
        receiver: Any = resolutionReceiver  # type checkers do not know Zope's interfaces
        if (hostName, portNumber) not in self._proxies:
            receiver = _AddressFilter(receiver, hostName, portNumber, list(self._throttles()))
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)

    def _throttles(self) -> Iterator[HostThrottle]:
        for crawler in self._process.crawlers:
            if isinstance(crawler.spider, PoliteSpider):
                yield crawler.spider.throttle


@implementer(IResolutionReceiver)
class _AddressFilter:
    def __init__(self, receiver: Any, name: str, port: int, throttles: Sequence[HostThrottle]) -> None:
        self._receiver = receiver
        self._name = name
        self._port = port
        self._throttles = throttles

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        found = ip_address(address.host.partition("%")[0])
        if is_public(found) or any(
            throttle.is_own_address(self._name, found, self._port) for throttle in self._throttles
        ):
            self._receiver.addressResolved(address)
        else:
            for throttle in self._throttles:
                throttle.private_hosts[self._name] = str(found)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()
