"""Decode the content of an HTTP response as a crawler stored it: Transfer-Encoding, then Content-Encoding.

Crawlers disagree: some store the bytes of the connection, some decode them and leave the headers as they were. So
content that is not in its declared encoding is returned unchanged.
"""

from collections.abc import Sequence
from gettext import gettext as _

from blogarchive.importing.parse_saved import CannotIdentify
from blogarchive.parsing.content_encoding import (
    ContentDamaged,
    ContentError,
    ContentTooLarge,
    ContentTruncated,
    UnknownEncoding,
    decode_content_encoding,
)

_CHUNK_LINE = 64  # bytes in which the size of a chunk ends
_LARGEST_CHUNK = 2**31

Headers = Sequence[tuple[str, str]]


def decode_content(content: bytes, headers: Headers, max_bytes: int) -> bytes:
    """Return `content` without the encodings that `headers` declare.

    Raises `CannotIdentify` if it is truncated or damaged, if it would be larger than `max_bytes`, or if an encoding is
    unknown.
    """
    if "chunked" in _tokens(headers, "transfer-encoding"):
        content = _join_chunks(content)
    try:
        return decode_content_encoding(content, _tokens(headers, "content-encoding"), max_bytes)
    except ContentError as error:
        raise CannotIdentify(_describe(error, max_bytes)) from error


def _describe(error: ContentError, max_bytes: int) -> str:
    match error:
        case ContentTruncated():
            return _("the record is cut short")
        case ContentDamaged():
            return _("its compressed content is damaged")
        case ContentTooLarge():
            return _("it is larger than {size} MB").format(size=max_bytes >> 20)
        case UnknownEncoding():
            return _("its encoding {name} is unknown").format(name=error)
    return _("its content is compressed in too many layers or parts")


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
