"""Names resolved so that nothing but the public internet, and the blogs themselves, is ever connected to.

Twisted connects to the addresses that the reactor's resolver gives and to no others, and it asks for every
connection: of a page, a picture, a redirect's target, a robots.txt, and for hosts written as addresses too. So what
is left out here cannot be reached, whatever a name led to a moment ago (DNS rebinding).
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

from blogarchive.parsing.media.hosts import is_public, port_of
from spiders.throttle import HostThrottle, PoliteSpider


class PublicAddressResolver(CachingHostnameResolver):
    """Scrapy's resolver, which leaves out private addresses where no blog of the run is."""

    def __init__(self, reactor: ReactorBase, cache_size: int, process: CrawlerProcess) -> None:
        super().__init__(reactor, cache_size)
        self._process = process
        self._proxies = {
            (urlsplit(url).hostname, port_of(url)) for name, url in getproxies().items() if name != "no"
        }

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: ReactorBase) -> Self:
        """The resolver of a whole process: Scrapy hands its `CrawlerProcess` over here."""
        return cls(reactor, crawler.settings.getint("DNSCACHE_SIZE"), crawler)

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Give the receiver the addresses of the name that may be connected to."""
        receiver: Any = resolutionReceiver  # interfaces of Zope say nothing to a type checker
        if (hostName, portNumber) not in self._proxies:
            receiver = _Guard(receiver, hostName, portNumber, list(self._throttle()))
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)

    def _throttle(self) -> Iterator[HostThrottle]:
        for crawler in self._process.crawlers:
            if isinstance(crawler.spider, PoliteSpider):
                yield crawler.spider.throttle


@implementer(IResolutionReceiver)
class _Guard:
    def __init__(self, receiver: Any, name: str, port: int, throttle: Sequence[HostThrottle]) -> None:
        self._receiver = receiver
        self._name = name
        self._port = port
        self._throttle = throttle

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        shown = ip_address(address.host.partition("%")[0])
        if is_public(shown) or any(
            throttle.at_home(self._name, shown, self._port) for throttle in self._throttle
        ):
            self._receiver.addressResolved(address)
        else:
            for throttle in self._throttle:
                throttle.kept_off[self._name] = str(shown)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()
