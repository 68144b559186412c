"""Pipeline *store*: write the raw page, the parsed page and new links in one transaction."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from blogarchive.crawl.session import CrawlSession
from blogarchive.items import CrawledPage
from blogarchive.store.database import connection
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import default_db
from blogarchive.store.rows import utc_now
from pipelines import require_page

if TYPE_CHECKING:
    from blogarchive.importing.importer import PageImporter


class StorePipeline:
    """Passes every page to the session of the spider.

    The pages of a spider without a session are stored in the archive of the setting `BLOGARCHIVE_DB`, as by `import`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._open = ExitStack()
        self._importer: PageImporter | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "StorePipeline":
        """Return the pipeline of `crawler`."""
        return cls(crawler)

    def close_spider(self) -> None:
        """Close the archive of a spider without a session."""
        self._open.close()

    def process_item(self, item: object) -> CrawledPage:
        """Store the page and return it.

        Raises `CannotWrite`, and `DropItem` if the page parses worse than the stored version of it.
        """
        page = require_page(item)
        session: CrawlSession | None = getattr(self._crawler.spider, "session", None)
        if session is not None:
            session.save_page(page)
        elif not self._open_importer().import_page(page.page.url, page):
            raise DropItem(f"{page.page.url} parses worse than the stored version")
        return page

    def _open_importer(self) -> "PageImporter":
        """Return the importer into the archive of the setting `BLOGARCHIVE_DB`; the first call opens it."""
        from blogarchive.importing.importer import PageImporter  # imports the parser

        if self._importer is None:
            db = Path(self._crawler.settings.get("BLOGARCHIVE_DB") or default_db()).expanduser()
            self._open.enter_context(connection.hold_lock(db, "import", now=utc_now()))
            self._importer = PageImporter(self._open.enter_context(Archive.open(db, create=True)))
        return self._importer
