"""Width and height of a picture, from its header: no pixel is decoded, so a decompression bomb stays packed."""

import struct
from io import BytesIO

import imagesize

# An SVG is XML with entities, a TIFF a web of offsets: they are kept without a size.
_SUPPORTED_TYPES = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/avif"}


def read_dimensions(body: bytes, content_type: str) -> tuple[int | None, int | None]:
    """Width and height in pixels as a reader sees them (turned as EXIF says); None where the header is broken."""
    if content_type not in _SUPPORTED_TYPES:
        return None, None
    try:
        width, height = imagesize.get(BytesIO(body))
    except (ValueError, LookupError, OverflowError, struct.error):
        return None, None
    return (width, height) if width > 0 and height > 0 else (None, None)
