"""Check that an image is complete, by its structure: e-book readers refuse a whole book for one broken image.

No pixel is decoded, so a decompression bomb stays packed. Sources: PNG (ISO/IEC 15948, 5), GIF89a (CompuServe, 1990),
JPEG (ITU-T T.81, annex B).
"""

import zlib
from typing import Final

_PNG_HEADER: Final = 8
_PNG_OVERHEAD: Final = 12  # length, name and checksum of a chunk
_GIF_HEADER: Final = 13
_GIF_EXTENSION: Final = 0x21
_GIF_IMAGE: Final = 0x2C
_GIF_TRAILER: Final = 0x3B
_JPEG_SCAN: Final = 0xDA
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_END: Final = b"\xff\xd9"


def is_intact(body: bytes, content_type: str) -> bool:
    """Return whether a PNG, GIF or JPEG is complete; False for other types.

    These are the core media types of EPUB 3.3 (3.2) without SVG, which can run scripts, and WebP, which old e-book
    readers lack.
    """
    checks = {"image/png": _is_intact_png, "image/gif": _is_intact_gif, "image/jpeg": _is_intact_jpeg}
    check = checks.get(content_type)
    try:
        return check is not None and check(body)
    except IndexError:  # a block begins after the last byte
        return False


def _is_intact_png(body: bytes) -> bool:
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
