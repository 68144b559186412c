"""Absolute URLs of the links and images of a page, as a browser resolves them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from blogarchive.parsing.html.parse import Element

# Lazy loaders of the last fifteen years store the URL in one of these, and a blank in `src`.
_LAZY = ("data-original", "data-src", "data-lazy-src", "data-lazyload", "real_src", "original", "file")
# Nearly every URL of a page; it is resolved by prepending the origin. No path segment begins with a dot.
_plain_url = re.compile(
    r"(?P<page>(?P<origin>https?://[A-Za-z0-9.-]+(?::(?:\d{1,4}|[1-5]\d{4}))?)?"
    r"/(?:[\w~%-][\w.~%-]*/)*(?:[\w~%-][\w.~%-]*)?)(?:\?[\w=&%.+-]+)?",
    re.ASCII,
)
_plain_query = re.compile(r"\?[\w=&%.+-]+", re.ASCII)
_ADDRESS = re.compile(r"[/.\\]")
_quoted_url = re.compile(r"""["'](https?://[^"'\s]+|/[^"'\s]*)["']""")


def image_url(element: Element, base_url: str) -> str | None:
    """Return the absolute http(s) URL of an image, lazy loaders' attributes first; None if it has none.

    The URL of the page itself, which `#` and other blanks resolve to, is no image.
    """
    for value in (*lazy_urls(element), element.get("src")):
        url = absolute_url(value, base_url)
        if url is not None and _may_be_image(url, base_url):
            return url
    return None


def lazy_urls(element: Element) -> Iterator[str]:
    """Yield the URLs in the attributes of lazy loaders, as written; a flag (`data-lazyload="true"`) is none."""
    for name in _LAZY:
        value = element.get(name)
        if value is not None and _ADDRESS.search(value):
            yield value


def _may_be_image(url: str, base_url: str) -> bool:
    """Return whether a URL is http(s) and not the page's own, which `#`, `?` and a bare `//` resolve to."""
    parts = urlsplit(url)
    web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return web and url.partition("#")[0] != base_url.partition("#")[0]


def absolute_url(url: str | None, base_url: str) -> str | None:
    """Return `url` resolved against `base_url`; None if it is missing or invalid."""
    if url is None or not url.strip():
        return None
    if plain := _plain_url.fullmatch(url):
        if plain["origin"]:
            return url
        if base := _plain_base(base_url):
            return base["origin"] + url
    elif _plain_query.fullmatch(url) and (base := _plain_base(base_url)):
        return base["page"] + url
    before, sign, rest = re.sub(r"[\t\r\n]", "", url.strip()).partition("?")
    try:
        # Browsers treat a backslash as a slash; pages written for Internet Explorer have some.
        joined = urljoin(base_url, before.replace("\\", "/") + sign + rest)
        urlsplit(joined).port  # noqa: B018 -- raises if the port is invalid
    except ValueError:
        return None
    return joined


@lru_cache(maxsize=16)  # a page resolves a hundred URLs against one base
def _plain_base(url: str) -> "re.Match[str] | None":
    """Return the groups `origin` and `page` (without the query) of a plain absolute URL, else None."""
    plain = _plain_url.fullmatch(url)
    return plain if plain and plain["origin"] else None


def link_url(anchor: Element, base_url: str) -> str | None:
    """Return the absolute URL of an `a`, or None.

    The URL of a `javascript:` link is searched in its title and its onclick.
    """
    href = (anchor.get("href") or "").strip()
    if (
        href
        and not href.startswith("#")
        and not href.lower().startswith(("javascript:", "vbscript:", "data:"))
    ):
        return absolute_url(href, base_url)
    if href.startswith("#"):
        return None
    title = (anchor.get("title") or "").strip()
    if title.startswith(("http://", "https://")):
        return absolute_url(title, base_url)
    found = _quoted_url.search(f"{anchor.get('onclick') or ''} {href}")
    return absolute_url(found.group(1), base_url) if found else None
