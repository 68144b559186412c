"""Store crawled pages in an archive one by one and count the results."""

import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Self

from blogarchive.errors import BlogArchiveError
from blogarchive.importing.saved_files import CannotIdentify
from blogarchive.items import CrawledPage
from blogarchive.messages.details import Detail, explain_detail
from blogarchive.parsing.images import ImageFile, check_image
from blogarchive.store import media
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import open_locked
from blogarchive.store.ingest import save_page
from blogarchive.store.ingest.reparse import import_page, lacks_media_file, store_unparsed_page
from blogarchive.store.pages import pages as page_rows
from blogarchive.store.pages.context import Outcome
from blogarchive.workers.batch_reparse import parse_stored_page
from blogarchive.workers.parser_process import ParserKilled


@dataclass(frozen=True, kw_only=True, slots=True)
class Unidentified:
    """A file or record that was not imported, and the reason."""

    name: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """The counts of an import; the field names are the keys of `--json`.

    `pages` are new, `same` were stored before. `posts` and `comments` are new rows, `changed` counts posts with a new
    version, `pictures` new image files. `unplaced` lists files and records that were not imported. `drafts` counts the
    drafts of an export file, imported or not.
    """

    pages: int = 0
    same: int = 0
    posts: int = 0
    changed: int = 0
    comments: int = 0
    pictures: int = 0
    unplaced: tuple[Unidentified, ...] = ()
    drafts: int = 0

    def __add__(self, other: Self) -> Self:
        """Return the counts of both imports."""
        counts = {one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        return replace(self, **counts)


log = logging.getLogger(__name__)


class PageImporter:
    """Import pages and images into `archive`."""

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """Open the archive at that path for an import; create it if there is none."""
        with open_locked(path, "import", create=True) as archive:
            yield cls(archive)

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._counts = Counter[str]()  # by the fields of `ImportReport`
        self._rejected: list[Unidentified] = []

    @property
    def has_pages(self) -> bool:
        """Whether a page was imported, or is stored already."""
        return bool(self._counts["pages"] or self._counts["same"])

    @contextmanager
    def isolate_failure(self, name: str) -> Iterator[None]:
        """Turn an error with the page of that name into a rejection; errors of the archive are raised."""
        try:
            yield
        except CannotIdentify as why:
            self.reject(name, str(why))
        except ParserKilled as why:
            self.reject(name, explain_detail(str(why)))
        except OSError as error:
            self.reject(name, _("it cannot be read ({reason})").format(reason=error.strerror or error))
        except (BlogArchiveError, sqlite3.Error):
            raise
        except Exception as error:  # a mistake of a parser must not stop a folder of thousands of pages
            log.exception("parsing or storing %s failed", name)
            self.reject(name, explain_detail(Detail.PROGRAM.format(name=type(error).__name__, reason=error)))

    def import_page(
        self, name: str, crawled: CrawledPage, *, counted: str | None = None, exported: bool = False
    ) -> bool:
        """Store the page and its parsed rows; return False if it is rejected.

        `counted` is the value of `pages.counted` in the archive that exported the page. If `exported`, that archive
        has checked the page already: nothing is reported.
        """
        with save_page.page_transaction(self.archive):
            saved, later = import_page(self.archive, crawled, counted=counted)
            for page_id in later:  # a newer page overwrites values without versions, as a post's time
                if (stored := page_rows.stored_page(self.archive, page_id)) is not None:
                    save_page.resave_page(self.archive, *parse_stored_page(stored))
        if saved is None:
            self._counts["same"] += 1
            return True
        new, counts = saved.changes, self._counts
        counts.update(pages=1, posts=new.posts_new, changed=new.posts_changed, comments=new.comments_new)
        is_rejected = saved.outcome is Outcome.FAILED
        if is_rejected and saved.failure is not None and not exported:
            why = explain_detail(saved.failure.detail, saved.failure.kind)
            self.reject(name, _("stored, but it changes no post: {reason}").format(reason=why))
        return not is_rejected

    def store_unparsed(self, crawled: CrawledPage) -> None:
        """Store the page alone, without parsed rows."""
        self._counts["pages" if store_unparsed_page(self.archive, crawled) else "same"] += 1

    def import_image(self, url: str, body: bytes, fetched_at: datetime) -> None:
        """Store `body` as the image of that URL, unless one is stored already or it is no image."""
        found = check_image(200, body)
        if isinstance(found, ImageFile) and lacks_media_file(self.archive, url):
            self._counts["pictures"] += media.store_image(self.archive, url, found, now=fetched_at)

    def reject(self, name: str, why: str) -> None:
        """Note a file or record that is not imported."""
        self._rejected.append(Unidentified(name=name, why=why))

    def report(self) -> ImportReport:
        """Return the counts so far."""
        return ImportReport(**self._counts, unplaced=tuple(self._rejected))
