"""Detect the type of an image by its first bytes; names and headers of servers are not trusted.

The signatures are from WHATWG's MIME Sniffing Standard (6.1, image types), and from newer formats: AVIF and
HEIC (ISO/IEC 23008-12), JPEG XL (ISO/IEC 18181-2), JPEG 2000, TIFF 6.0.
"""

import re

from blogarchive.messages.details import Detail

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


def describe_body(body: bytes) -> str:
    """Return a description of bytes that are no image: an HTML page, nothing, or something else."""
    if not body:
        return Detail.IMAGE_EMPTY
    if _HTML_TAG.search(body[:_PREFIX_BYTES]):
        return Detail.IMAGE_HTML
    return Detail.IMAGE_OTHER


def _is_svg(start: bytes) -> bool:
    position = 3 if start.startswith(b"\xef\xbb\xbf") else 0
    while found := _PROLOGUE.match(start, position):
        position = found.end()
    return bool(_SVG_ROOT.match(start, position))
