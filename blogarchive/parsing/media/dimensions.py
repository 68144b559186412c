"""Read width and height of an image from its header.

No pixel is decoded, so a decompression bomb stays packed.
"""

import struct
from io import BytesIO

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
