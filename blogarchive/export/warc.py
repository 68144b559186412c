"""`export warc`: the pages as served, and the images, in the format of web archives (ISO 28500).

pywb, ReplayWeb.page and the tools of the Wayback Machine open it. Bodies are without transfer compression, and the
headers agree with that.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from gettext import gettext as _
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Protocol

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from blogarchive import installed_version
from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.export.common.report import Exported
from blogarchive.export.common.writer import Digests, atomic_file, output_file
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.export_models import PAGE_FIELD, Filters, PageRecord
from blogarchive.store.queries.export_reader import ExportReader, open_reader
from blogarchive.store.queries.post_models import Image

_TRANSFER_HEADERS = {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}
UNKNOWN_TIME: Final = "1970-01-01T00:00:00+00:00"
"""The time of a record without a fetch time."""


class RecordFile(Protocol):
    """A file for records: a binary stream that may be unable to seek."""

    def write(self, data: bytes, /) -> object:
        """Write `data`."""

    def flush(self) -> object:
        """Pass on what was written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenRecords:
    """The counts of written pages and images; `damaged` has a message for each page that is left out."""

    pages: int
    images: int
    damaged: tuple[str, ...]


def export_warc(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write every stored page and image to the file `out`, or to `pages.warc.gz` in it if it is a folder.

    Each record is compressed by itself unless the name ends in `.warc`. Only the filter by author applies, because
    pages are exported whole; others raise `UsageError`. Raises as `export_jsonl`, except for a damaged page, which
    is left out and reported.
    """
    require_author_filter(filters)
    path = output_file(archive, out, "pages.warc.gz")
    files: Digests = {}
    with open_reader(archive, filters) as reader:
        with atomic_file(path, files) as file:
            written = write_records(file, reader, path.name, progress, is_compressed=path.suffix != ".warc")
        state = reader.finish()
    return Exported(
        out=path,
        pages=written.pages,
        pictures=written.images,
        damaged=written.damaged,
        files=files,
        archive_state=state,
    )


def require_author_filter(filters: Filters | None) -> None:
    """Raise `UsageError` if the filters name more than authors."""
    if filters is not None and replace(filters, authors=()) != Filters():
        raise UsageError(_("a WARC has whole pages: only --author selects among them"))


def write_records(
    file: RecordFile,
    reader: ExportReader,
    name: str,
    progress: Progress = no_progress,
    *,
    is_compressed: bool = True,
    on_record: Callable[[Any], None] = lambda record: None,
) -> WrittenRecords:
    """Write every page and image of `reader` to `file`, whose name is `name`; a damaged page is left out.

    `on_record` receives each written record of warcio, with its headers complete.
    """
    writer = WARCWriter(file, gzip=is_compressed, warc_version="WARC/1.1")

    def write(record: Any) -> None:
        writer.write_record(record)
        on_record(record)

    pages = reader.page_ids()
    write(_info_record(writer, name, reader.first_fetched_at() or UNKNOWN_TIME))
    damaged = []
    progress(0, len(pages))
    for done, page_id in enumerate(pages, 1):
        try:
            write(_page_record(writer, reader.page(page_id)))
        except ArchiveDamaged as error:
            damaged.append(str(error))
        progress(done, len(pages))
    images = 0
    for image, fetched_at in reader.stored_images():
        body = reader.image_bytes(image.sha256 or "")
        write(_image_record(writer, image, fetched_at or UNKNOWN_TIME, body))
        images += 1
    return WrittenRecords(pages=len(pages) - len(damaged), images=images, damaged=tuple(damaged))


def _info_record(writer: Any, name: str, recorded_at: str) -> Any:
    fields = {"software": f"blogarchive {installed_version()}", "format": "WARC File Format 1.1"}
    text = "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode()
    headers = _record_headers("warcinfo", name, recorded_at, text)
    headers["WARC-Filename"] = name
    return writer.create_warc_record(
        "", "warcinfo", BytesIO(text), len(text), "application/warc-fields", warc_headers_dict=headers
    )


def _page_record(writer: Any, page: PageRecord) -> Any:
    headers = _record_headers("response", page.url, page.fetched_at, page.body) | _target_field(page)
    return writer.create_warc_record(
        page.url,
        "response",
        BytesIO(page.body),
        len(page.body),
        warc_headers_dict=headers,
        http_headers=StatusAndHeaders(
            _status_line(page.status), list(_http_headers(page)), protocol="HTTP/1.1"
        ),
    )


def _image_record(writer: Any, image: Image, fetched_at: str, body: bytes) -> Any:
    return writer.create_warc_record(
        image.url,
        "resource",
        BytesIO(body),
        len(body),
        image.content_type or "application/octet-stream",
        warc_headers_dict=_record_headers("resource", image.url, fetched_at, body),
    )


def _record_headers(kind: str, url: str, fetched_at: str, body: bytes) -> dict[str, str]:
    """Return an id and a date without clock or chance: the same record has the same headers."""
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {url} {fetched_at} {len(body)}")
    return {"WARC-Record-ID": f"<urn:uuid:{identity}>", "WARC-Date": warc_date(fetched_at)}


def warc_date(at: str) -> str:
    """Return an ISO time with an offset as UTC in seconds: `2025-01-28T09:46:53Z`."""
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _target_field(page: PageRecord) -> dict[str, str]:
    """Return the target and counters of a page, which `import warc` reads; other programs ignore the field."""
    values = {
        "site": page.site,
        "target": json.loads(page.target),
        "counted": json.loads(page.counted or "null"),
    }
    return {PAGE_FIELD: json.dumps(values, sort_keys=True)}


def _http_headers(page: PageRecord) -> Iterator[tuple[str, str]]:
    for name, value in page.headers:
        if name.lower() not in _TRANSFER_HEADERS:
            yield _join_lines(name), _join_lines(value)
    if not any(name.lower() == "content-type" for name, _ in page.headers):
        yield "Content-Type", "text/html"  # a page that a person saved has no headers
    yield "Content-Length", str(len(page.body))


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _join_lines(text: str) -> str:
    """Join lines: a line end in a header would begin another header."""
    return " ".join(text.split())
