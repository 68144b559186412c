"""What every site answers, and how sites are found."""

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
    """A blog host: which URLs are its own, how its pages are read, which clock it shows."""

    @property
    def name(self) -> str:
        """The name of the site's module, as `--site` takes it."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names the site is known by, lower case, without port."""

    @property
    def image_hosts(self) -> tuple[str, ...]:
        """From where posts may take pictures, besides their own host: names, or `*.domain` for all under it."""

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the times that its pages show."""

    def parse_url(self, url: str) -> ParsedUrl:
        """What the absolute `url` says of itself, whatever its host; kind UNKNOWN where no form fits."""

    def build_post_url(self, home_url: str, number: int) -> str | None:
        """Return a URL of the post with this number on the host of `home_url`; None if a number names no page."""

    def parse_page(self, page: Page, target: Target, cache: SubtreeCache | None = None) -> ParsedPage:
        """Everything a reader sees on `page`; the same reading whoever asks. Never raises on bad input.

        Whoever reads many pages, one after the other, gets the same readings sooner with `cache`.
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
    """The names of all sites, sorted."""
    return tuple(sorted(_load_sites()))


def site_by_name(name: str) -> Site:
    """The site of that name; raises `UsageError` naming the known ones."""
    try:
        return _load_sites()[name]
    except KeyError:
        raise UsageError(f"unknown site {name!r}; known sites: {', '.join(site_names())}") from None


def site_for_url(url: str) -> Site:
    """The site whose host `url` names; raises `UsageError` where none does."""
    host = (urlsplit(url).hostname or "").lower()
    for site in _load_sites().values():
        if host in site.hosts:
            return site
    raise UsageError(
        f"no known site has the host {host or url!r}; name one with --site ({', '.join(site_names())})"
    )


def parse_page(page: Page, target: Target, cache: SubtreeCache | None = None) -> ParsedPage:
    """The reading of `page` by the site that `target` names; with `cache` the same, sooner where pages are alike."""
    return site_by_name(target.site).parse_page(page, target, cache)
