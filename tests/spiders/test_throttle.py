"""Pauses, refusals in a row, and the end of a run."""

import asyncio
from datetime import timedelta
from ipaddress import ip_address

import pytest

from blogarchive.errors import CannotWrite, Interrupted
from spiders.throttle import LONGEST_WAIT, REFUSALS_ALLOWED, REPEATS_ALLOWED, HostThrottle, RequestCancelled

MINUTE = timedelta(minutes=1)


@pytest.fixture
def throttle() -> HostThrottle:
    return HostThrottle(delay=0, homes=frozenset)


async def is_free(throttle: HostThrottle, host: str) -> bool:
    try:
        await asyncio.wait_for(throttle.wait_until_allowed(host), 0.005)
    except TimeoutError:
        return False
    return True


async def test_a_pause_delays_its_host_and_no_other(throttle: HostThrottle) -> None:
    throttle.record_refusal("a", retry_after=MINUTE)
    assert not await is_free(throttle, "a")
    assert await is_free(throttle, "b")


async def test_a_shorter_pause_does_not_end_a_longer_one(throttle: HostThrottle) -> None:
    throttle.pause("a", MINUTE)
    throttle.pause("a", timedelta(0))
    assert not await is_free(throttle, "a")


async def test_a_host_that_refuses_again_and_again_is_blocked(throttle: HostThrottle) -> None:
    for _ in range(REFUSALS_ALLOWED):
        assert "a" not in throttle.blocked_hosts
        throttle.record_refusal("a", retry_after=None)
    assert "a" in throttle.blocked_hosts
    with pytest.raises(RequestCancelled):
        await throttle.wait_until_allowed("a")


async def test_a_page_in_between_resets_the_count_of_refusals(throttle: HostThrottle) -> None:
    for _ in range(3 * REFUSALS_ALLOWED):
        throttle.record_refusal("a", retry_after=None)
        throttle.record_response("a")
    assert "a" not in throttle.blocked_hosts


async def test_a_host_whose_pages_fail_in_a_row_is_blocked(throttle: HostThrottle) -> None:
    for _ in range(REFUSALS_ALLOWED):
        assert "a" not in throttle.blocked_hosts
        throttle.record_failure("a")
    assert "a" in throttle.blocked_hosts


async def test_a_host_that_answers_many_urls_with_one_page_is_blocked(throttle: HostThrottle) -> None:
    for _ in range(REPEATS_ALLOWED + 1):
        assert "a" not in throttle.blocked_hosts
        throttle.record_response("a", b"the page of a block")
    assert "a" in throttle.blocked_hosts


@pytest.mark.parametrize("is_same", [True, False])
async def test_only_another_page_ends_a_row_of_refusals(throttle: HostThrottle, is_same: bool) -> None:
    for number in range(REFUSALS_ALLOWED + 1):
        throttle.record_refusal("a", retry_after=None)
        throttle.record_failure("a")
        throttle.record_response("a", b"page" if is_same else b"page %d" % number)
    assert ("a" in throttle.blocked_hosts) is is_same


async def test_a_host_that_asks_for_hours_is_blocked_at_once(throttle: HostThrottle) -> None:
    throttle.record_refusal("a", retry_after=LONGEST_WAIT + timedelta(seconds=1))
    assert "seconds" in throttle.blocked_hosts["a"]


async def test_the_end_of_the_run_cancels_all_waiting_requests(throttle: HostThrottle) -> None:
    throttle.pause("a", MINUTE)
    waiting = asyncio.create_task(throttle.wait_until_allowed("a"))
    await asyncio.sleep(0)
    throttle.stop(CannotWrite("disk full"))
    with pytest.raises(RequestCancelled):
        await asyncio.wait_for(waiting, 1)


async def test_only_the_first_error_that_stops_a_run_counts(throttle: HostThrottle) -> None:
    called: list[str] = []
    throttle.on_stop(lambda: called.append("once"))
    throttle.stop(CannotWrite("disk full"))
    throttle.stop(Interrupted("too late"))
    assert isinstance(throttle.stop_error, CannotWrite)
    assert called == ["once"]


def test_no_private_address_but_that_of_a_blog_of_this_run_is_its_own() -> None:
    own, other = ip_address("10.0.0.5"), ip_address("10.0.0.6")
    throttle = HostThrottle(delay=0, homes=lambda: [("blog.test", 8080)], media_hosts=["images.test"])
    assert not throttle.is_own_address("www.blog.test", own, 8080)
    assert throttle.is_own_address("blog.test", own, 8080)
    assert throttle.is_own_address("www.blog.test", own, 8080)
    assert throttle.is_own_address("images.test", own, 9000)
    asked = (("www.blog.test", own, 9000), ("www.blog.test", other, 8080), ("images.test", other, 8080))
    assert [name for name, address, port in asked if throttle.is_own_address(name, address, port)] == []
