"""`import warc`: store the pages of known sites in a WARC or ARC file, and the images of their posts.

The second half reads the records, decodes their contents, and detects truncated ones.
"""

import gzip
import hashlib
import json
import struct
import sys
import zlib
from base64 import b32encode, b64encode
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from gettext import gettext as _, ngettext
from http import HTTPStatus
from io import SEEK_END
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from warcio.archiveiterator import ArchiveIterator, WARCIterator
from warcio.bufferedreaders import DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed

from blogarchive.errors import UsageError
from blogarchive.importing import saved_files
from blogarchive.importing.identify import find_target, identify, parse_as, to_crawled_page
from blogarchive.importing.importer import ImportReport, PageImporter
from blogarchive.importing.saved_files import CannotIdentify, Reject, SavedPage
from blogarchive.items import CrawledPage, Target
from blogarchive.messages import N_
from blogarchive.parsing import content_encoding
from blogarchive.parsing.urls import split_web_url
from blogarchive.sites.base import find_site, site_by_name
from blogarchive.store.database.archive import NOTICES
from blogarchive.store.ingest.reparse import urls_without_media_file
from blogarchive.store.pages.pages import parse_counted, parse_target
from blogarchive.store.read.exports import PAGE_FIELD
from blogarchive.store.rows import Progress, load_json, no_progress
from blogarchive.workers.parser_process import run_guarded

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def import_warc(
    archive: Path, source: Path, *, site: str | None = None, progress: Progress = no_progress
) -> ImportReport:
    """Import the pages of known sites from the WARC file `source`; create the archive if there is none.

    The time of a page is that of its record. Records of other hosts are skipped; if there is no page of a known host,
    the report says so. Pages of known hosts that cannot be parsed are listed in it, and so are a truncated file and a
    damaged URL. An image is stored if a stored post shows it. `progress` counts records; their total is not known.
    Raises as `import_html`, and `UsageError` if the file is no WARC.
    """
    if site is not None:
        site_by_name(site)
    saved_files.require_plain_file(source)
    next(read_records(source, _ignore), None)  # raises before an archive is created for nothing
    others, unchecked = 0, set[str]()
    with PageImporter.open(archive) as importer:
        for count, record in enumerate(read_records(source, importer.reject), 1):
            with importer.isolate_failure(record.url):
                others += not _import_record(importer, record, source, site)
            unchecked.add(record.unknown_digest)
            progress(count, 0)
        for digest in filter(None, sorted(unchecked)):
            text = _("{name}: checksums of the unknown kind {kind!r} are not checked")
            NOTICES.warning(text.format(name=source.name, kind=digest))
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


def _parse_export_field(record: "Record", site: str | None) -> tuple[Target, str | None] | None:
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


def _import_record(importer: PageImporter, record: "Record", source: Path, site: str | None) -> bool:
    """Import a record that is a page of a known site, or that `export warc` wrote; return False for one of another host."""
    if not record.is_response:
        return True
    exported = _parse_export_field(record, site)
    # Some servers and crawlers leave the type out.
    is_html = "html" in (record.content_type or "html").lower()
    if exported is None and (not is_html or record.status != HTTPStatus.OK):
        return True
    if exported is None and split_web_url(record.url) is None:
        raise CannotIdentify(_("its URL is damaged"))
    if exported is None and find_target(record.url, site, known=True) is None:
        return False
    page = _read_page(record, source)
    if exported is None:
        importer.import_page(record.url, identify(page, site=site))
    else:
        _import_exported(importer, page, *exported)
    return True


def _read_page(record: "Record", source: Path) -> SavedPage:
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


# Records

_KINDS = ("response", "resource")
_BLOCK = 2**16
_FIRST_LINE = ", first line: "  # in messages of warcio
_MAX_DETAIL = 200
_DATE_SUFFIXES = {len("YYYY"): "-01-01", len("YYYY-MM"): "-01"}
_TRUNCATED = (EOFError, zlib.error, gzip.BadGzipFile, zstd.ZstdError)
_STATUS_DIGITS = 3
# Bytes of pages for each byte of their file. Files of crawlers reach 12 with gzip, 30 with a dictionary.
_MAX_RATIO = 50

_SMALLEST_FILE = 200_000  # a file of a few short pages may have any ratio
_RECORD_COST = 4_096  # bytes of a page that take as long to parse as the smallest one


