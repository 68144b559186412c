"""The records of a WARC file that may hold a page or a picture, and whether they are whole."""

import gzip
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import SEEK_END
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from warcio.archiveiterator import WARCIterator
from warcio.exceptions import ArchiveLoadFailed

from blogarchive.errors import UsageError
from blogarchive.importing.identify import CannotIdentify
from blogarchive.importing.saved_files import LARGEST, saved_at

_KINDS = ("response", "resource")
_BLOCK = 2**16
_LONGEST_TOLD = 200
_CUT = {len("YYYY"): "-01-01", len("YYYY-MM"): "-01"}
_NOT_WHOLE = (EOFError, zlib.error, gzip.BadGzipFile)

Refuse = Callable[[str, str], None]
"""Told the name of what is not brought in, and why."""


class Record:
    """One record; its content can be read once, before the next record is asked for."""

    def __init__(self, raw: Any, source: Path) -> None:
        self._raw = raw
        self._source = source
        self.kind: str = raw.rec_type
        self.url: str = raw.rec_headers.get_header("WARC-Target-URI") or ""
        self.told = False

    @property
    def answered(self) -> bool:
        """Whether it is an answer of a web server, with headers."""
        return self.kind == "response" and self._raw.http_headers is not None

    @property
    def status(self) -> int:
        """The answer's status; 200 where the record tells none, 0 where it makes no sense."""
        text = self._raw.http_headers.get_statuscode() if self._raw.http_headers else "200"
        return int(text) if text.isascii() and text.isdigit() else 0

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The answer's headers."""
        pairs = self._raw.http_headers.headers if self._raw.http_headers else ()
        return tuple((str(name), str(value)) for name, value in pairs)

    @property
    def content_type(self) -> str:
        """The answer's Content-Type, empty where it has none."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")

    @property
    def moment(self) -> datetime:
        """When it was made (UTC), a date that is cut short (WARC 1.1) at its beginning; else the file's time."""
        text = (self.field("WARC-Date") or "").strip()
        try:
            found = datetime.fromisoformat(text + _CUT.get(len(text), ""))
        except ValueError:
            return saved_at(self._source)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)

    def field(self, name: str) -> str | None:
        """The record's own field of that name."""
        found: str | None = self._raw.rec_headers.get_header(name)
        return found

    def content(self) -> bytes:
        """What was served, any transfer encoding taken off; raises `CannotIdentify` where it is not whole."""
        self.told = True
        stream = self._raw.content_stream()
        try:
            body: bytes = stream.read(LARGEST)
            larger, cut = bool(stream.read(1)), self.is_cut()
        except _NOT_WHOLE as error:
            raise CannotIdentify("the record is cut short") from error
        if larger:
            raise CannotIdentify(f"it is larger than {LARGEST >> 20} MB")
        if cut or self.field("WARC-Truncated"):
            raise CannotIdentify("the record is cut short")
        return body

    def is_cut(self) -> bool:
        """Whether the file ends before the record does; reads it to its end."""
        raw = self._raw.raw_stream
        while raw.read(_BLOCK):
            pass
        # Without a length it may go on for ever: its own headers were cut.
        return getattr(raw, "limit", 1) > 0


def records(source: Path, refuse: Refuse) -> Iterator[Record]:
    """The records of the file `source` that have an address and a content.

    `refuse` is told where the file cannot be read to its end, once, unless the last record's content tells it. Raises
    `UsageError` where it is no WARC file.
    """
    last: Record | None = None
    with _opened(source) as file:
        iterator = _records(file)
        try:
            for last in _all(iterator, source):
                if last.kind in _KINDS and last.url:
                    yield last
                last.told = last.told or not last.is_cut()
            size = file.seek(0, SEEK_END)
        except (ArchiveLoadFailed, *_NOT_WHOLE) as error:
            told = "".join(filter(str.isprintable, " ".join(str(error).split())))[:_LONGEST_TOLD]
            if last is None:
                raise UsageError(f"{source} is no WARC file ({told})") from error
            refuse(source.name, f"nothing more of it can be read ({told})")
            return
        # What is left made no record: the file ends in the middle of a record's own headers.
        if last is not None and (not last.told or iterator.offset < size):
            refuse(source.name, "the file is cut short")


def _records(file: BinaryIO) -> Any:
    iterator = WARCIterator(file)  # what may be an ARC may be a page just as well
    iterator.INC_RECORD = ""  # what it would print of a record that is not whole is told in one line here
    return iterator


def _opened(source: Path) -> BinaryIO:
    """The file; unpacked where gzip made one piece of it, which `warcio` reads one record of. Raises `UsageError`."""
    try:
        with source.open("rb") as file, suppress(AttributeError):
            deque(islice(_records(file), 2), maxlen=0)
    except ArchiveLoadFailed as error:
        if "non-chunked" in str(error):
            return cast(BinaryIO, gzip.open(source))
    except OSError as error:
        raise UsageError(f"{source} cannot be read ({error.strerror})") from error
    return source.open("rb")


def _all(iterator: WARCIterator, source: Path) -> Iterator[Record]:
    begun = False
    try:
        for raw in iterator:
            if raw.rec_type is not None:
                begun = True
                yield Record(raw, source)
            elif raw.rec_headers.protocol:  # blank lines at the end make an empty record, which has none
                raise ArchiveLoadFailed("a record says nothing of what it is")
    except AttributeError as error:  # of the library, where a record's own headers lack the address
        raise ArchiveLoadFailed("a record's own headers are not whole") from error
    if not begun:
        raise ArchiveLoadFailed("no record is in it")
