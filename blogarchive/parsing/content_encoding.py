"""Decode the Content-Encoding of an HTTP response (RFC 9110, 8.4) within limits of size, layers and parts.

Crawlers and servers disagree about it: content that is not in its declared encoding is returned unchanged. Time and
memory grow with the size of the content and of what it decodes to.
"""

import sys
import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import brotli

from blogarchive.messages.details import Detail

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Encodings of one response, one inside the other. Servers use one; curl accepts five.
_MAX_LAYERS: Final = 5

MAX_PARTS: Final = 10_000
"""Gzip members or zstd frames that follow each other: empty ones cost time and hold nothing."""

ENCODINGS: Final = ("gzip", "deflate", "br", "zstd")
"""The encodings to accept."""

_MAX_UNPACKED, _MAX_RATIO, _LEAST_UNPACKED = 20_000_000, 40, 1_000_000  # bytes of a file; its ratio
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_PIECE = 2**16


class ContentError(Exception):
    """The content cannot be decoded; `decoded` is what was decoded before the error."""

    def __init__(self, detail: str = "", decoded: bytes = b"") -> None:
        super().__init__(detail)
        self.decoded = decoded


class ContentDamaged(ContentError):
    """The content is not valid in its encoding."""


class ContentTruncated(ContentError):
    """The content ends before its encoding does."""


class ContentTooLarge(ContentError):
    """The content decodes to more than the maximum."""


class TooManyParts(ContentError):
    """The content has more than `_MAX_LAYERS` encodings or `MAX_PARTS` parts."""


class UnknownEncoding(ContentError):
    """The name of the encoding is unknown."""


def split_tokens(values: str) -> list[str]:
    """Return the tokens of a comma-separated header, in lower case."""
    return [token for part in values.lower().split(",") if (token := part.strip())]


def decode_content_encoding(content: bytes, encodings: Sequence[str], max_bytes: int) -> bytes:
    """Return `content` without `encodings`, which are in the order of the header; raises a `ContentError`."""
    if len(encodings) > _MAX_LAYERS:
        raise TooManyParts(Detail.LAYERS.format(count=len(encodings), limit=_MAX_LAYERS))
    for name in reversed(encodings):
        if name == "identity":
            continue
        decoder = _DECODERS.get(name)
        if decoder is None:
            raise UnknownEncoding(name[:40])
        content = decoder(content, max_bytes)
    return content


class _Output:
    """Decoded bytes, up to a maximum, of at most `MAX_PARTS` parts."""

    def __init__(self, max_bytes: int) -> None:
        self.decoded = bytearray()
        self._max_bytes = max_bytes
        self._parts = 0

    def begin_part(self) -> None:
        """Count a part; raises `TooManyParts`."""
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise TooManyParts(Detail.PARTS.format(limit=MAX_PARTS))

    @property
    def room(self) -> int:
        """Return the number of bytes to request: one more than the limit."""
        return self._max_bytes + 1 - len(self.decoded)

    def add(self, part: bytes) -> None:
        """Append a part; raises `ContentTooLarge`."""
        self.decoded += part
        if len(self.decoded) > self._max_bytes:
            raise ContentTooLarge(Detail.LARGER_THAN.format(size=self._max_bytes >> 20))


def _gunzip(content: bytes, max_bytes: int) -> bytes:
    """Decode the members of gzip; content without its signature is returned unchanged."""
    if not content.startswith(_GZIP):
        return content
    output, position = _Output(max_bytes), 0
    while content.startswith(_GZIP, position):  # a gzip file may have several members
        output.begin_part()
        position = _inflate(content, position, zlib.MAX_WBITS | 16, output)
    return bytes(output.decoded)


def _undeflate(content: bytes, max_bytes: int) -> bytes:
    """Decode zlib data, or raw deflate data, which old servers send under the same name."""
    for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            zlib.decompressobj(wbits).decompress(content[:_PIECE], 1)
        except zlib.error:
            continue
        output = _Output(max_bytes)
        _inflate(content, 0, wbits, output)
        return bytes(output.decoded)
    return content


def _inflate(content: bytes, position: int, wbits: int, output: _Output) -> int:
    """Decode one member that begins at `position`, and return where it ends."""
    decoder = zlib.decompressobj(wbits)
    while not decoder.eof:
        before, piece = decoder.copy(), _next_piece(content, position, output)
        try:
            output.add(decoder.decompress(piece, output.room))
        except zlib.error as error:
            _add_intact(before, piece, output)
            raise ContentDamaged(str(error), bytes(output.decoded)) from error
        position += len(piece) - len(decoder.unused_data)
    return position


def _add_intact(decoder: "zlib._Decompress", piece: bytes, output: _Output) -> None:
    """Decode `piece` by zlib up to the damaged byte, which is often one of the checksum at the end."""
    with suppress(zlib.error):
        for position in range(len(piece)):
            output.add(decoder.decompress(piece[position : position + 1], output.room))


def _next_piece(content: bytes, position: int, output: _Output) -> bytes:
    if position >= len(content):
        raise ContentTruncated("it ends before its encoding does", bytes(output.decoded))
    return content[position : position + _PIECE]


def _unbrotli(content: bytes, max_bytes: int) -> bytes:
    """Decode Brotli, which has no signature; HTML that is not encoded is returned unchanged."""
    decoder, output = brotli.Decompressor(), _Output(max_bytes)
    try:
        output.add(decoder.process(content, output_buffer_limit=_PIECE))
        while not decoder.is_finished() and (part := decoder.process(b"", output_buffer_limit=_PIECE)):
            output.add(part)
    except brotli.error as error:
        if b"<" in content[:_PIECE] and not output.decoded:  # HTML that is not encoded
            return content
        raise ContentDamaged(str(error), bytes(output.decoded)) from error
    if not decoder.is_finished():
        raise ContentTruncated("it ends before its encoding does", bytes(output.decoded))
    return bytes(output.decoded)


def _unzstd(content: bytes, max_bytes: int) -> bytes:
    """Decode the frames of zstd; content without its signature is returned unchanged."""
    if not content.startswith(_ZSTD):
        return content
    output, position = _Output(max_bytes), 0
    while position < len(content):  # several frames may follow each other
        output.begin_part()
        decoder = zstd.ZstdDecompressor()
        while not decoder.eof:
            piece = _next_piece(content, position, output)
            try:
                output.add(decoder.decompress(piece, output.room))
            except zstd.ZstdError as error:
                raise ContentDamaged(str(error), bytes(output.decoded)) from error
            position += len(piece) - len(decoder.unused_data)
    return bytes(output.decoded)


_DECODERS = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _undeflate, "br": _unbrotli, "zstd": _unzstd}


def unpack_file(body: bytes) -> bytes:
    """Return the content of a gzip file; empty if it is damaged or far larger than the file."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = unpacker.decompress(body, min(_MAX_UNPACKED, max(_MAX_RATIO * len(body), _LEAST_UNPACKED)))
    except zlib.error:
        return b""
    return b"" if unpacker.unconsumed_tail else content
