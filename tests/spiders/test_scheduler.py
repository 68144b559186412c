"""The queues of hosts: a few items in flight for each, and the end when none is left."""

from collections.abc import Collection

import pytest

from blogarchive.items import PageKind, Target
from spiders.scheduler import HostScheduler
from spiders.throttle import HostThrottle


def target_of(url: str) -> Target:
    return Target(url=f"http://{url}", site="any", kind=PageKind.POST)


class Queue:
    """Items by host; an item stays queued until it is in `done`."""

    def __init__(self, **urls: list[str]) -> None:
        self.items = {host: [target_of(url) for url in found] for host, found in urls.items()}
        self.done: list[Target] = []
        self.changed = list(self.items)
        self.asked: list[str] = []

    def changed_hosts(self) -> list[str]:
        changed, self.changed = self.changed, []
        return changed

    def take(self, host: str, limit: int, exclude: Collection[Target]) -> list[Target]:
        self.asked.append(host)
        return [item for item in self.items[host] if item not in exclude and item not in self.done][:limit]


@pytest.fixture
def throttle() -> HostThrottle:
    return HostThrottle(delay=0, homes=frozenset)


def scheduler_of(queue: Queue, throttle: HostThrottle) -> HostScheduler[Target]:
    return HostScheduler(queue, throttle, on_change=lambda: None)


def drain(queue: Queue, scheduler: HostScheduler[Target]) -> list[list[str]]:
    """Finish items in the order in which they are handed out; return the URLs in flight before each end."""
    flights: list[list[str]] = []
    in_flight: list[Target] = []
    while in_flight := [*in_flight, *scheduler.take_free()]:
        assert scheduler.is_busy
        flights.append([item.url for item in in_flight])
        queue.done.append(in_flight.pop(0))
        scheduler.mark_done(queue.done[-1])
    return flights


def test_every_item_is_handed_out_once_and_two_of_a_host_are_in_flight(throttle: HostThrottle) -> None:
    queue = Queue(a=[f"a/{number}" for number in range(50)], b=["b/0"])
    flights = drain(queue, scheduler_of(queue, throttle))
    assert sorted(queue.done, key=repr) == sorted((*queue.items["a"], *queue.items["b"]), key=repr)
    assert {len([url for url in flight if "//a/" in url]) for flight in flights} <= {0, 1, 2}


def test_items_that_end_while_others_are_handed_out_are_not_waited_for(throttle: HostThrottle) -> None:
    queue = Queue(a=["a/0", "a/1", "a/2"])
    scheduler = scheduler_of(queue, throttle)
    for item in scheduler.take_free():
        queue.done.append(item)
        scheduler.mark_done(item)
    assert len(queue.done) == 3
    assert not scheduler.is_busy


def test_a_blocked_host_hands_out_nothing_more_and_others_go_on(throttle: HostThrottle) -> None:
    queue = Queue(a=["a/0", "a/1"], b=["b/0"], c=["c/0"])
    scheduler = scheduler_of(queue, throttle)
    scheduler.block_host("a")
    throttle.blocked_hosts["b"] = "it refused"
    drain(queue, scheduler)
    assert queue.done == queue.items["c"]
    assert not scheduler.has_more()


def test_an_item_on_another_blocked_host_is_left_to_the_next_run(throttle: HostThrottle) -> None:
    queue = Queue(a=["z/0", "a/1"])
    throttle.blocked_hosts["z"] = "it refused"
    scheduler = scheduler_of(queue, throttle)
    drain(queue, scheduler)
    assert queue.done == [target_of("a/1")]
    assert scheduler.unfinished("a") == {target_of("z/0")}


def test_a_finished_host_is_asked_again_only_if_something_changed_for_it(throttle: HostThrottle) -> None:
    queue = Queue(a=["a/0"], b=[f"b/{number}" for number in range(100)])
    scheduler = scheduler_of(queue, throttle)
    drain(queue, scheduler)
    asked = queue.asked.count("a")
    assert asked <= 3
    queue.items["a"].append(target_of("a/1"))
    assert not list(scheduler.take_free())
    queue.changed = ["a"]
    assert list(scheduler.take_free()) == [target_of("a/1")]


def test_the_limit_of_a_run_ends_the_queue(throttle: HostThrottle) -> None:
    queue = Queue(a=["a/0", "a/1", "a/2"])
    scheduler = scheduler_of(queue, throttle)
    (first, _) = scheduler.take_free()
    throttle.end_at_limit("2 requests")
    scheduler.mark_done(first)
    assert not list(scheduler.take_free())
