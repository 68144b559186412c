"""Run one crawl in this process: lock the archive, run the spider, write the row of `runs`."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, Settings

from blogarchive import errors
from blogarchive.crawl.named_urls import start_targets
from blogarchive.crawl.options import CrawlOptions, open_host_locks, read_cookies
from blogarchive.crawl.progress import CrawlObserver
from blogarchive.crawl.result import CrawlResult, Throttle, blocked_error, build_result
from blogarchive.crawl.session import CrawlSession
from blogarchive.fleet.shard import HostLocks
from blogarchive.items import Page, Target
from blogarchive.messages.details import explain_detail
from blogarchive.parsing.urls import service_name, service_of
from blogarchive.store import discovery
from blogarchive.store.database import connection
from blogarchive.store.database.archive import Archive, delete_archive
from blogarchive.store.database.files import open_scratch
from blogarchive.store.ingest.redirects import merge_reappeared
from blogarchive.store.ledger import blogs, failures, frontier, runs
from blogarchive.store.posts.revisions import merge_equal_images
from blogarchive.store.rows import utc_now
from blogarchive.workers.parser_process import Spawned
from blogarchive.workers.pool import interrupted_by, reduce_garbage_collection, stop_signals

if TYPE_CHECKING:
    from blogarchive.crawl.discovery import DiscoverySession


def planned_urls(options: CrawlOptions, observer: CrawlObserver, *, robots: bool = True) -> list[str]:
    """Return the URLs that a run would request, as far as the archive shows, in their order.

    With `robots`, the robots.txt of each host comes before its first page. Pages may add requests for new links.
    """
    try:
        with open_scratch(options.db) as archive:
            urls = list(_planned(archive, options, observer))
    except errors.NoArchive:
        if options.command != "backup":
            raise
        urls = [target.url for target in start_targets(options)]
    if robots:
        urls = [one for url in urls for one in (urljoin(url, "/robots.txt"), url)]
    return list(dict.fromkeys(urls))


def _planned(archive: Archive, options: CrawlOptions, observer: CrawlObserver) -> Iterator[str]:
    """Yield the URLs of the due targets, of the stored next pages of their lists, and of due images."""
    session = CrawlSession(archive, runs.unsaved_run(archive, now=utc_now()), options, observer)
    session.begin(start_targets(replace(options, db=archive.path)))  # of an older archive, the copy
    targets = list(session.targets.planned())
    yield from (target.url for target in targets)
    yield from frontier.stored_next_pages(archive, targets)
    if session.begin_media():
        yield from session.media.planned_urls()


# Time between the first signal and the hard end of the event loop.
_SECONDS_TO_STOP = 5.0
# Between two checks of the locks of a fleet. Each request checks them too.
_SECONDS_BETWEEN_CHECKS = 0.5


@contextmanager
def _restored_signal_handlers() -> Iterator[None]:
    """Restore the handlers of stop signals at the end, after the archive is closed."""
    before = {signum: signal.getsignal(signum) for signum in stop_signals()}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


@contextmanager
def _stop_handlers(loop: asyncio.AbstractEventLoop, stop: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Call `stop` in `loop` for each stop signal.

    `loop.add_signal_handler` would do the same; Windows does not have it. There no signal ends the wait for sockets,
    so a byte in a socket pair wakes the loop.
    """

    def handle(signum: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop, signal.Signals(signum))

    receiver, sender = socket.socketpair()
    with receiver, sender:
        receiver.setblocking(False)
        sender.setblocking(False)
        loop.add_reader(receiver, receiver.recv, 1)
        before = signal.set_wakeup_fd(sender.fileno())
        for signum in stop_signals():
            signal.signal(signum, handle)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(receiver)


class _RunningSpider:
    """A spider in the event loop. A stop signal, a limit of time or the loss of its locks ends it."""

    def __init__(self, process: AsyncCrawlerProcess, crawler: Crawler, locks: HostLocks) -> None:
        self._process = process
        self._crawler = crawler
        self._locks = locks
        self.loop = asyncio.get_event_loop()

    def end(self, error: errors.BlogArchiveError) -> None:
        """End the run with this error; the loop stops hard some seconds later."""
        self.loop.call_later(_SECONDS_TO_STOP, self._process._stop_reactor)
        if throttle := self._throttle():
            throttle.stop(error)

    def end_at_limit(self, limit: str) -> None:
        """Send no more requests, because this limit of the user is reached."""
        if throttle := self._throttle():
            throttle.end_at_limit(limit)

    def check_locks(self) -> None:
        """End the run if its locks are lost, else check them again in a moment."""
        throttle = self._throttle()
        if error := self._locks.lost() or self._locks.report(throttle.requests if throttle else 0):
            self.end(error)
            return
        self._locks.end_turns()
        self.loop.call_later(_SECONDS_BETWEEN_CHECKS, self.check_locks)

    def _throttle(self) -> Any:
        """Return the throttle of the spider; None before the spider is made."""
        return getattr(self._crawler.spider, "throttle", None)


