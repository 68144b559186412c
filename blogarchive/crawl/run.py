"""Runs one crawl in this process, from the lock on the archive to the row of `runs` that tells how it ended."""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from blogarchive.crawl.cookies import read_cookies
from blogarchive.crawl.options import CrawlOptions, require_archive, start_targets
from blogarchive.crawl.result import CrawlResult, Traffic, result_of
from blogarchive.crawl.session import CrawlObserver, CrawlSession
from blogarchive.errors import BlogArchiveError, Interrupted, RobotsForbid, SiteBlocks, Unreachable
from blogarchive.items import Page, Target
from blogarchive.store.database import lock
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures, runs
from blogarchive.store.timestamps import utc_now
from blogarchive.workers.process import reduce_garbage_collection, stop_signals

_PATIENCE = 5.0
"""Seconds between the first signal and the hard end of the loop."""


class _Throttle(Traffic, Protocol):
    def stop(self, error: BlogArchiveError | None = None) -> None: ...


class _Spider(Protocol):
    """What is used here of `spiders.blog.BlogSpider`, which the library knows by its name only."""

    throttle: _Throttle
    crash: BaseException | None


class _PageSpider(Protocol):
    """The same of `spiders.page.PageSpider`."""

    throttle: _Throttle
    crash: BaseException | None
    page: Page | None
    lost: str


def settings(
    *, delay: float | None = None, cookies: Path | None = None, ignore_robots: bool = False
) -> Settings:
    """Scrapy's settings: those of `blogarchive.settings`, and what a person changed of them."""
    chosen = Settings()
    chosen.setmodule("blogarchive.settings", priority="project")
    chosen.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")  # the command has its own
    if delay is not None:
        chosen.set("DOWNLOAD_DELAY", delay, priority="cmdline")
        chosen.set("AUTOTHROTTLE_ENABLED", delay > 0, priority="cmdline")
    if cookies is not None:
        read_cookies(cookies)  # told now, not when the archive is open
        chosen.set("COOKIES_FILE", str(cookies), priority="cmdline")
        chosen.set("DOWNLOAD_VERIFY_CERTIFICATES", True, priority="cmdline")
    if ignore_robots:
        chosen.set("ROBOTSTXT_OBEY", False, priority="cmdline")
    return chosen


def crawl(order: CrawlOptions, observer: CrawlObserver, chosen: Settings) -> CrawlResult:
    """Carry out `order` in a process of Scrapy's of its own; may be called once in a process."""
    process = AsyncCrawlerProcess(chosen)
    logging.getLogger("scrapy").setLevel(logging.INFO)  # below it are two records a page, for nobody
    return crawl_in(process, order, observer)


def crawl_in(process: AsyncCrawlerProcess, order: CrawlOptions, observer: CrawlObserver) -> CrawlResult:
    """Carry out `order`: lock and open the archive, walk, close the run's row.

    Raises the `BlogArchiveError` that kept the run from beginning, and any mistake of this program that ended
    it; what the web does is in the report.
    """
    named = start_targets(order)
    if order.command != "backup":
        require_archive(order.db)
    with (
        _signals_given_back(),
        lock.hold_lock(order.db, order.command, now=utc_now()),
        Archive.open(order.db, create=order.command == "backup") as archive,
    ):
        run = runs.start_run(archive, order.command, order.words, now=utc_now())
        session = CrawlSession(archive, run, order, observer)
        session.begin(named)
        spider = _walk(process, session)
        report = result_of(session, spider.throttle)
        if report.outcome in ("unreachable", "blocked"):
            failures.retry_outage_now(archive, run.id, now=utc_now())
        runs.finish_run(
            archive,
            run,
            outcome=report.outcome,
            exit_code=report.exit_code,
            counts=report.counts,
            now=utc_now(),
        )
        return report


def fetch(target: Target, chosen: Settings) -> Page:
    """One page, fetched as a run would; may be called once in a process. Raises `Unreachable`, `RobotsForbid`."""
    chosen.set("ITEM_PIPELINES", {}, priority="cmdline")
    with _signals_given_back():
        spider = cast(_PageSpider, _run(AsyncCrawlerProcess(chosen), "page", target=target))
    if spider.page is not None:
        return spider.page
    if spider.crash:
        raise spider.crash
    if "robots.txt" in spider.lost:
        raise RobotsForbid("robots.txt forbids this page; --ignore-robots is for one's own blog")
    for host, why in spider.throttle.blocked_hosts.items():
        raise SiteBlocks(f"{host} was left alone: {why}; try again later")
    raise spider.throttle.ended or Unreachable(f"no page came from {target.url}: {spider.lost}")


@contextmanager
def _signals_given_back() -> Iterator[None]:
    """Give signals back to whoever heeded them before, when the run is written down and its archive closed."""
    before = {signum: signal.getsignal(signum) for signum in stop_signals()}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _walk(process: AsyncCrawlerProcess, session: CrawlSession) -> _Spider:
    spider = cast(_Spider, _run(process, "blog", session=session))
    if spider.crash:
        raise spider.crash
    return spider


def _run(process: AsyncCrawlerProcess, name: str, **words: object) -> Spider:
    """Run one spider to its end, or until a signal; gives the spider. Signals that come later do nothing."""
    crawler = process.create_crawler(name)
    task = process.crawl(crawler, **words)
    loop = asyncio.get_event_loop()

    def stop(signum: signal.Signals) -> None:
        told = Interrupted(f"stopped by {signum.name}; the same command goes on where it stopped")
        loop.call_later(_PATIENCE, process._stop_reactor)
        cast(_Spider, crawler.spider).throttle.stop(told)

    for signum in stop_signals():
        loop.add_signal_handler(signum, stop, signum)
    reduce_garbage_collection()
    process.start(install_signal_handlers=False)
    if task.done() and (error := task.exception()):
        raise error
    if crawler.spider is None:
        raise Interrupted("stopped before the run began")
    return crawler.spider
