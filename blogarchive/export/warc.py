"""`export warc`: the pages as they were served, and the pictures, in the format of web archives (ISO 28500).

pywb, ReplayWeb.page and the Wayback Machine's tools open it. Bodies are stored as they were read, with any
compression of the transfer taken off; the headers say so.
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from blogarchive import __version__
from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.export.report import Exported
from blogarchive.export.writer import out_file, whole_file
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.export_models import PAGE_FIELD, Filters, StoredPage
from blogarchive.store.queries.export_reader import ExportReader, open_reader
from blogarchive.store.queries.post_models import Image

_TRANSFER = {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}
_ANY_TIME = "1970-01-01T00:00:00+00:00"


def export_warc(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write every stored page and picture to the file `out` (`pages.warc.gz` in it where it is a folder).

    Each record is compressed by itself unless the name ends in `.warc`. Pages are whole or not at all, so only
    the filter by author applies; others raise `UsageError`. Raises as `export_jsonl`, but for a page that is damaged:
    that one is left out and named.
    """
    if filters is not None and replace(filters, authors=()) != Filters():
        raise UsageError("a WARC holds whole pages: only --author picks among them")
    path = out_file(archive, out, "pages.warc.gz")
    with open_reader(archive, filters) as reader, whole_file(path) as file:
        writer = WARCWriter(file, gzip=path.suffix != ".warc", warc_version="WARC/1.1")
        pages = reader.page_ids()
        _write_info(writer, path.name, reader.first_fetched_at() or _ANY_TIME)
        damaged = _write_pages(writer, reader, pages, progress)
        pictures = _write_pictures(writer, reader)
    return Exported(out=path, pages=len(pages) - len(damaged), pictures=pictures, damaged=tuple(damaged))


def _write_info(writer: Any, name: str, moment: str) -> None:
    fields = {"software": f"blogarchive {__version__}", "format": "WARC File Format 1.1"}
    text = "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode()
    headers = _headers("warcinfo", name, moment, text)
    headers["WARC-Filename"] = name
    record = writer.create_warc_record(
        "", "warcinfo", BytesIO(text), len(text), "application/warc-fields", warc_headers_dict=headers
    )
    writer.write_record(record)


def _write_pages(writer: Any, reader: ExportReader, ids: Sequence[int], progress: Progress) -> list[str]:
    damaged = []
    progress(0, len(ids))
    for done, page_id in enumerate(ids, 1):
        try:
            _write_page(writer, reader.page(page_id))
        except ArchiveDamaged as error:
            damaged.append(str(error))
        progress(done, len(ids))
    return damaged


def _write_page(writer: Any, page: StoredPage) -> None:
    writer.write_record(
        writer.create_warc_record(
            page.url,
            "response",
            BytesIO(page.body),
            len(page.body),
            warc_headers_dict=_headers("response", page.url, page.fetched_at, page.body) | _told(page),
            http_headers=StatusAndHeaders(_status(page.status), list(_served(page)), protocol="HTTP/1.1"),
        )
    )


def _write_pictures(writer: Any, reader: ExportReader) -> int:
    count = 0
    for picture, fetched_at in reader.stored_images():
        _write_picture(writer, picture, fetched_at or _ANY_TIME, reader.image_bytes(picture.sha256 or ""))
        count += 1
    return count


def _write_picture(writer: Any, picture: Image, fetched_at: str, body: bytes) -> None:
    writer.write_record(
        writer.create_warc_record(
            picture.url,
            "resource",
            BytesIO(body),
            len(body),
            picture.content_type or "application/octet-stream",
            warc_headers_dict=_headers("resource", picture.url, fetched_at, body),
        )
    )


def _headers(kind: str, url: str, fetched_at: str, body: bytes) -> dict[str, str]:
    """What would be a clock's or chance's to choose: the id is made of what the record is."""
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {url} {fetched_at} {len(body)}")
    moment = datetime.fromisoformat(fetched_at).astimezone(UTC)
    return {"WARC-Record-ID": f"<urn:uuid:{identity}>", "WARC-Date": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _told(page: StoredPage) -> dict[str, str]:
    """What a page alone does not tell: which page of which comments it is. Readers pass over fields not theirs."""
    known = {
        "site": page.site,
        "target": json.loads(page.target),
        "counted": json.loads(page.counted or "null"),
    }
    return {PAGE_FIELD: json.dumps(known, sort_keys=True)}


def _served(page: StoredPage) -> Iterator[tuple[str, str]]:
    for name, value in page.headers:
        if name.lower() not in _TRANSFER:
            yield _plain(name), _plain(value)
    if not any(name.lower() == "content-type" for name, _ in page.headers):
        yield "Content-Type", "text/html"  # a page that was saved by a person came without headers
    yield "Content-Length", str(len(page.body))


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _plain(text: str) -> str:
    """A line end in a header would begin another header."""
    return " ".join(text.split())