def run_spider(
    process: AsyncCrawlerProcess, name: str, locks: HostLocks, duration: timedelta | None, **arguments: object
) -> Any:
    """Run a `PoliteSpider` until it ends, `duration` is over, its `locks` are lost or a stop signal arrives; return it.

    Later signals do nothing. Raises the error of this program that ended the run.
    """
    crawler = process.create_crawler(name)
    task = process.crawl(crawler, locks=locks, **arguments)
    running = _RunningSpider(process, crawler, locks)
    if duration is not None:
        running.loop.call_later(duration.total_seconds(), running.end_at_limit, str(duration))
    running.loop.call_later(_SECONDS_BETWEEN_CHECKS, running.check_locks)
    # The spider reports an error of a callback or a pipeline in one line; Scrapy would repeat a whole page.
    logging.getLogger("scrapy.core.scraper").setLevel(logging.CRITICAL)
    reduce_garbage_collection()
    with _stop_handlers(running.loop, lambda signum: running.end(interrupted_by(signum))):
        process.start(install_signal_handlers=False)
    if task.done() and (error := task.exception()):
        raise error
    spider: Any = crawler.spider
    if spider is None:
        raise errors.Interrupted(_("stopped before the run began"))
    if spider.crash:
        raise spider.crash
    return spider


def build_settings(
    *,
    delay: float | None = None,
    cookies: Path | None = None,
    ignore_robots: bool = False,
    ignore_certificates: bool = False,
) -> Settings:
    """Return Scrapy's settings: `blogarchive.settings` with the options of the user; raises `UsageError`."""
    settings = Settings()
    settings.setmodule("blogarchive.settings", priority="project")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")  # the command line has its own
    if delay is not None:
        _set_delay(settings, delay)
    if cookies is not None:
        read_cookies(cookies)  # raise for an invalid file before the archive is open
        settings.set("COOKIES_FILE", str(cookies), priority="cmdline")
    if ignore_robots:
        settings.set("ROBOTSTXT_OBEY", False, priority="cmdline")
    if ignore_certificates:
        settings.set("DOWNLOAD_VERIFY_CERTIFICATES", False, priority="cmdline")
    return settings


# Pages and images of a host that wait for their turn; one of them is requested.
_CONCURRENT_PER_HOST = 4
# At most: each host needs a connection, and a process may often open 1,024 files.
_MAX_CONCURRENT = 800


def _apply_blog_settings(settings: BaseSettings, session: CrawlSession) -> None:
    """Set the delay and the cookies of a run's blogs, and the number of requests that wait for their hosts.

    Scrapy's own delay is that of the command line, else the shortest of the hosts.
    """
    session.delays = session.settings.host_delays(session.hosts, settings.getfloat("DOWNLOAD_DELAY"))
    if settings.getpriority("DOWNLOAD_DELAY") != SETTINGS_PRIORITIES["cmdline"]:
        _set_delay(settings, min([*session.delays.values()] or [session.delays[""]]))
    settings.set("COOKIES_FILES", session.cookie_files(), priority="cmdline")
    concurrent = min(_CONCURRENT_PER_HOST * (len(set(session.hosts.values())) + 1), _MAX_CONCURRENT)
    settings.set("CONCURRENT_REQUESTS", concurrent, priority="cmdline")


def _set_delay(settings: BaseSettings, delay: float) -> None:
    settings.set("DOWNLOAD_DELAY", delay, priority="cmdline")
    settings.set("AUTOTHROTTLE_ENABLED", delay > 0, priority="cmdline")


def crawl(
    options: CrawlOptions, observer: CrawlObserver, settings: Settings, spawned: Spawned | None = None
) -> CrawlResult:
    """Run a crawl in a new Scrapy process object; call it once in a process. `spawned` may parse its pages."""
    settings.set("SPIDER_MODULES", ["spiders.blog"], priority="cmdline")  # the others import the parser
    process = AsyncCrawlerProcess(settings)
    logging.getLogger("scrapy").setLevel(logging.INFO)  # at DEBUG there are two unused records a page
    return crawl_in(process, options, observer, spawned)


