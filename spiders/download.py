"""Sends a request when its host may be asked, and lets go of it at once when the run ends.

Scrapy's own slot keeps a host to one request at a time, its delay and AutoThrottle. A slot counts a request
as under way from the moment it reaches this handler, so that a pause here holds up the whole host.
"""

import asyncio

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from blogarchive.store.judge import REFUSALS
from spiders.answers import page_of, retry_after
from spiders.traffic import LONGEST_WAIT, PoliteSpider, Stopped


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler behind the spider's `Traffic`."""

    async def download_request(self, request: Request) -> Response:
        """The answer; raises `Stopped` when the run ends before it came."""
        spider = self._crawler.spider
        if not isinstance(spider, PoliteSpider):
            raise TypeError(f"{type(self).__name__} serves a PoliteSpider, not {spider!r}")
        host = urlparse_cached(request).hostname or ""
        await spider.traffic.clear(host)
        spider.traffic.sent(host)
        answer = asyncio.ensure_future(super().download_request(request))
        stopped = asyncio.ensure_future(spider.traffic.stopped())
        await asyncio.wait((answer, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not answer.done():
            answer.cancel()
            raise Stopped
        response = answer.result()
        if response.status in REFUSALS:
            # Before the slot sends what waits in it: the callback comes too late for that. A longer wish is its affair.
            wait = retry_after(page_of(response)) or spider.traffic.unit
            spider.traffic.hold(host, min(wait, LONGEST_WAIT))
        return response
