"""Pauses, refusals in a row, and the end of a run."""

import asyncio

import pytest

from blogarchive.errors import CannotWrite, Interrupted
from spiders.throttle import LONGEST_WAIT, REFUSALS_ALLOWED, HostThrottle, RequestCancelled


@pytest.fixture
def throttle() -> HostThrottle:
    return HostThrottle(unit=0.01, homes=frozenset)


async def is_clear(throttle: HostThrottle, host: str) -> bool:
    try:
        await asyncio.wait_for(throttle.wait_until_allowed(host), 0.005)
    except TimeoutError:
        return False
    return True


async def test_a_pause_holds_up_its_host_and_no_other(throttle: HostThrottle) -> None:
    throttle.record_refusal("a", retry_after=60)
    assert not await is_clear(throttle, "a")
    assert await is_clear(throttle, "b")


async def test_a_shorter_pause_does_not_end_a_longer_one(throttle: HostThrottle) -> None:
    throttle.pause("a", 60)
    throttle.pause("a", 0)
    assert not await is_clear(throttle, "a")


async def test_a_host_that_refuses_again_and_again_is_left_alone(throttle: HostThrottle) -> None:
    for _ in range(REFUSALS_ALLOWED):
        assert "a" not in throttle.blocked_hosts
        throttle.record_refusal("a", retry_after=None)
    assert "a" in throttle.blocked_hosts
    with pytest.raises(RequestCancelled):
        await throttle.wait_until_allowed("a")


async def test_a_page_in_between_forgives_the_refusals(throttle: HostThrottle) -> None:
    for _ in range(3 * REFUSALS_ALLOWED):
        throttle.record_refusal("a", retry_after=None)
        throttle.record_response("a")
    assert "a" not in throttle.blocked_hosts


async def test_a_host_that_asks_for_hours_is_left_alone_at_once(throttle: HostThrottle) -> None:
    throttle.record_refusal("a", retry_after=LONGEST_WAIT + 1)
    assert "seconds" in throttle.blocked_hosts["a"]


async def test_the_end_of_the_run_lets_go_of_all_that_wait(throttle: HostThrottle) -> None:
    throttle.pause("a", 60)
    waiting = asyncio.create_task(throttle.wait_until_allowed("a"))
    await asyncio.sleep(0)
    throttle.stop(CannotWrite("disk full"))
    with pytest.raises(RequestCancelled):
        await asyncio.wait_for(waiting, 1)


async def test_the_first_reason_to_end_stays(throttle: HostThrottle) -> None:
    called: list[str] = []
    throttle.on_stop(lambda: called.append("once"))
    throttle.stop(CannotWrite("disk full"))
    throttle.stop(Interrupted("too late"))
    assert isinstance(throttle.ended, CannotWrite)
    assert called == ["once"]
