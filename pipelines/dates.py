"""Pipeline *dates*: shown times turned into times, against the page's fetch time and the site's clock."""

from dataclasses import replace

from blogarchive.items import CrawledPage
from blogarchive.sites.base import by_name
from blogarchive.sites.normalize import date_reading


class DatesPipeline:
    """Fills `at` and `precision` of every `DateText`; words that are no time become a problem of the reading."""

    def process_item(self, item: CrawledPage) -> CrawledPage:
        """The visit with a dated reading."""
        zone = by_name(item.target.site).zone
        return replace(item, parsed=date_reading(item.parsed, item.page.fetched_at, zone))
