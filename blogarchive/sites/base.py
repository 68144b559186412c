"""What a site is, how one is found, and the limits of a page that sites parse."""

import functools
import importlib
import pkgutil
import re
from abc import ABC, abstractmethod
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from gettext import gettext as _
from zoneinfo import ZoneInfo

from blogarchive.errors import UsageError
from blogarchive.items import Page, PageKind, ParsedPage, ParsedUrl, Problem, Target
from blogarchive.messages.details import Detail
from blogarchive.parsing.urls import host_of, matches_host

# --- limits of a page

MAX_PAGE_BYTES = 2_000_000
"""Bytes of a page after decompression."""

MAX_TAGS = 40_000
"""Start and end tags of a page, counted as `<`."""


def count_tags(body: bytes) -> int:
    """Return the number of start and end tags of a page, as the limit counts them."""
    return body.count(b"<")


def refuse_large_page(body: bytes) -> ParsedPage | None:
    """Return a page without content and with a problem that names the limit that `body` exceeds, or None."""
    if len(body) > MAX_PAGE_BYTES:
        return _refuse(Detail.PAGE_BYTES.format(size=len(body), limit=MAX_PAGE_BYTES))
    if len(body) > MAX_TAGS and (tags := count_tags(body)) > MAX_TAGS:
        return _refuse(Detail.PAGE_TAGS.format(count=tags, limit=MAX_TAGS))
    return None


# A URL may lead to a picture or a document. Some servers name a wrong type for HTML, which begins with a tag.
_NO_PAGE = re.compile(
    r"(?i)(?:image|audio|video|font)/|application/(?:pdf|zip|octet-stream|msword|epub|vnd\.|x-)"
)
# An interface and a list for machines are JSON; a post is not.
_NO_POST = re.compile(r"(?i)text/(?:css|csv|(?:x-)?javascript)|application/(?:json|javascript)")
_TAG = re.compile(rb"[\s\xef\xbb\xbf]*<")


def _refuse_file(page: Page, types: re.Pattern[str]) -> ParsedPage | None:
    """Return a page without content and with a problem if the server sent a file of these types; else None."""
    kind = (page.header("Content-Type") or "").partition(";")[0].strip()
    if types.match(kind) is None or _TAG.match(page.body):
        return None
    return _refuse(Detail.PAGE_TYPE.format(type=kind[:80]))


def _refuse(detail: str) -> ParsedPage:
    problem = Problem(kind="unreadable", field="page", detail=detail)
    return ParsedPage(kind=PageKind.UNKNOWN, encoding="", problems=(problem,))


# --- explanations


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldSource:
    """The selector that filled a field, with the value. Fields are named as in failure rows."""

    field: str
    selector: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """The template that fitted a page, None if none did, and the selector of each field."""

    template: str | None
    sources: tuple[FieldSource, ...] = ()


# --- sites


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Site(ABC):
    """A blog host: its URLs, the parser of its pages, its time zone.

    `name` is what `--site` takes. `hosts` are in lower case, without a port; `*.domain` means all hosts under it. A
    site without hosts is not crawled: its pages are parts of export files. `has_any_host`: it has the hosts that no
    other site has. `image_hosts` may serve images of posts besides the page's own host. `zone` is that of the times that
    the pages show. `is_closed`: the site is gone, so its pages can only be imported.
    """

    name: str
    hosts: tuple[str, ...]
    zone: ZoneInfo
    image_hosts: tuple[str, ...] = ()
    is_closed: bool = False
    has_any_host: bool = False

    @property
    def is_crawled(self) -> bool:
        """Whether the site has pages on the web, and is no format of export files."""
        return self.has_any_host or bool(self.hosts)

    @abstractmethod
    def parse_url(self, url: str) -> ParsedUrl:
        """Return the kind, the ids and the canonical form of an absolute URL on any host.

        The kind is UNKNOWN if no form of the site fits. Never raises.
        """

    @abstractmethod
    def parse_page(self, page: Page, target: Target) -> ParsedPage:
        """Return all that a reader sees on `page`; times stay as the page shows them.

        Never raises, whatever the bytes.
        """

    def build_post_url(self, home_url: str, number: str) -> str | None:
        """Return a URL of the post with this number on the host of `home_url`; None if a number names no page."""
        return None

    def build_home_url(self, page_url: str, uid: str) -> str | None:
        """Return the home page of the blog `uid`, on the host of `page_url` or its own; None if the uid names no page."""
        return None

    def is_number_field(self, name: str) -> bool:
        """Return whether a form field or a query key of that name has the number of the page's post."""
        return False

    def find_own_url(self, text: str) -> str | None:
        """Return the URL that a saved page states as its own in a way of this site, or None."""
        return None

    def start_url(self, url: str) -> ParsedUrl:
        """Return what a URL is that a user names as that of a blog, or of a page of it."""
        return self.parse_url(url)

    def is_index(self, url: str) -> bool:
        """Return whether the URL is one of a list of all posts with the times of their changes."""
        return False

    def is_digest(self, url: str) -> bool:
        """Return whether the URL is that of a list to read first: it changes with any post or comment."""
        return False

    def month_of(self, url: str) -> str | None:
        """Return the month, YYYY-MM, of a list of the posts of one month; None for other URLs."""
        return None

    def next_index(self, target: Target) -> Target | None:
        """Return the list of posts to fetch if that of `target` is missing; None if nothing replaces it."""
        return None

    def explain_page(self, page: Page, target: Target) -> Explanation | None:
        """Return which template and which selectors parse `page`; None if the site has no selectors."""
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedSites:
    """The sites by name, and why a module could not be imported, by the module's name."""

    loaded: dict[str, Site] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


