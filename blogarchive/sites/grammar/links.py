"""The targets of a page's links, as a browser follows them, under the site's URL rules."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.document import Document
from blogarchive.parsing.html import Element, absolute_url, link_url

_MAX_CACHED_LENGTH = 300
_POST = PageKind.POST  # attribute access to an enum member is five times slower (Python 3.11)

PageLink = tuple[str, Element, ParsedUrl | None]
"""An `a` element in a line: its text there, the element, its target; None if that is not on the web."""


def resolve_links(
    document: Document, base: str, parse_url: Callable[[str], ParsedUrl]
) -> tuple[tuple[Sequence[PageLink], ...], frozenset[int]]:
    """Return the links of each line in order, resolved against `base`, and the indexes of the lines that link to a post."""
    root = absolute_url("/", base)
    links: list[Sequence[PageLink]] = []
    post_lines = []
    for line in document.lines:
        found: list[PageLink] = []
        for text, anchor in line.links():
            target = _resolve_link(anchor, base, root, parse_url)
            found.append((text, anchor, target))
            if target is not None and target.kind is _POST:
                post_lines.append(line.index)
        links.append(found)
    return tuple(links), frozenset(post_lines)


def find_target(links: Iterable[Sequence[PageLink]], anchor: Element | None) -> ParsedUrl | None:
    """Return the target of a link, among those of some lines; None if it leads nowhere on the web."""
    found = [target for line in links for _, other, target in line if other is anchor]
    return found[0] if found else None


def _resolve_link(
    anchor: Element, base: str, root: str | None, parse_url: Callable[[str], ParsedUrl]
) -> ParsedUrl | None:
    """Resolve a link under the site's rules; None if it leads nowhere on the web."""
    href = anchor.get("href")
    is_independent = href and (href[0] == "/" or href.startswith(("http://", "https://")))  # of the page
    if root and href and is_independent and len(href) < _MAX_CACHED_LENGTH:
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
