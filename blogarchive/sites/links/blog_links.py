"""Find the blogs that pages and other texts link to."""

import html
import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from blogarchive.items import BlogLink, PageKind, Problem
from blogarchive.parsing.media.hosts import matches_host
from blogarchive.sites.base import Site

MAX_BLOGS = 2_000
"""Blogs of one page: an author can type links to blogs that do not exist."""

TOO_MANY_BLOGS = Problem(
    kind="incomplete",
    field="blogs",
    detail=f"the page links to more than {MAX_BLOGS:,} blogs; the others are not stored",
)

_URL = re.compile(r"""https?://[^\s"'<>\\|]+""", re.IGNORECASE)
_MAX_UID_LENGTH = 64


def blog_of_url(site: Site, url: str) -> BlogLink | None:
    """Return the blog that a URL of the site names, by its home page or by any page below it; None if it names none."""
    parsed = site.parse_url(url)
    if parsed.uid is None or parsed.kind is PageKind.UNKNOWN or len(parsed.uid) > _MAX_UID_LENGTH:
        return None
    home_url = site.build_home_url(parsed.url, parsed.uid)
    return None if home_url is None else BlogLink(site=site.name, uid=parsed.uid, url=home_url)


def linked_blogs(
    site: Site, urls: Iterable[str], page_url: str, own: Container[str]
) -> tuple[tuple[BlogLink, ...], tuple[Problem, ...]]:
    """Return the blogs that canonical URLs of a page name, each once, and a problem if they are more than `MAX_BLOGS`.

    The forms of a site fit URLs of many hosts, so a blog is on the page's host or on one of the site's. `own` are
    the uids of the page's own blog.
    """
    host = urlsplit(page_url).netloc.lower()
    found: dict[str, BlogLink] = {}
    for url in urls:
        blog = _blog_on_host(site, url, host)
        if blog is None or blog.uid in own or blog.uid in found:
            continue
        if len(found) == MAX_BLOGS:
            return tuple(found.values()), (TOO_MANY_BLOGS,)
        found[blog.uid] = blog
    return tuple(found.values()), ()


@lru_cache(maxsize=4096)  # commenters link to their blogs from many pages
def _blog_on_host(site: Site, url: str, host: str) -> BlogLink | None:
    return next(blogs_of_urls(site, [url], (host, *site.hosts)), None)


def text_urls(text: str) -> Iterator[str]:
    """Yield every absolute URL of a text, such as a list, a sitemap or a saved page, each once."""
    for url in dict.fromkeys(_URL.findall(text)):
        yield html.unescape(url).rstrip(".,;:)")


def blogs_of_urls(site: Site, urls: Iterable[str], hosts: Iterable[str]) -> Iterator[BlogLink]:
    """Yield the blogs of the URLs on hosts that match a pattern (`host`, `host:port`, `*.domain`), each once."""
    patterns, seen = tuple(hosts), set()
    for url in urls:
        try:
            is_allowed = matches_host(urlsplit(url).netloc.lower(), patterns)
        except ValueError:
            continue
        blog = blog_of_url(site, url) if is_allowed else None
        if blog is not None and blog not in seen:
            seen.add(blog)
            yield blog
