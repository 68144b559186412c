"""Pipeline *encodings*: every text of a reading tidied, by the function that also repairs a whole page."""

from dataclasses import replace

from blogarchive.items import Visit
from blogarchive.sites.finish import tidy_reading


class Encodings:
    """Frees texts of stray controls, and of a charset that a commenter pasted into a page of another."""

    def process_item(self, item: Visit) -> Visit:
        """The visit with a tidied reading."""
        return replace(item, reading=tidy_reading(item.reading))
