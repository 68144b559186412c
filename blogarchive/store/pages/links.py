"""Queue the links of a saved page that belong to its blog."""

from collections.abc import Iterable

from blogarchive.items import Link, PageKind, Target
from blogarchive.messages.details import Detail
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier.requeue import exceeds_url_limit
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages import page_chains
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.pages.ownership import is_own_uid

_FOLLOWED_KINDS = {PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY, PageKind.POST}
_MAX_CACHED_KEYS = 300_000
_MAX_CACHED_LINKS = 5_000


def save_links(context: SaveContext, targets: Iterable[Target]) -> None:
    """Queue the page's links and these further targets, unless the frontier contains them."""
    cache = context.archive.cache
    if len(cache.target_keys) > _MAX_CACHED_KEYS:
        cache.target_keys.clear()
        cache.links.clear()
    has_home = _has_home(context)
    home = _missing_home(context, has_home=has_home)
    found = {frontier_queue.target_key(target): target for target in (*home, *targets)}
    new = _own_links(context, has_home=has_home) | {
        key: target for key, target in found.items() if key not in cache.target_keys
    }
    frontier_queue.add_targets(
        context.archive, new.values(), now=context.page.fetched_at, found_on=context.page.url
    )
    cache.target_keys.update(new)


def next_page_link(context: SaveContext, kinds: Iterable[PageKind]) -> Link | None:
    """Return the link to the next page of this listing or of these comments, or None on the last page.

    A chain that reaches its limit ends with a failure.
    """
    wanted = set(kinds)
    own_urls = {context.target.url, context.page.url}
    found = next(
        (
            link
            for link in context.parsed.links
            if link.next_page and link.kind in wanted and link.url not in own_urls
        ),
        None,
    )
    if found is None or not page_chains.is_at_limit(context):
        return found
    detail = Detail.TOO_MANY_PAGES.format(limit=page_chains.MAX_PAGES)
    context.problems.append(Failure(kind="incomplete", field="pages", detail=detail))
    return None


def _has_home(context: SaveContext) -> bool:
    """Return whether the frontier contains a home page of the blog; pages often link to it by several URLs."""
    return context.archive.exists(
        "select 1 from frontier where site = ? and uid is ? and kind = 'home' limit 1",
        (context.blog.site, context.blog.uid),
    )


def _own_links(context: SaveContext, *, has_home: bool) -> dict[str, Target]:
    """Return targets of the blog's own links by key, except those known to be in the frontier."""
    blog, known = context.blog, context.archive.cache.target_keys
    seen = _seen_links(context)
    new: dict[str, Target] = {}
    names: dict[str, str] = {}
    for link in [link for link in context.parsed.links if id(link) not in seen]:
        if link.kind not in _FOLLOWED_KINDS or link.next_page:
            continue
        key = frontier_queue.link_key(blog.site, blog.uid, link)
        if key in known:
            seen[id(link)] = link
            continue
        if not is_own_uid(context, link.uid):
            continue
        names = names or _listing_names(context)
        name = names.get(link.url)
        if name is not None and exceeds_url_limit(context.archive, blog, name, link.url):
            continue
        if link.kind is not PageKind.HOME or not has_home:
            new[key] = Target(url=link.url, site=blog.site, kind=link.kind, uid=blog.uid, number=link.number)
    return new


def _seen_links(context: SaveContext) -> dict[int, Link]:
    """Return the links of this blog that are known by their objects: a sidebar has the same ones on each page."""
    cache, blog = context.archive.cache, (context.blog.site, context.blog.uid)
    if cache.links_of != blog or len(cache.links) > _MAX_CACHED_LINKS:
        cache.links, cache.links_of = {}, blog
    return cache.links


def _listing_names(context: SaveContext) -> dict[str, str]:
    """Return the names of the page's months and categories by URL."""
    months = {row.url: row.month for row in context.parsed.months if row.url}
    return months | {row.url: row.name for row in context.parsed.categories if row.url}


def _missing_home(context: SaveContext, *, has_home: bool) -> list[Target]:
    """Return the blog's home page if the frontier lacks it: the crawl began at a post, or the blog has a new uid."""
    author = context.parsed.author
    if author is None or (author.uid == context.blog.uid and has_home):
        return []
    return [Target(url=author.url, site=context.blog.site, kind=PageKind.HOME, uid=context.blog.uid)]
