"""The targets of a page's links, as a browser follows them, under the site's URL rules."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.document import Document
from blogarchive.parsing.html import Element, absolute_url, link_url
from blogarchive.sites.links import drop_session

Found = TypeVar("Found")

_MAX_LENGTH, _MAX_CACHED = 300, 2048
_POST = PageKind.POST  # attribute access to an enum member is five times slower (Python 3.11)

PageLink = tuple[str, Element, ParsedUrl | None]
"""An `a` element in a line: its text there, the element, its target; None if not on the web."""


def resolve_links(
    document: Document, base: str, parse_url: Callable[[str], ParsedUrl]
) -> tuple[tuple[Sequence[PageLink], ...], frozenset[int]]:
    """Return the links of each line in order, resolved against `base`, and the indexes of lines with a post's link."""
    targets = _root_targets(absolute_url("/", base) or base, parse_url)
    links: list[Sequence[PageLink]] = [()] * len(document.lines)
    post_lines = []
    for line in document.lines:
        if not line.links:
            continue
        found: list[PageLink] = []
        for text, anchor in line.links:
            href = anchor.get("href") or ""
            target = targets.get(href)
            # The page does not matter for these, and each page of a blog has the same sidebar.
            if target is None and href.startswith(("/", "http://", "https://")):
                target = targets[drop_session(href) if "?" in href else href]
            elif target is None:
                target = parse_canonical(link_url(anchor, base), parse_url)
            found.append((text, anchor, target))
            if target is not None and target.kind is _POST:
                post_lines.append(line.index)
        links[line.index] = found
    return tuple(links), frozenset(post_lines)


def find_target(links: Iterable[Sequence[PageLink]], anchor: Element | None) -> ParsedUrl | None:
    """Return the target of a link, among those of some lines; None if it leads nowhere on the web."""
    found = [target for line in links for _, other, target in line if other is anchor]
    return found[0] if found else None


@lru_cache(maxsize=4)
def _root_targets(root: str, parse_url: Callable[[str], ParsedUrl]) -> "TextCache[ParsedUrl | None]":
    return TextCache(lambda href: parse_canonical(absolute_url(href, root), parse_url))


class TextCache(dict[str, Found]):
    """The results of a function of a text. Each page of a blog asks for the texts of its sidebar.

    A plain dict takes half the time of `lru_cache`, which moves each text it finds.
    """

    def __init__(self, function: Callable[[str], Found]) -> None:
        self._function = function

    def __missing__(self, text: str) -> Found:
        if len(self) >= _MAX_CACHED:
            self.clear()
        found = self._function(text)
        return self.setdefault(text, found) if len(text) < _MAX_LENGTH else found


def parse_canonical(url: str | None, parse_url: Callable[[str], ParsedUrl]) -> ParsedUrl | None:
    """Return the parsed canonical form of `url`; None if it is not on the web."""
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    found = parse_url(url)
    return found if found.url == url else parse_url(found.url)
