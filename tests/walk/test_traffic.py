"""Pauses, refusals in a row, and the end of a run."""

import asyncio

import pytest

from blogarchive.errors import CannotWrite, Interrupted
from spiders.traffic import LONGEST_WAIT, REFUSALS_ALLOWED, Stopped, Traffic


@pytest.fixture
def traffic() -> Traffic:
    return Traffic(unit=0.01, homes=frozenset)


async def is_clear(traffic: Traffic, host: str) -> bool:
    try:
        await asyncio.wait_for(traffic.clear(host), 0.005)
    except TimeoutError:
        return False
    return True


async def test_a_pause_holds_up_its_host_and_no_other(traffic: Traffic) -> None:
    traffic.refused("a", retry_after=60)
    assert not await is_clear(traffic, "a")
    assert await is_clear(traffic, "b")


async def test_a_shorter_pause_does_not_end_a_longer_one(traffic: Traffic) -> None:
    traffic.hold("a", 60)
    traffic.hold("a", 0)
    assert not await is_clear(traffic, "a")


async def test_a_host_that_refuses_again_and_again_is_left_alone(traffic: Traffic) -> None:
    for _ in range(REFUSALS_ALLOWED):
        assert "a" not in traffic.left_alone
        traffic.refused("a", retry_after=None)
    assert "a" in traffic.left_alone
    with pytest.raises(Stopped):
        await traffic.clear("a")


async def test_a_page_in_between_forgives_the_refusals(traffic: Traffic) -> None:
    for _ in range(3 * REFUSALS_ALLOWED):
        traffic.refused("a", retry_after=None)
        traffic.answered("a")
    assert "a" not in traffic.left_alone


async def test_a_host_that_asks_for_hours_is_left_alone_at_once(traffic: Traffic) -> None:
    traffic.refused("a", retry_after=LONGEST_WAIT + 1)
    assert "seconds" in traffic.left_alone["a"]


async def test_the_end_of_the_run_lets_go_of_all_that_wait(traffic: Traffic) -> None:
    traffic.hold("a", 60)
    waiting = asyncio.create_task(traffic.clear("a"))
    await asyncio.sleep(0)
    traffic.stop(CannotWrite("disk full"))
    with pytest.raises(Stopped):
        await asyncio.wait_for(waiting, 1)


async def test_the_first_reason_to_end_stays(traffic: Traffic) -> None:
    called: list[str] = []
    traffic.on_stop(lambda: called.append("once"))
    traffic.stop(CannotWrite("disk full"))
    traffic.stop(Interrupted("too late"))
    assert isinstance(traffic.ended, CannotWrite)
    assert called == ["once"]
