"""Fetch one page as a run would, for `blogarchive doctor` and for `scrapy shell`, `fetch` and `parse`."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from blogarchive.crawl.named_urls import target_of_url
from blogarchive.fleet.shard import HostLocks
from blogarchive.items import CrawledPage, Page, Target
from blogarchive.parsing.urls import host_of, matches_host, port_of
from blogarchive.sites.base import found_sites, parse_page
from blogarchive.store.ledger.failures import Failure
from spiders.polite import PoliteSpider
from spiders.responses import page_of


class PageSpider(PoliteSpider):
    """Sends the request of its target. `page` is the response, whatever its status; `failure` is the reason if none came.

    Without a target it serves Scrapy's commands, which make the request; `site` is the name of an unknown host's site.
    """

    name = "page"

    def __init__(
        self, target: Target | None = None, *, site: str | None = None, locks: HostLocks | None = None
    ) -> None:
        super().__init__(locks=locks)
        self.target = target
        self.site = site
        self.page: Page | None = None
        self.failure = Failure(kind="network", detail="")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider with its throttle."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.target is not None:
            home = (host_of(spider.target.url), port_of(spider.target.url))
            spider.obey(crawler, homes=lambda: (home,))
        return spider

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """Return whether the host is one of a known site."""
        sites = found_sites().loaded.values()
        return any(matches_host(host_of(request.url), site.hosts) for site in sites)

    async def start(self) -> AsyncIterator[Request]:
        """Yield the one request."""
        if self.target is not None:
            yield Request(self.target.url, self.store, errback=self.failed, cb_kwargs={"target": self.target})

    def parse(self, response: Response) -> Iterator[CrawledPage]:
        """Yield the page with what is parsed from it, as the spider `blog` does."""
        page = page_of(response)
        target = target_of_url(page.url, self.site)
        yield CrawledPage(target=target, page=page, parsed=parse_page(page, target))

    def store(self, response: Response, target: Target) -> None:
        """Set `page`."""
        self.page = page_of(response)

    def failed(self, caught: TwistedFailure) -> None:
        """Set `failure`, unless the request was cancelled or this program failed."""
        self.failure = self.failure_of(caught) or self.failure
