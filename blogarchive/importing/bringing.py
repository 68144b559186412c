"""Brings visits into an archive one by one, and counts what became of them."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from blogarchive.errors import BlogArchiveError
from blogarchive.importing.placing import CannotPlace
from blogarchive.importing.report import Imported, Unplaced
from blogarchive.items import Visit
from blogarchive.rereading import reread_page
from blogarchive.store import pages, visits
from blogarchive.store.archive import Archive
from blogarchive.store.imported import bring, keep_unread
from blogarchive.store.saved import Outcome
from blogarchive.store.saving import Counted

log = logging.getLogger(__name__)


class Bringer:
    """Brings pages into `archive`; counts as it goes, and `pictures` is for the caller to add to."""

    def __init__(self, archive: Archive) -> None:
        self.pictures = 0
        self.archive = archive
        self._pages = self._same = 0
        self._counted = Counted()
        self._unplaced: list[Unplaced] = []

    @contextmanager
    def trying(self, name: str) -> Iterator[None]:
        """Whatever is wrong with the page of that name costs that page alone, and is noted.

        What is wrong with the archive, which costs them all, is raised.
        """
        try:
            yield
        except CannotPlace as why:
            self.refuse(name, str(why))
        except OSError as error:
            self.refuse(name, f"it cannot be read ({error.strerror or error})")
        except (BlogArchiveError, sqlite3.Error):
            raise
        except Exception as error:
            log.exception("reading or keeping %s failed", name)
            self.refuse(name, f"this program failed over it: {type(error).__name__}: {error}")

    def bring(self, name: str, visit: Visit, *, counted: str | None = None, own: bool = False) -> bool:
        """Keep the visit; False where its page reads worse than what is held of the post.

        `counted` is what an archive noted of the comments on the pages before this one. `own`: an archive of this
        tool kept the page, bad as it may be, so that a bad one is nothing to tell of.
        """
        with self.archive.atomic():
            brought = bring(self.archive, visit, counted=counted)
            for page_id in brought.later:
                self._read_again(page_id)
        saved = brought.saved
        if saved is None:
            self._same += 1
            return True
        self._pages += 1
        self._counted += saved.counted
        if saved.outcome is Outcome.FAILED and not own:
            self.refuse(name, "kept, but it reads worse than what the archive holds of the post")
        return saved.outcome is not Outcome.FAILED

    def keep(self, visit: Visit) -> None:
        """Keep the page of a visit and nothing of what was read from it."""
        if keep_unread(self.archive, visit):
            self._pages += 1
        else:
            self._same += 1

    def refuse(self, name: str, why: str) -> None:
        """Note what is not brought in."""
        self._unplaced.append(Unplaced(name=name, why=why))

    def report(self) -> Imported:
        """What was brought in so far."""
        return Imported(
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
        stored = pages.one(self.archive, page_id)
        if stored is not None:
            visits.resave(self.archive, *reread_page(stored))
