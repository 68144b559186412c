"""List the requests of a run from the archive alone: sends no request and writes nothing."""

from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.session import CrawlObserver, CrawlSession
from blogarchive.crawl.targets.from_urls import start_targets
from blogarchive.errors import NoArchive
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import open_scratch
from blogarchive.store.ledger import frontier as stored_targets
from blogarchive.store.ledger import runs
from blogarchive.store.rows import utc_now


def planned_urls(options: CrawlOptions, observer: CrawlObserver, *, robots: bool = True) -> list[str]:
    """Return the URLs that a run would request, as far as the archive shows, in their order.

    With `robots`, the robots.txt of each host comes before its first page. Pages may add requests for new links.
    """
    try:
        with open_scratch(options.db) as archive:
            urls = list(_planned(archive, options, observer))
    except NoArchive:
        if options.command != "backup":
            raise
        urls = [target.url for target in start_targets(options)]
    return list(dict.fromkeys(_with_robots(urls) if robots else urls))


def _planned(archive: Archive, options: CrawlOptions, observer: CrawlObserver) -> Iterator[str]:
    session = CrawlSession(archive, runs.unsaved_run(archive, now=utc_now()), options, observer)
    session.begin(start_targets(options))
    targets = list(session.targets.planned())
    yield from (target.url for target in targets)
    yield from stored_targets.stored_next_pages(archive, targets)
    if session.begin_media():
        yield from session.media.planned_urls()


def _with_robots(urls: Iterable[str]) -> Iterator[str]:
    for url in urls:
        yield urljoin(url, "/robots.txt")
        yield url
