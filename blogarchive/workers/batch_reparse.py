"""Parse stored pages again on all cores; only a few batches of pages are in memory at a time."""

import logging
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from itertools import islice

from blogarchive.errors import BlogArchiveError
from blogarchive.items import CrawledPage, ParsedPage
from blogarchive.messages.details import Detail
from blogarchive.parsing.subtree_cache import SubtreeCache
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.pages.pages import StoredPage
from blogarchive.workers.parser_process import ParserKilled, parse_guarded
from blogarchive.workers.pool import (
    MOST_WORKERS,
    count_cores,
    in_batches,
    reduce_garbage_collection,
    start_pool,
    submit,
)

_BATCH = 40  # pages of a task: they share subtrees, which are pickled once
_BATCH_BYTES = 1_000_000
_TASKS_AHEAD = 2  # for each worker
_PAGES_WITHOUT_WORKERS = 100  # parsed in about the time in which workers start

log = logging.getLogger(__name__)

Reparsed = tuple[int, CrawledPage]
"""The id of a stored page, and the page as it is parsed now."""

Task = tuple[list[StoredPage], "Future[list[ParsedPage | str]]"]
"""Stored pages, and of each the parsed page, or the text of an error of this program."""


def parse_stored_page(stored: StoredPage, cache: SubtreeCache | None = None) -> Reparsed:
    """Return the id of a stored page and its crawled page, normalized and with dates."""
    parsed = parse_guarded(stored.page, stored.target, cache)
    return stored.id, normalize_page(CrawledPage(target=stored.target, page=stored.page, parsed=parsed))


def parse_stored_pages(
    pages: Iterable[StoredPage], workers: int | None = None, errors: list[tuple[str, str]] | None = None
) -> Generator[Reparsed]:
    """Yield `parse_stored_page` of each of `pages`, in their order; `workers` None means one for each core.

    A page that cannot be parsed is left out; its URL and the reason are appended to `errors`. Raises `RuntimeError`
    if `errors` is None.
    """
    pages, count = iter(pages), min(workers or count_cores(), MOST_WORKERS)
    local = pages if count == 1 else islice(pages, 0 if workers else _PAGES_WITHOUT_WORKERS)
    reduce_garbage_collection()
    subtrees = SubtreeCache()
    for stored in local:
        yield from _join([stored], [_try_parse(stored, subtrees)], errors)
    if count == 1:
        return
    pool = start_pool(count)
    try:
        for batch, future in _run_in_order(pool, pages, ahead=count * _TASKS_AHEAD):
            yield from _join(batch, future.result(), errors)
    finally:
        pool.shutdown(cancel_futures=True)


def _run_in_order(pool: ProcessPoolExecutor, pages: Iterator[StoredPage], ahead: int) -> Iterator[Task]:
    running: deque[Task] = deque()
    for batch in in_batches(pages, most=_BATCH, size=_body_size, most_bytes=_BATCH_BYTES):
        running.append((batch, submit(pool, _parse_batch, batch)))
        if len(running) > ahead:
            yield running.popleft()
    yield from running


def _body_size(stored: StoredPage) -> int:
    return len(stored.page.body)


def _join(
    batch: list[StoredPage], results: list[ParsedPage | str], errors: list[tuple[str, str]] | None
) -> Iterator[Reparsed]:
    for stored, result in zip(batch, results, strict=True):
        if isinstance(result, ParsedPage):
            yield stored.id, CrawledPage(target=stored.target, page=stored.page, parsed=result)
        elif errors is None:
            raise RuntimeError(f"{stored.page.url}: {result}")
        else:
            errors.append((stored.page.url, result))


def _parse_batch(batch: list[StoredPage]) -> list[ParsedPage | str]:
    """Return parsed pages without the raw pages, which the parent has; shared subtrees are pickled once."""
    return [_try_parse(stored, _worker_cache()) for stored in batch]


def _try_parse(stored: StoredPage, subtrees: SubtreeCache) -> ParsedPage | str:
    try:
        return parse_stored_page(stored, subtrees)[1].parsed
    except (ParserKilled, BlogArchiveError) as why:  # a site may be of a plugin that is not installed
        return str(why)
    except Exception as error:  # one page must not cost the others
        log.exception("parsing %s again failed", stored.page.url)
        return Detail.PROGRAM.format(name=type(error).__name__, reason=error)


@cache
def _worker_cache() -> SubtreeCache:
    """Return the cache of this worker, shared by its batches."""
    return SubtreeCache()
