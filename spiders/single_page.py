"""Fetches one page, as politely as a whole walk does: for `blogarchive doctor`."""

from collections.abc import AsyncIterator
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as Caught

from blogarchive.items import Page, Target
from blogarchive.parsing.media.hosts import host_of, port_of
from spiders.fetch_errors import error_of, is_mistake, words_of
from spiders.response_kind import page_of
from spiders.throttle import HostThrottle, PoliteSpider


class PageSpider(PoliteSpider):
    """One request; `page` is the answer, whatever its status, or `lost` says why none came."""

    name = "page"

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = target
        self.page: Page | None = None
        self.lost = ""
        self.crash: BaseException | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider with its traffic."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        home = (host_of(spider.target.url), port_of(spider.target.url))
        spider.throttle = HostThrottle(unit=1.0, homes=lambda: (home,))
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """The one request."""
        yield Request(self.target.url, self.parse, errback=self.failed, cb_kwargs={"target": self.target})

    def parse(self, response: Response, target: Target) -> None:
        """Keep the page."""
        self.page = page_of(response)

    def failed(self, caught: Caught) -> None:
        """Keep the reason, or the mistake of ours that it was."""
        error = error_of(caught)
        self.lost = words_of(error)
        self.crash = error if is_mistake(error) else None
