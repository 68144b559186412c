"""`merge`: what another archive holds comes into this one."""

from pathlib import Path

from blogarchive.importing.report import ImportReport, Progress, no_progress
from blogarchive.store.database import lock
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.merge import merge
from blogarchive.store.pages import page_rows
from blogarchive.store.pages.context import ChangeCounts
from blogarchive.store.timestamps import utc_now
from blogarchive.workers.batch_reparse import reread_page


def merge_archive(archive: Path, other: Path, *, progress: Progress = no_progress) -> ImportReport:
    """Bring all pages of the archive at `other`, their readings, series and pictures into `archive`.

    `archive` is made where there is none; `other` is only read. Everything keeps its own time, so that the order
    of merging does not matter and merging again changes nothing. All or nothing: an interruption leaves the
    archive as it was. Raises `NoArchive`, `ArchiveDamaged`, `UsageError` (one file, or versions that differ),
    `ArchiveBusy`, `CannotWrite`.
    """
    Archive.open(other, read_only=True).close()  # no new archive where there is nothing to bring in
    with (
        lock.hold_lock(archive, "merge", now=utc_now()),
        Archive.open(archive, create=True) as held,
        merge.beside(held, other),
        held.atomic(),
    ):
        before, offered = page_rows.count_pages(held), merge.count_offered(held)
        to_read = merge.copy_pages(held)
        counted = ChangeCounts()
        progress(0, len(to_read))
        for done, page_id in enumerate(to_read, 1):
            stored = page_rows.stored_page(held, page_id)
            if stored is not None:
                counted += save_page.resave_page(held, *reread_page(stored)).changes
            progress(done, len(to_read))
        pictures = merge.copy_rest(held)
        new = page_rows.count_pages(held) - before
        return ImportReport(
            pages=new,
            same=offered - new,
            posts=counted.posts_new,
            changed=counted.posts_changed,
            comments=counted.comments_new,
            pictures=pictures,
        )