class Record:
    """A record. Its content can be read once, before the next record is requested."""

    def __init__(self, raw: Any, source: Path) -> None:
        self._raw = raw
        self._source = source
        self.kind: str = raw.rec_type
        self.url: str = raw.rec_headers.get_header("WARC-Target-URI") or ""
        self.is_checked = False
        self.is_refused = False
        self.unknown_digest = ""
        self.cost = 0

    @property
    def is_response(self) -> bool:
        """Whether it is a response of a web server, with headers."""
        return self.kind == "response" and self._raw.http_headers is not None

    @property
    def status(self) -> int:
        """The status of the response; 200 if the record has none, 0 if it is invalid."""
        text = self._raw.http_headers.get_statuscode() if self._raw.http_headers else "200"
        return int(text) if len(text) == _STATUS_DIGITS and text.isascii() and text.isdigit() else 0

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of the response."""
        pairs = self._raw.http_headers.headers if self._raw.http_headers else ()
        return tuple((str(name), str(value)) for name, value in pairs)

    @property
    def content_type(self) -> str:
        """The Content-Type of the response, "" if it has none."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")

    @property
    def recorded_at(self) -> datetime:
        """The time of the record (UTC), else of the file; a year or month alone (WARC 1.1) means its first day.

        Raises `CannotIdentify` if the date is not plausible.
        """
        text = (self.field("WARC-Date") or "").strip()
        try:
            found = datetime.fromisoformat(text + _DATE_SUFFIXES.get(len(text), ""))
        except ValueError:
            return saved_files.modified_at(self._source)
        moment = saved_files.plausible_time(found if found.tzinfo else found.replace(tzinfo=UTC))
        if moment is None:
            raise CannotIdentify(_("its date {date} is out of range"), date=text)
        return moment

    def field(self, name: str) -> str | None:
        """Return the WARC header of that name, None if it is missing."""
        return cast("str | None", self._raw.rec_headers.get_header(name))

    def read_content(self) -> bytes:
        """Return the decoded body. Raises `CannotIdentify` if it is truncated, damaged or too large."""
        self.is_checked = self.is_refused = True
        self.cost = _RECORD_COST
        try:
            block: bytes = self._raw.raw_stream.read(saved_files.MAX_BYTES + 1)
            truncated = self.is_truncated()
        except _TRUNCATED as error:
            raise CannotIdentify(_(_CUT)) from error
        if len(block) > saved_files.MAX_BYTES:
            raise CannotIdentify(_("it is larger than {size} MB"), size=saved_files.MAX_BYTES >> 20)
        if truncated or self.field("WARC-Truncated"):
            raise CannotIdentify(_(_CUT))
        content = decode_content(block, self.headers, saved_files.MAX_BYTES)
        self.cost += len(content)
        # Crawlers disagree on whether the digest is one of the content without its encodings.
        if not any(map(self._may_be_payload, (block, _join_chunks(block, self.headers), content))):
            raise CannotIdentify(_("its content differs from its checksum"))
        self.is_refused = False
        return content

    def _may_be_payload(self, content: bytes) -> bool:
        """Return whether the digest of the record is that of `content`, or of an algorithm that is not known."""
        algorithm, _colon, digest = (self.field("WARC-Payload-Digest") or "").partition(":")
        try:
            found = hashlib.new(algorithm, content, usedforsecurity=False).digest()
        except (ValueError, TypeError):  # an unknown algorithm, or one without a fixed length
            self.unknown_digest = algorithm[:_MAX_DETAIL]
            return True
        # Any other form is a damaged header: Zstandard without a checksum turns damage into other text.
        given = digest.rstrip("=")
        is_base64 = given == b64encode(found).decode().rstrip("=")
        return is_base64 or given.upper() in (found.hex().upper(), b32encode(found).decode().rstrip("="))

    def is_truncated(self) -> bool:
        """Return whether the file ends before the record does; reads the record to its end."""
        raw = self._raw.raw_stream
        while raw.read(_BLOCK):
            pass
        # A record without a length has truncated headers.
        return getattr(raw, "limit", 1) > 0


