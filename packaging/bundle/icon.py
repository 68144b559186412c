"""Draw the icons of Windows and macOS from blogarchive.svg with Chromium: `python packaging/bundle/icon.py`.

Both formats are a table of PNG images: https://learn.microsoft.com/windows/win32/menurc/newheader for ICO,
https://en.wikipedia.org/wiki/Apple_Icon_Image_format for ICNS.
"""

import struct
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browse import chromium

FOLDER = Path(__file__).parent
ICO_SIZES = (16, 32, 48, 256)
ICNS_TYPES = {b"ic07": 128, b"ic08": 256, b"ic09": 512}


def draw(sizes: set[int]) -> dict[int, bytes]:
    """Return the picture as PNG in each size."""
    svg = (FOLDER / "blogarchive.svg").read_text("utf-8")
    drawn = {}
    with chromium.browser() as browser, TemporaryDirectory() as folder:
        page, path = browser.page(), Path(folder, "page.html")
        path.write_text(f"<style>body{{margin:0}}svg{{width:100vw;display:block}}</style>{svg}", "utf-8")
        page.call("Emulation.setDefaultBackgroundColorOverride", color={"r": 0, "g": 0, "b": 0, "a": 0})
        for size in sizes:
            page.size(size, size)
            page.go(path.as_uri())
            page.screenshot(Path(folder, "drawn.png"))
            drawn[size] = Path(folder, "drawn.png").read_bytes()
    return drawn


def ico(drawn: dict[int, bytes]) -> bytes:
    """Return the icon of Windows."""
    head, offset = struct.pack("<3H", 0, 1, len(ICO_SIZES)), 6 + 16 * len(ICO_SIZES)
    for size in ICO_SIZES:
        head += struct.pack("<4B2H2I", size % 256, size % 256, 0, 0, 1, 32, len(drawn[size]), offset)
        offset += len(drawn[size])
    return head + b"".join(drawn[size] for size in ICO_SIZES)


def icns(drawn: dict[int, bytes]) -> bytes:
    """Return the icon of macOS."""
    body = b"".join(
        kind + struct.pack(">I", 8 + len(drawn[size])) + drawn[size] for kind, size in ICNS_TYPES.items()
    )
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


if __name__ == "__main__":
    pictures = draw({*ICO_SIZES, *ICNS_TYPES.values()})
    (FOLDER / "blogarchive.ico").write_bytes(ico(pictures))
    (FOLDER / "blogarchive.icns").write_bytes(icns(pictures))
