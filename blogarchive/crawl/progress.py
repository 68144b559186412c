"""Observers that show the progress of a run: a bar on a terminal, lines elsewhere, nothing with `-q`."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING, TextIO, cast
from urllib.parse import urldefrag

from blogarchive.items import PageKind, Target
from blogarchive.messages.details import explain_detail, label
from blogarchive.store.ledger import frontier
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import Outcome, SaveResult

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

_SECONDS_BETWEEN_COUNTS = 1.0
_COUNTING_SHARE = 0.05  # of the time at most: a host may have a million targets
_SECONDS_BETWEEN_LINES = 60.0
_LEAST_WIDTH = 64  # characters of a terminal that shows all columns of the progress


def stamped(text: str, stream: TextIO) -> str:
    """Return `text`, prefixed with the local time (ISO 8601 with offset) unless `stream` is a terminal."""
    if stream.isatty():
        return text
    return f"{datetime.now().astimezone().isoformat(timespec='seconds')} {text}"


class CrawlObserver:
    """Ignores all events of a run: the base of observers, used with `-q`."""

    def on_message(self, text: str) -> None:
        """Called with a message for the user."""

    def on_page_stored(self, target: Target, saved: SaveResult) -> None:
        """Called after a page was stored or rejected."""

    def on_fetch_failed(self, target: Target, failure: Failure) -> None:
        """Called after the last try without a page."""

    def on_progress(self, count: Callable[[], frontier.CrawlProgress]) -> None:
        """Called after each page; `count` returns the progress, and is slow: call it seldom."""

    def on_image_done(self, stored: int, failed: int, total: int) -> None:
        """Called after each image with the counts so far; `total` images are due in this run."""


class LineObserver(CrawlObserver):
    """Prints a line for every failure, and the progress once a minute; if `verbose`, a line for every page."""

    def __init__(self, stream: TextIO, *, verbose: bool = False) -> None:
        self._stream = stream
        self._verbose = verbose
        self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
        self._images_line = ""

    def on_page_stored(self, target: Target, saved: SaveResult) -> None:
        """Print a line if the page was rejected or is gone, except a list that was guessed.

        If verbose, print one for every page.
        """
        if saved.failure:
            self.on_fetch_failed(target, saved.failure)
        elif self._verbose or (saved.outcome is Outcome.GONE and target.kind is not PageKind.HOME):
            self.on_message(_("{kind}: {url}").format(kind=label(saved.outcome), url=target.url))

    def on_fetch_failed(self, target: Target, failure: Failure) -> None:
        """Print the failure."""
        reason = explain_detail(failure.detail, failure.kind)
        text = _("{kind}: {url}: {reason}")
        self.on_message(text.format(kind=label(failure.kind), url=urldefrag(target.url).url, reason=reason))

    def on_message(self, text: str) -> None:
        """Print the message."""
        self._stream.write(f"{stamped(text, self._stream)}\n")
        self._stream.flush()

    def on_progress(self, count: Callable[[], frontier.CrawlProgress]) -> None:
        """Print the progress, at most once a minute."""
        if self._line_is_due():
            text = _("{posts_read} of {posts_found} posts read, {failed} failed, {todo} to do")
            self.on_message(text.format(**asdict(count())) + self._images_line)

    def on_image_done(self, stored: int, failed: int, total: int) -> None:
        """Print the progress, at most once a minute; the lines about pages show it too."""
        text = _("{stored} of {total} images fetched, {failed} failed")
        images = text.format(stored=stored, total=total, failed=failed)
        self._images_line = f"; {images}"
        if self._line_is_due():
            self.on_message(images)

    def _line_is_due(self) -> bool:
        if time.monotonic() < self._next_line:
            return False
        self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
        return True


class ProgressBarObserver(LineObserver):
    """Shows a bar of posts read of posts found, with the time left; prints failures above it."""

    def __init__(self, console: "Console", progress: "Progress", *, verbose: bool = False) -> None:
        super().__init__(cast(TextIO, console.file), verbose=verbose)
        self._console = console
        self._bar = progress
        self._task = progress.add_task(_("reading"), total=None, unit=_("posts"), done="0", failed=0, todo=0)
        self._images: TaskID | None = None
        self._next_count = 0.0

    def on_progress(self, count: Callable[[], frontier.CrawlProgress]) -> None:
        """Move the bar, at most once a second."""
        if (started_at := time.monotonic()) < self._next_count:
            return
        progress = count()
        took = time.monotonic() - started_at
        self._next_count = started_at + max(_SECONDS_BETWEEN_COUNTS, took / _COUNTING_SHARE)
        found, read = progress.posts_found, progress.posts_read
        self._move(self._task, read, found, failed=progress.failed, todo=progress.todo)

    def on_image_done(self, stored: int, failed: int, total: int) -> None:
        """Move a second bar, which counts images."""
        if self._images is None:
            text = _("fetching")
            self._images = self._bar.add_task(text, total=None, unit=_("images"), done="0", failed=0, todo=0)
        done = stored + failed
        self._move(self._images, done, total, failed=failed, todo=total - done)

    def _move(self, task: "TaskID", done: int, total: int, *, failed: int, todo: int) -> None:
        shown = _("{done} of {total}").format(done=done, total=total) if total else str(done)
        self._bar.update(task, completed=done, total=total or None, done=shown, failed=failed, todo=todo)

    def on_message(self, text: str) -> None:
        """Print the message above the bar."""
        # The terminal wraps lines itself: a URL cut by a line break can be neither copied nor clicked.
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def open_observer(stream: TextIO, *, quiet: bool = False, verbose: bool = False) -> Iterator[CrawlObserver]:
    """Yield the observer for `stream`: a bar on a terminal, else lines; with `quiet` one that shows nothing."""
    if quiet:
        yield CrawlObserver()
    elif not stream.isatty():
        yield LineObserver(stream, verbose=verbose)
    else:
        from rich import console as consoles, progress as bars  # 0.03 s, for terminals

        console = consoles.Console(file=stream)
        columns: list[bars.ProgressColumn] = [
            bars.TextColumn("{task.description}"),
            bars.TextColumn(_("{task.fields[done]} {task.fields[unit]}")),
            bars.TaskProgressColumn(),
        ]
        if console.width >= _LEAST_WIDTH:
            columns.insert(1, bars.BarColumn())
            columns.append(bars.TextColumn(_("{task.fields[failed]} failed, {task.fields[todo]} to go")))
            columns.append(bars.TimeRemainingColumn())
        with bars.Progress(*columns, console=console, transient=True) as progress:
            yield ProgressBarObserver(console, progress, verbose=verbose)
