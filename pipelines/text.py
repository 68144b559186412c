"""Pipeline *text*: repair the texts of a parsed page."""

from dataclasses import replace

from blogarchive.items import CrawledPage
from blogarchive.sites.normalize import tidy_texts
from pipelines import require_page


class TextPipeline:
    """Removes control characters, and repairs texts of people that were written in the wrong charset."""

    def process_item(self, item: object) -> CrawledPage:
        """Return the page with repaired texts."""
        page = require_page(item)
        return page if page.is_normalized else replace(page, parsed=tidy_texts(page.parsed))
