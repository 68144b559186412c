"""Pipeline *dates*: shown times turned into times, against the page's fetch time and the site's clock."""

from dataclasses import replace

from blogarchive.items import CrawledPage
from blogarchive.sites.base import site_by_name
from blogarchive.sites.normalize import resolve_dates


class DatesPipeline:
    """Fills `at` and `precision` of every `DateText`; words that are no time become a problem of the reading."""

    def process_item(self, item: CrawledPage) -> CrawledPage:
        """The visit with a dated reading."""
        zone = site_by_name(item.target.site).zone
        return replace(item, parsed=resolve_dates(item.parsed, item.page.fetched_at, zone))
