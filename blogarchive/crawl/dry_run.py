"""What a run would ask for, from the archive's state alone: no request is sent and nothing is written."""

from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from blogarchive.crawl.options import CrawlOptions, start_targets
from blogarchive.crawl.session import CrawlObserver, CrawlSession
from blogarchive.errors import NoArchive
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.scratch_copy import open_scratch
from blogarchive.store.ingest import plan
from blogarchive.store.ledger import runs
from blogarchive.store.timestamps import utc_now


def forecast(order: CrawlOptions, observer: CrawlObserver, *, robots: bool = True) -> list[str]:
    """The URLs that a run of `order` would request as far as is known before its first page, best first.

    `robots`: every host's robots.txt too, before its first page. What the pages will show to be new comes on top.
    """
    try:
        with open_scratch(order.db) as archive:
            urls = list(_urls(archive, order, observer))
    except NoArchive:
        if order.command != "backup":
            raise
        urls = [target.url for target in start_targets(order)]
    return list(dict.fromkeys(_with_robots(urls) if robots else urls))


def _urls(archive: Archive, order: CrawlOptions, observer: CrawlObserver) -> Iterator[str]:
    session = CrawlSession(archive, runs.unsaved_run(archive, now=utc_now()), order, observer)
    session.begin(start_targets(order))
    targets = session.foreseen()
    yield from (target.url for target in targets)
    yield from plan.stored_next_pages(archive, targets)
    if session.begin_pictures():
        yield from session.pictures.foreseen()


def _with_robots(urls: Iterable[str]) -> Iterator[str]:
    for url in urls:
        yield urljoin(url, "/robots.txt")
        yield url
