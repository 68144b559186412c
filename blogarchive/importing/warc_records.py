"""Read the records of a WARC file that may be a page or an image, and detect truncated ones."""

import gzip
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from gettext import gettext as _
from io import SEEK_END
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from warcio.archiveiterator import WARCIterator
from warcio.exceptions import ArchiveLoadFailed

from blogarchive.errors import UsageError
from blogarchive.importing.identify import CannotIdentify
from blogarchive.importing.saved_files import MAX_BYTES, modified_at

_KINDS = ("response", "resource")
_BLOCK = 2**16
_MAX_DETAIL = 200
_DATE_SUFFIXES = {len("YYYY"): "-01-01", len("YYYY-MM"): "-01"}
_TRUNCATED = (EOFError, zlib.error, gzip.BadGzipFile)

Reject = Callable[[str, str], None]
"""Called with the name of a file or record that is not imported, and the reason."""


class Record:
    """A record. Its content can be read once, before the next record is requested."""

    def __init__(self, raw: Any, source: Path) -> None:
        self._raw = raw
        self._source = source
        self.kind: str = raw.rec_type
        self.url: str = raw.rec_headers.get_header("WARC-Target-URI") or ""
        self.is_checked = False

    @property
    def is_response(self) -> bool:
        """Whether it is a response of a web server, with headers."""
        return self.kind == "response" and self._raw.http_headers is not None

    @property
    def status(self) -> int:
        """The status of the response; 200 if the record has none, 0 if it is invalid."""
        text = self._raw.http_headers.get_statuscode() if self._raw.http_headers else "200"
        return int(text) if text.isascii() and text.isdigit() else 0

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
        """The time of the record (UTC); a date cut to year or month (WARC 1.1) means its first day; else the file's time."""
        text = (self.field("WARC-Date") or "").strip()
        try:
            found = datetime.fromisoformat(text + _DATE_SUFFIXES.get(len(text), ""))
        except ValueError:
            return modified_at(self._source)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)

    def field(self, name: str) -> str | None:
        """Return the WARC header of that name, None if it is missing."""
        found: str | None = self._raw.rec_headers.get_header(name)
        return found

    def read_content(self) -> bytes:
        """Return the body without transfer encoding. Raises `CannotIdentify` if it is truncated or too large."""
        self.is_checked = True
        stream = self._raw.content_stream()
        try:
            body: bytes = stream.read(MAX_BYTES)
            larger, truncated = bool(stream.read(1)), self.is_truncated()
        except _TRUNCATED as error:
            raise CannotIdentify(_("the record is cut short")) from error
        if larger:
            raise CannotIdentify(_("it is larger than {size} MB").format(size=MAX_BYTES >> 20))
        if truncated or self.field("WARC-Truncated"):
            raise CannotIdentify(_("the record is cut short"))
        return body

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
    with _open(source) as file:
        iterator = _iterate(file)
        try:
            for last in _wrap_records(iterator, source):
                if last.kind in _KINDS and last.url:
                    yield last
                last.is_checked = last.is_checked or not last.is_truncated()
            size = file.seek(0, SEEK_END)
        except (ArchiveLoadFailed, *_TRUNCATED) as error:
            detail = "".join(filter(str.isprintable, " ".join(str(error).split())))[:_MAX_DETAIL]
            if last is None:
                raise UsageError(
                    _("{source} is no WARC file ({detail})").format(source=source, detail=detail)
                ) from error
            reject(source.name, _("the rest of it cannot be read ({detail})").format(detail=detail))
            return
        # The rest is no record: the file ends inside a record's headers.
        if last is not None and (not last.is_checked or iterator.offset < size):
            reject(source.name, _("the file is cut short"))


def _iterate(file: BinaryIO) -> Any:
    iterator = WARCIterator(file)  # without ARC, which an HTML page may look like
    iterator.INC_RECORD = ""  # warcio would print it for an incomplete record; `reject` reports that record
    return iterator


def _open(source: Path) -> BinaryIO:
    """Open the file, decompressed if gzip has one member: warcio reads one record of each. Raises `UsageError`."""
    try:
        with source.open("rb") as file, suppress(AttributeError):
            deque(islice(_iterate(file), 2), maxlen=0)
    except ArchiveLoadFailed as error:
        if "non-chunked" in str(error):
            return cast(BinaryIO, gzip.open(source))
    except OSError as error:
        raise UsageError(
            _("{source} cannot be read ({reason})").format(source=source, reason=error.strerror)
        ) from error
    return source.open("rb")


def _wrap_records(iterator: WARCIterator, source: Path) -> Iterator[Record]:
    begun = False
    try:
        for raw in iterator:
            if raw.rec_type is not None:
                begun = True
                yield Record(raw, source)
            elif raw.rec_headers.protocol:  # blank lines at the end make an empty record without it
                raise ArchiveLoadFailed(_("a record has no type"))
    except AttributeError as error:  # of warcio, if a record's headers lack the URL
        raise ArchiveLoadFailed(_("the headers of a record are incomplete")) from error
    if not begun:
        raise ArchiveLoadFailed(_("it has no record"))
