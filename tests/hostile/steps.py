"""Count the steps of the parser of a page: their growth does not depend on the speed of a machine."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from blogarchive.items import CrawledPage, Page, Target
from blogarchive.sites.base import parse_page
from blogarchive.sites.normalize import normalize_page

MAX_GROWTH = 2.25
"""Factor by which the steps may grow if the content of a page doubles."""


class StepCounter:
    """Counts calls, lines and rounds of loops of Python; a comprehension has a step for each item."""

    def __init__(self) -> None:
        self.steps = 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> "StepCounter":
        self.steps += 1
        return self


def count_steps(page: Page, target: Target) -> int:
    """Return how many steps it takes to parse and to normalize the page."""
    counter, before = StepCounter(), sys.gettrace()
    sys.settrace(counter)
    try:
        normalize_page(CrawledPage(target=target, page=page, parsed=parse_page(page, target)))
    finally:
        sys.settrace(before)
    return counter.steps


def find_growth(make_page: Callable[[int], tuple[Page, Target]], size: int) -> float:
    """Return how many times the steps grow if the content doubles: the least of three doublings from `size` on.

    A single doubling may pass a limit, such as 2,048 nested elements, from which on a page is parsed otherwise.
    """
    before = count_steps(*make_page(size))
    for _ in range(3):
        size *= 2
        after = count_steps(*make_page(size))
        growth, before = after / before, after
        if growth <= MAX_GROWTH:
            break
    return growth
