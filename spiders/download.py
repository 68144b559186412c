"""Sends a request when its host may be asked, and lets go of it at once when the run ends.

Scrapy's own slot keeps a host to one request at a time, its delay and AutoThrottle. A slot counts a request
as under way from the moment it reaches this handler, so that a pause here holds up the whole host.
"""

import asyncio

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from spiders.traffic import PoliteSpider, Stopped


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler behind the spider's `Traffic`."""

    async def download_request(self, request: Request) -> Response:
        """The answer; raises `Stopped` when the run ends before it came."""
        spider = self._crawler.spider
        if not isinstance(spider, PoliteSpider):
            raise TypeError(f"{type(self).__name__} serves a PoliteSpider, not {spider!r}")
        await spider.traffic.clear(urlparse_cached(request).hostname or "")
        spider.traffic.requests += 1
        answer = asyncio.ensure_future(super().download_request(request))
        stopped = asyncio.ensure_future(spider.traffic.stopped())
        await asyncio.wait((answer, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if answer.done():
            return answer.result()
        answer.cancel()
        raise Stopped
