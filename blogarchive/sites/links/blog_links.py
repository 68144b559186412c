"""Find the blogs that pages and other texts link to."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from blogarchive.items import Page, PageKind
from blogarchive.sites.base import Site

_HREF = re.compile(rb"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_URL = re.compile(r"""https?://[^\s"'<>\\|]+""", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogLink:
    """A blog that a URL names; `url` is its home page."""

    site: str
    uid: str
    url: str


def blog_of_url(site: Site, url: str) -> BlogLink | None:
    """Return the blog that a URL of the site names, by its home page or by any page below it; None if it names none."""
    parsed = site.parse_url(url)
    if parsed.uid is None or parsed.kind is PageKind.UNKNOWN:
        return None
    home_url = site.build_home_url(parsed.url, parsed.uid)
    return None if home_url is None else BlogLink(site=site.name, uid=parsed.uid, url=home_url)


def page_links(page: Page) -> Iterator[str]:
    """Yield the URL of every anchor of a page, absolute, each once. Never raises."""
    for link in dict.fromkeys(_HREF.findall(page.body)):
        try:
            yield urljoin(page.url, html.unescape(b"".join(link).decode("latin-1")).strip())
        except ValueError:  # an invalid host
            continue


def text_urls(text: str) -> Iterator[str]:
    """Yield every absolute URL of a text, such as a list, a sitemap or a saved page, each once."""
    for url in dict.fromkeys(_URL.findall(text)):
        yield html.unescape(url).rstrip(".,;:)")


def blogs_of_urls(site: Site, urls: Iterable[str], hosts: Iterable[str]) -> Iterator[BlogLink]:
    """Yield the blogs of the URLs on these hosts (`host` or `host:port`), each once.

    The forms of a site fit URLs of many hosts, so the host decides whether a URL is one of the site.
    """
    allowed, seen = set(hosts), set()
    for url in urls:
        try:
            is_allowed = urlsplit(url).netloc.lower() in allowed
        except ValueError:
            continue
        blog = blog_of_url(site, url) if is_allowed else None
        if blog is not None and blog not in seen:
            seen.add(blog)
            yield blog
