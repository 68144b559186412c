"""Crawl blogs: take targets from the archive, fetch and parse them, pass the parsed pages to the pipelines."""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from gettext import gettext as _
from itertools import chain
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from blogarchive.crawl.session import CrawlSession
from blogarchive.errors import BlogArchiveError
from blogarchive.fleet.shard import HostLocks
from blogarchive.items import CrawledPage, Page, ParsedPage, Target
from blogarchive.messages.details import Detail, explain_detail
from blogarchive.parsing.images import ImageFailure
from blogarchive.parsing.urls import host_of, service_of
from blogarchive.store.ingest.validate import ResponseClassifier, ResponseKind, repeated_form
from blogarchive.store.ledger.blogs import named_at, unclosed_hosts
from blogarchive.store.ledger.failures import Failure
from blogarchive.workers.parser_process import ParserKilled, RunParser, Spawned
from spiders import responses
from spiders.media import ImageFetcher
from spiders.polite import PoliteSpider
from spiders.scheduler import HostScheduler
from spiders.throttle import pause_reason

TRIES = 3
"""Tries in one run at a page that is refused, broken, truncated or not reached."""

# An image may take this many times as long as a page: a large photograph over a slow line.
_IMAGE_TIMEOUTS = 2

log = logging.getLogger(__name__)

_Yielded = Iterator[CrawledPage | Request]


