"""Sends a request when its host may be asked, and lets go of it at once when the run ends.

Scrapy's own slot keeps the delay to a host, and AutoThrottle. It counts a request as under way from the moment it
reaches this handler, so that a pause here holds up the whole host; without a delay it lets go of all that wait in it
before it counts the first (Scrapy 2.19), so that it is this handler that sends one at a time.
"""

import asyncio
from collections import defaultdict
from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from blogarchive.store.ingest.page_validation import REFUSAL_STATUSES
from spiders.response_kind import page_of, retry_after
from spiders.throttle import LONGEST_WAIT, HostThrottle, PoliteSpider, RequestCancelled


def drop_waiting(crawler: Crawler) -> None:
    """Have the requests that wait for their delay dropped by the handler at once, at the end of a run."""
    if not crawler.crawling or crawler.engine is None:
        return
    downloader = crawler.engine.downloader
    for slot in downloader.slots.values():
        slot.close()
        slot.delay = 0.0
        downloader._process_queue(slot)
    # Once more until all are gone: an answer on its way may bring another, and AutoThrottle the delay back.
    asyncio.get_running_loop().call_later(0.1, drop_waiting, crawler)


class ThrottledDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler behind the spider's `HostThrottle`."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # by host

    async def download_request(self, request: Request) -> Response:
        """The answer; raises `RequestCancelled` when the run ends before it came."""
        spider = self._crawler.spider
        if not isinstance(spider, PoliteSpider):
            raise TypeError(f"{type(self).__name__} serves a PoliteSpider, not {spider!r}")
        host = urlparse_cached(request).hostname or ""
        async with self._turns[host]:
            return await self._in_turn(request, spider.throttle, host)

    async def _in_turn(self, request: Request, throttle: HostThrottle, host: str) -> Response:
        await throttle.wait_until_allowed(host)
        throttle.record_request(host)
        answer = asyncio.ensure_future(super().download_request(request))
        stopped = asyncio.ensure_future(throttle.stopped())
        await asyncio.wait((answer, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not answer.done():
            answer.cancel()
            raise RequestCancelled
        response = answer.result()
        if response.status in REFUSAL_STATUSES:
            # Before the next one is sent: the callback comes too late for that. A longer wish is its affair.
            wait = retry_after(page_of(response)) or throttle.unit
            throttle.pause(host, min(wait, LONGEST_WAIT))
        return response
