"""Run one crawl in this process: lock the archive, run the spider, write the row of `runs`."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, Protocol, cast

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from blogarchive.crawl.host_locks import HostLocks, lock_name, open_host_locks
from blogarchive.crawl.options import CrawlOptions, require_archive
from blogarchive.crawl.result import CrawlResult, blocked_message, build_result
from blogarchive.crawl.scrapy_settings import apply_blog_settings
from blogarchive.crawl.session import CrawlObserver, CrawlSession
from blogarchive.crawl.spider_process import CrawlSpider, restored_signal_handlers, run_spider
from blogarchive.crawl.targets.from_urls import start_targets
from blogarchive.errors import HostBusy, Interrupted, RobotsForbid, SiteBlocks, Unreachable
from blogarchive.items import Page, Target
from blogarchive.messages.explain import explain_detail
from blogarchive.parsing.http import host_of, port_of
from blogarchive.store import discovery as discovered
from blogarchive.store.database import connection as lock
from blogarchive.store.database.archive import Archive, delete_archive
from blogarchive.store.ledger import failures, runs
from blogarchive.store.rows import utc_now

if TYPE_CHECKING:  # it imports the grammar of pages
    from blogarchive.crawl.discovery import DiscoverySession

_CONCURRENT_PER_HOST = 4
"""Pages and images of a host that wait for their turn; one of them is requested."""
_MAX_CONCURRENT = 800
"""At most: each host needs a connection, and a process may often open 1,024 files."""


class _PageSpider(CrawlSpider, Protocol):
    """The part of `spiders.single_page.PageSpider` used here."""

    page: Page | None
    failure: str


def crawl(options: CrawlOptions, observer: CrawlObserver, settings: Settings) -> CrawlResult:
    """Run a crawl in a new Scrapy process object; call it once in a process."""
    process = AsyncCrawlerProcess(settings)
    logging.getLogger("scrapy").setLevel(logging.INFO)  # at DEBUG there are two unused records a page
    return crawl_in(process, options, observer)


def crawl_in(process: AsyncCrawlerProcess, options: CrawlOptions, observer: CrawlObserver) -> CrawlResult:
    """Run a crawl: lock and open the archive, run the spider, finish the row of `runs`.

    Raises the `BlogArchiveError` that prevents the run from beginning, and an error of this program that ends it.
    Errors of the network and of the site are part of the result.
    """
    targets = start_targets(options)
    if options.command != "backup":
        require_archive(options.db)
    is_new = not options.db.exists()
    if is_new:
        observer.on_message(_("new archive at {path}").format(path=options.db.absolute()))
    with (
        restored_signal_handlers(),
        open_host_locks(options.db, process.settings.getfloat("DOWNLOAD_DELAY")) as locks,
        lock.hold_lock(options.db, options.command, now=utc_now()),
    ):
        with Archive.open(options.db, create=options.command == "backup") as archive:
            result = _crawl_archive(process, archive, options, targets, observer, locks)
            is_useless = result.outcome == "unreachable" and _has_no_hope(archive)
        if is_new and is_useless:  # a mistyped URL leaves no archive
            delete_archive(options.db)
        return result


def _has_no_hope(archive: Archive) -> bool:
    """Return True if no page is stored, and each failure is of the network or permanent: later runs find no blog."""
    found = failures.open_failures(archive)
    no_hope = all(failure.kind == "network" or failure.next_try_at is None for failure in found)
    return no_hope and not archive.exists("select 1 from pages")


def _crawl_archive(
    process: AsyncCrawlerProcess,
    archive: Archive,
    options: CrawlOptions,
    targets: Sequence[Target],
    observer: CrawlObserver,
    locks: HostLocks,
) -> CrawlResult:
    run = runs.start_run(archive, options.command, options.words, now=utc_now())
    session = CrawlSession(archive, run, options, observer)
    session.begin(targets)
    _hold_hosts(locks, session)
    apply_blog_settings(process.settings, session)
    process.settings.set("CONCURRENT_REQUESTS", _concurrency(len(session.hosts())), priority="cmdline")
    spider = cast(
        CrawlSpider, run_spider(process, "blog", locks=locks, duration=options.duration, session=session)
    )
    if spider.crash:
        raise spider.crash
    result = build_result(session, spider.throttle)
    if result.outcome in ("unreachable", "blocked"):
        failures.retry_outage_now(archive, run.id, now=utc_now())
    discovered.mark_backed_up(archive, session.blogs, now=utc_now())
    runs.finish_run(
        archive,
        run,
        outcome=result.outcome,
        exit_code=result.exit_code,
        counts=result.counts,
        now=utc_now(),
    )
    return result


def _hold_hosts(locks: HostLocks, session: CrawlSession) -> None:
    """Lock the hosts of the blogs; raises `HostBusy`, or `Interrupted`, after the end of the run is stored."""
    try:
        locks.hold(lock_name(host, port) for host, port in session.homes())
    except (HostBusy, Interrupted) as error:
        runs.finish_run(
            session.archive,
            session.run,
            outcome="interrupted",
            exit_code=error.exit_code,
            counts=session.counts(0),
            now=utc_now(),
        )
        raise


def fetch(target: Target, settings: Settings) -> Page:
    """Return one page, fetched as in a run; call it once in a process.

    Raises `RobotsForbid`, `SiteBlocks`, `Unreachable` or `HostBusy`.
    """
    settings.set("ITEM_PIPELINES", {}, priority="cmdline")
    with restored_signal_handlers(), open_host_locks(None, 0.0) as locks:
        locks.hold([lock_name(host_of(target.url), port_of(target.url))])
        process = AsyncCrawlerProcess(settings)
        spider = cast(_PageSpider, run_spider(process, "page", locks=locks, target=target))
    if spider.page is not None:
        return spider.page
    if spider.crash:
        raise spider.crash
    if "robots.txt" in spider.failure:
        raise RobotsForbid(_("robots.txt forbids this page; --ignore-robots is for one's own blog"))
    for host, reason in spider.throttle.blocked_hosts.items():
        raise SiteBlocks(blocked_message(host, reason))
    raise spider.throttle.stop_error or Unreachable(
        _("no page came from {url}: {reason}").format(url=target.url, reason=explain_detail(spider.failure))
    )


def run_lookups(session: "DiscoverySession", settings: Settings, duration: timedelta | None) -> None:
    """Fetch the lookups of `discover`; call it once in a process.

    Raises `Interrupted` after a stop signal, `SiteBlocks` if the host refuses requests, and `HostBusy`.
    """
    settings.set("ITEM_PIPELINES", {}, priority="cmdline")
    delay = settings.getfloat("DOWNLOAD_DELAY")
    with restored_signal_handlers(), open_host_locks(None, delay) as locks:
        locks.hold(lock_name(host, port) for host, port in session.homes())
        process = AsyncCrawlerProcess(settings)
        spider = cast(
            CrawlSpider, run_spider(process, "discover", locks=locks, duration=duration, session=session)
        )
    if spider.crash:
        raise spider.crash
    for host, reason in spider.throttle.blocked_hosts.items():
        raise SiteBlocks(blocked_message(host, reason))
    if spider.throttle.stop_error:
        raise spider.throttle.stop_error


def _concurrency(hosts: int) -> int:
    """Return how many requests of all hosts Scrapy accepts at a time."""
    return min(_CONCURRENT_PER_HOST * (hosts + 1), _MAX_CONCURRENT)
