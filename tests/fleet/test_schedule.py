"""The exit code of a round decides when the next one begins."""

from datetime import timedelta

import pytest

from blogarchive.fleet.round import RoundResult
from blogarchive.fleet.schedule import next_round

NOW, SOON = timedelta(0), timedelta(minutes=1)
EVERY, LASTED = timedelta(days=1), timedelta(minutes=30)


@pytest.mark.parametrize(
    ("exit_code", "outcome", "wait"),
    [
        (0, "done", EVERY - LASTED),
        (1, "failures", EVERY - LASTED),
        (0, "limited", NOW),
        (1, "limited", NOW),
        (3, "interrupted", NOW),
        (75, None, SOON),
        (76, "interrupted", SOON),
        (-9, None, NOW),
        (2, None, None),
        (5, "changed", None),
        (6, "damaged", None),
    ],
)
def test_the_next_round_follows_from_the_exit_code(
    exit_code: int, outcome: str | None, wait: timedelta | None
) -> None:
    result = RoundResult(exit_code=exit_code, outcome=outcome)
    assert next_round(result, repeated=1, every=EVERY, lasted=LASTED) == wait


def test_an_outage_is_waited_for_from_15_minutes_to_a_day() -> None:
    result = RoundResult(exit_code=4, outcome="unreachable")
    waits = [next_round(result, repeated=count, every=EVERY, lasted=LASTED) for count in range(1, 9)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (15, 30, 60, 120)]
    assert waits[-1] == timedelta(days=1)
    assert next_round(result, repeated=5000, every=EVERY, lasted=LASTED) == timedelta(days=1)


def test_a_round_that_is_killed_again_and_again_waits() -> None:
    assert next_round(RoundResult(exit_code=-9), repeated=2, every=EVERY, lasted=LASTED) == SOON


def test_a_round_that_lasted_longer_than_its_interval_is_followed_at_once() -> None:
    result = RoundResult(exit_code=0, outcome="done")
    assert next_round(result, repeated=1, every=timedelta(minutes=1), lasted=LASTED) == NOW
