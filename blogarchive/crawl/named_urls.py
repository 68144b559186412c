"""The URLs that a user names, on the command line or in a list: site, blog and page of each."""

import os
from collections.abc import Callable, Iterator
from gettext import gettext as _
from pathlib import Path
from typing import TextIO
from urllib.parse import urljoin, urlsplit

from blogarchive.crawl.options import CrawlOptions
from blogarchive.errors import UsageError
from blogarchive.items import PageKind, ParsedUrl, Target
from blogarchive.parsing.urls import repair_url, split_web_url
from blogarchive.sites.base import Site, site_by_name, site_for_url, sites_of_host
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import is_older
from blogarchive.store.ledger import blogs


def start_targets(options: CrawlOptions) -> list[Target]:
    """Return the targets of the URLs of a run. Raises `UsageError` for text that is no URL, and if its site is not
    clear.

    A URL of unknown form is replaced by the nearest known URL above it in the same blog. The site of an unknown host
    is the one under which the archive stores blogs of that host.
    """
    site_of = _site_finder(options.db, options.site)
    for name in options.urls:
        if os.path.exists(name.removeprefix("file://")):  # noqa: PTH110 - Path.exists raises for a long name
            text = _("{name} is a file or folder, for `blogarchive import html`; a URL begins with https://")
            raise UsageError(text, name=name)
    return [_start_target(url, site_of(url)) for url in map(repair_url, (*options.urls, *options.listed))]


def target_of_url(url: str, site_name: str | None) -> Target:
    """Return the target of exactly this URL; raises `UsageError` as `start_targets`."""
    url = repair_url(url)
    site = _site_of(url, site_name)
    return _target(site, site.parse_url(url))


def parse_url_list(text: str, name: str, db: Path, site_name: str | None) -> tuple[str, ...]:
    """Return the URLs of a list: one a line, without blank lines and lines that begin with `#`.

    Raises `UsageError` as `start_targets`, naming the line of the list `name`, and for an empty list.
    """
    urls, site_of = [], _site_finder(db, site_name)
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        url = repair_url(line.partition(" #")[0])
        if not url or line.lstrip().startswith("#"):
            continue
        try:
            site_of(url)
        except UsageError as error:
            why = _("{name}, line {number}: {error}")
            raise UsageError(why, name=name, number=number, error=error) from error
        urls.append(url)
    if not urls:
        raise UsageError(_("{name} names no URL"), name=name)
    return tuple(dict.fromkeys(urls))


def read_url_list(file: TextIO, db: Path, site_name: str | None) -> tuple[str, ...]:
    """Return the URLs of a file, as `parse_url_list` does; raises `UsageError` also if it is no text in UTF-8."""
    try:
        text = file.read()
    except UnicodeDecodeError as error:
        raise UsageError(_("{name} is no text in UTF-8"), name=file.name) from error
    return parse_url_list(text, file.name, db, site_name)


def stored_site(db: Path, url: str) -> str | None:
    """Return the site of the stored blogs of an unknown host; None if a site has it, or none is stored."""
    # A dry run has a copy of an older archive, which is brought up to date, and asks that one.
    if len(sites_of_host(url)) == 1 or is_older(db) is not False:
        return None
    with Archive.open(db, read_only=True) as archive:
        return blogs.site_of_host(archive, url)


def _site_finder(db: Path, site_name: str | None) -> Callable[[str], Site]:
    """Return a function that returns the site of a URL; the archive is opened once for each unknown host."""
    names: dict[str, str | None] = {}

    def find(url: str) -> Site:
        netloc = url.partition("://")[2].partition("/")[0]  # also of an invalid URL
        if netloc not in names:
            names[netloc] = site_name or stored_site(db, url)
        return _site_of(url, names[netloc])

    return find


def _site_of(url: str, site_name: str | None) -> Site:
    """Return the site of that name, else that of the host. Raises `UsageError` if it cannot be crawled, or for no URL."""
    if split_web_url(url) is None:
        raise UsageError(_("{url!r} is no URL; write it as https://blog.creaders.net/u/31182/"), url=url)
    if site_name is None:
        return site_for_url(url)
    if site_by_name(site_name).is_crawled:
        return site_by_name(site_name)
    raise UsageError(_("{name} is a format of export files: blogarchive import {name} FILE"), name=site_name)


def _start_target(url: str, site: Site) -> Target:
    parsed = site.start_url(url)
    if parsed.kind is PageKind.UNKNOWN:
        above = map(site.parse_url, _urls_above(parsed.url))
        known = (one for one in above if one.uid == parsed.uid and one.kind is not PageKind.UNKNOWN)
        parsed = next(known, parsed)
    return _target(site, parsed)


def _urls_above(url: str) -> Iterator[str]:
    """Yield the URL without its query, then each folder above it, the nearest first."""
    parts = urlsplit(url)
    steps = parts.path.split("/")
    yield urljoin(url, parts.path)
    yield from (urljoin(url, "/".join(steps[:count]) + "/") for count in range(len(steps) - 1, 0, -1))


def _target(site: Site, parsed: ParsedUrl) -> Target:
    kind = PageKind.HOME if parsed.kind is PageKind.UNKNOWN else parsed.kind
    return Target(url=parsed.url, site=site.name, kind=kind, uid=parsed.uid, number=parsed.number)
