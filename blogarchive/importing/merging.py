"""`merge`: what another archive holds comes into this one."""

from pathlib import Path

from blogarchive.importing.report import Imported, Progress, no_progress
from blogarchive.rereading import reread_page
from blogarchive.store import lock, merge, pages, visits
from blogarchive.store.archive import Archive
from blogarchive.store.saving import Counted
from blogarchive.store.times import now


def merge_archive(archive: Path, other: Path, *, progress: Progress = no_progress) -> Imported:
    """Bring all pages of the archive at `other`, their readings, series and pictures into `archive`.

    `archive` is made where there is none; `other` is only read. Everything keeps its own time, so that the order
    of merging does not matter and merging again changes nothing. All or nothing: an interruption leaves the
    archive as it was. Raises `NoArchive`, `ArchiveDamaged`, `UsageError` (one file, or versions that differ),
    `ArchiveBusy`, `CannotWrite`.
    """
    Archive.open(other, read_only=True).close()  # no new archive where there is nothing to bring in
    with (
        lock.holding(archive, "merge", now=now()),
        Archive.open(archive, create=True) as held,
        merge.beside(held, other),
        held.atomic(),
    ):
        before, offered = pages.count(held), merge.count_offered(held)
        to_read = merge.copy_pages(held)
        counted = Counted()
        progress(0, len(to_read))
        for done, page_id in enumerate(to_read, 1):
            stored = pages.one(held, page_id)
            if stored is not None:
                counted += visits.resave(held, *reread_page(stored)).counted
            progress(done, len(to_read))
        pictures = merge.copy_rest(held)
        new = pages.count(held) - before
        return Imported(
            pages=new,
            same=offered - new,
            posts=counted.posts_new,
            changed=counted.posts_changed,
            comments=counted.comments_new,
            pictures=pictures,
        )
