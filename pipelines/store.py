"""Pipeline *store*: raw page, reading and new links, in one transaction."""

from typing import Protocol, cast

from scrapy.crawler import Crawler

from blogarchive.campaign import Campaign
from blogarchive.items import Visit


class _Campaigning(Protocol):
    campaign: Campaign


class Store:
    """Gives every visit to the run's campaign."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Store":
        """The pipeline for the crawler's spider."""
        return cls(crawler)

    def process_item(self, item: Visit) -> Visit:
        """The visit, kept."""
        cast(_Campaigning, self._crawler.spider).campaign.keep(item)
        return item
