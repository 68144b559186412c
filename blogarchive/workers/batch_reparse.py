"""Stored pages read again on all cores: workers read, and only a few batches of pages are in memory at a time."""

import logging
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread

from blogarchive.items import CrawledPage, ParsedPage
from blogarchive.parsing.lines.subtree_cache import SubtreeCache
from blogarchive.sites.base import parse_page
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.pages.page_rows import StoredPage
from blogarchive.workers.process import count_cores, reduce_garbage_collection

_BATCH = 40  # pages a task: they share much, and what they share is sent once
_MOST_BYTES = 2_500_000  # of a task's pages
_TASKS_AHEAD = 2  # for each worker
_FEW = 100  # pages that are read in about the time in which workers start

log = logging.getLogger(__name__)

Read = tuple[int, CrawledPage]
Mistake = str
Task = tuple[list[StoredPage], "Future[list[ParsedPage | Mistake]]"]


def reread_page(stored: StoredPage, repeats: SubtreeCache | None = None) -> Read:
    """A stored page's id, and its visit as today's reader sees it, tidied and dated."""
    crawled = CrawledPage(
        target=stored.target, page=stored.page, parsed=parse_page(stored.page, stored.target, repeats)
    )
    return stored.id, normalize_page(crawled)


def parsed_pages(
    pages: Iterable[StoredPage], workers: int | None = None, mistakes: list[str] | None = None
) -> Iterator[Read]:
    """What `reread_page` gives for each of `pages`, in their order; `workers` None: one for each core, if they are many.

    A page over which this program fails is left out, and named in `mistakes`; without that list it ends the reading.
    """
    pages, count = iter(pages), workers or count_cores()
    here = pages if count == 1 else islice(pages, 0 if workers else _FEW)
    reduce_garbage_collection()
    repeats = SubtreeCache()
    for stored in here:
        yield from _joined([stored], [_attempt(stored, repeats)], mistakes)
    if count == 1:
        return
    # spawn: a fork would copy the open database connection and the log's locks into every worker.
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin)
    try:
        for batch, task in _in_order(pool, pages, ahead=count * _TASKS_AHEAD):
            yield from _joined(batch, task.result(), mistakes)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, pages: Iterator[StoredPage], ahead: int) -> Iterator[Task]:
    running: deque[Task] = deque()
    for batch in _batches(pages):
        with _stopping_is_ours():
            running.append((batch, pool.submit(_read, batch)))
        if len(running) > ahead:
            yield running.popleft()
    yield from running


def _batches(pages: Iterator[StoredPage]) -> Iterator[list[StoredPage]]:
    batch: list[StoredPage] = []
    size = 0
    for stored in pages:
        batch.append(stored)
        size += len(stored.page.body)
        if len(batch) == _BATCH or size >= _MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _joined(
    batch: list[StoredPage], found: list[ParsedPage | Mistake], mistakes: list[str] | None
) -> Iterator[Read]:
    for stored, parsed in zip(batch, found, strict=True):
        if isinstance(parsed, ParsedPage):
            yield stored.id, CrawledPage(target=stored.target, page=stored.page, parsed=parsed)
        elif mistakes is None:
            raise RuntimeError(f"{stored.page.url}: {parsed}")
        else:
            mistakes.append(f"{stored.page.url}: this program failed over it: {parsed}")


@contextmanager
def _stopping_is_ours() -> Iterator[None]:
    """Workers that start here do not hear Ctrl-C, nor a hang-up, which a terminal sends to them as well."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Have a worker end with its parent, which may be killed: nothing else would tell it; and say nothing itself."""
    logging.getLogger().addHandler(logging.NullHandler())
    reduce_garbage_collection()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read(batch: list[StoredPage]) -> list[ParsedPage | Mistake]:
    """The readings alone: the pages are where they came from, and what readings share travels once."""
    return [_attempt(stored, _repeats()) for stored in batch]


def _attempt(stored: StoredPage, repeats: SubtreeCache) -> ParsedPage | Mistake:
    try:
        return reread_page(stored, repeats)[1].parsed
    except Exception as error:  # it must not cost the other pages
        log.exception("reading %s again failed", stored.page.url)
        return f"{type(error).__name__}: {error}"


@cache
def _repeats() -> SubtreeCache:
    """What the pages that this worker reads have in common, from one batch to the next."""
    return SubtreeCache()
