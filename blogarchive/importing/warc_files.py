"""Open WARC and ARC files: plain, gzip or zstd, each record compressed by itself or the whole file."""

import gzip
import struct
import sys
import zlib
from collections import deque
from contextlib import suppress
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from warcio.archiveiterator import ArchiveIterator, WARCIterator
from warcio.bufferedreaders import DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed

from blogarchive.errors import UsageError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZstdError = zstd.ZstdError

_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"
_ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"
"""A skippable frame with the dictionary of the file (https://iipc.github.io/warc-specifications/specifications/warc-zstd/)."""
_TRAINED = b"\x37\xa4\x30\xec"
_GZIP = b"\x1f\x8b"
_ARC = b"filedesc:"
_LARGEST_DICTIONARY = 2**24


class _GzipFile(gzip.GzipFile):
    """Returns the bytes before damage: `read` of the base class discards them and raises."""

    def read(self, size: int | None = -1) -> bytes:
        return self.read1(-1 if size is None else size)


class _ZstdFile(zstd.ZstdFile):
    """Returns the bytes before damage, as `_GzipFile`."""

    def read(self, size: int | None = -1) -> bytes:
        return self.read1(-1 if size is None else size)


def open_records(source: Path) -> BinaryIO:
    """Open the file `source` for `iterate_records`. Raises `UsageError` if it cannot be read.

    A file that is compressed as a whole is decompressed: warcio reads one record of each gzip member.
    """
    try:
        with source.open("rb") as file:
            first = file.read(4)
            if first in (_ZSTD_FRAME, _ZSTD_DICTIONARY):
                return _open_zstd(source)
            file.seek(0)
            with suppress(AttributeError):
                deque(islice(iterate_records(file, is_arc=is_arc(source)), 2), maxlen=0)
    except ArchiveLoadFailed as error:
        if "non-chunked" in str(error):
            return cast(BinaryIO, _GzipFile(source))
    except OSError as error:
        raise UsageError(
            _("{source} cannot be read ({reason})").format(source=source, reason=error.strerror or error)
        ) from error
    return source.open("rb")


def iterate_records(file: BinaryIO, *, is_arc: bool) -> Any:
    """Return the iterator of warcio over the records of a file; the records of an ARC file as those of a WARC file.

    An HTML page may look like ARC, so that other files are read as WARC alone.
    """
    iterator = ArchiveIterator(file, arc2warc=True) if is_arc else WARCIterator(file)
    iterator.reader = _StrictReader(file)
    iterator.INC_RECORD = ""  # warcio would print it for an incomplete record, which the caller reports
    return iterator


class _StrictReader(DecompressingBufferedReader):  # type: ignore[misc]  # warcio has no types
    """Reader of gzip members. Raises `zlib.error` for damage, which warcio prints and reads as the end of the file.

    `is_whole` is False after the end of the file if the last member has no end.
    """

    is_whole = True

    def _decompress(self, data: bytes) -> bytes:
        if self.decompressor is not None and data and self.num_block_read:
            decompressed: bytes = self.decompressor.decompress(data)
            return decompressed
        decoded: bytes = super()._decompress(data)
        return decoded

    def close_decompressor(self) -> None:
        if self.decompressor is not None:
            self.is_whole = self.decompressor.eof
        super().close_decompressor()


def is_arc(source: Path) -> bool:
    """Return whether the file is an ARC file, compressed or not, by its first bytes."""
    with source.open("rb") as file:
        first = file.read(len(_ARC))
    if first.startswith(_GZIP):
        with suppress(EOFError, gzip.BadGzipFile, zlib.error), gzip.open(source) as unpacked:
            first = unpacked.read(len(_ARC))
    return first == _ARC


def _open_zstd(source: Path) -> BinaryIO:
    with source.open("rb") as file:
        dictionary = _read_dictionary(file)
    return cast(BinaryIO, _ZstdFile(source, zstd_dict=dictionary))


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
