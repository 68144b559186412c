"""Pipeline *dates*: resolve the times of a page against its fetch time and the time zone of the site."""

from dataclasses import replace

from blogarchive.items import CrawledPage
from blogarchive.sites.base import site_by_name
from blogarchive.sites.normalize import resolve_dates


class DatesPipeline:
    """Sets `at` and `precision` of every `DateText`; text that is no time becomes a problem of the parsed page."""

    def process_item(self, item: CrawledPage) -> CrawledPage:
        """Return the page with resolved dates."""
        zone = site_by_name(item.target.site).zone
        return replace(item, parsed=resolve_dates(item.parsed, item.page.fetched_at, zone))
