"""Fetch one page as a run would, for `blogarchive doctor`."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from blogarchive.crawl.options import HostLocks
from blogarchive.items import Page, Target
from blogarchive.parsing.http import host_of, port_of
from spiders.responses import classify_error, error_of, is_program_error, page_of
from spiders.throttle import HostThrottle, PoliteSpider


class PageSpider(PoliteSpider):
    """Sends one request. `page` is the response, whatever its status; `failure` says why none came."""

    name = "page"

    def __init__(self, target: Target, *, locks: HostLocks | None = None) -> None:
        super().__init__(locks=locks)
        self.target = target
        self.page: Page | None = None
        self.failure = ""
        self.crash: BaseException | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider with its throttle."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        home = (host_of(spider.target.url), port_of(spider.target.url))
        spider.throttle = HostThrottle(unit=timedelta(seconds=1), homes=lambda: (home,), locks=spider.locks)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the one request."""
        yield Request(self.target.url, self.parse, errback=self.failed, cb_kwargs={"target": self.target})

    def parse(self, response: Response, target: Target) -> None:
        """Set `page`."""
        self.page = page_of(response)

    def failed(self, caught: TwistedFailure) -> None:
        """Set `failure`, and `crash` for an error of this program."""
        error, host = error_of(caught), host_of(self.target.url)
        self.failure = classify_error(error, host, self.throttle.private_hosts).failure.detail
        self.crash = error if is_program_error(error) else None
