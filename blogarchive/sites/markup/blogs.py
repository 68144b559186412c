"""Find the other blogs that a page links to."""

from collections.abc import Iterator
from dataclasses import replace

from blogarchive.items import ParsedPage
from blogarchive.parsing.html import absolute_url
from blogarchive.sites.base import Site
from blogarchive.sites.links.blog_links import linked_blogs
from blogarchive.sites.markup.tree import PageTree


def with_blogs(parsed: ParsedPage, tree: PageTree, site: Site, own: frozenset[str]) -> ParsedPage:
    """Return the parsed page with the blogs that its visible links name; `own` are the uids of its own blog.

    A closed site has no blogs to back up, so its pages name none.
    """
    if site.is_closed:
        return parsed
    blogs, too_many = linked_blogs(site, _visible_urls(tree), tree.url, own)
    return replace(parsed, blogs=blogs, problems=(*parsed.problems, *too_many)) if blogs else parsed


def _visible_urls(tree: PageTree) -> Iterator[str]:
    """Yield the absolute URL of each visible link."""
    origin, hidden = (absolute_url("/", tree.base) or "/")[:-1], tree.hidden
    for anchor in tree.root.iter("a"):
        href = anchor.get("href")
        if not href or anchor in hidden:
            continue
        if href.startswith(("http://", "https://")):
            yield href
        elif href[0] == "/" and href[1:2] != "/":
            yield origin + href
        elif not href.startswith(("#", "javascript:")) and (url := absolute_url(href, tree.base)):
            yield url
