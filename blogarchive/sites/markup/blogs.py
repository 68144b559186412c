"""Find the other blogs that a page links to."""

from dataclasses import replace

from blogarchive.items import ParsedPage, ParsedUrl
from blogarchive.parsing.html.urls import absolute_url
from blogarchive.sites.base import Site
from blogarchive.sites.grammar.page.links import resolve_link
from blogarchive.sites.links.blog_links import linked_blogs
from blogarchive.sites.markup.tree import PageTree


def with_blogs(parsed: ParsedPage, tree: PageTree, site: Site, own: frozenset[str]) -> ParsedPage:
    """Return the parsed page with the blogs that its visible links name; `own` are the uids of its own blog.

    A closed site has no blogs to back up, so its pages name none.
    """
    if site.is_closed:
        return parsed
    urls = dict.fromkeys(parsed_url.url for parsed_url in _links(tree, site) if parsed_url.uid not in own)
    blogs, too_many = linked_blogs(site, urls, tree.url, own)
    return replace(parsed, blogs=blogs, problems=(*parsed.problems, *too_many)) if blogs else parsed


def _links(tree: PageTree, site: Site) -> list[ParsedUrl]:
    """Return the targets with a uid of the page's visible links."""
    root = absolute_url("/", tree.base)
    anchors = [anchor for anchor in tree.root.iter("a") if anchor not in tree.hidden]
    found = (resolve_link(anchor, tree.base, root, site.parse_url) for anchor in anchors)
    return [parsed_url for parsed_url in found if parsed_url is not None and parsed_url.uid is not None]
