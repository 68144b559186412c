"""What a person asked for, and which targets the words mean."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin, urlsplit

from blogarchive.errors import NoArchive, UsageError
from blogarchive.items import PageKind, ParsedUrl, Target
from blogarchive.sites.base import Site, site_by_name, site_for_url


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlOptions:
    """What a person asked for.

    `urls` are blogs or posts to back up; `uids` the blogs of the archive to update, all where empty. `limit`
    is a number of posts, `since` a day in the site's clock. `retry` asks anew for all that failed, for good too.
    `media`: pictures as well, from `media_hosts` (`blogarchive.media.hosts.parse_hosts`) besides the usual hosts.
    """

    command: Literal["backup", "update"]
    db: Path
    urls: tuple[str, ...] = ()
    uids: tuple[str, ...] = ()
    site: str | None = None
    full: bool = False
    retry: bool = False
    limit: int | None = None
    since: date | None = None
    media: bool = True
    media_hosts: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words that make two runs the same, so that the second goes on where the first was stopped."""
        options = (("full", self.full), ("retry", self.retry), ("limit", self.limit), ("since", self.since))
        return (*self.urls, *self.uids, *(f"{name}={value}" for name, value in options if value))

    @property
    def partial(self) -> bool:
        """Whether the run leaves out things on purpose."""
        return self.limit is not None or self.since is not None


def default_db() -> Path:
    """Where the archive is when nobody says: BLOGARCHIVE_DB, in which `~` is the home folder, else `data/archive.db`."""
    return Path(os.path.expanduser(os.environ.get("BLOGARCHIVE_DB") or "data/archive.db"))  # noqa: PTH111


def start_targets(order: CrawlOptions) -> list[Target]:
    """The targets that the order's URLs name; raises `UsageError` for one that is no URL of a known site.

    An index page of a form that the site does not know stands for the blog, or the post, above it.
    """
    return [_start(url, order.site) for url in order.urls]


def target_of_url(url: str, site_name: str | None) -> Target:
    """The very page at `url`, whatever it is; raises `UsageError` for one that is no URL of a known site."""
    site = _site_of(url, site_name)
    return _target(site, site.parse_url(url))


def require_archive(db: Path) -> None:
    """Raise `NoArchive` where there is no file at that path: before a lock file is left there."""
    if not db.exists():
        raise NoArchive(f"no archive at {db}; `blogarchive backup URL` makes one")


def _start(url: str, site_name: str | None) -> Target:
    site = _site_of(url, site_name)
    address = site.parse_url(url)
    if address.kind is PageKind.UNKNOWN:
        known = (
            found for above in _above(address.url) if (found := site.parse_url(above)).uid == address.uid
        )
        address = next((found for found in known if found.kind is not PageKind.UNKNOWN), address)
    return _target(site, address)


def _site_of(url: str, site_name: str | None) -> Site:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{url!r} is no URL; write it as https://blog.creaders.net/u/31182/")
    return site_by_name(site_name) if site_name else site_for_url(url)


def _above(url: str) -> Iterator[str]:
    """The URL without its query, then each folder that it is in, the nearest first."""
    parts = urlsplit(url)
    steps = parts.path.split("/")
    yield urljoin(url, parts.path)
    for count in range(len(steps) - 1, 0, -1):
        yield urljoin(url, "/".join(steps[:count]) + "/")


def _target(site: Site, address: ParsedUrl) -> Target:
    kind = PageKind.HOME if address.kind is PageKind.UNKNOWN else address.kind
    return Target(url=address.url, site=site.name, kind=kind, uid=address.uid, number=address.number)
