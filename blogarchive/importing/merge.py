"""`merge`: import all that another archive has stored."""

from contextlib import closing
from itertools import islice
from pathlib import Path

from blogarchive.importing.importer import ImportReport, Unidentified
from blogarchive.store import merge
from blogarchive.store.database import connection
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.merge import SliceSizes
from blogarchive.store.pages.context import ChangeCounts
from blogarchive.store.rows import Progress, no_progress, utc_now
from blogarchive.store.verify import require_readable
from blogarchive.workers.batch_reparse import parse_stored_pages

_SIZES = SliceSizes()


def merge_archive(
    archive: Path, other: Path, *, progress: Progress = no_progress, sizes: SliceSizes = _SIZES
) -> ImportReport:
    """Import all pages, parsed rows, series and media of the archive at `other` into `archive`.

    `archive` is created if there is none; `other` is only read. Every row keeps its time: the order of merges does
    not matter, and a merge again changes nothing. Each slice of rows is a transaction: the same merge again continues
    one that was interrupted, and the report then counts the rest. Raises `NoArchive`, `ArchiveDamaged`, `UsageError`
    (the same file, or different versions), `ArchiveBusy`, `CannotWrite`.
    """
    with Archive.open(other, read_only=True) as source:
        require_readable(source)  # before an archive is created for nothing, or merged in part
    with (
        connection.hold_lock(archive, "merge", now=utc_now()),
        Archive.open(archive, create=True) as target,
        merge.attach_archive(target, other),
    ):
        new = merge.list_new(target)
        with target.atomic():
            merge.start(target, other)
        merge.copy_new(target, new, sizes)
        errors: list[tuple[str, str]] = []
        counted = _parse_pages(target, sizes, errors, progress)
        images = merge.copy_unparsed(target, sizes)
        return ImportReport(
            pages=new,
            same=merge.count_other_pages(target) - new,
            posts=counted.posts_new,
            changed=counted.posts_changed,
            comments=counted.comments_new,
            pictures=images,
            unplaced=tuple(Unidentified(name=url, why=why) for url, why in errors),
        )


def _parse_pages(
    archive: Archive, sizes: SliceSizes, errors: list[tuple[str, str]], progress: Progress
) -> ChangeCounts:
    """Parse the pages on all cores and save them, a slice in each transaction; return the counts of changed rows.

    A page that cannot be parsed is copied, and `errors` has its URL and the reason: `reparse` of a later version
    parses it.
    """
    total = merge.list_unparsed(archive)
    counted, done = ChangeCounts(), 0
    progress(done, total)
    with closing(parse_stored_pages(merge.unparsed_pages(archive, total), errors=errors)) as parsed:
        while True:
            with save_page.page_transaction(archive):
                before = done
                for page_id, crawled in islice(parsed, sizes.parsed_pages):
                    counted += save_page.resave_page(archive, page_id, crawled).changes
                    merge.mark_parsed(archive, page_id)
                    done += 1
                    progress(done, total)
            if done == before:
                return counted