@functools.cache
def found_sites() -> LoadedSites:
    """Return the sites of this program, and those that cannot be imported."""
    import blogarchive.sites as package

    return load_sites(package.__path__, package.__name__)


def load_sites(paths: Iterable[str], package: str) -> LoadedSites:
    """Return the sites of the modules in `paths`, which belong to `package`.

    A module that raises any error makes only its own site unknown: the blogs of other sites are still backed up.
    """
    sites = LoadedSites()
    for module_info in pkgutil.iter_modules(paths):
        try:
            module = importlib.import_module(f"{package}.{module_info.name}")
            site = _check_site(getattr(module, "SITE", None), sites.loaded)
        except Exception as error:  # noqa: BLE001 - a site of a user's own may raise anything
            sites.broken[module_info.name] = f"{type(error).__name__}: {error}"
            continue
        if site is not None:
            sites.loaded[site.name] = site
    return sites


def _check_site(site: object, loaded: Container[str]) -> Site | None:
    """Return the site, or None for None. Raises `TypeError` or `ValueError` for values that would break other sites."""
    if site is None:
        return None
    if not (isinstance(site, Site) and isinstance(site.hosts, tuple) and isinstance(site.image_hosts, tuple)):
        raise TypeError("SITE is no Site, or its hosts are no tuples")
    if not all(isinstance(text, str) and text for text in (site.name, *site.hosts, *site.image_hosts)):
        raise TypeError("its name or a host is no text")
    if site.name in loaded or not isinstance(site.zone, ZoneInfo):
        raise ValueError("another site has its name, or its zone is no ZoneInfo")
    return site


def site_names() -> tuple[str, ...]:
    """Return the names of all sites, sorted."""
    return tuple(sorted(found_sites().loaded))


def crawled_site_names() -> tuple[str, ...]:
    """Return the names of the sites that can be crawled, sorted."""
    return tuple(name for name in site_names() if site_by_name(name).is_crawled)


def find_site(name: str) -> Site | None:
    """Return the site with this name; None if it is not installed here, or cannot be loaded."""
    return found_sites().loaded.get(name)


def site_by_name(name: str) -> Site:
    """Return the site with this name; raises `UsageError` with the names of all sites if there is none."""
    if (site := find_site(name)) is not None:
        return site
    if (reason := found_sites().broken.get(name)) is not None:
        raise UsageError(_("the site {name!r} cannot be loaded: {reason}"), name=name, reason=reason)
    text = _("unknown site {name!r}; known sites: {sites}")
    raise UsageError(text, name=name[:40], sites=", ".join(crawled_site_names()))


def sites_of_host(url: str) -> list[Site]:
    """Return the sites that name the host of `url`; a user's own site may have the host of another one."""
    return [site for site in found_sites().loaded.values() if matches_host(host_of(url), site.hosts)]


def site_for_url(url: str) -> Site:
    """Return the site that has the host of `url`, else that of any host.

    Raises `UsageError` if two sites have it, if it is nearly that of a known site, that of copies, or no host.
    """
    host = host_of(url)
    sites = found_sites().loaded.values()
    claims = sites_of_host(url)
    if len(claims) > 1:  # neither is right by chance
        names = " and ".join(site.name for site in claims)
        raise UsageError(_("{sites} both have the host {host}; name one with --site"), sites=names, host=host)
    if claims:
        return claims[0]
    if host == "web.archive.org":
        text = _("{host} has copies of pages of other sites; save them, then: blogarchive import html FOLDER")
        raise UsageError(text, host=host)
    _require_no_typing_error(host, sites)
    any_host = next((site for site in sites if site.has_any_host), None)
    # A single word is the name of a blog, or a file, but no host.
    if any_host is not None and (":" in host or "." in host or host == "localhost"):
        return any_host
    text = _("no known site has the host {host!r}; name one with --site ({sites})")
    raise UsageError(text, host=host or url, sites=", ".join(crawled_site_names()))


def _require_no_typing_error(host: str, sites: Iterable[Site]) -> None:
    """Raise `UsageError` if `host` is nearly that of a site: blog.creaders.com is not the blog of an unknown host."""
    from difflib import get_close_matches  # few commands need it

    known = {_domain(name): name for site in sites for name in reversed(site.hosts)}
    similar = get_close_matches(_domain(host), known, n=1, cutoff=0.75)
    if similar and not host.endswith(similar[0]):  # www.163.com is no error
        text = _("no known site has the host {host!r}; did you mean {similar}?")
        raise UsageError(text, host=host, similar=known[similar[0]])


def _domain(host: str) -> str:
    """Return the host without the words that most hosts begin with: blog.1kjs.com is not blog.163.com."""
    return re.sub(r"^(?:(?:\*|www|blog\d?)\.)+", "", host)


def find_own_urls(text: str) -> tuple[str, ...]:
    """Return the URLs that the text of a saved page states as its own, by the rules of all sites."""
    found = (site.find_own_url(text) for site in found_sites().loaded.values())
    return tuple(url for url in found if url is not None)


def parse_page(page: Page, target: Target) -> ParsedPage:
    """Return `page` as parsed by the site of `target`.

    A file that is no page is not parsed, nor is a page above `MAX_PAGE_BYTES` or `MAX_TAGS`; files in a saved page do
    not count. Then the result has a problem that says so.
    """
    if page.is_imported:
        from blogarchive.parsing.saved_copy import restore_page  # most commands import no page

        saved = restore_page(page.body)
        page = page if saved is None else replace(page, body=saved.body)
    if refused := refuse_large_page(page.body) or _refuse_file(page, _NO_PAGE):
        return refused
    parsed = site_by_name(target.site).parse_page(page, target)
    return (parsed.kind is PageKind.POST and _refuse_file(page, _NO_POST)) or parsed
