"""Pipeline *store*: write the raw page, the parsed page and new links in one transaction."""

from typing import Protocol, cast

from scrapy.crawler import Crawler

from blogarchive.crawl.session import CrawlSession
from blogarchive.items import CrawledPage


class _SessionSpider(Protocol):
    session: CrawlSession


class StorePipeline:
    """Passes every page to the session of the spider."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "StorePipeline":
        """Return the pipeline of `crawler`."""
        return cls(crawler)

    def process_item(self, item: CrawledPage) -> CrawledPage:
        """Store the page and return it; raises `CannotWrite`."""
        cast(_SessionSpider, self._crawler.spider).session.save_page(item)
        return item
