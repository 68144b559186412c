"""URLs and ids of exported blogs and posts."""

from gettext import gettext as _
from urllib.parse import SplitResult, quote, unquote, urlsplit

from blogarchive.sites.exports.document import InvalidExport

# RFC 2606 reserves the domain: an export that names no URL gets one that leads nowhere.
_NOWHERE = "blog.invalid"


def uid_of(url: str) -> str:
    """Return the uid of a blog at `url`: its host without `www.`, and its path with `-` for `/`.

    Raises `InvalidExport` if `url` is no web address.
    """
    parts = _split(url)
    if parts is None:
        raise InvalidExport(_("it does not say which blog it is of; name the blog's URL with --url"))
    host = (parts.hostname or "").removeprefix("www.")
    path = "-".join(part for part in unquote(parts.path).split("/") if part)
    return "-".join(part for part in (host if host != _NOWHERE else "", path) if part)


def unknown_blog_url(name: str) -> str:
    """Return a URL for a blog if its export names none; the uid of the URL is the name of the author."""
    return f"https://{_NOWHERE}/{quote(name.replace('/', '-'), safe='')}/"


def author_of_unknown(url: str) -> str | None:
    """Return the author's name in a URL of `unknown_blog_url`, None for any other URL."""
    return uid_of(url) if url.startswith(f"https://{_NOWHERE}/") else None


def post_url(blog_url: str, number: str) -> str:
    """Return a URL for a post of which the export names none: that of the blog with the number as `post=`."""
    return f"{blog_url}{'&' if '?' in blog_url else '?'}post={number}"


def web_url(text: str, *, missing: str = "") -> str | None:
    """Return `text` if it is an http(s) URL, with the scheme `missing` if it has none; else None."""
    if "://" not in text and text and ":" not in text.partition("/")[0]:
        text = missing + text
    return text if _split(text) else None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None
