"""Decide which image is fetched; check the response: its type by content, its size, whether it is whole."""

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from urllib.parse import urlsplit

from blogarchive.messages.details import Detail
from blogarchive.parsing import urls

# --- which image is fetched


def refusal_reason(url: str, *, post_url: str, listed: Sequence[str], asked: Sequence[str]) -> str | None:
    """Return why the image at `url` of the post at `post_url` is not fetched; None if it may be.

    `listed` are the patterns of the post's site, `asked` those of the user. The address of a host name is
    unknown here: the connection checks it with `urls.is_public`.
    """
    host, own = urls.host_of(url), urls.host_of(post_url)
    if not host or urlsplit(url).scheme not in ("http", "https") or not urls.port_of(url):
        return Detail.IMAGE_NO_URL
    address = urls.parse_address(host)
    if address is not None and not urls.is_public(address):
        if host != own:
            return Detail.IMAGE_PRIVATE
        if not urls.is_same_service(urls.port_of(url), urls.port_of(post_url)) and host not in asked:
            return Detail.IMAGE_SERVICE
    if host == own or urls.matches_host(host, listed) or urls.matches_host(host, asked):
        return None
    return Detail.IMAGE_HOST


# --- type by content

SVG = "image/svg+xml"
"""Stored, but never shown inline: it may contain scripts."""

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xff\x0a", "image/jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
)
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
}
_BITMAP_HEADERS = {12, 40, 52, 56, 64, 108, 124}  # header sizes of Windows and OS/2
_PREFIX_BYTES = 4096  # bytes: the root element of an SVG is within them
_PROLOGUE = re.compile(
    rb"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+(?:\w+:)?svg\b[^\[>]*(?:\[[^\]]*\]\s*)?>",
    re.DOTALL | re.IGNORECASE,
)
_SVG_ROOT = re.compile(rb"<(?:\w+:)?svg[\s/>]")
_HTML_TAG = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|script|h1|div|p|br)[\s/>]", re.IGNORECASE)


def detect_image_type(body: bytes) -> str | None:
    """Return the media type (`image/jpeg`, …) of an image; None if the bytes are no image."""
    for signature, kind in _SIGNATURES:
        if body.startswith(signature):
            return kind
    if body[:4] == b"RIFF" and body[8:14] == b"WEBPVP":
        return "image/webp"
    if body[4:8] == b"ftyp":
        return _BRANDS.get(body[8:12])
    if body[:2] == b"BM" and int.from_bytes(body[14:18], "little") in _BITMAP_HEADERS:
        return "image/bmp"
    return SVG if _is_svg(body[:_PREFIX_BYTES]) else None


def _describe_body(body: bytes) -> str:
    """Return a description of bytes that are no image: an HTML page, nothing, or something else."""
    if not body:
        return Detail.IMAGE_EMPTY
    return Detail.IMAGE_HTML if _HTML_TAG.search(body[:_PREFIX_BYTES]) else Detail.IMAGE_OTHER


def _is_svg(start: bytes) -> bool:
    position = 3 if start.startswith(b"\xef\xbb\xbf") else 0
    while found := _PROLOGUE.match(start, position):
        position = found.end()
    return bool(_SVG_ROOT.match(start, position))


# --- dimensions

# SVG (XML with entities) and TIFF (a graph of offsets) are stored without a size.
_SUPPORTED_TYPES = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/avif"}


def read_dimensions(body: bytes, content_type: str) -> tuple[int | None, int | None]:
    """Return width and height in pixels, rotated as EXIF says; None for both if the header is broken."""
    if content_type not in _SUPPORTED_TYPES:
        return None, None
    import imagesize  # imports urllib.request: a tenth of the start of a command

    try:
        width, height = imagesize.get(BytesIO(body))
    except (ValueError, LookupError, OverflowError, struct.error):
        return None, None
    return (width, height) if width > 0 and height > 0 else (None, None)


# --- completeness

_PNG_HEADER: Final = 8
_PNG_OVERHEAD: Final = 12  # length, name and checksum of a chunk
_GIF_HEADER: Final = 13  # signature, version and screen descriptor
_GIF_EXTENSION: Final = 0x21
_GIF_IMAGE: Final = 0x2C
_GIF_TRAILER: Final = 0x3B
_JPEG_SCAN: Final = 0xDA
# Of the markers C0 to CF, these three begin no frame (ITU-T T.81, table B.1).
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_END: Final = b"\xff\xd9"


