"""`import html`: pages that a person saved become rows, read by the same readers as fetched pages."""

from pathlib import Path

from blogarchive.errors import UsageError
from blogarchive.importing.identify import place, target_of
from blogarchive.importing.image_urls import restored
from blogarchive.importing.images import bring_pictures
from blogarchive.importing.importer import PageImporter
from blogarchive.importing.report import ImportReport, Progress, no_progress
from blogarchive.importing.saved_files import SavedPage, files_in, load, name_of
from blogarchive.items import PageKind
from blogarchive.sites.base import site_by_name, site_names
from blogarchive.store.database import lock
from blogarchive.store.database.archive import Archive
from blogarchive.store.timestamps import utc_now


def import_html(
    archive: Path,
    source: Path,
    *,
    url: str | None = None,
    site: str | None = None,
    progress: Progress = no_progress,
) -> ImportReport:
    """Bring the saved pages of `source`, a file or a folder, into the archive, which is made where there is none.

    A page's time is that of its file (an MHTML tells its own), so an import never overrides what was read later.
    `url` is the address of the page, where `source` is one file, or of the blog; `site` forces a site's readers.
    What is held already is left alone, byte for byte: the same import again changes nothing. A file that cannot
    be placed is listed in the result. Where a browser put its own addresses of pictures, those that the archive knows are
    put back. Raises `UsageError`, `ArchiveBusy`, `ArchiveDamaged`, `CannotWrite`.
    """
    _check(source, url, site)
    found = files_in(source)
    with (
        lock.hold_lock(archive, "import", now=utc_now()),
        Archive.open(archive, create=True) as held,
    ):
        bringer = PageImporter(held)
        for path, why in found.closed:
            bringer.refuse(name_of(path, source), f"it cannot be read ({why})")
        progress(0, len(found.files))
        for done, path in enumerate(found.files, 1):
            with bringer.trying(name_of(path, source)):
                _bring(bringer, load(path, source), source, url, site)
            progress(done, len(found.files))
        return bringer.report()


def _bring(bringer: PageImporter, saved: SavedPage, source: Path, url: str | None, site: str | None) -> None:
    saved, crawled = restored(bringer.archive, saved, place(saved, url=url, site=site))
    if bringer.bring(saved.name, crawled):
        bringer.pictures += bring_pictures(bringer.archive, saved, crawled, source)


def _check(source: Path, url: str | None, site: str | None) -> None:
    if site is not None:
        site_by_name(site)
    if url is None:
        return
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url!r} is no URL; write it as https://blog.creaders.net/u/31182/")
    target = target_of(url, site)
    if target is None:
        raise UsageError(f"no known site has {url}; name one with --site ({', '.join(site_names())})")
    if target.kind is PageKind.UNKNOWN and target.uid is None:
        raise UsageError(f"{url} is the address of no blog and of no page of one")
    if target.kind is not PageKind.HOME and not source.is_file():
        raise UsageError(
            f"{url} is one page, and {source} no single file; give the blog's address, or one file"
        )
