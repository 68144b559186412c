"""Options of a run, and the targets that its URLs name."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin, urlsplit

from blogarchive.errors import NoArchive, UsageError
from blogarchive.items import PageKind, ParsedUrl, Target
from blogarchive.sites.base import Site, site_by_name, site_for_url
from blogarchive.store.ledger.blog_settings import BlogSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlOptions:
    """Options of a run, as the user gave them.

    `urls` are blogs or posts to back up. `uids` are the blogs to update; if empty, all blogs of the archive.
    `limit` is a number of posts, `since` a day in the time zone of the site. `retry` requeues every failure, also
    permanent ones. `media` fetches images too. `named` are settings of the command line, which are stored for the
    blogs of the run; `defaults` are those of the configuration file.
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
    named: BlogSettings = field(default_factory=BlogSettings)
    defaults: BlogSettings = field(default_factory=BlogSettings)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that identify a run; a second run with the same words continues an interrupted first."""
        options = (("full", self.full), ("retry", self.retry), ("limit", self.limit), ("since", self.since))
        return (*self.urls, *self.uids, *(f"{name}={value}" for name, value in options if value))

    @property
    def partial(self) -> bool:
        """True if the run leaves out posts on purpose."""
        return self.limit is not None or self.since is not None


def default_db() -> Path:
    """Return the default path of the archive: BLOGARCHIVE_DB with `~` expanded, else `data/archive.db`."""
    return Path(os.path.expanduser(os.environ.get("BLOGARCHIVE_DB") or "data/archive.db"))  # noqa: PTH111


def start_targets(options: CrawlOptions) -> list[Target]:
    """Return the targets of the URLs of a run; raises `UsageError` for a URL of no known site.

    A URL of unknown form is replaced by the nearest known URL above it in the same blog.
    """
    return [_start_target(url, options.site) for url in options.urls]


def target_of_url(url: str, site_name: str | None) -> Target:
    """Return the target of exactly this URL; raises `UsageError` for a URL of no known site."""
    site = _site_of(url, site_name)
    return _target(site, site.parse_url(url))


def require_archive(db: Path) -> None:
    """Raise `NoArchive` if there is no file at `db`; call it before a lock file is made."""
    if not db.exists():
        raise NoArchive(f"no archive at {db}; `blogarchive backup URL` makes one")


def _start_target(url: str, site_name: str | None) -> Target:
    site = _site_of(url, site_name)
    parsed = site.parse_url(url)
    if parsed.kind is PageKind.UNKNOWN:
        above = map(site.parse_url, _urls_above(parsed.url))
        known = (one for one in above if one.uid == parsed.uid and one.kind is not PageKind.UNKNOWN)
        parsed = next(known, parsed)
    return _target(site, parsed)


def _site_of(url: str, site_name: str | None) -> Site:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{url!r} is no URL; write it as https://blog.creaders.net/u/31182/")
    return site_by_name(site_name) if site_name else site_for_url(url)


def _urls_above(url: str) -> Iterator[str]:
    """Yield the URL without its query, then each folder above it, the nearest first."""
    parts = urlsplit(url)
    steps = parts.path.split("/")
    yield urljoin(url, parts.path)
    for count in range(len(steps) - 1, 0, -1):
        yield urljoin(url, "/".join(steps[:count]) + "/")


def _target(site: Site, parsed: ParsedUrl) -> Target:
    kind = PageKind.HOME if parsed.kind is PageKind.UNKNOWN else parsed.kind
    return Target(url=parsed.url, site=site.name, kind=kind, uid=parsed.uid, number=parsed.number)
