"""`merge`: import all that another archive has stored."""

from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import chain, islice
from pathlib import Path

from blogarchive.importing.importer import ImportReport, Unidentified
from blogarchive.items import CrawledPage
from blogarchive.store import merge
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import open_locked
from blogarchive.store.ingest import save_page
from blogarchive.store.ingest.redirects import merge_listed_before
from blogarchive.store.ledger.runs import Counts
from blogarchive.store.pages import pages
from blogarchive.store.row_checks import wrong_rows
from blogarchive.store.rows import Progress, no_progress
from blogarchive.store.verify import require_readable
from blogarchive.workers.batch_reparse import parse_stored_pages


def merge_archive(archive: Path, other: Path, *, progress: Progress = no_progress) -> ImportReport:
    """Import all pages, parsed rows, series and media of the archive at `other` into `archive`.

    `archive` is created if there is none; `other` is only read. Every row keeps its time: the order of merges does
    not matter, and a merge again changes nothing. Each slice of rows is a transaction: the same merge again continues
    an interrupted one, and reports the rest. Raises `NoArchive`, `ArchiveDamaged`, `UsageError` (the same file, or
    different versions), `ArchiveBusy`, `CannotWrite`.
    """
    with Archive.open(other, read_only=True) as source:
        require_readable(source)  # before an archive is created for nothing, or merged in part
        # An error about a missing table names this file.
        source.execute(f"select 1 from {', '.join(merge.COPIED_TABLES)} limit 0")  # noqa: S608 - constants
        bad = wrong_rows(source, merge.COPIED_TABLES)
    rejected = [(f"{one.table} {one.row}", one.text) for one in bad]
    with open_locked(archive, "merge", create=True) as target, merge.attach_archive(target, other):
        merge.mark_bad_rows(target, [(one.table, one.row) for one in bad])
        with target.atomic():
            merge.start(target, other)
        before = merge.count_pages(target, "main")
        counted = _save_pages(target, rejected, progress)
        new = merge.count_pages(target, "main") - before
        return ImportReport(
            pages=new,
            same=merge.count_pages(target, "other") - new - (len(rejected) - len(bad)),
            posts=counted.posts_new,
            changed=counted.posts_changed,
            comments=counted.comments_new,
            pictures=merge.copy_unparsed(target, rejected),
            unplaced=tuple(Unidentified(name=name, why=why) for name, why in rejected),
        )


def _save_pages(target: Archive, rejected: merge.Rejected, progress: Progress) -> Counts:
    """Save the pages that `target` lacks, and again the stored pages that they make stale; return the changes."""
    ids = merge.new_ids(target)
    progress(0, len(ids))
    new = pages.within_size(target, merge.new_pages(target, ids, rejected), "other")
    counted = _save_slices(target, new, merge.save_new, rejected, lambda done: progress(done, len(ids)))
    counted += _save_slices(target, merge.stale_pages(target), _resave, rejected)
    merge_listed_before(target)
    return counted


def _save_slices(
    archive: Archive,
    stored: Iterable[pages.StoredPage],
    save: Callable[[Archive, int, CrawledPage], Counts],
    rejected: merge.Rejected,
    progress: Callable[[int], None] = lambda done: None,
) -> Counts:
    """Parse pages on all cores and save them, a slice in each transaction; return the counts of changed rows.

    A page that cannot be parsed is not saved, and `rejected` has its URL and the reason.
    """
    counted, done = Counts(), 0
    with closing(parse_stored_pages(stored, rejected)) as parsed:
        while batch := list(islice(parsed, 1)):  # a transaction begins only if a page is left for it
            with save_page.page_transaction(archive):
                for page_id, crawled in chain(batch, islice(parsed, merge.PAGES_OF_SLICE - 1)):
                    counted += save(archive, page_id, crawled)
                    done += 1
                    progress(done)
    return counted


def _resave(archive: Archive, page_id: int, crawled: CrawledPage) -> Counts:
    return save_page.resave_page(archive, page_id, crawled).changes
