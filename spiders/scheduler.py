"""The queue of each host: pages or images, a few at a time."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from blogarchive.items import Target
from blogarchive.parsing.urls import service_of
from blogarchive.store.media import QueuedImage
from spiders.throttle import HostThrottle

_IN_FLIGHT_PER_HOST = 2  # one is fetched; the other is ready while the first is parsed
_BATCH = 20


T = TypeVar("T", Target, QueuedImage)


class Source(Protocol[T]):
    """Supplies a scheduler with items; `TargetSource` and `MediaSession` are sources."""

    def changed_hosts(self) -> Sequence[str]:
        """Return the hosts that may have new items since the last call."""

    def take(self, host: str, limit: int, exclude: Collection[T]) -> list[T]:
        """Return at most `limit` items of `host` that are not in `exclude`."""


@dataclass(eq=False)
class HostScheduler(Generic[T]):
    """Hands out the items of `source` until none is left or the run stops.

    At most two items of a host are in flight; `ahead` returns how many more are allowed. An item is in flight until
    `mark_done` or `defer` is called for it. `on_change` is called at each of them. A host is asked for items only if
    one of its items ended, or if the source names it.
    """

    source: Source[T]
    throttle: HostThrottle
    on_change: Callable[[], None]
    ahead: Callable[[], int] = lambda: 0

    def __post_init__(self) -> None:
        self._ready: defaultdict[str, deque[T]] = defaultdict(deque)  # by host
        self._host_of: dict[T, str] = {}  # host of each item in flight
        self._in_flight: defaultdict[str, set[T]] = defaultdict(set)  # by host
        self._deferred: defaultdict[str, set[T]] = defaultdict(set)  # by host
        self._with_room: dict[str, None] = {}  # hosts that may have room, and items
        self._blocked: set[str] = set()

    @property
    def is_busy(self) -> bool:
        """True if an item is in flight."""
        return bool(self._host_of)

    def unfinished(self, host: str) -> set[T]:
        """Return the items of the queue of `host` that are in flight or deferred."""
        return self._in_flight[host] | self._deferred[host]

    def take_free(self) -> Iterator[T]:
        """Yield items of the hosts with room; they are in flight now."""
        self._with_room.update(dict.fromkeys(self.source.changed_hosts()))
        most = _IN_FLIGHT_PER_HOST + self.ahead()
        for host in list(self._with_room):
            del self._with_room[host]
            while len(self._in_flight[host]) < most and self._fill(host):
                item = self._ready[host].popleft()
                self._host_of[item] = host
                self._in_flight[host].add(item)
                yield item

    def has_more(self) -> bool:
        """Return True if an allowed item is not in flight yet."""
        self._with_room.update(dict.fromkeys(self.source.changed_hosts()))
        return any(map(self._fill, self._with_room))

    def block_host(self, host: str) -> None:
        """Hand out nothing more of the queue of `host`."""
        self._blocked.add(host)

    def is_blocked(self, host: str) -> bool:
        """Return True if `block_host` was called for `host`."""
        return host in self._blocked

    def mark_done(self, item: T) -> None:
        """Free the place of an item that was stored or has failed."""
        host = self._host_of.pop(item, None)
        if host is not None:
            self._in_flight[host].discard(item)
            self._with_room[host] = None
        self.on_change()

    def defer(self, item: T) -> None:
        """Free the place of an item that was not sent; the next run fetches it."""
        if item in self._host_of:
            self._deferred[self._host_of[item]].add(item)
        self.mark_done(item)

    def _fill(self, host: str) -> bool:
        """Return True if the queue of `host` begins with an allowed item; take more items if it is empty."""
        if host in self._blocked or not self.throttle.is_allowed(host):
            return False
        ready = self._ready[host]
        while True:
            if not ready:
                ready.extend(self.source.take(host, _BATCH, self.unfinished(host)))
            if not ready or self.throttle.is_allowed(service_of(ready[0].url)):
                return bool(ready)
            self._deferred[host].add(ready.popleft())  # some blogs have pages on a second host
