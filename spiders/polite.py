"""What each of our spiders has: a throttle, the rules of robots.txt, and an end by the first error.

The middleware of robots.txt reads the rules. A response whose status is not 200 has none. `PageSpider` fetches one page
as a run would, for `blogarchive doctor` and for `scrapy shell`, `fetch` and `parse`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.utils.httpobj import urlparse_cached
from twisted.python.failure import Failure as TwistedFailure

from blogarchive.crawl.named_urls import target_of_url
from blogarchive.errors import BlogArchiveError
from blogarchive.fleet.shard import HostLocks
from blogarchive.items import CrawledPage, Page, Target
from blogarchive.messages.details import Detail
from blogarchive.parsing.urls import host_of, matches_host, port_of, service_of
from blogarchive.sites.base import found_sites, parse_page
from blogarchive.store.ledger.failures import Failure
from spiders.responses import classify_error, error_of, is_program_error, page_of
from spiders.throttle import LONGEST_WAIT, HostThrottle, RequestCancelled


class RobotsRules:
    """The rules of every robots.txt of the run."""

    def __init__(self, user_agent: str, throttle: HostThrottle) -> None:
        self._user_agent = user_agent
        self._throttle = throttle
        self._parsers: dict[str, RobotParser] = {}  # by host and port

    def add(self, robotparser: RobotParser, request: Request) -> None:
        """Add the rules for the host of `request`; a receiver of Scrapy's signal `robots_parsed`."""
        self._parsers[urlparse_cached(request).netloc] = robotparser
        delay = robotparser.crawl_delay(self._user_agent)
        if delay:  # Scrapy reads it and does not use it
            self._throttle.set_crawl_delay(service_of(request.url), delay)

    def forbid_all(self, targets: Iterable[Target]) -> bool:
        """Return True if known rules forbid each of `targets`."""
        rules = ((self._parsers.get(urlsplit(target.url).netloc), target.url) for target in targets)
        return all(parser is not None and not parser.allowed(url, self._user_agent) for parser, url in rules)


class PoliteSpider(scrapy.Spider):
    """A spider with a `throttle` and the `locks` of its hosts, which the download handler obeys.

    `crash` is an error of this program that ended it.
    """

    throttle: HostThrottle
    rules: RobotsRules

    def __init__(self, *, locks: HostLocks | None = None) -> None:
        super().__init__()
        self.crash: BaseException | None = None
        self.locks = locks or HostLocks()
        self._changed = asyncio.Event()

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Verify certificates if cookies are sent, whatever the user wrote."""
        super().update_settings(settings)
        if settings["COOKIES_FILE"] or settings["COOKIES_FILES"]:
            settings.set("DOWNLOAD_VERIFY_CERTIFICATES", True, priority=SETTINGS_PRIORITIES["cmdline"] + 1)

    def obey(self, crawler: Crawler, **limits: Any) -> None:
        """Obey the delay of `crawler`, further `limits` of `HostThrottle`, and each robots.txt."""
        delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self.throttle = throttle = HostThrottle(delay=delay, locks=self.locks, **limits)
        self.rules = RobotsRules(crawler.settings["USER_AGENT"], throttle)
        throttle.on_stop(self._changed.set)
        throttle.on_stop(lambda: _flush_slots(crawler))
        crawler.signals.connect(self.rules.add, signals.robots_parsed)
        crawler.signals.connect(self.on_callback_error, signals.spider_error)

    def failure_of(self, caught: TwistedFailure) -> Failure | None:
        """Return why no page came; None if its request was cancelled, or after a handled error of this program.

        Scrapy ignores an errback that raises the error that it was given.
        """
        error = error_of(caught)
        if isinstance(error, RequestCancelled):
            return None
        if is_program_error(error):
            self.on_callback_error(caught, caught)
            return None
        request: Request = caught.request  # type: ignore[attr-defined]
        return classify_error(error, host_of(request.url), self.throttle.private_hosts)

    def on_callback_error(self, failure: TwistedFailure, response: Response | TwistedFailure | None) -> None:
        """End the run because of an error in a callback."""
        self.end_run(error_of(failure))

    def end_run(self, error: BaseException) -> None:
        """End the run because of an error of this program, or one for the user."""
        if isinstance(error, BlogArchiveError):
            self.throttle.stop(error)
        else:
            self.crash = self.crash or error
            self.throttle.stop()

    def report_robots_error(self, url: str, reason: str) -> None:
        """Report a robots.txt that could not be read; it forbids nothing."""

    def record_robots_refusal(self, host: str, retry_after: timedelta, request: Request) -> None:
        """Obey the long Retry-After of a robots.txt, which was fetched before `request`."""
        self.throttle.record_refusal(host, retry_after)


def _flush_slots(crawler: Crawler) -> None:
    """Pass all requests that wait for their delay to the handler, which cancels them at the end of a run."""
    if not crawler.crawling or crawler.engine is None:
        return
    downloader = crawler.engine.downloader
    for slot in downloader.slots.values():
        slot.close()
        slot.delay = 0.0
        downloader._process_queue(slot)
    # Repeat until all are gone: after a late response a request may be added, and AutoThrottle may set a delay.
    asyncio.get_running_loop().call_later(0.1, _flush_slots, crawler)


class PageSpider(PoliteSpider):
    """Sends the request of its target. `page` is the response, whatever its status; `failure` is the reason if none came.

    Without a target it serves Scrapy's commands, which make the request; `site` is the name of an unknown host's site.
    """

    name = "page"

    def __init__(
        self, target: Target | None = None, *, site: str | None = None, locks: HostLocks | None = None
    ) -> None:
        super().__init__(locks=locks)
        self.target = target
        self.site = site
        self.page: Page | None = None
        self.failure = Failure(kind="network", detail="")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider with its throttle."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.target is not None:
            home = (host_of(spider.target.url), port_of(spider.target.url))
            spider.obey(crawler, homes=lambda: (home,))
        return spider

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """Return whether the host is one of a known site."""
        sites = found_sites().loaded.values()
        return any(matches_host(host_of(request.url), site.hosts) for site in sites)

    async def start(self) -> AsyncIterator[Request]:
        """Yield the one request."""
        if self.target is not None:
            yield Request(self.target.url, self.store, errback=self.failed, cb_kwargs={"target": self.target})

    def parse(self, response: Response) -> Iterator[CrawledPage]:
        """Yield the page and its parsed values, as the spider `blog` does."""
        page = page_of(response)
        target = target_of_url(page.url, self.site)
        yield CrawledPage(target=target, page=page, parsed=parse_page(page, target))

    def store(self, response: Response, target: Target) -> None:
        """Set `page`."""
        self.page = page_of(response)

    def failed(self, caught: TwistedFailure) -> None:
        """Set `failure`, unless the request was cancelled or this program failed."""
        self.failure = self.failure_of(caught) or self.failure


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
