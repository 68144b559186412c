"""`export warc`: the pages as served, and the images, in the format of web archives (ISO 28500)."""

import heapq
import json
import uuid
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import partial
from gettext import gettext as _
from hashlib import blake2b
from http import HTTPStatus
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

from w3lib.url import safe_url_string
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from blogarchive import installed_version
from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.export.folder import Digests, atomic_file, output_file
from blogarchive.export.run import Exported
from blogarchive.items import Page
from blogarchive.store.pages.pages import PageRow
from blogarchive.store.read.exports import (
    PAGE_FIELD,
    ExportReader,
    Filters,
    StoredImage,
    open_reader,
)
from blogarchive.store.rows import Progress, no_progress
from blogarchive.workers.pool import map_in_order

INDEX_NAME: Final = "index.cdx.gz"
_LINES_PER_BLOCK: Final = 1024
_WWW: Final = "www."


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexEntry:
    """The entry of a record in an index: the key with the time, and the facts without the position in a WARC."""

    key: str
    facts: dict[str, str | None]


def describe_record(record: Any) -> IndexEntry:
    """Return the index entry of a record that warcio wrote. Before, its headers are not complete."""
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
    return IndexEntry(key=f"{url_key(url)} {moment}", facts=facts)


class CdxIndex:
    """The lines of an index, one for each record of a WARC; beyond 100,000 they are sorted in temporary files."""

    def __init__(self, warc_name: str, *, lines_in_memory: int = 100_000) -> None:
        self._warc_name = warc_name
        self._lines_in_memory = lines_in_memory
        self._lines: list[str] = []
        self._sorted_files: list[IO[str]] = []

    def add(self, record: "PlacedRecord") -> None:
        """Add a record."""
        place = {"length": str(record.length), "offset": str(record.offset), "filename": self._warc_name}
        self._lines.append(f"{record.key} {json.dumps(json.loads(record.facts) | place)}\n")
        if len(self._lines) >= self._lines_in_memory:
            self._sort_to_file()

    def blocks(self) -> Iterator[tuple[str, bytes]]:
        """Yield the compressed blocks of sorted lines, each with key and time of its first line."""
        merged = heapq.merge(sorted(self._lines), *self._sorted_files)
        while lines := list(islice(merged, _LINES_PER_BLOCK)):
            compressor = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
            compressed = compressor.compress("".join(lines).encode()) + compressor.flush()
            yield lines[0].partition(" {")[0], compressed
        for file in self._sorted_files:
            file.close()

    def _sort_to_file(self) -> None:
        file = TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - `blocks` closes it
        file.writelines(sorted(self._lines))
        file.seek(0)
        self._sorted_files.append(file)
        self._lines.clear()


def block_line(first: str, offset: int, block: bytes) -> str:
    """Return the line of `index.idx` for a block at `offset` bytes."""
    return f"{first} {json.dumps({'offset': offset, 'length': len(block)})}\n"


def head_line() -> str:
    """Return the first line of `index.idx`."""
    return f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': INDEX_NAME})}\n"


def url_key(url: str) -> str:
    """Return the sort key of a URL, with its host reversed, as ReplayWeb.page computes it (`getSurt`)."""
    parts = urlsplit(safe_url_string(url).lower())
    host = (parts.hostname or "").removeprefix(_WWW)
    port = f":{parts.port}" if parts.port else ""
    query = "?" + "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{','.join(reversed(host.split('.')))}{port}){parts.path or '/'}{query}"


_NO_PUNCTUATION: Final = str.maketrans("", "", "-:TZ")


UNKNOWN_TIME: Final = "1970-01-01T00:00:00+00:00"
"""The time of a record without a fetch time."""

_TRANSFER_HEADERS = {"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"}


@dataclass(frozen=True, kw_only=True, slots=True)
class WarcRecord:
    """The bytes of a record, and its entry in an index; an image is no page."""

    content: bytes
    entry: IndexEntry
    is_page: bool


