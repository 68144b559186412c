"""`import warc`: the pages of known blogs in a WARC file, and the pictures of their posts."""

import json
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from blogarchive.errors import UsageError
from blogarchive.importing.identify import CannotIdentify, place, placed, target_of, unread
from blogarchive.importing.images import keep_picture
from blogarchive.importing.importer import PageImporter
from blogarchive.importing.report import ImportReport, Progress, no_progress
from blogarchive.importing.saved_files import SavedPage
from blogarchive.importing.warc_records import Record, records
from blogarchive.items import PageKind, Target
from blogarchive.sites.base import site_by_name, site_names
from blogarchive.store.database import lock
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.imported_pages import urls_without_media_file
from blogarchive.store.queries.export_models import PAGE_FIELD
from blogarchive.store.timestamps import utc_now


def import_warc(
    archive: Path, source: Path, *, site: str | None = None, progress: Progress = no_progress
) -> ImportReport:
    """Bring the pages of known sites in the WARC file `source` into the archive, made where there is none.

    A page's time is its record's. Records of other hosts are passed over; pages of known hosts that cannot be
    read are listed, and so is where the file is cut short. Pictures are taken where a post of the archive shows
    them. `progress` counts records; their number is not known before, and 0 is told for it. Raises as
    `import_html`, and `UsageError` where the file is no WARC.
    """
    if site is not None:
        site_by_name(site)
    if not source.is_file():
        raise UsageError(f"no file at {source}")
    next(records(source, _nobody), None)  # what is no WARC leaves no archive behind
    with (
        lock.hold_lock(archive, "import", now=utc_now()),
        Archive.open(archive, create=True) as held,
    ):
        bringer = PageImporter(held)
        for count, record in enumerate(records(source, bringer.refuse), 1):
            with bringer.trying(record.url):
                _bring_page(bringer, record, source, site)
            progress(count, 0)
        _bring_pictures(held, bringer, source)
        return bringer.report()


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnField:
    """What a WARC that `export warc` wrote tells of a page beside its address."""

    target: Target
    counted: str | None

    @classmethod
    def of(cls, record: Record, site: str | None) -> "OwnField | None":
        """The record's field; None where it has none, or none that makes sense."""
        text = record.field(PAGE_FIELD)
        try:
            told = json.loads(text) if text else None
            if told is None or (site or told["site"]) not in site_names():
                return None
            known = told["target"]
            target = Target(
                url=str(known["url"]),
                site=site or told["site"],
                kind=PageKind(known.get("kind", PageKind.UNKNOWN)),
                uid=known.get("uid"),
                number=known.get("number"),
                post_number=known.get("post_number"),
                page_no=int(known.get("page_no", 1)),
                chain=known.get("chain"),
            )
        except (ValueError, LookupError, TypeError, AttributeError):
            return None
        return cls(target=target, counted=json.dumps(told["counted"]) if told.get("counted") else None)


def _bring_page(bringer: PageImporter, record: Record, source: Path, site: str | None) -> None:
    own = OwnField.of(record, site)
    if not record.answered or "html" not in (record.content_type or "html").lower():
        return
    if own is None and (record.status != HTTPStatus.OK or target_of(record.url, site) is None):
        return
    page = _page(record, source)
    if own is None:
        bringer.bring(record.url, place(page, site=site))
    else:
        _bring_own(bringer, record.url, page, own)


def _page(record: Record, source: Path) -> SavedPage:
    return SavedPage(
        path=source,
        name=f"{source.name} {record.url}",
        body=record.content(),
        saved_at=record.moment,
        url=record.url,
        content_type=record.content_type,
        headers=record.headers,
        status=record.status,
    )


def _bring_own(bringer: PageImporter, name: str, page: SavedPage, own: OwnField) -> None:
    """A page as an archive kept it: what said nothing of a post there, such as a notice, is kept as it is here too."""
    try:
        crawled = placed(page, own.target)
    except CannotIdentify:
        bringer.keep(unread(page, own.target))
    else:
        bringer.bring(name, crawled, counted=own.counted, own=True)


def _bring_pictures(archive: Archive, bringer: PageImporter, source: Path) -> None:
    wanted = urls_without_media_file(archive)
    for record in records(source, _nobody) if wanted else ():
        if record.url in wanted and record.status == HTTPStatus.OK:
            with suppress(CannotIdentify):
                bringer.pictures += keep_picture(archive, record.url, record.content(), record.moment)


def _nobody(_name: str, _why: str) -> None:
    """The first reading has told it."""
