"""Pipeline *dates*: resolve the times of a page against its fetch time and the time zone of the site."""

from dataclasses import replace

from blogarchive.items import CrawledPage
from blogarchive.sites.base import site_by_name
from blogarchive.sites.normalize import resolve_dates
from pipelines import require_page


class DatesPipeline:
    """Sets `at` and `precision` of every `DateText`; text that is no time becomes a problem of the parsed page."""

    def process_item(self, item: object) -> CrawledPage:
        """Return the page with resolved dates."""
        page = require_page(item)
        if page.is_normalized:
            return page
        zone = site_by_name(page.target.site).zone
        return replace(page, parsed=resolve_dates(page.parsed, page.page.fetched_at, zone))
