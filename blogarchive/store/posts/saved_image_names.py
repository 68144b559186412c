"""Versions of a text that differ in nothing but what a browser called the pictures of a page that it saved.

A "complete page" names the browser's own files where the site's addresses of the pictures stood.
"""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, urlsplit

Content = tuple[str | None, ...]

_SRC = re.compile(r'(?<=\ssrc=")[^"]*(?=")')
# As most browsers name the folder, with the page's title or its file's name before it.
BESIDE = re.compile(r".+(?:_files|\.files)")


def pictures(html: str) -> list[str]:
    """The addresses of the pictures in stored HTML, in their order."""
    return [unescape(src) for src in _SRC.findall(html)]


def without_addresses(html: str) -> str:
    """Stored HTML with the addresses of its pictures left out."""
    return _SRC.sub("", html)


def is_true(url: str) -> bool:
    """Whether the address is none that a browser made up."""
    return not any(BESIDE.fullmatch(step) for step in unquote(urlsplit(url).path).split("/"))


def renamed(held: Content, shown: Content) -> list[str] | None:
    """The true addresses that `shown` has where `held` has made-up ones.

    None where the two differ in anything but addresses in `held` that a browser made up.
    """
    if len(held) != len(shown) or any(
        without_addresses(old or "") != without_addresses(new or "")
        for old, new in zip(held, shown, strict=True)
    ):
        return None
    pairs = [(old, new) for old, new in zip(_all(held), _all(shown), strict=True) if old != new]
    if any(is_true(old) for old, _ in pairs):
        return None
    return [new for _, new in pairs if is_true(new)]


def _all(content: Content) -> Iterator[str]:
    for text in content:
        yield from pictures(text or "")
