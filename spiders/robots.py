"""Obey robots.txt. A response whose status is not 200 has no rules."""

import logging

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError
from scrapy.http import Request, Response

from blogarchive.messages.details import Detail
from blogarchive.parsing.urls import service_of
from spiders.polite import PoliteSpider
from spiders.responses import classify_error, page_of
from spiders.throttle import LONGEST_WAIT, RequestCancelled

# Rules beyond are ignored (RFC 9309, 2.5).
_MAX_ROBOTS_BYTES = 500 * 1024

_UNREACHABLE = (CannotResolveHostError, DownloadConnectionRefusedError, RequestCancelled)


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware; only a response with status 200 has rules."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # The spider reports a robots.txt that cannot be read; Scrapy would log a traceback.
        logging.getLogger(RobotsTxtMiddleware.__module__).setLevel(logging.CRITICAL)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        """Add the rules of a response; record a refusal, and report an error of the server."""
        if response.status != 200:
            response = response.replace(body=b"")
        response = response.replace(body=response.body[:_MAX_ROBOTS_BYTES])
        refused = self._record_refusal(response, request)  # then nothing more is sent to this host
        if not refused and (response.status >= 500 or response.status == 429):
            self._report(response.url, Detail.STATUS.format(status=response.status))
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if not isinstance(exc, _UNREACHABLE):  # then the page fails too, which is reported
            self._report(f"{netloc}/robots.txt", classify_error(exc).detail)
        super()._robots_error(exc, netloc)

    def _record_refusal(self, response: Response, request: Request) -> bool:
        page = page_of(response)
        wait = page.retry_after if page.is_refusal else None
        spider = self.crawler.spider
        if wait is None or wait <= LONGEST_WAIT or not isinstance(spider, PoliteSpider):
            return False
        spider.record_robots_refusal(service_of(request.url), wait, request)
        return True

    def _report(self, url: str, reason: str) -> None:
        if isinstance(self.crawler.spider, PoliteSpider):
            self.crawler.spider.report_robots_error(url, reason)
