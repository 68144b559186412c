"""Targets of the URLs that a run begins with, and lists of such URLs."""

from collections.abc import Iterator
from gettext import gettext as _
from hashlib import sha256
from pathlib import Path
from typing import TextIO
from urllib.parse import urljoin, urlsplit

from blogarchive.crawl.options import CrawlOptions
from blogarchive.errors import NoArchive, UsageError
from blogarchive.items import PageKind, ParsedUrl, Target
from blogarchive.parsing.http import repair_url
from blogarchive.sites.base import Site, site_by_name, site_for_url
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import site_of_host


def start_targets(options: CrawlOptions) -> list[Target]:
    """Return the targets of the URLs of a run; raises `UsageError` for a URL of no known site.

    A URL of unknown form is replaced by the nearest known URL above it in the same blog. The site of an unknown host
    is the one under which the archive stores blogs of that host.
    """
    urls = [repair_url(url) for url in (*options.urls, *options.listed)]
    names = {_netloc(url): url for url in urls}
    sites = {netloc: options.site or _stored_site(options.db, url) for netloc, url in names.items()}
    return [_start_target(url, sites[_netloc(url)]) for url in urls]


def _netloc(url: str) -> str:
    """Return the host and port in a URL as they are written, also in an invalid URL."""
    return url.partition("://")[2].partition("/")[0]


def target_of_url(url: str, site_name: str | None) -> Target:
    """Return the target of exactly this URL; raises `UsageError` for a URL of no known site."""
    url = repair_url(url)
    site = _site_of(url, site_name)
    return _target(site, site.parse_url(url))


def parse_url_list(text: str, name: str, db: Path, site_name: str | None) -> tuple[str, ...]:
    """Return the URLs of a list: one a line, without blank lines and lines that begin with `#`.

    Raises `UsageError`, naming the line of the list `name`, for a URL of no known site, and for an empty list.
    """
    urls = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        url = repair_url(line.partition(" #")[0])
        if not url or line.lstrip().startswith("#"):
            continue
        try:
            _site_of(url, site_name or _stored_site(db, url))
        except UsageError as error:
            raise UsageError(
                _("{name}, line {number}: {error}").format(name=name, number=number, error=error)
            ) from error
        urls.append(url)
    if not urls:
        raise UsageError(_("{name} names no URL").format(name=name))
    return tuple(dict.fromkeys(urls))


def read_url_list(file: TextIO, db: Path, site_name: str | None) -> tuple[str, ...]:
    """Return the URLs of a file, as `parse_url_list` does; raises `UsageError` also if it is no text in UTF-8."""
    try:
        text = file.read()
    except UnicodeDecodeError as error:
        raise UsageError(_("{name} is no text in UTF-8").format(name=file.name)) from error
    return parse_url_list(text, file.name, db, site_name)


def digest_of(urls: tuple[str, ...]) -> str:
    """Return the SHA-256 of a list of URLs, by which a run is recognized."""
    return sha256("\n".join(urls).encode()).hexdigest()


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
        raise UsageError(
            _("{url!r} is no URL; write it as https://blog.creaders.net/u/31182/").format(url=url)
        )
    if site_name is None:
        return site_for_url(url)
    if site_by_name(site_name).hosts:
        return site_by_name(site_name)
    raise UsageError(
        _("{name} is a format of export files: blogarchive import {name} FILE").format(name=site_name)
    )


def _stored_site(db: Path, url: str) -> str | None:
    """Return the site of stored blogs of an unknown host; None if a site has the host, or no blog is stored."""
    try:
        site_for_url(url)
    except (UsageError, ValueError):
        try:
            with Archive.open(db, read_only=True) as archive:
                return site_of_host(archive, url)
        except NoArchive:
            return None
    return None


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
