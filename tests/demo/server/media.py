"""Images by path: each path of the site's forms has an image; some images are faulty."""

import re
from collections.abc import Callable
from zlib import crc32

from tests.demo.blogs import image_paths, images
from tests.demo.server.response import Answer, page, plain, redirect

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
    image_paths.MISSING: lambda: plain("Not Found", 404),
    image_paths.ERROR_PAGE: lambda: page(_ERROR.encode(), "image/jpeg"),
    image_paths.MISNAMED: lambda: page(images.png(crc32(image_paths.MISNAMED.encode())), "image/jpeg"),
    **dict.fromkeys(image_paths.TWINS, lambda: _png(image_paths.TWINS[0])),
    image_paths.DRAWING: lambda: page(images.svg(), "image/svg+xml"),
    image_paths.BOMB: lambda: page(images.bomb(), "image/png"),
    image_paths.MOVED: lambda: redirect(image_paths.TWINS[0], 302),
    image_paths.EMPTY: lambda: page(b"", "image/gif"),
}