def crawl_in(
    process: AsyncCrawlerProcess, options: CrawlOptions, observer: CrawlObserver, spawned: Spawned | None
) -> CrawlResult:
    """Run a crawl: lock and open the archive, run the spider, finish the row of `runs`.

    Raises the `BlogArchiveError` that prevents the run from beginning, and an error of this program that ends it.
    Errors of the network and of the site are part of the result.
    """
    targets = start_targets(options)
    if options.command != "backup":
        connection.require_archive(options.db)
    is_new = not options.db.exists()
    with (
        _restored_signal_handlers(),
        open_host_locks(options.db, process.settings.getfloat("DOWNLOAD_DELAY")) as locks,
        connection.hold_lock(options.db, options.command, now=utc_now()),
    ):
        with Archive.open(options.db, create=options.command == "backup") as archive:
            if is_new:
                observer.on_message(_("new archive at {path}").format(path=options.db.absolute()))
            session = _start_session(archive, options, observer)
            result = _crawl_archive(process, session, targets, locks, spawned)
            is_useless = result.outcome == "unreachable" and _are_final(failures.open_failures(archive))
        if is_new and is_useless:  # a mistyped URL leaves no archive
            delete_archive(options.db)
        return result


def _are_final(found: Sequence[failures.OpenFailure]) -> bool:
    """Return whether each failure is of the network or permanent: without a page, later runs find no blog."""
    return all(failure.kind == "network" or failure.next_try_at is None for failure in found)


def _start_session(archive: Archive, options: CrawlOptions, observer: CrawlObserver) -> CrawlSession:
    if options.uids:  # an unknown name is an error before a run is stored
        blogs.stored_blogs(archive, options.uids)
    run = runs.start_run(archive, options.command, options.words, now=utc_now())
    return CrawlSession(archive, run, options, observer)


def _crawl_archive(
    process: AsyncCrawlerProcess,
    session: CrawlSession,
    targets: Sequence[Target],
    locks: HostLocks,
    spawned: Spawned | None,
) -> CrawlResult:
    """Run the spider on an open archive, and store how the run ended."""
    archive, run, duration = session.archive, session.run, session.options.duration
    session.begin(targets)
    _apply_blog_settings(process.settings, session)
    _hold_hosts(locks, session)
    spider = run_spider(process, "blog", locks=locks, duration=duration, session=session, spawned=spawned)
    result = build_result(session, spider.throttle, left_out=locks.left_out)
    if result.outcome in ("unreachable", "blocked"):
        failures.retry_outage_now(archive, run.id, now=utc_now())
    discovery.mark_backed_up(archive, session.blogs, now=utc_now())
    merge_equal_images(archive, run.begun_at)
    merge_reappeared(archive)
    runs.finish_run(archive, run, result, now=utc_now())
    return result


def _hold_hosts(locks: HostLocks, session: CrawlSession) -> None:
    """Lock the hosts of the blogs; raises `HostBusy`, or `Interrupted`, after the end of the run is stored."""
    try:
        locks.hold({host: session.delays[host] for host in session.hosts.values()})
    except (errors.HostBusy, errors.Interrupted) as error:
        end = runs.RunEnd(outcome="interrupted", exit_code=error.exit_code, counts=session.counts(0))
        runs.finish_run(session.archive, session.run, end, now=utc_now())
        raise


def fetch(target: Target, settings: Settings) -> Page:
    """Return one page, fetched as in a run; call it once in a process.

    Raises `RobotsForbid`, `SiteBlocks`, `Unreachable` or `HostBusy`.
    """
    process = AsyncCrawlerProcess(settings)
    spider = _run_alone(process, "page", {service_of(target.url): 0.0}, duration=None, target=target)
    page: Page | None = spider.page
    if page is not None:
        return page
    if spider.failure.kind == "robots":
        text = _("robots.txt forbids this page; if it is your own blog, use --ignore-robots")
        raise errors.RobotsForbid(text)
    text = _("no page came from {url}: {reason}")
    reason = explain_detail(spider.failure.detail)
    raise _end_error(spider.throttle) or errors.Unreachable(text.format(url=target.url, reason=reason))


def run_lookups(
    session: "DiscoverySession", process: AsyncCrawlerProcess, duration: timedelta | None
) -> None:
    """Fetch the lookups of `discover`; call it once in a process.

    Raises `Interrupted` after a stop signal, `SiteBlocks` if the host refuses requests, and `HostBusy`.
    """
    delay = process.settings.getfloat("DOWNLOAD_DELAY")
    delays = {service_name(host, port): delay for host, port in session.homes()}
    spider = _run_alone(process, "discover", delays, duration=duration, session=session)
    if error := _end_error(spider.throttle):
        raise error


def _run_alone(process: AsyncCrawlerProcess, name: str, delays: Mapping[str, float], **arguments: Any) -> Any:
    """Run a spider that stores no page, under the locks of these hosts, and return it."""
    process.settings.set("ITEM_PIPELINES", {}, priority="cmdline")
    with _restored_signal_handlers(), open_host_locks(None, max(delays.values())) as locks:
        locks.hold(delays)
        return run_spider(process, name, locks=locks, **arguments)


def _end_error(throttle: Throttle) -> errors.BlogArchiveError | None:
    """Return the error that ended a run: of a blocked host, else of a stop."""
    blocked = next(iter(throttle.blocked_hosts.items()), None)
    return blocked_error(*blocked) if blocked else throttle.stop_error
