"""The targets of a page's links, as a browser follows them, under the site's URL rules."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.document import Document
from blogarchive.parsing.html import Element, absolute_url, link_url

_MAX_CACHED_LENGTH = 300
_PAGE_INDEPENDENT = ("/", "http://", "https://")  # such links do not depend on the page
_POST = PageKind.POST  # attribute access to an enum member is five times slower (Python 3.11)

PageLink = tuple[str, Element, ParsedUrl | None]
"""An `a` element in a line: its text there, the element, its target; None if that is not on the web."""


def resolve_links(
    document: Document, base: str, parse_url: Callable[[str], ParsedUrl]
) -> tuple[Sequence[PageLink], ...]:
    """Return the links of each line in order; relative ones are resolved against `base`."""
    root = absolute_url("/", base)
    return tuple(
        [
            [(text, anchor, _resolve_link(anchor, base, root, parse_url)) for text, anchor in found]
            if (found := line.links())
            else ()
            for line in document.lines
        ]
    )


def find_post_lines(links: Sequence[Sequence[PageLink]]) -> frozenset[int]:
    """Return the indexes of the lines that link to a post."""
    return frozenset(
        [
            index
            for index, found in enumerate(links)
            for _, _, parsed_url in found
            if parsed_url is not None and parsed_url.kind is _POST
        ]
    )


def _resolve_link(
    anchor: Element, base: str, root: str | None, parse_url: Callable[[str], ParsedUrl]
) -> ParsedUrl | None:
    """Resolve a link under the site's rules; None if it leads nowhere on the web."""
    href = anchor.get("href")
    if root and href and href.startswith(_PAGE_INDEPENDENT) and len(href) < _MAX_CACHED_LENGTH:
        return _resolve_from_root(href, root, parse_url)
    return parse_canonical(link_url(anchor, base), parse_url)


@lru_cache(maxsize=2048)  # each page of a blog has the same sidebar
def _resolve_from_root(href: str, root: str, parse_url: Callable[[str], ParsedUrl]) -> ParsedUrl | None:
    return parse_canonical(absolute_url(href, root), parse_url)


def parse_canonical(url: str | None, parse_url: Callable[[str], ParsedUrl]) -> ParsedUrl | None:
    """Return the parsed canonical form of `url`; None if it is not on the web."""
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    found = parse_url(url)
    return found if found.url == url else parse_url(found.url)
