"""`merge`: import all that another archive has stored."""

from pathlib import Path

from blogarchive.importing.report import ImportReport, Unidentified
from blogarchive.store.database import lock
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.merge import merge
from blogarchive.store.pages import page_rows
from blogarchive.store.pages.context import ChangeCounts
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.timestamps import utc_now
from blogarchive.workers.batch_reparse import parse_stored_page
from blogarchive.workers.parser_process import ParserKilled


def merge_archive(archive: Path, other: Path, *, progress: Progress = no_progress) -> ImportReport:
    """Import all pages, parsed rows, series and media of the archive at `other` into `archive`.

    `archive` is created if there is none; `other` is only read. Every row keeps its time: the order of merges does
    not matter, and a merge again changes nothing. It is one transaction: an interruption leaves the archive as it
    was. Raises `NoArchive`, `ArchiveDamaged`, `UsageError` (the same file, or different versions), `ArchiveBusy`,
    `CannotWrite`.
    """
    Archive.open(other, read_only=True).close()  # raises before an archive is created for nothing
    with (
        lock.hold_lock(archive, "merge", now=utc_now()),
        Archive.open(archive, create=True) as target,
        merge.attach_archive(target, other),
        target.atomic(),
    ):
        before, offered = page_rows.count_pages(target), merge.count_other_pages(target)
        to_parse = merge.copy_pages(target)
        counted = ChangeCounts()
        stopped: list[Unidentified] = []
        progress(0, len(to_parse))
        for done, page_id in enumerate(to_parse, 1):
            stored = page_rows.stored_page(target, page_id)
            try:
                if stored is not None:
                    counted += save_page.resave_page(target, *parse_stored_page(stored)).changes
            except ParserKilled as why:  # the page is copied; `reparse` of a later version parses it
                stopped.append(Unidentified(name=stored.page.url if stored else "", why=str(why)))
            progress(done, len(to_parse))
        images = merge.copy_unparsed(target)
        new = page_rows.count_pages(target) - before
        return ImportReport(
            pages=new,
            same=offered - new,
            posts=counted.posts_new,
            changed=counted.posts_changed,
            comments=counted.comments_new,
            pictures=images,
            unplaced=tuple(stopped),
        )
