"""Ids and links of all sites: blogs and posts that a page links, ids as text, in order and in JSON."""

import html
import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import TypeVar

from blogarchive.items import BlogLink, CategoryRow, ListedPost, MonthRow, PageKind, ParsedUrl, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.urls import host_of, matches_host, netloc_of
from blogarchive.sites.base import Site, find_site

# --- linked blogs

MAX_BLOGS = 2_000
"""Blogs of one page: an author can type links to blogs that do not exist."""

TOO_MANY_BLOGS = Problem(
    kind="incomplete", field="blogs", detail=Detail.TOO_MANY_LINKS.format(limit=MAX_BLOGS)
)

# A URL ends at the | of a table, and at the backslash of an escaped slash in a script.
_URL = re.compile(r"""https?://[^\s"'<>\\|]+""", re.IGNORECASE)
# Longer ones are text that somebody typed into a URL, not the name of a blog.
_MAX_UID_LENGTH = 64
_MAX_URL_LENGTH = 300


def blog_of_url(site: Site, url: str) -> BlogLink | None:
    """Return the blog that a URL of the site names, by its home page or any page below it; else None."""
    parsed = site.parse_url(url)
    if parsed.uid is None or parsed.kind is PageKind.UNKNOWN or len(parsed.uid) > _MAX_UID_LENGTH:
        return None
    home_url = site.build_home_url(parsed.url, parsed.uid)
    return None if home_url is None else BlogLink(site=site.name, uid=parsed.uid, url=home_url)


FoundBlogs = tuple[tuple[BlogLink, ...], tuple[Problem, ...]]
"""The blogs that a page names, and a problem if they are too many."""


def linked_blogs(site: Site, urls: Iterable[str], page_url: str, own: Container[str]) -> FoundBlogs:
    """Return the blogs that absolute URLs of a page name, each once, and a problem above `MAX_BLOGS`.

    A site's forms fit URLs of many hosts: a blog is on the host of the page or site. `own` are the uids of the page's
    own blog.
    """
    host = netloc_of(page_url).lower()
    hosts = site.hosts if matches_host(host, site.hosts) else (host, *site.hosts)
    found: dict[str, BlogLink] = {}
    for url in urls:
        blog = _find_blog(site, hosts, url) if len(url) < _MAX_URL_LENGTH else None
        if blog is None or blog.uid in own or blog.uid in found:
            continue
        if len(found) == MAX_BLOGS:
            return tuple(found.values()), (TOO_MANY_BLOGS,)
        found[blog.uid] = blog
    return tuple(found.values()), ()


@lru_cache(maxsize=2048)  # a page links to its own blog hundreds of times, and to those of its commenters
def _find_blog(site: Site, hosts: tuple[str, ...], url: str) -> BlogLink | None:
    """Return the blog of an absolute URL on one of `hosts`; None if it names none."""
    return next(blogs_of_urls(site, [site.parse_url(url).url], hosts), None)


def text_urls(text: str) -> Iterator[str]:
    """Yield every absolute URL of a text, such as a list, a sitemap or a saved page, each once."""
    for url in dict.fromkeys(_URL.findall(text)):
        # A URL in a sentence ends before its punctuation.
        yield html.unescape(url).rstrip(".,;:)")


def blogs_of_urls(site: Site, urls: Iterable[str], hosts: Iterable[str]) -> Iterator[BlogLink]:
    """Yield the blogs of the URLs on hosts that match a pattern (`host`, `host:port`, `*.domain`), each once."""
    patterns, seen = tuple(hosts), set()
    for url in urls:
        blog = blog_of_url(site, url) if matches_host(netloc_of(url).lower(), patterns) else None
        if blog is not None and blog not in seen:
            seen.add(blog)
            yield blog


# --- session ids

# Query keys that never select a page: the script switch, and session ids in their usual spellings.
IGNORED_KEY = re.compile(
    r"language|lang|c_lang|\w*sess\w*|sid|s_id|cfid|cftoken|utm_\w+|spm|from|fbclid|gclid", re.IGNORECASE
)
_IGNORED_PAIR = re.compile(rf"(?:{IGNORED_KEY.pattern})=[\w.-]*", re.IGNORECASE | re.ASCII)


def drop_session(url: str) -> str:
    """Return `url` without its query if that is one pair with an ignored key."""
    before, _, query = url.partition("?")
    return before if query and _is_ignored(query) else url


@lru_cache(maxsize=64)  # some hosts put a session id into each link, and change it on each page
def _is_ignored(query: str) -> bool:
    return _IGNORED_PAIR.fullmatch(query) is not None


# --- linked posts


def resolve_post_link(site: str, url: str, page_url: str) -> ParsedUrl | None:
    """Return the post that the absolute `url` names; None if it is no post of the site of `page_url`."""
    found, host = find_site(site), host_of(url)
    # The forms of a site fit URLs of many hosts: there the number is that of another post.
    if found is None or not host or (host != host_of(page_url) and not matches_host(host, found.hosts)):
        return None
    parsed_url = found.parse_url(url)
    return parsed_url if parsed_url.kind is PageKind.POST and parsed_url.number is not None else None


# --- lists

_Row = TypeVar("_Row", bound=MonthRow | CategoryRow | ListedPost)


class Rows(tuple[_Row, ...]):
    """Rows of a sidebar as an argument of a cached function: each page of a blog has the same.

    The hash of two URLs is enough. To compare all takes no time, because they are the same objects.
    """

    __slots__ = ()

    def __hash__(self) -> int:
        return hash((len(self), self[0].url, self[-1].url)) if self else 0


def find_listing_name(
    kind: PageKind, urls: Container[str | None], categories: Iterable[CategoryRow], months: Iterable[MonthRow]
) -> str | None:
    """Return the name of a list's category or month by the sidebar's link to one of its `urls`; else None."""
    if kind is PageKind.CATEGORY:
        return next((row.name for row in categories if row.url in urls), None)
    if kind is PageKind.MONTH:
        return next((row.month for row in months if row.url in urls), None)
    return None


# --- ids

DECIMAL_UID = r"0*(?P<uid>[1-9][0-9]{0,15})"
"""Pattern of a blog's number in a URL: leading zeros and digits of other scripts name no further blog."""

_MAX_DECIMAL_ID = 40  # digits
_SEPARATORS = re.compile(r"[\W_]+")


def parse_decimal_id(text: str) -> str | None:
    """Return the id that ASCII digits write, without leading zeros; None for other text or more than 40 digits."""
    digits = text.lstrip("0") or text[-1:]
    return digits if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DECIMAL_ID else None


def order_key(number: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key of ids: each part between separators compares by its length, then as text.

    Decimal ids compare by value, `201201/998` is less than `201202/7`, and ids of equal length compare as text.
    """
    return tuple((len(part), part) for part in _SEPARATORS.split(number))