def build_record(source: PageRow | StoredImage, *, is_compressed: bool) -> WarcRecord | str:
    """Return the record of a page or an image, or a message if the bytes of a page are damaged."""
    content = BytesIO()
    writer = WARCWriter(content, gzip=is_compressed, warc_version="WARC/1.1")
    try:
        record = (
            _page_record(writer, source) if isinstance(source, PageRow) else _image_record(writer, source)
        )
    except ArchiveDamaged as error:
        return str(error)
    writer.write_record(record)
    return WarcRecord(
        content=content.getvalue(), entry=describe_record(record), is_page=isinstance(source, PageRow)
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


def _page_record(writer: Any, row: PageRow) -> Any:
    page = row.unpack().page
    headers = _record_headers("response", page.url, row.fetched_at, page.body) | _target_field(row)
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
    image.check()
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


def _target_field(page: PageRow) -> dict[str, str]:
    """Return the target and counters of a page, which `import warc` reads; other programs ignore the field."""
    values = {
        "site": page.site,
        "target": json.loads(page.target),
        "counted": json.loads(page.counted or "null"),
    }
    return {PAGE_FIELD: json.dumps(values, sort_keys=True)}


def _http_headers(page: Page) -> Iterator[tuple[str, str]]:
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


_LOCAL = 300  # records that this process builds while workers start


class RecordFile(Protocol):
    """A file for records: a binary stream that may be unable to seek."""

    def write(self, data: bytes, /) -> object:
        """Write `data`."""


class PlacedRecord(NamedTuple):
    """Where a record is in a WARC, with its entry in an index; `digest` is that of the page or image it was built from."""

    digest: str
    offset: int
    length: int
    is_page: bool
    key: str
    facts: str


class EarlierRecords:
    """The records of the file that is replaced; `start` is the offset of its WARC in the file."""

    def __init__(
        self, file: BinaryIO | None = None, records: Iterable[PlacedRecord] = (), start: int = 0
    ) -> None:
        self.places = {record.digest: record for record in records}
        self._file = file
        self._start = start

    def read(self, place: PlacedRecord) -> WarcRecord:
        """Return the record at a place of `places`. Raises `ValueError` if the file does not have it."""
        if self._file is None:
            raise ValueError("no earlier file")
        self._file.seek(self._start + place.offset)
        entry = IndexEntry(key=place.key, facts=json.loads(place.facts))
        return WarcRecord(content=self._file.read(place.length), entry=entry, is_page=place.is_page)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenRecords:
    """The written pages and images; `damaged` has a message for each page that is left out."""

    records: Sequence[PlacedRecord]
    damaged: tuple[str, ...]


def export_warc(
    archive: Path,
    out: Path,
    *,
    filters: Filters | None = None,
    progress: Progress = no_progress,
    earlier: Sequence[PlacedRecord] = (),
) -> Exported:
    """Write every stored page and image to the file `out`, or to `pages.warc.gz` in it if it is a folder.

    Each record is compressed by itself unless the name ends in `.warc`. Only the filter by author applies, because
    pages are exported whole; others raise `UsageError`. `earlier` are the records of the file that is replaced: those
    of unchanged pages are copied. Raises as `export_jsonl`, except for a damaged page, which is left out and reported.
    """
    require_author_filter(filters)
    path = output_file(archive, out, "pages.warc.gz")
    files: Digests = {}
    with open_reader(archive, filters) as reader:
        with atomic_file(path, files) as file, open_earlier(path, earlier) as replaced:
            is_compressed = path.suffix != ".warc"
            written = write_records(
                file, reader, path.name, progress, is_compressed=is_compressed, earlier=replaced
            )
        state = reader.finish()
    return describe_export(path, written, files, state)


@contextmanager
def open_earlier(
    path: Path, records: Sequence[PlacedRecord], start: Callable[[BinaryIO], int] = lambda _file: 0
) -> Iterator[EarlierRecords]:
    """Open the file that is replaced, if records of it are known; `start` finds the offset of its WARC."""
    if not records:
        yield EarlierRecords()
        return
    with path.open("rb") as file:
        yield EarlierRecords(file, map(PlacedRecord._make, records), start(file))


def describe_export(path: Path, written: WrittenRecords, files: Digests, state: str | None) -> Exported:
    """Return the result of an export of these records to the file `path`."""
    pages = sum(record.is_page for record in written.records)
    return Exported(
        out=path,
        pages=pages,
        pictures=len(written.records) - pages,
        damaged=written.damaged,
        files=files,
        archive_state=state,
        records=written.records,
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
    earlier: EarlierRecords | None = None,
) -> WrittenRecords:
    """Write every page and image of `reader` to `file`, whose name is `name`; a damaged page is left out.

    Records are built on all cores; those that `earlier` has are copied.
    """
    first = build_info(name, reader.first_fetched_at() or UNKNOWN_TIME, is_compressed=is_compressed)
    file.write(first)
    offset = len(first)
    written: list[PlacedRecord] = []
    damaged: list[str] = []
    for digest, record in _in_order(_sources(reader, progress), earlier or EarlierRecords(), is_compressed):
        if isinstance(record, str):
            damaged.append(record)
            continue
        file.write(record.content)
        length = len(record.content)
        written.append(
            PlacedRecord(
                digest, offset, length, record.is_page, record.entry.key, json.dumps(record.entry.facts)
            )
        )
        offset += length
    return WrittenRecords(records=written, damaged=tuple(damaged))


def _in_order(
    sources: Iterator[PageRow | StoredImage], earlier: EarlierRecords, is_compressed: bool
) -> Iterator[tuple[str, WarcRecord | str]]:
    """Yield the digest of each source and its record, or the message of a damaged page."""
    waiting: deque[tuple[str, PlacedRecord] | None] = deque()  # None stands for a record that is built

    def changed() -> Iterator[tuple[str, PageRow | StoredImage]]:
        for source in sources:
            digest = _digest(source)
            place = earlier.places.get(digest)
            waiting.append((digest, place) if place else None)
            if place is None:
                yield digest, source

    build = partial(_build_one, is_compressed=is_compressed)
    for (digest, _source), record in map_in_order(build, changed(), local=_LOCAL, size=_size):
        while (kept := waiting.popleft()) is not None:
            yield kept[0], earlier.read(kept[1])
        yield digest, record
    for kept in waiting:
        if kept is not None:
            yield kept[0], earlier.read(kept[1])


def _digest(source: PageRow | StoredImage) -> str:
    """Return the digest of all stored values of a page or an image."""
    values = [getattr(source, one.name) for one in fields(source) if one.name != "body"]
    found = blake2b(repr(values).encode(errors="backslashreplace"), digest_size=16)
    found.update(source.body if isinstance(source.body, bytes) else repr(source.body).encode())
    return found.hexdigest()


def _build_one(job: tuple[str, PageRow | StoredImage], *, is_compressed: bool) -> WarcRecord | str:
    return build_record(job[1], is_compressed=is_compressed)


def _sources(reader: ExportReader, progress: Progress) -> Iterator[PageRow | StoredImage]:
    pages = reader.page_ids()
    progress(0, len(pages))
    for done, page_id in enumerate(pages, 1):
        yield reader.page(page_id)
        progress(done, len(pages))
    yield from reader.stored_images()


def _size(job: tuple[str, PageRow | StoredImage]) -> int:
    body = job[1].body
    return len(body) if isinstance(body, bytes) else 0  # of a damaged page it may be anything
