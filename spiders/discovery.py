"""Fetch the pages that `discover` looks blogs up in: directories, samples of posts, home pages.

They pass the same throttle, robots.txt and middlewares as the pages of a backup. No page is stored.
"""

from collections.abc import AsyncIterator
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from blogarchive.crawl.discovery import DiscoverySession, Lookup
from blogarchive.fleet.shard import HostLocks
from blogarchive.parsing.urls import service_of
from blogarchive.store.ingest.validate import ResponseKind
from spiders.polite import PoliteSpider
from spiders.responses import page_of

_IN_FLIGHT = 2


class DiscoverySpider(PoliteSpider):
    """Fetches the lookups of its session."""

    name = "discover"

    def __init__(self, session: DiscoverySession, *, locks: HostLocks | None = None) -> None:
        super().__init__(locks=locks)
        self.session = session
        self._in_flight = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider with its throttle, connected to Scrapy's signals."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.obey(crawler, homes=spider.session.homes, max_requests=spider.session.max_requests)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield a request for each lookup, a few at a time."""
        while not self.throttle.stopping and self.throttle.limit is None:
            self._changed.clear()
            while self._in_flight < _IN_FLIGHT and (lookup := self.session.next()):
                self._in_flight += 1
                yield Request(
                    lookup.url,
                    self.parse,
                    errback=self.failed,
                    cb_kwargs={"lookup": lookup},
                    meta={"site": self.session.site.name},
                    dont_filter=True,
                )
            if not self._in_flight:
                return
            await self._changed.wait()

    def parse(self, response: Response, lookup: Lookup) -> None:
        """Pass the page to the session; obey a refusal, and count a failure of the host."""
        page = page_of(response)
        host = service_of(page.url)
        match self.session.record_page(lookup, page):
            case ResponseKind.REFUSED:
                self.throttle.record_refusal(host, page.retry_after)
            case ResponseKind.BROKEN | ResponseKind.CUT:
                self.throttle.record_failure(host)
            case _:
                self.throttle.record_response(host)
        self._end()

    def failed(self, caught: TwistedFailure) -> None:
        """Record that no page came."""
        failure = self.failure_of(caught)
        if failure is not None:
            request: Request = caught.request  # type: ignore[attr-defined]
            self.throttle.record_failure(service_of(request.url))
            self.session.record_failure(request.cb_kwargs["lookup"], failure.detail)
        self._end()

    def _end(self) -> None:
        self._in_flight -= 1
        self._changed.set()
