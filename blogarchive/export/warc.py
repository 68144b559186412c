"""`export warc`: the pages as served, and the images, in the format of web archives (ISO 28500)."""

import json
import marshal
import re
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus  # `http.client`, which has these too, imports the libraries of mail and TLS
from io import BytesIO
from typing import IO, Any, Final, NamedTuple
from urllib.parse import urlsplit

from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from blogarchive import installed_version
from blogarchive.errors import ArchiveDamaged
from blogarchive.export.folder import BUFFER, short_digest
from blogarchive.export.run import ExportJob, exporter_of_blogs
from blogarchive.fetched import Page
from blogarchive.store.pages.pages import PageRow
from blogarchive.store.read.exports import PAGE_FIELD, StoredImage
from blogarchive.workers.pool import map_in_order

_WWW: Final = "www."
_VERSION: Final = "WARC/1.1"
_BUILDER: Final = RecordBuilder(warc_version=_VERSION)
SAFE_URL: Final = re.compile(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]+)?/[\w./?&=-]*", re.ASCII)
"""URLs that are the same to all programs."""


class Record(NamedTuple):
    """A record of a WARC with its entry in an index. `key` has the URL and the time, `facts` is JSON without the place.

    `digest` is that of the page or image it was built from. An image is no page. A WACZ also has such a place for each
    block of its texts, without a key. There `digest` is that of the text, and `offset` is in the package.
    """

    digest: str
    offset: int
    length: int
    is_page: bool
    key: str = ""
    facts: str = ""


def _describe_record(record: Any) -> tuple[str, str]:
    """Return key and facts of a record that warcio wrote. Before, its headers are not complete."""
    url = record.rec_headers.get_header("WARC-Target-URI")
    http = record.http_headers
    media_type = http.get_header("Content-Type") if http else record.content_type
    moment = record.rec_headers.get_header("WARC-Date").translate(_NO_PUNCTUATION)
    facts = {
        "url": url,
        "mime": (media_type or "").partition(";")[0].strip().lower(),
        "status": http.get_statuscode() if http else "200",
        "digest": record.rec_headers.get_header("WARC-Payload-Digest"),
    }
    return f"{url_key(url)} {moment}", json.dumps(facts)


def url_key(url: str) -> str:
    """Return the sort key of a URL, with its host reversed, as ReplayWeb.page computes it (`getSurt`)."""
    if not SAFE_URL.fullmatch(url):
        from w3lib.url import safe_url_string  # imports an HTTP client: a tenth of a second export

        url = safe_url_string(url)
    parts = urlsplit(url.lower())
    host = (parts.hostname or "").removeprefix(_WWW)
    port = f":{parts.port}" if parts.port else ""
    query = "?" + "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{','.join(reversed(host.split('.')))}{port}){parts.path or '/'}{query}"


_NO_PUNCTUATION: Final = str.maketrans("", "", "-:TZ")


