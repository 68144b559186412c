"""Count the steps of the parser of a page, so that its growth does not depend on the speed of a machine."""

import sys
from types import FrameType
from typing import Any

from blogarchive.items import CrawledPage, Page, Target
from blogarchive.sites.base import parse_page
from blogarchive.sites.normalize import normalize_page


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
