"""`import warc`: the pages of known blogs in a WARC file, and the pictures of their posts."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from blogarchive.errors import UsageError
from blogarchive.importing.bringing import Bringer
from blogarchive.importing.pictures import keep_picture
from blogarchive.importing.placing import CannotPlace, place, placed, target_of
from blogarchive.importing.report import Imported, Progress, no_progress
from blogarchive.importing.saved import SavedPage, saved_at
from blogarchive.items import PageKind, Target
from blogarchive.sites.site import names
from blogarchive.store import lock
from blogarchive.store.archive import Archive
from blogarchive.store.brought import lacking_pictures
from blogarchive.store.kept import PAGE_FIELD

_KINDS = ("response", "resource")
_LARGEST = 64 * 2**20
_CUT = {len("YYYY"): "-01-01", len("YYYY-MM"): "-01"}


def import_warc(
    archive: Path, source: Path, *, site: str | None = None, progress: Progress = no_progress
) -> Imported:
    """Bring the pages of known sites in the WARC file `source` into the archive, made where there is none.

    A page's time is its record's. Records of other hosts are passed over; pages of known hosts that cannot be
    read are listed. Pictures are taken where a post of the archive shows them. `progress` counts records; their
    number is not known before, and 0 is told for it. Raises as `import_html`, and `UsageError` where the file is
    no WARC.
    """
    if not source.is_file():
        raise UsageError(f"no file at {source}")
    next(_records(source), None)  # what is no WARC leaves no archive behind
    with (
        lock.holding(archive, "import", now=datetime.now(UTC)),
        closing(Archive.open(archive, create=True)) as held,
    ):
        bringer = Bringer(held)
        for count, record in enumerate(_records(source), 1):
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
    def of(cls, record: Any, site: str | None) -> "OwnField | None":
        """The record's field; None where it has none, or none that makes sense."""
        text = record.rec_headers.get_header(PAGE_FIELD)
        try:
            told = json.loads(text) if text else None
            if told is None or (site or told["site"]) not in names():
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


def _records(source: Path) -> Iterator[Any]:
    with source.open("rb") as file:
        try:
            for record in ArchiveIterator(file):
                if record.rec_type in _KINDS and record.rec_headers.get_header("WARC-Target-URI"):
                    yield record
        except ArchiveLoadFailed as error:
            raise UsageError(f"{source} is no WARC file, or is cut off ({error})") from error


def _bring_page(bringer: Bringer, record: Any, source: Path, site: str | None) -> None:
    url = record.rec_headers.get_header("WARC-Target-URI")
    own = OwnField.of(record, site)
    if record.rec_type != "response" or record.http_headers is None:
        return
    if own is None and target_of(url, site) is None:
        return
    headers = tuple((str(name), str(value)) for name, value in record.http_headers.headers)
    content_type = record.http_headers.get_header("Content-Type") or ""
    if record.http_headers.get_statuscode() != "200" or "html" not in (content_type or "html").lower():
        return
    page = SavedPage(
        path=source,
        name=f"{source.name} {url}",
        body=record.content_stream().read(_LARGEST),
        saved_at=_moment(record, source),
        url=url,
        content_type=content_type,
        headers=headers,
    )
    try:
        visit = place(page, site=site) if own is None else placed(page, own.target)
    except CannotPlace as why:
        bringer.refuse(url, str(why))
    else:
        bringer.bring(url, visit, counted=own.counted if own else None)


def _bring_pictures(archive: Archive, bringer: Bringer, source: Path) -> None:
    wanted = lacking_pictures(archive)
    for record in _records(source) if wanted else ():
        url = record.rec_headers.get_header("WARC-Target-URI")
        if url not in wanted or (record.http_headers and record.http_headers.get_statuscode() != "200"):
            continue
        body = record.content_stream().read(_LARGEST)
        bringer.pictures += keep_picture(archive, url, body, _moment(record, source))


def _moment(record: Any, source: Path) -> datetime:
    """When the record was made (UTC), a date that is cut short (WARC 1.1) at its beginning; else the file's time."""
    text = (record.rec_headers.get_header("WARC-Date") or "").strip()
    try:
        found = datetime.fromisoformat(text + _CUT.get(len(text), ""))
    except ValueError:
        return saved_at(source)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
