"""Parse stored pages again on all cores; only a few batches of pages are in memory at a time."""

import logging
from collections.abc import Generator, Iterable
from dataclasses import replace

from blogarchive.errors import BlogArchiveError
from blogarchive.items import CrawledPage, ParsedPage
from blogarchive.messages.details import Detail
from blogarchive.store.pages.pages import StoredPage
from blogarchive.workers.parser_process import ParserKilled, parse_guarded
from blogarchive.workers.pool import map_in_order, reduce_garbage_collection

_BATCH = 40  # pages of a task: they share rows of their sidebars, which are pickled once
_PAGES_WITHOUT_WORKERS = 100  # parsed in about the time in which workers start

log = logging.getLogger(__name__)

Reparsed = tuple[int, CrawledPage]
"""The id of a stored page, and the page as it is parsed now."""


def parse_stored_page(stored: StoredPage) -> Reparsed:
    """Return the id of a stored page and its crawled page, normalized and with dates."""
    return _to_reparsed(stored, parse_guarded(stored.page, stored.named or stored.target))


def _to_reparsed(stored: StoredPage, parsed: ParsedPage) -> Reparsed:
    if stored.named and parsed.author and parsed.author.uid == stored.named.uid and stored.target.uid:
        parsed = replace(parsed, author=replace(parsed.author, uid=stored.target.uid))
    return stored.id, CrawledPage(target=stored.target, page=stored.page, parsed=parsed, is_normalized=True)


def parse_stored_pages(
    pages: Iterable[StoredPage], errors: list[tuple[str, str]], workers: int | None = None
) -> Generator[Reparsed]:
    """Yield `parse_stored_page` of each of `pages`, in their order; `workers` None means one for each core.

    A page that cannot be parsed is left out; its URL and the reason are appended to `errors`.
    """
    reduce_garbage_collection()
    local = 0 if workers else _PAGES_WITHOUT_WORKERS
    found = map_in_order(_try_parse, pages, local=local, size=_size, batch=_BATCH, workers=workers)
    for stored, result in found:
        if isinstance(result, ParsedPage):
            yield _to_reparsed(stored, result)
        else:
            errors.append((stored.page.url, result))


def _size(stored: StoredPage) -> int:
    return len(stored.page.body)


def _try_parse(stored: StoredPage) -> ParsedPage | str:
    """Return the parsed page without the raw one, or the text of an error of this program."""
    try:
        return parse_guarded(stored.page, stored.named or stored.target)
    except (ParserKilled, BlogArchiveError) as why:  # a site may be of a plugin that is not installed
        return str(why)
    except Exception as error:  # continue with the other pages
        log.exception("parsing %s again failed", stored.page.url)
        return Detail.PROGRAM.format(name=type(error).__name__, reason=error)
