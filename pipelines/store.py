"""Pipeline *store*: raw page, reading and new links, in one transaction."""

from typing import Protocol, cast

from scrapy.crawler import Crawler

from blogarchive.crawl.session import CrawlSession
from blogarchive.items import CrawledPage


class _Campaigning(Protocol):
    session: CrawlSession


class StorePipeline:
    """Gives every visit to the run's campaign."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "StorePipeline":
        """The pipeline for the crawler's spider."""
        return cls(crawler)

    def process_item(self, item: CrawledPage) -> CrawledPage:
        """The visit, kept."""
        cast(_Campaigning, self._crawler.spider).session.save_page(item)
        return item
