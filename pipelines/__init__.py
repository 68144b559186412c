"""Scrapy item pipelines: text, dates, store. Each calls one function of the library, and takes pages of any spider."""

from blogarchive.items import CrawledPage


def require_page(item: object) -> CrawledPage:
    """Return the item; raises `TypeError` if it is no `CrawledPage`."""
    if isinstance(item, CrawledPage):
        return item
    raise TypeError(
        f"the pipelines of blogarchive take items of blogarchive.api.CrawledPage, not {type(item).__name__};"
        " `blogarchive.api.crawled_page` makes one of a response"
    )
