"""Brings visits into an archive one by one, and counts what became of them."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from blogarchive.errors import BlogArchiveError
from blogarchive.importing.identify import CannotIdentify
from blogarchive.importing.report import ImportReport, Unidentified
from blogarchive.items import CrawledPage
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.ingest.imported_pages import import_page, store_unparsed_page
from blogarchive.store.pages import page_rows
from blogarchive.store.pages.context import ChangeCounts
from blogarchive.store.pages.result import Outcome
from blogarchive.workers.batch_reparse import reread_page

log = logging.getLogger(__name__)


class PageImporter:
    """Brings pages into `archive`; counts as it goes, and `pictures` is for the caller to add to."""

    def __init__(self, archive: Archive) -> None:
        self.pictures = 0
        self.archive = archive
        self._pages = self._same = 0
        self._counted = ChangeCounts()
        self._unplaced: list[Unidentified] = []

    @contextmanager
    def trying(self, name: str) -> Iterator[None]:
        """Whatever is wrong with the page of that name costs that page alone, and is noted.

        What is wrong with the archive, which costs them all, is raised.
        """
        try:
            yield
        except CannotIdentify as why:
            self.refuse(name, str(why))
        except OSError as error:
            self.refuse(name, f"it cannot be read ({error.strerror or error})")
        except (BlogArchiveError, sqlite3.Error):
            raise
        except Exception as error:
            log.exception("reading or keeping %s failed", name)
            self.refuse(name, f"this program failed over it: {type(error).__name__}: {error}")

    def bring(
        self, name: str, crawled: CrawledPage, *, counted: str | None = None, own: bool = False
    ) -> bool:
        """Keep the visit; False where its page reads worse than what is held of the post.

        `counted` is what an archive noted of the comments on the pages before this one. `own`: an archive of this
        tool kept the page, bad as it may be, so that a bad one is nothing to tell of.
        """
        with self.archive.atomic():
            brought = import_page(self.archive, crawled, counted=counted)
            for page_id in brought.later:
                self._read_again(page_id)
        saved = brought.saved
        if saved is None:
            self._same += 1
            return True
        self._pages += 1
        self._counted += saved.changes
        if saved.outcome is Outcome.FAILED and not own:
            self.refuse(name, "kept, but it reads worse than what the archive holds of the post")
        return saved.outcome is not Outcome.FAILED

    def keep(self, crawled: CrawledPage) -> None:
        """Keep the page of a visit and nothing of what was read from it."""
        if store_unparsed_page(self.archive, crawled):
            self._pages += 1
        else:
            self._same += 1

    def refuse(self, name: str, why: str) -> None:
        """Note what is not brought in."""
        self._unplaced.append(Unidentified(name=name, why=why))

    def report(self) -> ImportReport:
        """What was brought in so far."""
        return ImportReport(
            pages=self._pages,
            same=self._same,
            posts=self._counted.posts_new,
            changed=self._counted.posts_changed,
            comments=self._counted.comments_new,
            pictures=self.pictures,
            unplaced=tuple(self._unplaced),
        )

    def _read_again(self, page_id: int) -> None:
        """What was read later has the last word on what has no versions, such as the time of a post."""
        stored = page_rows.stored_page(self.archive, page_id)
        if stored is not None:
            save_page.resave_page(self.archive, *reread_page(stored))
