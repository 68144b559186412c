"""Small real pictures, made in code, so that none comes from elsewhere."""

import struct
import zlib
from base64 import b64decode
from functools import cache

# A grey JPEG of 16 by 16 pixels; `jpeg` adds a comment to it so that every one has bytes of its own.
_JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1td"
    "hbWGkJ6jq62rZ4C8ybqmx5moq6T/wAALCAAQABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAA"
    "AAAAAAAAAAAA/9oACAEBAAA/ALgP/9k="
)
_GIF = b64decode("R0lGODdhCgAKAIEAAMgeHgAAAAAAAAAAACwAAAAACgAKAAAIEgABCBxIsKDBgwgTKlzIsGHCgAA7")

_SIDE = 20_000


def png(seed: int, width: int = 48, height: int = 32) -> bytes:
    """A PNG in RGB with a gradient whose colours come from `seed`."""
    red, green, blue = seed & 255, seed >> 8 & 255, seed >> 16 & 255
    rows = (
        b"\x00" + b"".join(bytes(((red + 4 * x) & 255, (green + 6 * y) & 255, blue)) for x in range(width))
        for y in range(height)
    )
    return _png(width, height, bits=8, colour=2, packed=zlib.compress(b"".join(rows), 9))


@cache
def bomb() -> bytes:
    """A PNG of a few kilobytes that says, truly, that it is 20,000 by 20,000 pixels of black."""
    packer = zlib.compressobj(9)
    row = bytes(1 + _SIDE // 8)
    packed = b"".join(packer.compress(row) for _ in range(_SIDE)) + packer.flush()
    return _png(_SIDE, _SIDE, bits=1, colour=0, packed=packed)


def jpeg(seed: int) -> bytes:
    """A JPEG; different bytes for different seeds, the same pixels."""
    comment = f"demo {seed}".encode()
    return _JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + _JPEG[2:]


def gif() -> bytes:
    """A red GIF of 10 by 10 pixels."""
    return _GIF


def svg() -> bytes:
    """A drawing with a script in it, which nobody should run."""
    return (
        b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
        b'<script>document.title = "run"</script><circle cx="20" cy="20" r="18" fill="teal"/></svg>\n'
    )


def _png(width: int, height: int, *, bits: int, colour: int, packed: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
