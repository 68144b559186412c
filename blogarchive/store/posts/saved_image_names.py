"""Compare texts that differ only in the image URLs of a page that a browser saved.

A browser that saves a "complete page" replaces the image URLs of the site by the names of its own files.
"""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, urlsplit

Content = tuple[str | None, ...]

_SRC = re.compile(r'(?<=\ssrc=")[^"]*(?=")')
# Most browsers name the folder so, after the title of the page or the name of its file.
SAVED_FOLDER = re.compile(r".+(?:_files|\.files)")


def image_urls(html: str) -> list[str]:
    """Return the image URLs of stored HTML in their order."""
    return [unescape(src) for src in _SRC.findall(html)]


def strip_image_urls(html: str) -> str:
    """Return stored HTML without its image URLs."""
    return _SRC.sub("", html)


def is_site_url(url: str) -> bool:
    """Return whether the URL is one of the site, not of a folder that a browser saved."""
    return not any(SAVED_FOLDER.fullmatch(folder) for folder in unquote(urlsplit(url).path).split("/"))


def site_image_urls(stored: Content, shown: Content) -> list[str] | None:
    """Return the image URLs of the site in `shown` that replace URLs of a saved folder in `stored`.

    Returns None if the texts differ in anything else.
    """
    if len(stored) != len(shown) or any(
        strip_image_urls(old or "") != strip_image_urls(new or "")
        for old, new in zip(stored, shown, strict=True)
    ):
        return None
    pairs = [(old, new) for old, new in zip(_all_urls(stored), _all_urls(shown), strict=True) if old != new]
    if any(is_site_url(old) for old, _ in pairs):
        return None
    return [new for _, new in pairs if is_site_url(new)]


def _all_urls(content: Content) -> Iterator[str]:
    for text in content:
        yield from image_urls(text or "")
