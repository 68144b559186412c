"""Walks blogs: asks the archive what to fetch, fetches it, gives back what was read.

Every request comes from the frontier table and every link goes into it, so that a run that is killed goes on
where it stopped (docs/decisions/0002-the-archive-is-the-state.md).
"""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as Caught

from blogarchive.crawl.session import CrawlSession
from blogarchive.errors import BlogArchiveError
from blogarchive.items import CrawledPage, Page, ParsedPage, Target
from blogarchive.store.ledger.failures import Failure
from spiders.download_handler import drop_waiting
from spiders.fetch_errors import error_of, fetch_failure_of, is_mistake, mistake
from spiders.media import MediaScheduler
from spiders.middlewares.robots import RobotsRules
from spiders.page_parser import PageParser
from spiders.response_kind import (
    ResponseClassifier,
    ResponseKind,
    is_senseless,
    page_of,
    request_of,
    retry_after,
)
from spiders.scheduler import HostScheduler
from spiders.throttle import HostThrottle, PoliteSpider, RequestCancelled

TRIES = 3
"""A page that is refused, broken, cut or not reached is asked for so often in one run."""

log = logging.getLogger(__name__)


class BlogSpider(PoliteSpider):
    """Fetches what its campaign asks for, one request at a time to a host."""

    name = "blog"
    scheduler: HostScheduler
    pictures: MediaScheduler
    reader: PageParser
    rules: RobotsRules

    def __init__(self, session: CrawlSession) -> None:
        super().__init__()
        self.session = session
        self.crash: BaseException | None = None
        self._judge = ResponseClassifier(session.hosts_that_leave_open())

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider with its traffic, told by Scrapy's signals when a visit is through the pipelines."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        spider.reader = PageParser(delay=delay, tell=spider.session.observer.on_message)
        spider.throttle = HostThrottle(
            unit=2 * max(delay, 0.05),
            homes=spider.session.homes,
            named=spider.session.order.media_hosts,
        )
        spider.throttle.on_stop(spider._let_go)
        spider.scheduler = HostScheduler(spider.session, spider.throttle.blocked_hosts)
        spider.pictures = MediaScheduler(spider.session.pictures, spider.throttle)
        spider.rules = RobotsRules(crawler.settings["USER_AGENT"])
        crawler.signals.connect(spider.rules.learn, signals.robots_parsed)
        crawler.signals.connect(spider._kept, signals.item_scraped)
        crawler.signals.connect(spider._not_kept, signals.item_error)
        crawler.signals.connect(spider._not_read, signals.spider_error)
        crawler.signals.connect(spider.reader.close, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Requests for what the archive has to fetch, pages before pictures; ends when nothing is left."""
        self.reader.begin(many=self.session.is_long)
        async for request in self._pages():
            yield request
        if not self.throttle.stopping and self.session.begin_pictures():
            async for request in self.pictures.start():
                yield request

    async def _pages(self) -> AsyncIterator[Request]:
        more = True
        while more and not self.throttle.stopping:
            for target in self.scheduler.next(self.reader.ahead):
                yield self._request(target)
            if self.scheduler.is_idle:
                more = bool(self.session.top_up()) and self.scheduler.has_more()
            else:
                await self.scheduler.wait_done()

    async def parse(self, response: Response, target: Target) -> list[CrawledPage | Request]:
        """One visit; or the same request again, where the answer was no page and another try may help."""
        page = page_of(response)
        parsed = await self.reader.read(page, target)
        return list(self._judged(response, target, page, parsed))

    def _judged(
        self, response: Response, target: Target, page: Page, parsed: ParsedPage
    ) -> Iterator[CrawledPage | Request]:
        host = urlsplit(page.url).hostname or ""
        crawled = CrawledPage(target=target, page=page, parsed=parsed)
        answer = self._judge.of(crawled, host, response.meta.get("last_body"))
        if answer in (ResponseKind.PAGE, ResponseKind.ERROR, ResponseKind.UNCHANGED):
            self.throttle.record_response(host, page.body if is_senseless(page, parsed) else None)
        if answer is ResponseKind.UNCHANGED:
            self.session.save_unchanged(target, page)
            self.scheduler.mark_done(target)
        elif answer in (ResponseKind.PAGE, ResponseKind.ERROR):
            yield crawled
        else:
            yield from self._once_more(response, crawled, answer, host)

    def failed(self, caught: Caught) -> Iterator[Request]:
        """The same request again, where no answer came and another try may help; raises a mistake of ours."""
        request: Request = caught.request  # type: ignore[attr-defined]
        target: Target = request.cb_kwargs["target"]
        error = error_of(caught)
        if isinstance(error, RequestCancelled):
            self.scheduler.mark_done(target)
            return
        if is_mistake(error):
            raise error
        host = urlsplit(request.url).hostname or ""
        loss = fetch_failure_of(error, self.throttle.kept_off, host)
        tries = request.meta["tries"]
        if loss.try_again and tries < TRIES:
            self.throttle.back_off(host, tries)
            yield _again(request)
        elif loss.failure.kind == "robots":
            self._forbidden(target, loss.failure, host)
        else:
            self._lose(target, loss.failure, host if loss.try_again else None)

    def robots_unknown(self, where: str, what: str) -> None:
        """Say that a robots.txt could not be read; it is taken to forbid nothing."""
        if not self.throttle.stopping:
            self.session.observer.on_message(f"{where} could not be read ({what}); going on without it")

    def robots_wait(self, host: str, seconds: float, request: Request) -> None:
        """Leave the host alone for the rest of the run; where it was to give pictures, for those alone."""
        if "picture" in request.cb_kwargs:
            self.pictures.wait(host, seconds)
        else:
            super().robots_wait(host, seconds, request)

    def _request(self, target: Target) -> Request:
        headers = {"If-None-Match": target.etag, "If-Modified-Since": target.last_modified}
        return Request(
            target.url,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"target": target},
            meta={"tries": 1},
            headers={name: value for name, value in headers.items() if value},
            dont_filter=True,
        )

    def _once_more(
        self, response: Response, crawled: CrawledPage, answer: ResponseKind, host: str
    ) -> Iterator[CrawledPage | Request]:
        tries = response.meta["tries"]
        if answer is ResponseKind.REFUSED:
            self.throttle.record_refusal(host, retry_after(crawled.page))
        if tries < TRIES and host not in self.throttle.blocked_hosts:
            if answer is not ResponseKind.REFUSED:
                self.throttle.back_off(host, tries)
            yield _again(request_of(response), last_body=crawled.page.body)
        elif answer is ResponseKind.CUT:
            self._lose(crawled.target, Failure(kind="cut", detail="the page stops before its end"), host)
        else:
            if answer is ResponseKind.BROKEN:
                self.throttle.record_loss(host)
            yield crawled

    def _forbidden(self, target: Target, failure: Failure, host: str) -> None:
        """Tell of the page; where nothing of the host's blogs may be asked for, of their home pages alone."""
        homes = self.session.homes_on(host)
        if self.scheduler.is_blocked(host):
            self.scheduler.mark_done(target)
        elif homes and self.rules.forbid_all(homes) and self.rules.forbid_all(self.session.waiting_on(host)):
            self.scheduler.block_host(host)
            for home in homes:
                self.session.record_failure(
                    home, replace(failure, detail="robots.txt forbids the whole blog")
                )
            self.scheduler.mark_done(target)
        else:
            self._lose(target, failure, None)

    def _lose(self, target: Target, failure: Failure, host: str | None) -> None:
        if host:
            self.throttle.record_loss(host)
        self.session.record_failure(target, failure)
        self.scheduler.mark_done(target)

    def _kept(self, item: CrawledPage) -> None:
        self.scheduler.mark_done(item.target)

    def _not_kept(self, item: CrawledPage, failure: Caught) -> None:
        error = error_of(failure)
        if isinstance(error, BlogArchiveError):
            self._crashed(error)
            self.scheduler.mark_done(item.target)
        else:
            self._blundered(item.target, error)

    def _not_read(self, failure: Caught, response: Response | Caught | None) -> None:
        request, error = getattr(response, "request", None), error_of(failure)
        if request is None or isinstance(error, BlogArchiveError):
            self._crashed(error)
        elif "picture" in request.cb_kwargs:
            log.error("fetching or keeping %s failed", request.url, exc_info=error)
            self.pictures.broke(request.cb_kwargs["picture"], mistake(error).detail)
        else:
            self._blundered(request.cb_kwargs["target"], error)

    def _blundered(self, target: Target, error: BaseException) -> None:
        """A mistake of ours on one page must not cost the others: it is told, and the exit code is not 0."""
        log.error("fetching, reading or keeping %s failed", target.url, exc_info=error)
        try:
            self._lose(target, mistake(error), None)
        except Exception as another:  # noqa: BLE001 - Scrapy only logs what a signal's receiver raises
            self._crashed(another)
            self.scheduler.mark_done(target)

    def _crashed(self, error: BaseException) -> None:
        if isinstance(error, BlogArchiveError):
            self.throttle.stop(error)
        else:
            self.crash = self.crash or error
            self.throttle.stop()

    def _let_go(self) -> None:
        self.scheduler.notify()
        drop_waiting(self.crawler)


def _again(request: Request, last_body: bytes | None = None) -> Request:
    again = request.copy()
    again.meta["tries"] += 1
    again.meta["last_body"] = last_body
    return again