def is_intact(body: bytes, content_type: str) -> bool:
    """Return whether a PNG, GIF or JPEG is complete; False for other types.

    These are the core media types of EPUB 3.3 (3.2) without SVG and WebP. SVG can run scripts, old e-book readers lack
    WebP.
    """
    checks = {"image/png": _is_intact_png, "image/gif": _is_intact_gif, "image/jpeg": _is_intact_jpeg}
    check = checks.get(content_type)
    try:
        return check is not None and check(body)
    except IndexError:  # a block begins after the last byte
        return False


def _is_intact_png(body: bytes) -> bool:
    """Return whether every chunk has its checksum, and IHDR, IDAT and IEND are there."""
    position = _PNG_HEADER
    names: list[bytes] = []
    while position + _PNG_OVERHEAD <= len(body) and names[-1:] != [b"IEND"]:
        end = position + _PNG_OVERHEAD + int.from_bytes(body[position : position + 4])
        if zlib.crc32(body[position + 4 : end - 4]) != int.from_bytes(body[end - 4 : end]):
            return False
        names.append(body[position + 4 : position + 8])
        position = end
    return names[:1] == [b"IHDR"] and b"IDAT" in names and names[-1:] == [b"IEND"]


def _is_intact_gif(body: bytes) -> bool:
    """Return whether the blocks contain an image and end with the trailer; raise IndexError if the file is cut."""
    position, images = _GIF_HEADER + _color_table_size(body[10]), 0
    while body[position] != _GIF_TRAILER:
        if body[position] == _GIF_IMAGE:
            images += 1
            position += 11 + _color_table_size(body[position + 9])
        elif body[position] == _GIF_EXTENSION:
            position += 2
        else:
            return False
        position = _skip_sub_blocks(body, position)
    return images > 0


def _color_table_size(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _skip_sub_blocks(body: bytes, position: int) -> int:
    while size := body[position]:
        position += size + 1
    return position + 1


def _is_intact_jpeg(body: bytes) -> bool:
    """Return whether the segments lead to a scan that ends; raise IndexError if the file is cut."""
    position = 2
    markers: list[int] = []
    while _JPEG_SCAN not in markers:
        if body[position] != 0xFF:
            return False
        position += 1
        if body[position] == 0xFF:  # fill byte
            continue
        markers.append(body[position])
        position += 1 + int.from_bytes(body[position + 1 : position + 3])
        if len(body) < position:
            return False
    return not _JPEG_FRAMES.isdisjoint(markers) and _JPEG_END in body[position:]


# --- the check of a response

MAX_IMAGE_BYTES = 20 * 1024 * 1024
"""A larger file is not stored: photographs of cameras are smaller, films are not."""

# About two weeks, by the growing pauses between attempts.
_MAX_ATTEMPTS = 6

# Attempts after a failure that is mostly permanent but may be temporary: three days of daily runs.
_MAX_ATTEMPTS_REFUSED = 3

_PERMANENT_STATUSES = {400, 404, 410, 414, 451}


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageFile:
    """An image as served. `width` and `height` are in pixels, None if the header has no size."""

    body: bytes
    content_type: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageFailure:
    """The reason why there is no image. `permanent`: a retry is useless.

    `retry_now`: a retry in the same run may succeed. The image is given up after `attempts`, one a run.
    """

    detail: str
    permanent: bool = False
    retry_now: bool = False
    attempts: int = _MAX_ATTEMPTS


def check_image(status: int, body: bytes) -> ImageFile | ImageFailure:
    """Return the image of a response, or the reason why there is none."""
    if status == 200:
        return _check_body(body)
    detail = Detail.IMAGE_STATUS.format(status=status)
    if status == 429 or status >= 500:
        return ImageFailure(detail=detail, retry_now=True)
    # 401 and 403 may be a hotlink protection, or temporary.
    permanent = status in _PERMANENT_STATUSES or status < 400
    return ImageFailure(detail=detail, permanent=permanent, attempts=_MAX_ATTEMPTS_REFUSED)


def _check_body(body: bytes) -> ImageFile | ImageFailure:
    """Return the image of a response with status 200, or the reason why there is none."""
    if len(body) > MAX_IMAGE_BYTES:
        return too_large_failure()
    kind = detect_image_type(body)
    if kind is None:
        return ImageFailure(detail=_describe_body(body), attempts=_MAX_ATTEMPTS_REFUSED)
    width, height = read_dimensions(body, kind)
    return ImageFile(body=body, content_type=kind, width=width, height=height)


def too_large_failure() -> ImageFailure:
    """Return the failure of an image above MAX_IMAGE_BYTES."""
    return ImageFailure(detail=Detail.LARGER_THAN.format(size=MAX_IMAGE_BYTES // 2**20), permanent=True)
