"""Pipeline *text*: repair the texts of a parsed page, by the function that also repairs a whole page."""

from dataclasses import replace

from blogarchive.items import CrawledPage
from blogarchive.sites.normalize import tidy_texts


class TextPipeline:
    """Removes control characters, and repairs comments that were pasted in the wrong charset."""

    def process_item(self, item: CrawledPage) -> CrawledPage:
        """Return the page with repaired texts."""
        return replace(item, parsed=tidy_texts(item.parsed))
