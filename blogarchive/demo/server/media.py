"""Images by path: each path of the site's forms has an image; some images are faulty."""

import re
from collections.abc import Callable
from zlib import crc32

from blogarchive.demo.blogs import images
from blogarchive.demo.server.response import Answer, page, plain, redirect

MISSING = "/upfile/20100901/10000404.jpg"  # 404
ERROR_PAGE = "/upfile/20100901/10000200.jpg"  # an HTML page with status 200 and an image's type
MISNAMED = "/upfile/20100902/10000001.jpg"  # a PNG that says it is a JPEG
TWINS = ("/upfile/20100903/10000011.png", "/upfile/20100903/10000012.png")  # the same bytes
DRAWING = "/upfile/20100904/10000021.svg"
BOMB = "/upfile/20100905/10000031.png"  # 400 million pixels in a few kilobytes
MOVED = "/upfile/20100906/10000041.png"  # redirects to the first of the twins
EMPTY = "/upfile/20100907/10000051.gif"  # status 200, no bytes

_FORM = re.compile(
    r"(?:/upfile/\d{6,8}/\d+(?:_(?:n|\d+))?|/u/\d+/upload_file/\d{14}|/images/\w+)\.(jpg|png|gif)"
)
_ERROR = "<html><body><h1>Error</h1><p>图片服务器维护中</p></body></html>"


def media(path: str) -> Answer | None:
    """Return the image of a path, or None if it is no path of an image."""
    if path in _ODD:
        return _ODD[path]()
    match = _FORM.fullmatch(path)
    if match is None:
        return None
    return {"jpg": _jpeg, "png": _png, "gif": _gif}[match[1]](path)


def _jpeg(path: str) -> Answer:
    return page(images.jpeg(crc32(path.encode())), "image/jpeg")


def _png(path: str) -> Answer:
    return page(images.png(crc32(path.encode())), "image/png")


def _gif(path: str) -> Answer:
    return page(images.gif(), "image/gif")


_ODD: dict[str, Callable[[], Answer]] = {
    MISSING: lambda: plain("Not Found", 404),
    ERROR_PAGE: lambda: page(_ERROR.encode(), "image/jpeg"),
    MISNAMED: lambda: page(images.png(crc32(MISNAMED.encode())), "image/jpeg"),
    **dict.fromkeys(TWINS, lambda: _png(TWINS[0])),
    DRAWING: lambda: page(images.svg(), "image/svg+xml"),
    BOMB: lambda: page(images.bomb(), "image/png"),
    MOVED: lambda: redirect(TWINS[0], 302),
    EMPTY: lambda: page(b"", "image/gif"),
}