def read_records(source: Path, reject: Reject) -> Iterator[Record]:
    """Yield the records of the file `source` that have a URL and a content.

    Calls `reject` once if the file cannot be read to its end, unless reading the last content raised for it. Raises
    `UsageError` if the file is no WARC.
    """
    last: Record | None = None
    with _open_records(source) as file:
        iterator = _iterate_records(file, is_arc=_is_arc(source))
        reader = iterator.reader  # the iterator forgets it at the end of the file
        try:
            for last in _wrap_records(iterator, source):
                reader.header_bytes = 0
                if last.kind in _KINDS and last.url:
                    yield last
                last.is_checked = last.is_checked or not last.is_truncated()
            size = file.seek(0, SEEK_END)
        except (ArchiveLoadFailed, *_TRUNCATED) as error:
            detail = "".join(filter(str.isprintable, " ".join(str(error).split())))[:_MAX_DETAIL]
            if _FIRST_LINE in detail:  # the rest of the message quotes bytes of the file
                detail = _("it has no record")
            if last is None:
                text = _("{source} is no WARC file ({detail})")
                raise UsageError(text, source=source, detail=detail) from error
            if not (last.is_refused and isinstance(error, EOFError)):
                reject(source.name, _("the rest of it cannot be read ({detail})").format(detail=detail))
            return
        # The rest is no record: the file ends inside a record's headers.
        is_cut = not reader.is_whole and last is not None and not last.is_refused
        if last is not None and (not last.is_checked or iterator.offset < size or is_cut):
            reject(source.name, _("the file is cut short"))


def _wrap_records(iterator: Any, source: Path) -> Iterator[Record]:
    """Yield the records. Raises `ArchiveLoadFailed` for damage, and for pages that are far larger than the file."""
    begun, left = False, _MAX_RATIO * max(source.stat().st_size, _SMALLEST_FILE)
    try:
        for raw in iterator:
            if raw.rec_type is not None:
                begun, record = True, Record(raw, source)
                yield record
                left -= record.cost
                if left < 0:
                    text = _("its pages are more than {ratio} times as large; unpack it first")
                    raise ArchiveLoadFailed(text.format(ratio=_MAX_RATIO))
            elif raw.rec_headers.protocol:  # blank lines at the end make an empty record without it
                raise ArchiveLoadFailed(_("a record has no type"))
    except AttributeError as error:  # of warcio, if a record's headers lack the URL
        raise ArchiveLoadFailed(_("the headers of a record are incomplete")) from error
    if not begun:
        raise ArchiveLoadFailed(_("it has no record"))


# Contents of records

_CHUNK_LINE = 64  # bytes of the longest line with the size of a chunk
_LARGEST_CHUNK = 2**31

_CUT = N_("the record is cut short")

Headers = Sequence[tuple[str, str]]


def decode_content(content: bytes, headers: Headers, max_bytes: int) -> bytes:
    """Return `content` without the encodings that `headers` declare.

    Raises `CannotIdentify` if it is truncated, damaged or larger than `max_bytes`, or if an encoding is unknown.
    """
    content = _join_chunks(content, headers)
    try:
        encodings = _header_tokens(headers, "content-encoding")
        return content_encoding.decode_content_encoding(content, encodings, max_bytes)
    except content_encoding.ContentError as error:
        raise CannotIdentify(_describe(error, max_bytes)) from error


def _describe(error: content_encoding.ContentError, max_bytes: int) -> str:
    layers = N_("its content is compressed in too many layers or parts")
    return _(_REASONS.get(type(error), layers)).format(size=max_bytes >> 20, name=error)


_REASONS: dict[type[content_encoding.ContentError], str] = {
    content_encoding.ContentTruncated: _CUT,
    content_encoding.ContentDamaged: N_("its compressed content is damaged"),
    content_encoding.ContentTooLarge: N_("it is larger than {size} MB"),
    content_encoding.UnknownEncoding: N_("its encoding {name} is unknown"),
}


def _header_tokens(headers: Headers, name: str) -> list[str]:
    return content_encoding.split_tokens(",".join(value for key, value in headers if key.lower() == name))


def _join_chunks(content: bytes, headers: Headers) -> bytes:
    """Return the joined chunks (RFC 9112, 7.1); content that does not begin with a chunk is returned unchanged.

    Raises `CannotIdentify` if it is truncated.
    """
    # `ChunkedDataReader` of warcio takes the trailers that may follow the last chunk for damage.
    if "chunked" not in _header_tokens(headers, "transfer-encoding"):
        return content
    joined, position = bytearray(), 0
    while True:
        end = content.find(b"\r\n", position, position + _CHUNK_LINE)
        size = _chunk_size(content[position:end]) if end >= 0 else None
        if size is None:
            if position == 0:
                return content
            raise CannotIdentify(_(_CUT))
        if size == 0:
            return bytes(joined)
        start, position = end + 2, end + 2 + size + 2
        if content[position - 2 : position] != b"\r\n":
            if not joined and position <= len(content):
                return content
            raise CannotIdentify(_(_CUT))
        joined += content[start : position - 2]


def _chunk_size(line: bytes) -> int | None:
    try:
        size = int(line.split(b";", 1)[0], 16)
    except ValueError:
        return None
    return size if 0 <= size <= _LARGEST_CHUNK else None


