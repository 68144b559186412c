"""What a run would ask for, from the archive's state alone: no request is sent and nothing is written."""

from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from blogarchive.campaign import Campaign, Watcher
from blogarchive.errors import NoArchive
from blogarchive.order import Order, starts
from blogarchive.store import plan, runs
from blogarchive.store.archive import Archive
from blogarchive.store.times import now
from blogarchive.store.trial import trial


def forecast(order: Order, watcher: Watcher, *, robots: bool = True) -> list[str]:
    """The URLs that a run of `order` would request as far as is known before its first page, best first.

    `robots`: every host's robots.txt too, before its first page. What the pages will show to be new comes on top.
    """
    try:
        with trial(order.db) as archive:
            urls = list(_urls(archive, order, watcher))
    except NoArchive:
        if order.command != "backup":
            raise
        urls = [target.url for target in starts(order)]
    return list(dict.fromkeys(_with_robots(urls) if robots else urls))


def _urls(archive: Archive, order: Order, watcher: Watcher) -> Iterator[str]:
    campaign = Campaign(archive, runs.supposed(archive, now=now()), order, watcher)
    campaign.begin(starts(order))
    targets = campaign.foreseen()
    yield from (target.url for target in targets)
    yield from plan.following(archive, targets)
    if campaign.begin_pictures():
        yield from campaign.pictures.foreseen()


def _with_robots(urls: Iterable[str]) -> Iterator[str]:
    for url in urls:
        yield urljoin(url, "/robots.txt")
        yield url
