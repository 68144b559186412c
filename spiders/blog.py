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

from blogarchive.campaign import Campaign
from blogarchive.errors import BlogArchiveError
from blogarchive.items import Page, Reading, Target, Visit
from blogarchive.store.failures import Failure
from spiders.answers import Answer, Judge, is_senseless, page_of, request_of, retry_after
from spiders.download import drop_waiting
from spiders.failing import error_of, is_mistake, loss_of, mistake
from spiders.pictures import PictureWalk
from spiders.pump import Pump
from spiders.reader import Reader
from spiders.robots import Rules
from spiders.traffic import PoliteSpider, Stopped, Traffic

TRIES = 3
"""A page that is refused, broken, cut or not reached is asked for so often in one run."""

log = logging.getLogger(__name__)


class BlogSpider(PoliteSpider):
    """Fetches what its campaign asks for, one request at a time to a host."""

    name = "blog"
    pump: Pump
    pictures: PictureWalk
    reader: Reader
    rules: Rules

    def __init__(self, campaign: Campaign) -> None:
        super().__init__()
        self.campaign = campaign
        self.crash: BaseException | None = None
        self._judge = Judge(campaign.hosts_that_leave_open())

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider with its traffic, told by Scrapy's signals when a visit is through the pipelines."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        spider.reader = Reader(delay=delay, tell=spider.campaign.watcher.said)
        spider.traffic = Traffic(
            unit=2 * max(delay, 0.05),
            homes=spider.campaign.homes,
            named=spider.campaign.order.media_hosts,
        )
        spider.traffic.on_stop(spider._let_go)
        spider.pump = Pump(spider.campaign, spider.traffic.left_alone)
        spider.pictures = PictureWalk(spider.campaign.pictures, spider.traffic)
        spider.rules = Rules(crawler.settings["USER_AGENT"])
        crawler.signals.connect(spider.rules.learn, signals.robots_parsed)
        crawler.signals.connect(spider._kept, signals.item_scraped)
        crawler.signals.connect(spider._not_kept, signals.item_error)
        crawler.signals.connect(spider._not_read, signals.spider_error)
        crawler.signals.connect(spider.reader.close, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Requests for what the archive has to fetch, pages before pictures; ends when nothing is left."""
        self.reader.begin(many=self.campaign.is_long)
        async for request in self._pages():
            yield request
        if not self.traffic.stopping and self.campaign.begin_pictures():
            async for request in self.pictures.start():
                yield request

    async def _pages(self) -> AsyncIterator[Request]:
        more = True
        while more and not self.traffic.stopping:
            for target in self.pump.next(self.reader.ahead):
                yield self._request(target)
            if self.pump.is_idle:
                more = bool(self.campaign.top_up()) and self.pump.has_more()
            else:
                await self.pump.landing()

    async def parse(self, response: Response, target: Target) -> list[Visit | Request]:
        """One visit; or the same request again, where the answer was no page and another try may help."""
        page = page_of(response)
        reading = await self.reader.read(page, target)
        return list(self._judged(response, target, page, reading))

    def _judged(
        self, response: Response, target: Target, page: Page, reading: Reading
    ) -> Iterator[Visit | Request]:
        host = urlsplit(page.url).hostname or ""
        visit = Visit(target=target, page=page, reading=reading)
        answer = self._judge.of(visit, host, response.meta.get("last_body"))
        if answer in (Answer.PAGE, Answer.ERROR, Answer.UNCHANGED):
            self.traffic.answered(host, page.body if is_senseless(page, reading) else None)
        if answer is Answer.UNCHANGED:
            self.campaign.keep_unchanged(target, page)
            self.pump.land(target)
        elif answer in (Answer.PAGE, Answer.ERROR):
            yield visit
        else:
            yield from self._once_more(response, visit, answer, host)

    def failed(self, caught: Caught) -> Iterator[Request]:
        """The same request again, where no answer came and another try may help; raises a mistake of ours."""
        request: Request = caught.request  # type: ignore[attr-defined]
        target: Target = request.cb_kwargs["target"]
        error = error_of(caught)
        if isinstance(error, Stopped):
            self.pump.land(target)
            return
        if is_mistake(error):
            raise error
        host = urlsplit(request.url).hostname or ""
        loss = loss_of(error, self.traffic.kept_off, host)
        tries = request.meta["tries"]
        if loss.try_again and tries < TRIES:
            self.traffic.faltered(host, tries)
            yield _again(request)
        elif loss.failure.kind == "robots":
            self._forbidden(target, loss.failure, host)
        else:
            self._lose(target, loss.failure, host if loss.try_again else None)

    def robots_unknown(self, where: str, what: str) -> None:
        """Say that a robots.txt could not be read; it is taken to forbid nothing."""
        if not self.traffic.stopping:
            self.campaign.watcher.said(f"{where} could not be read ({what}); going on without it")

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
        self, response: Response, visit: Visit, answer: Answer, host: str
    ) -> Iterator[Visit | Request]:
        tries = response.meta["tries"]
        if answer is Answer.REFUSED:
            self.traffic.refused(host, retry_after(visit.page))
        if tries < TRIES and host not in self.traffic.left_alone:
            if answer is not Answer.REFUSED:
                self.traffic.faltered(host, tries)
            yield _again(request_of(response), last_body=visit.page.body)
        elif answer is Answer.CUT:
            self._lose(visit.target, Failure(kind="cut", detail="the page stops before its end"), host)
        else:
            if answer is Answer.BROKEN:
                self.traffic.lost(host)
            yield visit

    def _forbidden(self, target: Target, failure: Failure, host: str) -> None:
        """Tell of the page; where nothing of the host's blogs may be asked for, of their home pages alone."""
        homes = self.campaign.homes_on(host)
        if self.pump.is_shut(host):
            self.pump.land(target)
        elif homes and self.rules.forbid_all(homes) and self.rules.forbid_all(self.campaign.waiting_on(host)):
            self.pump.shut(host)
            for home in homes:
                self.campaign.lose(home, replace(failure, detail="robots.txt forbids the whole blog"))
            self.pump.land(target)
        else:
            self._lose(target, failure, None)

    def _lose(self, target: Target, failure: Failure, host: str | None) -> None:
        if host:
            self.traffic.lost(host)
        self.campaign.lose(target, failure)
        self.pump.land(target)

    def _kept(self, item: Visit) -> None:
        self.pump.land(item.target)

    def _not_kept(self, item: Visit, failure: Caught) -> None:
        error = error_of(failure)
        if isinstance(error, BlogArchiveError):
            self._crashed(error)
            self.pump.land(item.target)
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
            self.pump.land(target)

    def _crashed(self, error: BaseException) -> None:
        if isinstance(error, BlogArchiveError):
            self.traffic.stop(error)
        else:
            self.crash = self.crash or error
            self.traffic.stop()

    def _let_go(self) -> None:
        self.pump.wake()
        drop_waiting(self.crawler)


def _again(request: Request, last_body: bytes | None = None) -> Request:
    again = request.copy()
    again.meta["tries"] += 1
    again.meta["last_body"] = last_body
    return again