# Files of records

_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"
# A skippable frame with the dictionary of the file (https://iipc.github.io/warc-specifications/specifications/warc-zstd/).
_ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"
_TRAINED = b"\x37\xa4\x30\xec"
_GZIP = b"\x1f\x8b"
_ARC = b"filedesc:"
_LARGEST_DICTIONARY = 2**24  # a header may claim 4 GB
_MAX_HEADERS = 2**20  # bytes of a record's headers, with those of its response


class _GzipFile(gzip.GzipFile):
    """Returns the bytes before damage: `read` of the base class discards them and raises."""

    def read(self, size: int | None = -1) -> bytes:
        return self.read1(-1 if size is None else size)


class _ZstdFile(zstd.ZstdFile):
    """Returns the bytes before damage, as `_GzipFile`."""

    def read(self, size: int | None = -1) -> bytes:
        return self.read1(-1 if size is None else size)


def _open_records(source: Path) -> BinaryIO:
    """Open the file `source` for `_iterate_records`. Raises `UsageError` if it cannot be read.

    A file that is compressed as a whole is decompressed: warcio reads one record of each gzip member.
    """
    try:
        with saved_files.readable_file(source), source.open("rb") as file:
            first = file.read(4)
            file.seek(0)
            if first in (_ZSTD_FRAME, _ZSTD_DICTIONARY):
                return cast(BinaryIO, _ZstdFile(source, zstd_dict=_read_dictionary(file)))
            with suppress(AttributeError):
                deque(islice(_iterate_records(file, is_arc=_is_arc(source)), 2), maxlen=0)
    except ArchiveLoadFailed as error:
        if "non-chunked" in str(error):
            return cast(BinaryIO, _GzipFile(source))
    return source.open("rb")


def _iterate_records(file: BinaryIO, *, is_arc: bool) -> Any:
    """Return the iterator of warcio over the records of a file; those of an ARC file are converted.

    An HTML page may look like ARC, so that other files are read as WARC alone.
    """
    iterator = ArchiveIterator(file, arc2warc=True) if is_arc else WARCIterator(file)
    iterator.reader = _StrictReader(file)
    iterator.INC_RECORD = ""  # warcio would print it for an incomplete record, which the caller reports
    return iterator


class _StrictReader(DecompressingBufferedReader):  # type: ignore[misc]  # warcio has no types
    """Reader of gzip members. Raises `zlib.error` for damage, which warcio prints and reads as the end of the file.

    `is_whole` is False after the end of the file if the last member has no end. Headers without end are damage too.
    """

    is_whole = True
    header_bytes = 0

    def readline(self, length: int | None = None) -> bytes:
        """Return a line of the headers of a record. Raises `ArchiveLoadFailed` if they are too large."""
        most = _MAX_HEADERS + 1
        line: bytes = super().readline(min(length or most, most))
        self.header_bytes += len(line)
        if self.header_bytes > _MAX_HEADERS:
            raise ArchiveLoadFailed(_("the headers of a record are too large"))
        return line

    def _decompress(self, data: bytes) -> bytes:
        if self.decompressor is not None and data and self.num_block_read:
            return cast(bytes, self.decompressor.decompress(data))
        return cast(bytes, super()._decompress(data))

    def close_decompressor(self) -> None:
        if self.decompressor is not None:
            self.is_whole = self.decompressor.eof
        super().close_decompressor()


def _is_arc(source: Path) -> bool:
    """Return whether the file is an ARC file, compressed or not, by its first bytes."""
    with source.open("rb") as file:
        first = file.read(len(_ARC))
    if first.startswith(_GZIP):
        with suppress(EOFError, gzip.BadGzipFile, zlib.error), gzip.open(source) as unpacked:
            first = unpacked.read(len(_ARC))
    return first == _ARC


def _read_dictionary(file: BinaryIO) -> "zstd.ZstdDict | None":
    """Return the dictionary in the first frame, None if there is none. It may be compressed itself."""
    head = file.read(8)
    if not head.startswith(_ZSTD_DICTIONARY) or len(head) < 8:
        return None
    (size,) = struct.unpack("<I", head[4:])
    content = file.read(min(size, _LARGEST_DICTIONARY))
    try:
        if content.startswith(_ZSTD_FRAME):
            content = zstd.ZstdDecompressor().decompress(content, _LARGEST_DICTIONARY)
        return zstd.ZstdDict(content, is_raw=not content.startswith(_TRAINED))
    except (zstd.ZstdError, ValueError, EOFError):
        return None  # the first frame that needs it cannot be read, which is reported
