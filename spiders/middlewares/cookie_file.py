"""Send the user's cookies, from a Netscape cookies.txt, to the hosts that they belong to; store none.

Scrapy's cookie middleware is not used: it stores the cookies that servers set, and fetches the list of public
suffixes from the network.
"""

from http.cookiejar import MozillaCookieJar
from pathlib import Path

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request
from scrapy.http.cookies import WrappedRequest

from blogarchive.crawl.cookies import read_cookies


class CookieFileMiddleware:
    """Adds the cookies of the file in the setting `COOKIES_FILE`."""

    def __init__(self, jar: MozillaCookieJar) -> None:
        self._jar = jar

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "CookieFileMiddleware":
        """Return the middleware; raises `NotConfigured` if the setting is empty."""
        path = crawler.settings.get("COOKIES_FILE")
        if not path:
            raise NotConfigured
        return cls(read_cookies(Path(path)))

    def process_request(self, request: Request) -> None:
        """Replace the Cookie header: a redirected request must not keep that of another URL."""
        request.headers.pop("Cookie", None)
        self._jar.add_cookie_header(WrappedRequest(request))  # type: ignore[arg-type]
