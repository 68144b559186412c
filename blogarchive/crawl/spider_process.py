"""Run a spider in this process until it ends, its time is over, its locks are lost, or a stop signal arrives."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from gettext import gettext as _
from types import FrameType
from typing import Protocol, cast

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess

from blogarchive.crawl.host_locks import HostLocks
from blogarchive.crawl.result import ThrottleState
from blogarchive.errors import BlogArchiveError, Interrupted
from blogarchive.workers.process import reduce_garbage_collection, stop_signals

_SECONDS_TO_STOP = 5.0
"""Time between the first signal and the hard end of the event loop."""
_SECONDS_BETWEEN_CHECKS = 0.5
"""Time between two checks that a fleet's locks are held; each request checks them too."""


class SpiderThrottle(ThrottleState, Protocol):
    """The part of `spiders.throttle.HostThrottle` that ends a run."""

    def end_at_limit(self, limit: str) -> None:
        """Send no more requests, because the run has reached a limit of the user."""

    def stop(self, error: BlogArchiveError | None = None) -> None:
        """End the run: cancel all requests."""


class CrawlSpider(Protocol):
    """The part of `spiders.blog.BlogSpider` used here; settings name the spider as a string."""

    throttle: SpiderThrottle
    crash: BaseException | None


@contextmanager
def restored_signal_handlers() -> Iterator[None]:
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


def run_spider(
    process: AsyncCrawlerProcess,
    name: str,
    *,
    locks: HostLocks,
    duration: timedelta | None = None,
    **arguments: object,
) -> Spider:
    """Run one spider until it ends, `duration` is over, its `locks` are lost or a stop signal arrives; return it.

    Later signals do nothing.
    """
    crawler = process.create_crawler(name)
    task = process.crawl(crawler, locks=locks, **arguments)
    loop = asyncio.get_event_loop()

    def stop(signum: signal.Signals) -> None:
        end(
            Interrupted(
                _("stopped by {signal}; the same command goes on where it stopped").format(signal=signum.name)
            )
        )

    def end(error: BlogArchiveError) -> None:
        loop.call_later(_SECONDS_TO_STOP, process._stop_reactor)
        cast(CrawlSpider, crawler.spider).throttle.stop(error)

    def check_locks() -> None:
        if error := locks.lost():
            end(error)
            return
        locks.end_turns()
        loop.call_later(_SECONDS_BETWEEN_CHECKS, check_locks)

    def end_at_limit(duration: timedelta) -> None:
        if crawler.spider is not None:
            cast(CrawlSpider, crawler.spider).throttle.end_at_limit(str(duration))

    if duration is not None:
        loop.call_later(duration.total_seconds(), end_at_limit, duration)
    loop.call_later(_SECONDS_BETWEEN_CHECKS, check_locks)
    reduce_garbage_collection()
    with _stop_handlers(loop, stop):
        process.start(install_signal_handlers=False)
    if task.done() and (error := task.exception()):
        raise error
    if crawler.spider is None:
        raise Interrupted(_("stopped before the run began"))
    return crawler.spider
