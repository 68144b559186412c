"""`import warc`: store the pages of known sites in a WARC file, and the images of their posts."""

import json
from contextlib import suppress
from gettext import ngettext
from http import HTTPStatus
from pathlib import Path

from blogarchive.importing.identify import find_target, identify, parse_as, to_crawled_page
from blogarchive.importing.importer import ImportReport, PageImporter
from blogarchive.importing.saved_files import CannotIdentify, SavedPage, require_plain_file
from blogarchive.importing.warc_records import Record, read_records
from blogarchive.items import CrawledPage, Target
from blogarchive.sites.base import find_site, site_by_name
from blogarchive.store.ingest.reparse import urls_without_media_file
from blogarchive.store.pages.pages import parse_counted, parse_target
from blogarchive.store.read.exports import PAGE_FIELD
from blogarchive.store.rows import Progress, load_json, no_progress
from blogarchive.workers.parser_process import run_guarded


def import_warc(
    archive: Path, source: Path, *, site: str | None = None, progress: Progress = no_progress
) -> ImportReport:
    """Import the pages of known sites from the WARC file `source`; create the archive if there is none.

    The time of a page is that of its record. Records of other hosts are skipped; if there is no page of a known host,
    the report says so. Pages of known hosts that cannot be parsed are listed in it, and so is a truncated file. An
    image is stored if a stored post shows it. `progress` counts records; their total is not known. Raises as
    `import_html`, and `UsageError` if the file is no WARC.
    """
    if site is not None:
        site_by_name(site)
    require_plain_file(source)
    next(read_records(source, _ignore), None)  # raises before an archive is created for nothing
    others = 0
    with PageImporter.open(archive) as importer:
        for count, record in enumerate(read_records(source, importer.reject), 1):
            with importer.isolate_failure(record.url):
                others += not _import_record(importer, record, source, site)
            progress(count, 0)
        if others and not importer.has_pages:
            text = ngettext(
                "{count} page is of a host that no site has; --site web reads it as one of any blog",
                "{count} pages are of hosts that no site has; --site web reads them as those of any blog",
                others,
            )
            importer.reject(source.name, text.format(count=others))
        # After all pages: an image may be before the only page that shows it.
        _import_images(importer, source)
        return importer.report()


def _parse_export_field(record: Record, site: str | None) -> tuple[Target, str | None] | None:
    """Return target and counters of a page from the field of `export warc`; None if it is missing or invalid."""
    text = record.field(PAGE_FIELD)
    try:
        values = load_json(text, dict) if text else None
        if values is None or find_site(site or values["site"]) is None:
            return None
        target = parse_target(json.dumps(values["target"]), record.url, site or values["site"])
        counted = json.dumps(values["counted"]) if values.get("counted") else None
        parse_counted(counted)
    except (ValueError, LookupError, TypeError):
        return None
    return target, counted


def _import_record(importer: PageImporter, record: Record, source: Path, site: str | None) -> bool:
    """Import a record that is a page of a known site, or that `export warc` wrote; return False for one of another host."""
    if not record.is_response:
        return True
    exported = _parse_export_field(record, site)
    # Some servers and crawlers leave the type out.
    is_html = "html" in (record.content_type or "html").lower()
    if exported is None and (not is_html or record.status != HTTPStatus.OK):
        return True
    if exported is None and find_target(record.url, site, known=True) is None:
        return False
    page = _read_page(record, source)
    if exported is None:
        importer.import_page(record.url, identify(page, site=site))
    else:
        _import_exported(importer, page, *exported)
    return True


def _read_page(record: Record, source: Path) -> SavedPage:
    """Return a record as a saved page. Raises `CannotIdentify` if its content cannot be read."""
    return SavedPage(
        path=source,
        name=f"{source.name} {record.url}",
        body=record.read_content(),
        saved_at=record.recorded_at,
        url=record.url,
        content_type=record.content_type,
        headers=record.headers,
        status=record.status,
    )


def _import_exported(importer: PageImporter, page: SavedPage, target: Target, counted: str | None) -> None:
    """Import a page that another archive stored; a page without a post, such as a notice, is stored unparsed."""
    crawled, is_page = run_guarded(len(page.body), _parse_exported, page, target)
    if is_page:
        importer.import_page(page.url or page.name, crawled, counted=counted, exported=True)
    else:
        importer.store_unparsed(crawled)


def _parse_exported(page: SavedPage, target: Target) -> tuple[CrawledPage, bool]:
    """Return the parsed page, and whether it is a page of a blog."""
    try:
        return parse_as(page, target), True
    except CannotIdentify:
        return to_crawled_page(page, target), False


def _import_images(importer: PageImporter, source: Path) -> None:
    wanted = urls_without_media_file(importer.archive)
    for record in read_records(source, _ignore) if wanted else ():
        if record.url in wanted and record.status == HTTPStatus.OK:
            with suppress(CannotIdentify):
                importer.import_image(record.url, record.read_content(), record.recorded_at)


def _ignore(_name: str, _why: str) -> None:
    """Ignore rejections: the first pass over the file has reported them."""
