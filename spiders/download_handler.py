"""Send each request when its host allows it, and cancel all requests when the run ends.

Scrapy's slot keeps the delay of a host, and AutoThrottle. A slot counts a request as active when it reaches this
handler, so a pause here delays the whole host. Without a delay the slot releases all waiting requests before it
counts the first one (Scrapy 2.19). The lock here keeps them to one at a time.
"""

import asyncio
from collections import defaultdict
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from blogarchive.crawl.host_locks import lock_name
from blogarchive.errors import HostBusy
from blogarchive.parsing.http import port_of, retry_after
from blogarchive.store.ingest.validate import REFUSAL_STATUSES
from spiders.response_head import LimitedHeadFactory
from spiders.response_kind import page_of
from spiders.throttle import LONGEST_WAIT, PoliteSpider, RequestCancelled


def flush_slots(crawler: Crawler) -> None:
    """Pass all requests that wait for their delay to the handler, which cancels them at the end of a run."""
    if not crawler.crawling or crawler.engine is None:
        return
    downloader = crawler.engine.downloader
    for slot in downloader.slots.values():
        slot.close()
        slot.delay = 0.0
        downloader._process_queue(slot)
    # Repeat until all are gone: a late response may bring another request, and AutoThrottle the delay back.
    asyncio.get_running_loop().call_later(0.1, flush_slots, crawler)


class ThrottledDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler behind the `HostThrottle` of the spider."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # by host
        self._delay = timedelta(seconds=crawler.settings.getfloat("DOWNLOAD_DELAY"))
        pool: Any = self._pool
        pool._factory = partial(LimitedHeadFactory, self._require_locks)

    async def download_request(self, request: Request) -> Response:
        """Return the response; raises `RequestCancelled` if the run ends before it arrives."""
        spider: Any = self.crawler.spider
        if not isinstance(spider, PoliteSpider):
            raise TypeError(f"{type(self).__name__} serves a PoliteSpider, not {spider!r}")
        host = urlparse_cached(request).hostname or ""
        accepted_at = monotonic()
        async with self._locks[host]:
            await spider.throttle.wait_until_allowed(host, for_image="image" in request.cb_kwargs)
            return await self._download(request, spider, host, accepted_at)

    def _require_locks(self) -> None:
        """Raise `RequestCancelled`, and end the run, if another worker may request the hosts of this run."""
        spider: Any = self.crawler.spider
        if error := spider.locks.lost():
            spider.throttle.stop(error)
            raise RequestCancelled from error

    async def _download(
        self, request: Request, spider: PoliteSpider, host: str, accepted_at: float
    ) -> Response:
        throttle = spider.throttle
        download = asyncio.ensure_future(self._send(request, spider, host, accepted_at))
        stopped = asyncio.ensure_future(throttle.wait_stopped())
        await asyncio.wait((download, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not download.done():
            download.cancel()
            raise RequestCancelled
        response = download.result()
        if response.status in REFUSAL_STATUSES:
            # Pause before the next request is sent: the callback runs too late. It handles longer pauses.
            wait = retry_after(page_of(response)) or throttle.unit
            throttle.pause(host, min(wait, LONGEST_WAIT))
        return response

    async def _send(self, request: Request, spider: PoliteSpider, host: str, accepted_at: float) -> Response:
        """Send the request when its host is locked for this run, and keep the delay after it.

        Scrapy's slot begins the delay when it passes the request to this handler, before any wait here.
        """
        try:
            async with spider.locks.request_to(lock_name(host, port_of(request.url))):
                spider.throttle.record_request(host)
                waited = timedelta(seconds=monotonic() - accepted_at)
                spider.throttle.pause(host, min(waited, self._delay))
                return await super().download_request(request)
        except HostBusy as error:
            spider.throttle.busy_hosts[host] = error
            raise RequestCancelled from error
