"""The owner's own cookies, from a Netscape cookies.txt, sent to the hosts they belong to and kept nowhere.

Scrapy's cookie middleware is not used: it keeps what servers set, and it fetches the list of public suffixes
from the network.
"""

from http.cookiejar import MozillaCookieJar
from pathlib import Path

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request
from scrapy.http.cookies import WrappedRequest

from blogarchive.crawl.cookies import read_cookies


class CookieFileMiddleware:
    """Adds the cookies of the file that the setting `COOKIES_FILE` names."""

    def __init__(self, jar: MozillaCookieJar) -> None:
        self._jar = jar

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "CookieFileMiddleware":
        """The middleware for the crawler's settings."""
        path = crawler.settings.get("COOKIES_FILE")
        if not path:
            raise NotConfigured
        return cls(read_cookies(Path(path)))

    def process_request(self, request: Request) -> None:
        """Set the Cookie header anew: a redirected request must not take along the one it had."""
        request.headers.pop("Cookie", None)
        self._jar.add_cookie_header(WrappedRequest(request))  # type: ignore[arg-type]
