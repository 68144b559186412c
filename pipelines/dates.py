"""Pipeline *dates*: shown times turned into times, against the page's fetch time and the site's clock."""

from dataclasses import replace

from blogarchive.items import Visit
from blogarchive.sites.finish import date_reading
from blogarchive.sites.site import by_name


class Dates:
    """Fills `at` and `precision` of every `Shown`; words that are no time become a problem of the reading."""

    def process_item(self, item: Visit) -> Visit:
        """The visit with a dated reading."""
        zone = by_name(item.target.site).zone
        return replace(item, reading=date_reading(item.reading, item.page.fetched_at, zone))
