"""What a run would ask for, from the archive's state alone: no request is sent and nothing is written."""

from collections.abc import Sequence

from blogarchive import pictures
from blogarchive.errors import NoArchive
from blogarchive.media.hosts import host_of
from blogarchive.order import Order, now, starts
from blogarchive.store import blogs, plan
from blogarchive.store.archive import Archive
from blogarchive.store.blogs import Blog
from blogarchive.store.runs import Run
from blogarchive.store.times import fine_text


def forecast(order: Order) -> list[str]:
    """The URLs that a run of `order` would request as far as is known before its first page, best first.

    robots.txt is not among them. What the pages will show to be new comes on top.
    """
    named = starts(order)
    try:
        archive = Archive.open(order.db)
    except NoArchive:
        if order.command != "backup":
            raise
        return [target.url for target in named]
    with archive:
        moment = fine_text(now())
        run = Run(id=0, started_at=moment, epoch_at=moment)
        known = [Blog(site=target.site, uid=target.uid) for target in named]
        if order.command == "update":
            known = blogs.held(archive, order.uids)
        asked = plan.preview(archive, run, known, now=now(), full=order.full)
        shown = _pictures(archive, order, known) if order.media else []
        return list(dict.fromkeys((*(target.url for target in named), *asked.urls, *shown)))


def _pictures(archive: Archive, order: Order, known: Sequence[Blog]) -> list[str]:
    homes = {target.url for blog in known if (target := blogs.home(archive, blog))}
    rule = pictures.Rule(order.media_hosts)
    return pictures.forecast(archive, known, rule, {host_of(url) for url in homes})