UNKNOWN_TIME: Final = "1970-01-01T00:00:00+00:00"
"""The time of a record without a fetch time."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_TRANSFER_HEADERS = {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}


def build_record(source: PageRow | StoredImage, *, is_compressed: bool) -> tuple[bytes, str, str]:
    """Return the record of a page or an image, with its key and facts. Raises `ArchiveDamaged` if a page is damaged."""
    record = _page_record(source) if isinstance(source, PageRow) else _image_record(source)
    return _write(record, is_compressed=is_compressed), *_describe_record(record)


def build_info(name: str, recorded_at: str, *, is_compressed: bool) -> bytes:
    """Return the first record of the file called `name`; `recorded_at` is an ISO time with an offset."""
    fields = {"software": f"blogarchive {installed_version()}", "format": "WARC File Format 1.1"}
    text = "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode()
    headers = _record_headers("warcinfo", name, recorded_at, text)
    headers["WARC-Filename"] = name
    content = BytesIO(text), len(text), "application/warc-fields"
    record = _BUILDER.create_warc_record("", "warcinfo", *content, warc_headers_dict=headers)
    return _write(record, is_compressed=is_compressed)


def _write(record: Any, *, is_compressed: bool) -> bytes:
    content = BytesIO()
    WARCWriter(content, gzip=is_compressed, warc_version=_VERSION).write_record(record)
    return content.getvalue()


def warc_date(at: str) -> str:
    """Return an ISO time with an offset as UTC in seconds: `2025-01-28T09:46:53Z`."""
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _page_record(row: PageRow) -> Any:
    page = row.unpack().page
    headers = _record_headers("response", page.url, row.fetched_at, page.body) | _target_field(row)
    status = f"{page.status} {_PHRASES.get(page.status, 'Unknown')}"
    http_headers = StatusAndHeaders(status, list(_http_headers(page)), protocol="HTTP/1.1")
    content = BytesIO(page.body), len(page.body)
    given = {"warc_headers_dict": headers, "http_headers": http_headers}
    return _BUILDER.create_warc_record(page.url, "response", *content, **given)


def _image_record(image: StoredImage) -> Any:
    image.check()
    content = BytesIO(image.body), len(image.body), image.content_type or "application/octet-stream"
    headers = _record_headers("resource", image.url, image.fetched_at or UNKNOWN_TIME, image.body)
    return _BUILDER.create_warc_record(image.url, "resource", *content, warc_headers_dict=headers)


def _record_headers(kind: str, url: str, fetched_at: str, body: bytes) -> dict[str, str]:
    """Return an id and a date without clock or chance: the same record has the same headers."""
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {url} {fetched_at} {len(body)}")
    return {"WARC-Record-ID": f"<urn:uuid:{identity}>", "WARC-Date": warc_date(fetched_at)}


def _target_field(page: PageRow) -> dict[str, str]:
    """Return the target and counters of a page, which `import warc` reads; other programs ignore the field."""
    target, counted = json.loads(page.target), json.loads(page.counted or "null")
    values = {"site": page.site, "target": target, "counted": counted}
    return {PAGE_FIELD: json.dumps(values, sort_keys=True)}


def _http_headers(page: Page) -> Iterator[tuple[str, str]]:
    for name, value in page.headers:
        if name.lower() not in _TRANSFER_HEADERS:
            yield " ".join(name.split()), " ".join(value.split())  # a line end would begin another header
    if not any(name.lower() == "content-type" for name, _ in page.headers):
        yield "Content-Type", "text/html"  # a page that a person saved has no headers
    yield "Content-Length", str(len(page.body))


LOCAL_RECORDS = 300  # records that this process builds while workers start


@exporter_of_blogs
def export_warc(job: ExportJob) -> None:
    """Write every stored page and image to the file `out`, or to `pages.warc.gz` in it if it is a folder.

    Each record is compressed by itself unless the name ends in `.warc`. Only the filter by author applies, because
    pages are exported whole; others raise `UsageError`. Records of unchanged pages are copied from the file that is
    replaced. A damaged page is left out and reported.
    """
    with job.open_file("pages.warc.gz") as file, open_earlier(job) as earlier:
        write_records(job, file, job.out.name, earlier, is_compressed=job.out.suffix != ".warc")
    # Entries of an index, which a WARC has not, are two thirds of the record of the export.
    job.done.records = [record[:4] for record in job.done.records]


def open_earlier(job: ExportJob) -> AbstractContextManager[IO[bytes]]:
    """Return the file that is replaced, an empty one if nothing is copied from it."""
    return job.out.open("rb", BUFFER) if job.earlier else nullcontext(BytesIO())


def write_records(
    job: ExportJob, file: Any, name: str, earlier: IO[bytes], *, is_compressed: bool = True, begin: int = 0
) -> None:
    """Write every page and image to `file`, the WARC `name`; a damaged page is left out.

    Records are built on all cores; those of the earlier file are copied. Its WARC begins at `begin`, as in the new one.
    """
    content = build_info(name, job.reader.first_fetched_at() or UNKNOWN_TIME, is_compressed=is_compressed)
    file.write(content)
    offset, records = len(content), job.done.records
    for record, built in _in_order(job, is_compressed):
        if built is None:
            earlier.seek(begin + record[1])
            built = earlier.read(record[2])
        file.write(built)
        records.append((record[0], offset, *record[2:]))
        offset += len(built)
    job.done.pages = sum(record[3] for record in records)
    job.done.pictures = len(records) - job.done.pages


def _in_order(job: ExportJob, is_compressed: bool) -> Iterator[tuple[Sequence[Any], bytes | None]]:
    """Yield the values of a `Record` and its bytes for each page and image; None for an earlier record's bytes.

    A damaged one is left out. Values of earlier records stay lists: to make objects of them takes as long as to copy them.
    """
    known = {record[0]: record for record in job.earlier}
    waiting: deque[Sequence[Any] | None] = deque()  # None: the record is built

    def changed() -> Iterator[tuple[str, PageRow | StoredImage]]:
        for source in _sources(job):
            digest = short_digest(marshal.dumps(tuple(source), 2))  # of all stored values
            waiting.append(known.get(digest))
            if waiting[-1] is None:
                yield digest, source

    build = partial(_build_one, is_compressed=is_compressed)
    for (digest, source), built in map_in_order(build, changed(), local=LOCAL_RECORDS, size=_size):
        while (kept := waiting.popleft()) is not None:
            yield kept, None
        if isinstance(built, str):
            job.done.damaged.append(built)
        else:
            content, key, facts = built
            yield Record(digest, 0, len(content), isinstance(source, PageRow), key, facts), content
    yield from ((kept, None) for kept in waiting if kept is not None)


_Built = tuple[bytes, str, str] | str


def _build_one(job: tuple[str, PageRow | StoredImage], *, is_compressed: bool) -> _Built:
    try:
        return build_record(job[1], is_compressed=is_compressed)
    except ArchiveDamaged as error:
        return str(error)


def _sources(job: ExportJob) -> Iterator[PageRow | StoredImage]:
    ids = job.reader.page_ids()
    job.progress(0, len(ids))
    for done, page in enumerate(job.reader.pages(ids), 1):
        yield page
        job.progress(done, len(ids))
    yield from job.reader.stored_images()


def _size(job: tuple[str, PageRow | StoredImage]) -> int:
    body = job[1].body
    return len(body) if isinstance(body, bytes) else 0  # of a damaged page it may be anything
