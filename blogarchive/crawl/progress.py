"""Shows a person how a run gets on: a bar on a terminal, lines elsewhere, nothing with `-q`."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from blogarchive.crawl.session import CrawlObserver
from blogarchive.items import Target
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.result import Outcome, SaveResult

_SECONDS_BETWEEN_COUNTS = 1.0
_SECONDS_BETWEEN_LINES = 60.0


def stamped(words: str, stream: TextIO) -> str:
    """`words`, prefixed with the local time (ISO 8601 with offset) unless `stream` is a terminal."""
    if stream.isatty():
        return words
    return f"{datetime.now().astimezone().isoformat(timespec='seconds')} {words}"


class NullObserver:
    """Says nothing: for cron, where the exit code and the ledger speak."""

    def on_page_stored(self, target: Target, saved: SaveResult) -> None:
        """Say nothing."""

    def on_fetch_failed(self, target: Target, failure: Failure) -> None:
        """Say nothing."""

    def on_message(self, words: str) -> None:
        """Say nothing."""

    def on_progress(self, count: Callable[[], frontier_queue.CrawlProgress]) -> None:
        """Say nothing."""

    def on_image(self, kept: int, lost: int, wanted: int) -> None:
        """Say nothing."""


class LineObserver(NullObserver):
    """One line for every failure, and once a minute how far the run is; every page too, where `verbose`."""

    def __init__(self, stream: TextIO, *, verbose: bool = False) -> None:
        self._stream = stream
        self._verbose = verbose
        self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES

    def on_page_stored(self, target: Target, saved: SaveResult) -> None:
        """A line where the page could not be kept."""
        if saved.failure:
            self._write(f"{saved.failure.kind}: {target.url}: {saved.failure.detail}")
        elif self._verbose or saved.outcome is Outcome.GONE:
            self._write(f"{saved.outcome}: {target.url}")

    def on_fetch_failed(self, target: Target, failure: Failure) -> None:
        """A line for the failure."""
        self._write(f"{failure.kind}: {target.url}: {failure.detail}")

    def on_message(self, words: str) -> None:
        """The words."""
        self._write(words)

    def on_progress(self, count: Callable[[], frontier_queue.CrawlProgress]) -> None:
        """How far the run is, now and then."""
        if time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
            far = count()
            self._write(
                f"{far.posts_read} of {far.posts_found} posts read, {far.failed} failed, {far.todo} to do"
            )

    def on_image(self, kept: int, lost: int, wanted: int) -> None:
        """How far the pictures are, now and then."""
        if time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
            self._write(f"{kept} of {wanted} pictures fetched, {lost} failed")

    def _write(self, words: str) -> None:
        self._stream.write(f"{stamped(words, self._stream)}\n")
        self._stream.flush()


class ProgressBarObserver(LineObserver):
    """A bar of posts read against posts found, with the time left; failures as lines above it."""

    def __init__(self, console: Console, progress: Progress, *, verbose: bool = False) -> None:
        super().__init__(cast(TextIO, console.file), verbose=verbose)
        self._console = console
        self._progress = progress
        self._task = progress.add_task("reading", total=None, what="posts", failed=0, todo=0)
        self._next_count = 0.0

    def on_progress(self, count: Callable[[], frontier_queue.CrawlProgress]) -> None:
        """Move the bar, at most once a second."""
        if time.monotonic() < self._next_count:
            return
        self._next_count = time.monotonic() + _SECONDS_BETWEEN_COUNTS
        far = count()
        self._progress.update(
            self._task,
            completed=far.posts_read,
            total=far.posts_found or None,
            failed=far.failed,
            todo=far.todo,
        )

    def on_image(self, kept: int, lost: int, wanted: int) -> None:
        """Move the bar, which counts pictures from now on."""
        done = kept + lost
        self._progress.update(
            self._task, what="pictures", completed=done, total=wanted, failed=lost, todo=wanted - done
        )

    def _write(self, words: str) -> None:
        self._console.print(words, markup=False, highlight=False)


@contextmanager
def watching(stream: TextIO, *, quiet: bool = False, verbose: bool = False) -> Iterator[CrawlObserver]:
    """The observer that fits `stream` and what the person asked for."""
    if quiet:
        yield NullObserver()
    elif not stream.isatty():
        yield LineObserver(stream, verbose=verbose)
    else:
        console = Console(file=stream)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed} of {task.total} {task.fields[what]}"),
            TaskProgressColumn(),
            TextColumn("{task.fields[failed]} failed, {task.fields[todo]} to go"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, transient=True) as progress:
            yield ProgressBarObserver(console, progress, verbose=verbose)
