"""Build WARC records (ISO 28500) of stored pages and images; each can be built in another process."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any, Final

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from blogarchive import installed_version
from blogarchive.errors import ArchiveDamaged
from blogarchive.export.web_archive.cdx_index import IndexEntry, describe_record
from blogarchive.store.read.exports import PAGE_FIELD, PackedPage, PageRecord, StoredImage

UNKNOWN_TIME: Final = "1970-01-01T00:00:00+00:00"
"""The time of a record without a fetch time."""

_TRANSFER_HEADERS = {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}


@dataclass(frozen=True, kw_only=True, slots=True)
class WarcRecord:
    """The bytes of a record, and its entry in an index; an image is no page."""

    content: bytes
    entry: IndexEntry
    is_page: bool


def build_record(source: PackedPage | StoredImage, *, is_compressed: bool) -> WarcRecord | str:
    """Return the record of a page or an image, or a message if the bytes of a page are damaged."""
    content = BytesIO()
    writer = WARCWriter(content, gzip=is_compressed, warc_version="WARC/1.1")
    if isinstance(source, StoredImage):
        record = _image_record(writer, source)
    else:
        try:
            record = _page_record(writer, source.unpack())
        except ArchiveDamaged as error:
            return str(error)
    writer.write_record(record)
    return WarcRecord(
        content=content.getvalue(), entry=describe_record(record), is_page=isinstance(source, PackedPage)
    )


def build_info(name: str, recorded_at: str, *, is_compressed: bool) -> bytes:
    """Return the first record of the file called `name`; `recorded_at` is an ISO time with an offset."""
    fields = {"software": f"blogarchive {installed_version()}", "format": "WARC File Format 1.1"}
    text = "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode()
    headers = _record_headers("warcinfo", name, recorded_at, text)
    headers["WARC-Filename"] = name
    content = BytesIO()
    writer = WARCWriter(content, gzip=is_compressed, warc_version="WARC/1.1")
    writer.write_record(
        writer.create_warc_record(
            "", "warcinfo", BytesIO(text), len(text), "application/warc-fields", warc_headers_dict=headers
        )
    )
    return content.getvalue()


def warc_date(at: str) -> str:
    """Return an ISO time with an offset as UTC in seconds: `2025-01-28T09:46:53Z`."""
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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


def _image_record(writer: Any, image: StoredImage) -> Any:
    fetched_at = image.fetched_at or UNKNOWN_TIME
    return writer.create_warc_record(
        image.url,
        "resource",
        BytesIO(image.body),
        len(image.body),
        image.content_type or "application/octet-stream",
        warc_headers_dict=_record_headers("resource", image.url, fetched_at, image.body),
    )


def _record_headers(kind: str, url: str, fetched_at: str, body: bytes) -> dict[str, str]:
    """Return an id and a date without clock or chance: the same record has the same headers."""
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {url} {fetched_at} {len(body)}")
    return {"WARC-Record-ID": f"<urn:uuid:{identity}>", "WARC-Date": warc_date(fetched_at)}


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
