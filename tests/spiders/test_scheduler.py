"""The queues of hosts: a few items in flight for each, and the end when none is left."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import pytest

from spiders.scheduler import HostScheduler
from spiders.throttle import HostThrottle


@dataclass(frozen=True)
class Item:
    url: str


class Queue:
    """Items by host; an item stays queued until it is in `done`."""

    def __init__(self, **urls: list[str]) -> None:
        self.items = {host: [Item(f"http://{url}") for url in found] for host, found in urls.items()}
        self.done: list[Item] = []

    def hosts(self) -> list[str]:
        return list(self.items)

    def take(self, host: str, limit: int, exclude: Collection[Item]) -> list[Item]:
        return [item for item in self.items[host] if item not in exclude and item not in self.done][:limit]


@pytest.fixture
def throttle() -> HostThrottle:
    return HostThrottle(unit=timedelta(seconds=0.01), homes=frozenset)


async def drain(queue: Queue, throttle: HostThrottle, scheduler: HostScheduler[Item]) -> list[list[str]]:
    """Finish items in the order in which they are handed out; return the URLs in flight before each end."""
    flights: list[list[str]] = []
    in_flight: list[Item] = []

    async def finish() -> None:
        while True:
            await asyncio.sleep(0)
            if in_flight:
                flights.append([item.url for item in in_flight])
                queue.done.append(in_flight.pop(0))
                scheduler.mark_done(queue.done[-1])

    finishing = asyncio.create_task(finish())
    async with asyncio.timeout(5):
        async for item in scheduler.items():
            in_flight.append(item)  # noqa: PERF401 - `finish` reads the list meanwhile
    finishing.cancel()
    return flights


async def test_every_item_is_handed_out_once_and_two_of_a_host_are_in_flight(throttle: HostThrottle) -> None:
    queue = Queue(a=[f"a/{number}" for number in range(50)], b=["b/0"])
    flights = await drain(queue, throttle, HostScheduler(queue, throttle))
    assert sorted(queue.done, key=repr) == sorted((*queue.items["a"], *queue.items["b"]), key=repr)
    assert {len([url for url in flight if "//a/" in url]) for flight in flights} <= {0, 1, 2}


async def test_items_that_end_while_others_are_handed_out_are_not_waited_for(throttle: HostThrottle) -> None:
    queue = Queue(a=["a/0", "a/1", "a/2"])
    scheduler = HostScheduler(queue, throttle)
    async with asyncio.timeout(5):
        async for item in scheduler.items():
            queue.done.append(item)
            scheduler.mark_done(item)
    assert len(queue.done) == 3


async def test_a_blocked_host_hands_out_nothing_more_and_others_go_on(throttle: HostThrottle) -> None:
    queue = Queue(a=["a/0", "a/1"], b=["b/0"], c=["c/0"])
    scheduler = HostScheduler(queue, throttle)
    scheduler.block_host("a")
    throttle.blocked_hosts["b"] = "it refused"
    await drain(queue, throttle, scheduler)
    assert queue.done == queue.items["c"]
    assert not scheduler.has_more()


async def test_an_item_on_another_blocked_host_is_left_to_the_next_run(throttle: HostThrottle) -> None:
    queue = Queue(a=["z/0", "a/1"])
    throttle.blocked_hosts["z"] = "it refused"
    scheduler = HostScheduler(queue, throttle)
    await drain(queue, throttle, scheduler)
    assert queue.done == [Item("http://a/1")]
    assert scheduler.unfinished == {Item("http://z/0")}


async def test_the_end_of_the_run_ends_the_queue(throttle: HostThrottle) -> None:
    queue = Queue(a=["a/0", "a/1", "a/2"])
    handed_out = []
    async with asyncio.timeout(5):
        async for item in HostScheduler(queue, throttle).items():
            handed_out.append(item)
            asyncio.get_running_loop().call_soon(throttle.stop)
    assert len(handed_out) == 2
