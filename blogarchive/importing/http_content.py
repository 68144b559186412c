"""Decode the content of an HTTP response as a crawler stored it: Transfer-Encoding, then Content-Encoding.

Crawlers disagree: some store the bytes of the connection, some decode them and leave the headers as they were. So
content that is not in its declared encoding is returned unchanged. Time and memory grow with the size of the content.
"""

import sys
import zlib
from collections.abc import Callable, Sequence
from gettext import gettext as _

import brotli

from blogarchive.importing.identify import CannotIdentify

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_CHUNK_LINE = 64  # bytes in which the size of a chunk ends
_LARGEST_CHUNK = 2**31
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_BLOCK = 2**20

Headers = Sequence[tuple[str, str]]


def decode_content(content: bytes, headers: Headers, max_bytes: int) -> bytes:
    """Return `content` without the encodings that `headers` declare.

    Raises `CannotIdentify` if it is truncated or damaged, if it would be larger than `max_bytes`, or if an encoding is
    unknown.
    """
    if "chunked" in _tokens(headers, "transfer-encoding"):
        content = _join_chunks(content)
    for name in reversed(_tokens(headers, "content-encoding")):
        content = _decoder(name)(content, max_bytes)
    return content


def _tokens(headers: Headers, name: str) -> list[str]:
    values = ",".join(value for key, value in headers if key.lower() == name)
    return [token for part in values.lower().split(",") if (token := part.strip())]


def _join_chunks(content: bytes) -> bytes:
    """Return the joined chunks (RFC 9112, 7.1); content that does not begin with a chunk is returned unchanged."""
    joined, position = bytearray(), 0
    while True:
        end = content.find(b"\r\n", position, position + _CHUNK_LINE)
        size = _chunk_size(content[position:end]) if end >= 0 else None
        if size is None:
            if position == 0:
                return content
            raise CannotIdentify(_("the record is cut short"))
        if size == 0:
            return bytes(joined)
        start, position = end + 2, end + 2 + size + 2
        if content[position - 2 : position] != b"\r\n":
            if not joined and position <= len(content):
                return content
            raise CannotIdentify(_("the record is cut short"))
        joined += content[start : position - 2]


def _chunk_size(line: bytes) -> int | None:
    try:
        size = int(line.split(b";", 1)[0], 16)
    except ValueError:
        return None
    return size if 0 <= size <= _LARGEST_CHUNK else None


_Decoder = Callable[[bytes, int], bytes]


def _decoder(name: str) -> _Decoder:
    found = _DECODERS.get(name)
    if found is None:
        raise CannotIdentify(_("its encoding {name} is unknown").format(name=name[:40]))
    return found


def _unchanged(content: bytes, max_bytes: int) -> bytes:
    return content


def _gunzip(content: bytes, max_bytes: int) -> bytes:
    if not content.startswith(_GZIP):
        return content
    decoded = bytearray()
    while content.startswith(_GZIP):  # a gzip file may have several members
        content = _inflate(content, zlib.MAX_WBITS | 16, decoded, max_bytes)
    return bytes(decoded)


def _undeflate(content: bytes, max_bytes: int) -> bytes:
    """Decode zlib data, or raw deflate data, which old servers send under the same name."""
    for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            zlib.decompressobj(wbits).decompress(content[:_BLOCK], 1)
        except zlib.error:
            continue
        decoded = bytearray()
        _inflate(content, wbits, decoded, max_bytes)
        return bytes(decoded)
    return content


def _inflate(content: bytes, wbits: int, decoded: bytearray, max_bytes: int) -> bytes:
    """Append one member to `decoded` and return the bytes after it."""
    decoder = zlib.decompressobj(wbits)
    try:
        decoded += decoder.decompress(content, max_bytes + 1 - len(decoded))
    except zlib.error as error:
        raise CannotIdentify(_("its compressed content is damaged")) from error
    _require_size(decoded, max_bytes)
    _require_end(decoder.eof)
    return decoder.unused_data


def _unbrotli(content: bytes, max_bytes: int) -> bytes:
    decoder, decoded = brotli.Decompressor(), bytearray()
    try:
        decoded += decoder.process(content, output_buffer_limit=_BLOCK)
        while not decoder.is_finished() and (part := decoder.process(b"", output_buffer_limit=_BLOCK)):
            decoded += part
            _require_size(decoded, max_bytes)
    except brotli.error as error:
        if b"<" in content[:_BLOCK] and not decoded:  # HTML: the crawler has decoded it
            return content
        raise CannotIdentify(_("its compressed content is damaged")) from error
    _require_end(decoder.is_finished())
    return bytes(decoded)


def _unzstd(content: bytes, max_bytes: int) -> bytes:
    if not content.startswith(_ZSTD):
        return content
    decoded = bytearray()
    try:
        while content:  # several frames may follow each other
            decoder = zstd.ZstdDecompressor()
            decoded += decoder.decompress(content, max_bytes + 1 - len(decoded))
            _require_size(decoded, max_bytes)
            _require_end(decoder.eof)
            content = decoder.unused_data
    except zstd.ZstdError as error:
        raise CannotIdentify(_("its compressed content is damaged")) from error
    return bytes(decoded)


def _require_size(decoded: bytearray, max_bytes: int) -> None:
    if len(decoded) > max_bytes:
        raise CannotIdentify(_("it is larger than {size} MB").format(size=max_bytes >> 20))


def _require_end(is_whole: bool) -> None:
    if not is_whole:
        raise CannotIdentify(_("the record is cut short"))


_DECODERS: dict[str, _Decoder] = {
    "identity": _unchanged,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
