"""Where the links of a page lead, as its reader's browser would follow them, under the site's rules."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.html.urls import absolute, link_url
from blogarchive.parsing.lines.cached_subtree import CachedSubtree
from blogarchive.parsing.lines.document import Document, Element, Line

_LONGEST_BASE = 2000
_LONGEST_REPEATED = 300
_ALIKE_EVERYWHERE = ("/", "http://", "https://")  # what begins so leads to the same from every page of a host
_POST = PageKind.POST  # to name an enum's member takes five times as long (Python 3.11), and links are many

Linked = tuple[str, Element, ParsedUrl | None]
"""An `a` element in a line: its text there, itself, and where it leads; None: nowhere on the web."""


def links_of(
    document: Document, base: str, parse_url: Callable[[str], ParsedUrl]
) -> tuple[Sequence[Linked], ...]:
    """The links of each line, in order; `base` is what relative ones start from."""
    root = absolute("/", base)
    links: list[Sequence[Linked] | None] = [None] * len(document.lines)
    for repeat in document.cache:
        links[repeat.index : repeat.index + len(repeat.lines)] = _of_repeat(repeat, root, parse_url)
    return tuple(
        [
            _of_line(line, base, root, parse_url) if known is None else known
            for line, known in zip(document.lines, links, strict=True)
        ]
    )


def _of_line(
    line: Line, base: str, root: str | None, parse_url: Callable[[str], ParsedUrl]
) -> Sequence[Linked]:
    found = line.links()
    return (
        [(text, anchor, _leads_to(anchor, base, root, parse_url)) for text, anchor in found] if found else ()
    )


@lru_cache(maxsize=16)
def _of_repeat(
    repeat: CachedSubtree, root: str | None, parse_url: Callable[[str], ParsedUrl]
) -> Sequence[Sequence[Linked] | None]:
    """The links of each line of a run; None where one of them may lead elsewhere from another page of the host."""
    if root is None:
        return [None] * len(repeat.lines)
    moving = {
        node
        for node, name, hidden in repeat.sessions
        if name == "href" and _leads_to(node, "", root, parse_url) != _from_root(hidden, root, parse_url)
    }
    return [
        _of_line(line, "", root, parse_url)
        if all(_is_alike(anchor.get("href")) and anchor not in moving for _, anchor in line.links())
        else None
        for line in repeat.lines
    ]


def post_lines(links: Sequence[Sequence[Linked]]) -> frozenset[int]:
    """The lines with a link to a post."""
    return frozenset(
        [
            index
            for index, found in enumerate(links)
            for _, _, parsed_url in found
            if parsed_url is not None and parsed_url.kind is _POST
        ]
    )


def _leads_to(
    anchor: Element, base: str, root: str | None, parse_url: Callable[[str], ParsedUrl]
) -> ParsedUrl | None:
    """Where a link leads under the site's rules; None where it leads nowhere on the web."""
    href = anchor.get("href")
    if root and href and _is_alike(href):
        return _from_root(href, root, parse_url)
    return canonical(link_url(anchor, base), parse_url)


def _is_alike(href: str | None) -> bool:
    """Whether a link leads to the same from every page of a host, and is short enough to be remembered."""
    return href is not None and href.startswith(_ALIKE_EVERYWHERE) and len(href) < _LONGEST_REPEATED


@lru_cache(maxsize=4096)  # the sidebar's links are the same on every page of a blog
def _from_root(href: str, root: str, parse_url: Callable[[str], ParsedUrl]) -> ParsedUrl | None:
    return canonical(absolute(href, root), parse_url)


def canonical(url: str | None, parse_url: Callable[[str], ParsedUrl]) -> ParsedUrl | None:
    """Where a URL leads under the site's rules; None where it leads nowhere on the web."""
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    found = parse_url(url)
    return found if found.url == url else parse_url(found.url)


def base_of(document: Document, url: str) -> str:
    """What the page's `<base href>` makes of its URL."""
    # In the head alone: one in a post is its author's.
    hrefs = (node.get("href") for node in document.root.iterfind("head/base"))
    href = next((href for href in hrefs if href is not None), None)
    base = None if href is None or len(href) > _LONGEST_BASE else absolute(href, url)
    return base if base is not None and base.startswith(("http://", "https://")) else url
