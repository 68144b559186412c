"""Pipeline *encodings*: every text of a reading tidied, by the function that also repairs a whole page."""

from dataclasses import replace

from blogarchive.items import CrawledPage
from blogarchive.sites.normalize import tidy_texts


class TextPipeline:
    """Frees texts of stray controls, and of a charset that a commenter pasted into a page of another."""

    def process_item(self, item: CrawledPage) -> CrawledPage:
        """The visit with a tidied reading."""
        return replace(item, parsed=tidy_texts(item.parsed))
