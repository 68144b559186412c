"""Processes that share work: they ignore the terminal's signals and end with their parent."""

import gc
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from gettext import gettext as _
from itertools import islice
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from blogarchive.errors import Interrupted
from blogarchive.messages import use_system_language

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

_YOUNG_OBJECTS = 10_000  # parsing a page makes a few thousand objects and frees them itself
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # Windows has no SIGHUP, other systems have no SIGBREAK
_STOP_SIGNALS = [signal.Signals[name] for name in _NAMES if hasattr(signal, name)]


def count_cores() -> int:
    """Return how many cores this process may use, at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def reduce_garbage_collection(young: int = _YOUNG_OBJECTS) -> None:
    """Exclude all present objects from collection, and collect after each `young` new ones, made in several pages."""
    gc.freeze()
    gc.set_threshold(young, *gc.get_threshold()[1:])


def stop_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that stop a command, without those that the parent process ignores, as nohup does."""
    return tuple(signum for signum in _STOP_SIGNALS if signal.getsignal(signum) is not signal.SIG_IGN)


def interrupted_by(signum: signal.Signals) -> Interrupted:
    """Return the error that ends a command after a stop signal."""
    text = _("stopped by {signal}; the same command continues where it stopped")
    return Interrupted(text, signal=signum.name)


_MOST_WORKERS = 61  # Windows waits for no more processes at once
_TASKS_AHEAD = 2  # for each worker
_BATCH_BYTES = 1_000_000

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_order(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    local: int,
    size: Callable[[Item], int] = lambda item: 0,
    batch: int = 16,
    workers: int | None = None,
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with `function(item)`, in order, computed by `workers`; few items are in memory at a time.

    `workers` is the number of cores if None. The first `local` items are computed in this process: about as many as it
    computes while workers start. `size` is that of an item in bytes: of large ones a batch has fewer than `batch`. This
    process computes in batches too. To take turns with the caller's code costs a quarter of the time, in caches of the
    processor.
    """
    items, count = iter(items), min(workers or count_cores(), _MOST_WORKERS)
    own = items if count == 1 else islice(items, local)
    for found in in_batches(own, most=batch, size=size):
        yield from zip(found, _map_batch(function, found), strict=True)
    yield from _map_in_workers(function, in_batches(items, most=batch, size=size), count)


def _map_in_workers(
    function: Callable[[Item], Result], batches: Iterable[list[Item]], count: int
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with its result; no process starts without an item."""
    pool: ProcessPoolExecutor | None = None
    running: deque[tuple[list[Item], Future[list[Result]]]] = deque()
    try:
        for found in batches:
            if pool is None:
                pool = _start_pool(count)
            with _blocked_stop_signals():  # a worker may start now
                running.append((found, pool.submit(_map_batch, function, found)))
            if len(running) > count * _TASKS_AHEAD:
                yield from _join(*running.popleft())
        for done in running:
            yield from _join(*done)
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _start_pool(count: int) -> "ProcessPoolExecutor":
    from concurrent.futures import ProcessPoolExecutor  # 8 ms with multiprocessing
    from multiprocessing import get_context

    # spawn: a fork would copy the open database connection and the locks of the log into every worker.
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_start_worker)


def in_batches(
    items: Iterable[Item], *, size: Callable[[Item], int], most: int | None = None, limit: int = _BATCH_BYTES
) -> Iterator[list[Item]]:
    """Yield the items in lists of at most `most`. A list ends with the item by which its size reaches `limit`."""
    batch: list[Item] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size(item)
        if len(batch) == most or total >= limit:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _map_batch(function: Callable[[Item], Result], batch: list[Item]) -> list[Result]:
    """Return the results together: objects that several share are pickled once."""
    return [function(item) for item in batch]


def _join(batch: list[Item], future: "Future[list[Result]]") -> Iterator[tuple[Item, Result]]:
    return zip(batch, future.result(), strict=True)


@contextmanager
def _blocked_stop_signals() -> Iterator[None]:
    """Start workers that ignore Ctrl-C and hang-up, which a terminal sends to every process of the group.

    Windows cannot block signals; there a worker ignores them from its start on (`_start_worker`).
    """
    before = None
    if sys.platform != "win32" and hasattr(signal, "pthread_sigmask"):
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _terminal_signals())
    try:
        yield
    finally:
        if sys.platform != "win32" and before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _terminal_signals() -> set[signal.Signals]:
    return set(stop_signals()) - {signal.SIGTERM}


def _start_worker() -> None:
    """End this worker with its parent, which may be killed, and keep it from logging to stderr.

    Its messages are in the parent's language.
    """
    for signum in _terminal_signals():
        signal.signal(signum, signal.SIG_IGN)
    logging.getLogger().addHandler(logging.NullHandler())
    use_system_language()
    reduce_garbage_collection()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
