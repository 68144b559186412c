"""The share of a crawl that is done, and an estimate of the time left."""

from dataclasses import dataclass
from time import monotonic
from typing import Literal

from blogarchive.store.read.status import CrawlCounts

Phase = Literal["starting", "pages", "images", "finishing"]
_LEAST_SECONDS = 5.0  # an estimate from less would jump


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """One look at a crawl. `percent` is 0 to 100; `minutes_left` is None until it can be estimated."""

    phase: Phase
    counts: CrawlCounts | None
    percent: int
    minutes_left: int | None


class ProgressMeter:
    """Estimates the time left from the first look at a crawl and the present one."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def reset(self) -> None:
        """Forget the looks at an earlier crawl."""
        self._first = None

    def measure(self, counts: CrawlCounts | None) -> Progress:
        """Return the progress that `counts` show; None for a crawl that has stored nothing yet."""
        if counts is None or not counts.posts_found:
            return Progress(phase="starting", counts=counts, percent=0, minutes_left=None)
        done = counts.posts_stored + counts.images_stored
        todo = counts.pages_todo + counts.images_todo
        phase: Phase = "pages" if counts.pages_todo else "images" if counts.images_todo else "finishing"
        return Progress(
            phase=phase,
            counts=counts,
            percent=100 * done // max(1, done + todo),
            minutes_left=self._minutes_left(done, todo),
        )

    def _minutes_left(self, done: int, todo: int) -> int | None:
        now = monotonic()
        if self._first is None:
            self._first = (now, done)
        began, done_before = self._first
        if now - began < _LEAST_SECONDS or done <= done_before:
            return None
        return max(1, round(todo * (now - began) / (done - done_before) / 60))