class BlogSpider(PoliteSpider):
    """Fetches the targets of its session, one request at a time to a host."""

    name = "blog"
    scheduler: HostScheduler[Target]
    images: ImageFetcher
    parser: RunParser

    def __init__(
        self, session: CrawlSession, *, locks: HostLocks | None = None, spawned: Spawned | None = None
    ) -> None:
        super().__init__(locks=locks)
        self.session = session
        self._spawned = spawned
        self._classifier = ResponseClassifier(unclosed_hosts(session.archive, session.blogs))

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider with its throttle and scheduler, connected to Scrapy's signals."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        session, changed = spider.session, spider._changed.set
        delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        spider.parser = RunParser(delay=delay, report=session.observer.on_message, spawned=spider._spawned)
        spider.obey(
            crawler,
            homes=session.homes,
            media_hosts=session.settings.media_hosts(session.blogs),
            delays=session.delays,
            max_requests=session.options.max_requests,
        )
        ahead = spider.parser.ahead
        spider.scheduler = HostScheduler(session.targets, spider.throttle, on_change=changed, ahead=ahead)
        timeout = _IMAGE_TIMEOUTS * crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        spider.images = ImageFetcher(session.media, spider.throttle, timeout=timeout, on_change=changed)
        crawler.signals.connect(spider._on_stored, signals.item_scraped)
        crawler.signals.connect(spider._on_pipeline_error, signals.item_error)
        crawler.signals.connect(spider.parser.close, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the requests of the run, for pages and for images of stored posts, until nothing is left."""
        self.parser.begin(many=self.session.is_long)
        while not self.throttle.stopping:
            self._changed.clear()
            found = False
            for request in chain(self._requests(), self.images.take_free()):
                found = True
                yield request
            if self.scheduler.is_busy or self.images.scheduler.is_busy:
                await self._changed.wait()
            elif not found and not self._has_more():
                return

    def _has_more(self) -> bool:
        """Return True if the checks at the end of the run have found pages to fetch, or images."""
        if self.throttle.limit:
            return False
        if self.session.targets.check_all_blogs() and self.scheduler.has_more():
            return True
        return self.session.begin_media() > 0 and self.images.scheduler.has_more()

    async def parse(self, response: Response, target: Target) -> list[CrawledPage | Request]:
        """Return the crawled page, or the request for another try."""
        page = responses.page_of(response)
        parsed = await self.parser.parse(page, named_at(self.session.archive, target, page.url))
        return list(self._handle(response, target, page, parsed))

    def failed(self, caught: TwistedFailure) -> Iterator[Request]:
        """Yield the request for another try, or record the failure."""
        request: Request = caught.request  # type: ignore[attr-defined]
        target: Target = request.cb_kwargs["target"]
        host, failure = service_of(request.url), self.failure_of(caught)
        if failure is None:
            self.scheduler.defer(target)
            return
        is_retryable, tries = failure.kind in responses.RETRYABLE, request.meta["tries"]
        if is_retryable and tries < TRIES:
            self.throttle.back_off(host, tries)
            yield _next_try(request)
        elif failure.kind == "robots":
            self._record_forbidden(target, failure, host)
        else:
            self._record_failure(target, failure, host if is_retryable else None)

    def report_robots_error(self, url: str, reason: str) -> None:
        """Report that a robots.txt could not be read; it forbids nothing."""
        if not self.throttle.stopping:
            text = _("{url} could not be read ({reason}); continuing without it")
            self.session.observer.on_message(text.format(url=url, reason=explain_detail(reason)))

    def record_robots_refusal(self, host: str, retry_after: timedelta, request: Request) -> None:
        """Block the host for this run; if `request` is for an image, only for images."""
        if "image" in request.cb_kwargs:
            self.images.block_host(host_of(request.url), pause_reason(retry_after))
        else:
            super().record_robots_refusal(host, retry_after, request)

    def _requests(self) -> Iterator[Request]:
        """Yield the requests of the targets whose hosts are free. A target without a valid URL is a failure."""
        for target in self.scheduler.take_free():
            try:
                request = self._request(target)
            except ValueError:
                failure = Failure(kind="http", detail=Detail.IMAGE_NO_URL, permanent=True)
                self._record_failure(target, failure, None)
            else:
                yield request

    def _request(self, target: Target) -> Request:
        """Return the request of a target, with the validators of its stored page."""
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

    def _handle(self, response: Response, target: Target, page: Page, parsed: ParsedPage) -> _Yielded:
        """Yield the page to store, or the request for another try; record a 304."""
        host = service_of(page.url)
        crawled = CrawledPage(target=target, page=page, parsed=parsed, is_normalized=True)
        kind = self._classifier.classify(crawled, host, response.meta.get("last_body"))
        if kind in (ResponseKind.PAGE, ResponseKind.UNCHANGED):
            self.throttle.record_response(host, repeated_form(page, parsed))
        if kind is ResponseKind.UNCHANGED:
            self.session.save_unchanged(target, page)
            self.scheduler.mark_done(target)
        elif kind is ResponseKind.PAGE:
            yield crawled
        else:
            yield from self._retry(response, crawled, kind, host)

    def _retry(self, response: Response, crawled: CrawledPage, kind: ResponseKind, host: str) -> _Yielded:
        """Yield the request for another try; after the last one, the page, or record that it was cut."""
        tries, target = response.meta["tries"], crawled.target
        if crawled.page.status == 403 and not target.is_home and self.session.is_refused(target):
            yield crawled  # a post for members alone says nothing of its host
            return
        if kind is ResponseKind.REFUSED:
            self.throttle.record_refusal(host, crawled.page.retry_after)
        if tries < TRIES and host not in self.throttle.blocked_hosts:
            if kind is not ResponseKind.REFUSED:
                self.throttle.back_off(host, tries)
            yield _next_try(responses.request_of(response), last_body=crawled.page.body)
        elif kind is ResponseKind.CUT:
            detail = Detail.PAGE_STOPS if crawled.page.body else Detail.PAGE_EMPTY
            self._record_failure(crawled.target, Failure(kind="cut", detail=detail), host)
        else:
            if kind is ResponseKind.BROKEN:
                self.throttle.record_failure(host)
            yield crawled

    def _record_forbidden(self, target: Target, failure: Failure, host: str) -> None:
        """Record a page that robots.txt forbids; if it forbids all pages of the host, record the home pages only."""
        if self.scheduler.is_blocked(host):
            self.scheduler.mark_done(target)
            return
        pages, forbid_all = self.session.targets, self.rules.forbid_all
        homes = list(pages.home_targets(host))
        if homes and forbid_all(homes) and forbid_all(pages.due_targets(host)):
            self.scheduler.block_host(host)
            for home in homes:
                self.session.record_failure(home, replace(failure, detail=Detail.ROBOTS_BLOG))
            self.scheduler.mark_done(target)
        else:
            self._record_failure(target, failure, None)

    def _record_failure(self, target: Target, failure: Failure, host: str | None) -> None:
        if host:
            self.throttle.record_failure(host)
        self.session.record_failure(target, failure)
        self.scheduler.mark_done(target)

    def _on_stored(self, item: CrawledPage) -> None:
        self.scheduler.mark_done(item.target)

    def _on_pipeline_error(self, item: CrawledPage, failure: TwistedFailure) -> None:
        error = responses.error_of(failure)
        if isinstance(error, BlogArchiveError):
            self.end_run(error)
            self.scheduler.mark_done(item.target)
        else:
            self._record_program_failure(item.target, error)

    def on_callback_error(self, failure: TwistedFailure, response: Response | TwistedFailure | None) -> None:
        """Record an error of this program on one page or image; end the run after another error."""
        request, error = getattr(response, "request", None), responses.error_of(failure)
        if request is None or isinstance(error, BlogArchiveError):
            self.end_run(error)
        elif "image" in request.cb_kwargs:
            log.error("fetching or storing %s failed", request.url, exc_info=error)
            image = request.cb_kwargs["image"]
            detail = responses.program_failure(error).detail
            self.images.record_failure(image, ImageFailure(detail=detail))
        else:
            self._record_program_failure(request.cb_kwargs["target"], error)

    def _record_program_failure(self, target: Target, error: BaseException) -> None:
        """Record an error of this program on one page; the run continues, and its exit code is not 0."""
        trace = None if isinstance(error, ParserKilled) else error
        log.error("fetching, parsing or storing %s failed", target.url, exc_info=trace)
        try:
            self._record_failure(target, responses.program_failure(error), None)
        except Exception as another:  # noqa: BLE001 - Scrapy only logs exceptions of a signal's receiver
            self.end_run(another)
            self.scheduler.mark_done(target)


def _next_try(request: Request, last_body: bytes | None = None) -> Request:
    return request.replace(meta={**request.meta, "tries": request.meta["tries"] + 1, "last_body": last_body})
