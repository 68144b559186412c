"""The links of a page into the frontier: this blog's own, each once."""

from collections.abc import Iterable

from blogarchive.items import Link, PageKind, Target
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier.requeue import exceeds_url_limit
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.pages.ownership import is_own_uid

_FOLLOWED = {PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY, PageKind.POST}
_REMEMBERED = 300_000


def save_links(context: SaveContext, targets: Iterable[Target]) -> None:
    """Put the page's links, and these further targets, into the frontier, except those that it holds."""
    cache = context.archive.cache
    if len(cache.target_keys) > _REMEMBERED:
        cache.target_keys.clear()
    found = {frontier_queue.target_key(target): target for target in (*_home(context), *targets)}
    fresh = _own(context) | {key: target for key, target in found.items() if key not in cache.target_keys}
    frontier_queue.add_targets(
        context.archive, fresh.values(), now=context.page.fetched_at, found_on=context.page.url
    )
    cache.target_keys.update(fresh)


def next_page_link(context: SaveContext, kinds: Iterable[PageKind]) -> Link | None:
    """The link to the next page of this very listing, or of these comments; None on the last page."""
    wanted = set(kinds)
    here = {context.target.url, context.page.url}
    return next(
        (
            link
            for link in context.parsed.links
            if link.next_page and link.kind in wanted and link.url not in here
        ),
        None,
    )


def _own(context: SaveContext) -> dict[str, Target]:
    """The blog's own links that are not yet known to be in the frontier, by their keys."""
    blog, known = context.blog, context.archive.cache.target_keys
    fresh: dict[str, Target] = {}
    names: dict[str, str] = {}
    for link in context.parsed.links:
        if link.kind not in _FOLLOWED or link.next_page:
            continue
        key = frontier_queue.link_key(blog.site, blog.uid, link)
        if key in known or not is_own_uid(context, link.uid):
            continue
        names = names or _names(context)
        name = names.get(link.url)
        if name is not None and exceeds_url_limit(context.archive, blog, name, link.url):
            continue
        if link.kind is not PageKind.HOME or not has_home(context):
            fresh[key] = Target(
                url=link.url, site=blog.site, kind=link.kind, uid=blog.uid, number=link.number
            )
    return fresh


def _names(context: SaveContext) -> dict[str, str]:
    """The months and categories of the page by their addresses."""
    months = {row.url: row.month for row in context.parsed.months if row.url}
    return months | {row.url: row.name for row in context.parsed.categories if row.url}


def _home(context: SaveContext) -> list[Target]:
    """The blog's home page, where a walk began at a post and no link led there yet, or under a uid given since."""
    author = context.parsed.author
    if author is None or (author.uid == context.blog.uid and has_home(context)):
        return []
    return [Target(url=author.url, site=context.blog.site, kind=PageKind.HOME, uid=context.blog.uid)]


def has_home(context: SaveContext) -> bool:
    """Whether a home page of the blog is in the frontier: the same page is often linked by several URLs."""
    row = context.archive.row(
        "select 1 from frontier where site = ? and uid is ? and kind = 'home' limit 1",
        (context.blog.site, context.blog.uid),
    )
    return row is not None
