"""The protocol of a site, and the functions that find a site."""

import functools
import importlib
import pkgutil
from typing import Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from blogarchive.errors import UsageError
from blogarchive.items import Page, ParsedPage, ParsedUrl, Target
from blogarchive.parsing.lines.subtree_cache import SubtreeCache


class Site(Protocol):
    """A blog host: its URLs, the parser of its pages, its time zone."""

    @property
    def name(self) -> str:
        """Name of the site's module, as `--site` takes it."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names of the site, in lower case, without a port."""

    @property
    def image_hosts(self) -> tuple[str, ...]:
        """Hosts that may serve images of posts besides the page's own; `*.domain` means all hosts under it."""

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the times that the pages show."""

    def parse_url(self, url: str) -> ParsedUrl:
        """Return the kind, the ids and the canonical form of an absolute URL on any host.

        The kind is UNKNOWN if no form of the site fits. Never raises.
        """

    def build_post_url(self, home_url: str, number: int) -> str | None:
        """Return a URL of the post with this number on the host of `home_url`; None if a number names no
        page.
        """

    def parse_page(self, page: Page, target: Target, cache: SubtreeCache | None = None) -> ParsedPage:
        """Return all that a reader sees on `page`; times stay as the page shows them.

        Never raises, whatever the bytes. `cache` makes pages with equal parts faster and does not change
        the result.
        """


@functools.cache
def _load_sites() -> dict[str, Site]:
    import blogarchive.sites as package

    found = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        site: Site | None = getattr(module, "SITE", None)
        if site is not None:
            found[site.name] = site
    return found


def site_names() -> tuple[str, ...]:
    """Return the names of all sites, sorted."""
    return tuple(sorted(_load_sites()))


def site_by_name(name: str) -> Site:
    """Return the site with this name; raises `UsageError` with the names of all sites if there is none."""
    try:
        return _load_sites()[name]
    except KeyError:
        raise UsageError(f"unknown site {name!r}; known sites: {', '.join(site_names())}") from None


def site_for_url(url: str) -> Site:
    """Return the site that has the host of `url`; raises `UsageError` if no site has it."""
    host = (urlsplit(url).hostname or "").lower()
    for site in _load_sites().values():
        if host in site.hosts:
            return site
    raise UsageError(
        f"no known site has the host {host or url!r}; name one with --site ({', '.join(site_names())})"
    )


def parse_page(page: Page, target: Target, cache: SubtreeCache | None = None) -> ParsedPage:
    """Return `page` as parsed by the site of `target`; `cache` only makes this faster."""
    return site_by_name(target.site).parse_page(page, target, cache)
