"""The limits of a host: delay, pauses, refusals."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from gettext import ngettext
from ipaddress import IPv4Address, IPv6Address
from time import monotonic
from typing import Any, cast

from scrapy.core.downloader import Slot
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

from blogarchive.errors import BlogArchiveError
from blogarchive.fleet.shard import HostLocks
from blogarchive.messages.details import Detail
from blogarchive.parsing.urls import is_same_service, parse_address

REFUSALS_ALLOWED = 5
"""A host is blocked for the rest of the run after this many refusals, or failed pages, in a row."""

REPEATS_ALLOWED = 10
"""A host is blocked after it served the same unparsable page for this many URLs in a row."""

LONGEST_WAIT = timedelta(minutes=10)
"""A host with a longer Retry-After is blocked for the rest of the run."""

LONGEST_CRAWL_DELAY = timedelta(minutes=1)
"""A longer Crawl-delay of robots.txt is shortened to this."""

_POLL = 1.0
_SHORTEST_DELAY = 0.05  # for back-offs


class RequestCancelled(Exception):
    """The request is not sent, because the run ends or its host is blocked; its page has no result."""


@dataclass(kw_only=True, eq=False)
class HostThrottle:
    """Pauses, refusals and failures of every host.

    A host is named by `service_of`: with its port unless that is the default. The first pause after a refusal,
    `unit`, is twice the `delay` of the run. The first pause after a failed try is half of `unit`. Both double with
    each further one. `homes` returns host and port of every blog. `media_hosts` are the hosts that the user allows
    for images. `delays` are the delays of the hosts; Scrapy keeps the lowest, which is `delay`. `max_requests` is the
    limit of `end_at_limit`. `locks` are those of the hosts, which another process may have requested just before.
    """

    delay: float
    homes: Callable[[], Collection[tuple[str, int]]]
    media_hosts: Collection[str] = ()
    delays: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    max_requests: int | None = None
    locks: HostLocks = field(default_factory=HostLocks)

    def __post_init__(self) -> None:
        self.unit = timedelta(seconds=2 * max(self.delay, _SHORTEST_DELAY))
        self.requests = 0
        self.limit: str | None = None  # the limit that the run has reached
        self.stop_error: BlogArchiveError | None = None
        self.blocked_hosts: dict[str, str] = {}  # with the reason
        self.private_hosts: dict[str, str] = {}  # with the private address that the name resolved to
        self.busy_hosts = dict(self.locks.busy)  # another worker of the fleet holds them
        self.closed_to_images: set[str] = set()  # on any port; their pages are fetched as before
        self._home_addresses: set[tuple[IPv4Address | IPv6Address, int]] = set()
        self._stopping = asyncio.Event()
        self._on_stop: list[Callable[[], None]] = []
        self._running: set[asyncio.Task[Any]] = set()
        self._free_at = {host: monotonic() + wait for host, wait in self.locks.waits.items()}
        self._crawl_delays: dict[str, timedelta] = {}
        self._consecutive: Counter[tuple[str, str]] = Counter()

    @property
    def stopping(self) -> bool:
        """True after `stop` was called."""
        return self._stopping.is_set()

    def on_stop(self, callback: Callable[[], None]) -> None:
        """Register `callback`, which `stop` and `end_at_limit` call."""
        self._on_stop.append(callback)

    def stop(self, error: BlogArchiveError | None = None) -> None:
        """End the run: cancel all requests. Only the first call counts; its `error` becomes `stop_error`."""
        if not self.stopping:
            self.stop_error = error
            self._stopping.set()
            # The current task may be in the list; it fails by itself.
            for task in [task for task in self._running if task is not asyncio.current_task()]:
                task.cancel()
            for callback in self._on_stop:
                callback()

    def end_at_limit(self, limit: str) -> None:
        """Send no more requests, because the run has reached a limit of the user; those in flight are finished."""
        if self.limit is None and not self.stopping:
            self.limit = limit
            for callback in self._on_stop:
                callback()

    @contextmanager
    def cancelled_at_stop(self) -> Iterator[None]:
        """Raise `RequestCancelled` in the block, which waits for a response, when `stop` is called."""
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._running.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self.stopping:
                raise
            task.uncancel()
            raise RequestCancelled from None
        finally:
            self._running.discard(task)

    def is_allowed(self, host: str) -> bool:
        """Return True if this run may still send requests to `host`."""
        closed = self.blocked_hosts, self.busy_hosts, self.locks.left_out
        return self.limit is None and not any(host in hosts for hosts in closed)

    async def wait_until_allowed(self, host: str, *, image_host: str | None = None) -> None:
        """Return when the pause of `host` is over; raises `RequestCancelled` if this run sends it nothing more.

        `image_host` is the host without its port if the request is for an image.
        """
        while not self.stopping and self.is_allowed(host):
            if image_host in self.closed_to_images:
                break
            wait = self._free_at.get(host, 0.0) - monotonic()
            if wait <= 0:
                return
            await self._sleep(min(wait, _POLL))  # the host may be blocked meanwhile
        raise RequestCancelled

    def pause(self, host: str, duration: timedelta) -> None:
        """Send nothing to `host` for this long; a longer pause stays."""
        self._free_at[host] = max(self._free_at.get(host, 0.0), monotonic() + duration.total_seconds())

    def back_off(self, host: str, tries: int) -> None:
        """Pause before the next try, after `tries` tries without a whole page."""
        self.pause(host, self.unit * 2 ** (tries - 1) / 2)

    def set_crawl_delay(self, host: str, seconds: float) -> None:
        """Keep this time between the starts of two requests to `host`, from that of its robots.txt on."""
        delay = min(timedelta(seconds=seconds), LONGEST_CRAWL_DELAY)
        self._crawl_delays[host] = delay
        self.pause(host, delay)
        self.locks.record_delay(host, delay.total_seconds())

    def record_request(self, host: str) -> None:
        """Count a request, and begin the Crawl-delay and the delay of `host`."""
        self.requests += 1
        if self.requests == self.max_requests:
            text = ngettext("{count} request", "{count} requests", self.requests)
            self.end_at_limit(text.format(count=self.requests))
        if host in self._crawl_delays:
            self.pause(host, self._crawl_delays[host])
        if (delay := self.delays[host]) > self.delay:
            self.pause(host, timedelta(seconds=delay))

    def record_response(self, host: str, repeated: bytes | None = None) -> None:
        """Count a page that `host` may repeat, else reset its counters.

        `repeated` is the result of `repeated_form`: equal for many URLs, it is that of a block page. Two such pages may
        alternate, for posts and for lists.
        """
        count = 0 if repeated is None else self._count(host, str(hash(repeated)))
        if count > REPEATS_ALLOWED:
            self.blocked_hosts[host] = Detail.HOST_SAME_PAGE.format(count=REPEATS_ALLOWED)
        for event in ("refused", "failed") if count == 1 else ():
            self._consecutive.pop((host, event), None)
        if count == 0:
            self._consecutive = Counter({key: n for key, n in self._consecutive.items() if key[0] != host})

    def record_refusal(self, host: str, retry_after: timedelta | None) -> None:
        """Pause for `retry_after`, or for the back-off if that is longer.

        Blocks `host` after many refusals, and for a pause above `LONGEST_WAIT`.
        """
        count = self._count(host, "refused")
        wait = max(retry_after or timedelta(0), self.unit * 2 ** (count - 1))
        self.pause(host, wait)
        if host in self.blocked_hosts:
            return
        if count >= REFUSALS_ALLOWED:
            self.blocked_hosts[host] = Detail.HOST_REFUSED.format(count=count)
        elif wait > LONGEST_WAIT:
            self.blocked_hosts[host] = pause_reason(wait)

    def record_failure(self, host: str) -> None:
        """Count a page that failed after all tries; block `host` after several in a row."""
        if self._count(host, "failed") >= REFUSALS_ALLOWED:
            self.blocked_hosts[host] = Detail.HOST_FAILED.format(count=REFUSALS_ALLOWED)

    def is_own_address(self, name: str, address: IPv4Address | IPv6Address, port: int) -> bool:
        """Return True if a blog of this run is served at the private `address` that `name` resolved to."""
        homes = self.homes()
        if any(name == host and is_same_service(port, own) for host, own in homes):
            self._home_addresses.add((address, port))
            return True
        known = self._home_addresses | {(found, own) for host, own in homes if (found := parse_address(host))}
        is_media = name in self.media_hosts
        return any(address == home and (is_media or is_same_service(port, own)) for home, own in known)

    def _count(self, host: str, event: str) -> int:
        self._consecutive[host, event] += 1
        return self._consecutive[host, event]

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


class EvenAutoThrottle(AutoThrottle):
    """Scrapy's AutoThrottle, also for redirects and errors: in a night of many of them a delay would only grow."""

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response.replace(status=200))


def pause_reason(wait: timedelta) -> str:
    """Return why a host with this Retry-After is blocked."""
    return Detail.HOST_PAUSE.format(seconds=wait.total_seconds())
