"""Send the user's cookies, from Netscape cookies.txt files, to the hosts that they belong to; store none.

Scrapy's cookie middleware is not used: it stores the cookies that servers set, and fetches the list of public
suffixes from the network.
"""

from collections.abc import Mapping
from http.cookiejar import MozillaCookieJar
from pathlib import Path

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request
from scrapy.http.cookies import WrappedRequest

from blogarchive.crawl.cookies import read_cookies
from blogarchive.items import Target
from blogarchive.store.media import QueuedImage

BlogKey = tuple[str, str | None]


class CookieFileMiddleware:
    """Adds the cookies of the file in the setting `COOKIES_FILE`, or of the blog's file in `COOKIES_FILES`."""

    def __init__(
        self, jars: Mapping[BlogKey | None, MozillaCookieJar], default: MozillaCookieJar | None
    ) -> None:
        self._jars = jars
        self._default = default

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "CookieFileMiddleware":
        """Return the middleware; raises `NotConfigured` if both settings are empty."""
        path: str | None = crawler.settings.get("COOKIES_FILE")
        files: Mapping[BlogKey, str] = crawler.settings["COOKIES_FILES"]
        if not path and not files:
            raise NotConfigured
        read = {file: read_cookies(Path(file)) for file in {path, *files.values()} if file}
        return cls({blog: read[file] for blog, file in files.items()}, read.get(path or ""))

    def process_request(self, request: Request) -> None:
        """Replace the Cookie header: a redirected request must not keep that of another URL."""
        request.headers.pop("Cookie", None)
        jar = self._jars.get(_blog_of(request))
        jar = self._default if jar is None else jar
        if jar is not None:
            jar.add_cookie_header(WrappedRequest(request))  # type: ignore[arg-type]


def _blog_of(request: Request) -> BlogKey | None:
    """Return site and uid of the blog that the page or image is fetched for; None for robots.txt."""
    item: Target | QueuedImage | None = request.cb_kwargs.get("target") or request.cb_kwargs.get("image")
    return None if item is None else (item.site, item.uid)
