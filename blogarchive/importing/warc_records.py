"""Read the records of a WARC or ARC file that may be a page or an image, and detect truncated ones."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from io import SEEK_END
from pathlib import Path
from typing import Any

from warcio.exceptions import ArchiveLoadFailed

from blogarchive.errors import UsageError
from blogarchive.importing.http_content import decode_content
from blogarchive.importing.parse_saved import CannotIdentify
from blogarchive.importing.saved_files import MAX_BYTES, modified_at
from blogarchive.importing.warc_files import ZstdError, is_arc, iterate_records, open_records
from blogarchive.store.rows import utc_now

_KINDS = ("response", "resource")
_BLOCK = 2**16
_MAX_DETAIL = 200
_DATE_SUFFIXES = {len("YYYY"): "-01-01", len("YYYY-MM"): "-01"}
_TRUNCATED = (EOFError, zlib.error, gzip.BadGzipFile, ZstdError)
_STATUS_DIGITS = 3
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK_ERROR = timedelta(days=1)

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
        self.is_refused = False

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
        """The time of the record (UTC); a date cut to year or month (WARC 1.1) means its first day; else the file's time.

        Raises `CannotIdentify` if the date is before 1970 or in the future: such a page would stay the newest one.
        """
        text = (self.field("WARC-Date") or "").strip()
        try:
            found = datetime.fromisoformat(text + _DATE_SUFFIXES.get(len(text), ""))
        except ValueError:
            return modified_at(self._source)
        try:
            moment = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            moment = datetime.max.replace(tzinfo=UTC)
        if not _EARLIEST <= moment <= utc_now() + _CLOCK_ERROR:
            raise CannotIdentify(_("its date {date} is out of range").format(date=text))
        return moment.replace(microsecond=0)

    def field(self, name: str) -> str | None:
        """Return the WARC header of that name, None if it is missing."""
        found: str | None = self._raw.rec_headers.get_header(name)
        return found

    def read_content(self) -> bytes:
        """Return the body without transfer encoding. Raises `CannotIdentify` if it is truncated, damaged or too large."""
        self.is_checked = self.is_refused = True
        try:
            block: bytes = self._raw.raw_stream.read(MAX_BYTES + 1)
            truncated = self.is_truncated()
        except _TRUNCATED as error:
            raise CannotIdentify(_("the record is cut short")) from error
        if len(block) > MAX_BYTES:
            raise CannotIdentify(_("it is larger than {size} MB").format(size=MAX_BYTES >> 20))
        if truncated or self.field("WARC-Truncated"):
            raise CannotIdentify(_("the record is cut short"))
        content = decode_content(block, self.headers, MAX_BYTES)
        self.is_refused = False
        return content

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
    with open_records(source) as file:
        iterator = iterate_records(file, is_arc=is_arc(source))
        reader = iterator.reader  # the iterator forgets it at the end of the file
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
            if not (last.is_refused and isinstance(error, EOFError)):
                reject(source.name, _("the rest of it cannot be read ({detail})").format(detail=detail))
            return
        # The rest is no record: the file ends inside a record's headers.
        is_cut = not reader.is_whole and last is not None and not last.is_refused
        if last is not None and (not last.is_checked or iterator.offset < size or is_cut):
            reject(source.name, _("the file is cut short"))


def _wrap_records(iterator: Any, source: Path) -> Iterator[Record]:
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
