"""One queue for each host: hands out the pages of a run, or its images, a few at a time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from spiders.throttle import HostThrottle

_IN_FLIGHT_PER_HOST = 2  # one is fetched; the other is ready while the first is parsed
_BATCH = 20


class Queued(Protocol):
    """An item of a queue; hashable."""

    @property
    def url(self) -> str:
        """The URL to fetch."""


T = TypeVar("T", bound=Queued)


class Source(Protocol[T]):
    """Supplies a scheduler with items; `CrawlSession` and `MediaSession` are sources."""

    def hosts(self) -> Sequence[str]:
        """Return the hosts that have a queue."""

    def take(self, host: str, limit: int, exclude: Collection[T]) -> list[T]:
        """Return at most `limit` items of `host` that are not in `exclude`."""


class HostScheduler(Generic[T]):
    """Hands out the items of `source` until none is left or the run stops.

    At most two items of a host are in flight; `ahead` returns how many more are allowed. An item is in flight until
    `mark_done` or `defer` is called for it.
    """

    def __init__(
        self, source: Source[T], throttle: HostThrottle, ahead: Callable[[], int] = lambda: 0
    ) -> None:
        self._source = source
        self._throttle = throttle
        self._ahead = ahead
        self._ready: dict[str, deque[T]] = {}  # by host
        self._in_flight: dict[T, str] = {}  # with the host that queued it
        self._deferred: set[T] = set()
        self._blocked: set[str] = set()
        self._changed = asyncio.Event()
        throttle.on_stop(self.notify)

    @property
    def unfinished(self) -> set[T]:
        """The items that are in flight or deferred."""
        return {*self._in_flight, *self._deferred}

    async def items(self) -> AsyncIterator[T]:
        """Yield items as hosts become free; end if none is left and none is in flight, or if the run stops."""
        while not self._throttle.stopping:
            self._changed.clear()
            found = False
            for item in self._take_free():
                found = True
                yield item
            if self._in_flight:
                await self.wait_done()
            elif not found:
                return

    def has_more(self) -> bool:
        """Return True if an allowed item is not in flight yet."""
        return any(map(self._fill, self._source.hosts()))

    def block_host(self, host: str) -> None:
        """Hand out nothing more of the queue of `host`."""
        self._blocked.add(host)

    def is_blocked(self, host: str) -> bool:
        """Return True if `block_host` was called for `host`."""
        return host in self._blocked

    async def wait_done(self) -> None:
        """Return after `mark_done`, `defer` or `notify` was called."""
        await self._changed.wait()

    def mark_done(self, item: T) -> None:
        """Free the place of an item that was stored or has failed."""
        self._in_flight.pop(item, None)
        self.notify()

    def defer(self, item: T) -> None:
        """Free the place of an item that was not sent; the next run fetches it."""
        self._deferred.add(item)
        self.mark_done(item)

    def notify(self) -> None:
        """Wake up `wait_done`."""
        self._changed.set()

    def _take_free(self) -> Iterator[T]:
        most = _IN_FLIGHT_PER_HOST + self._ahead()
        for host in self._source.hosts():
            in_flight = sum(own == host for own in self._in_flight.values())
            for _ in range(most - in_flight):
                if self._fill(host):
                    item = self._ready[host].popleft()
                    self._in_flight[item] = host
                    yield item

    def _fill(self, host: str) -> bool:
        """Return True if the queue of `host` begins with an allowed item; take more items if it is empty."""
        if host in self._blocked or not self._throttle.is_allowed(host):
            return False
        ready = self._ready.setdefault(host, deque())
        while True:
            if not ready:
                ready.extend(self._source.take(host, _BATCH, self.unfinished))
            if not ready or self._throttle.is_allowed(urlsplit(ready[0].url).hostname or ""):
                return bool(ready)
            self._deferred.add(ready.popleft())  # some blogs have pages on a second host
