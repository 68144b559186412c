"""Save the other blogs that a page links to."""

from blogarchive.items import BlogLink
from blogarchive.messages.details import Detail
from blogarchive.store.discovery.discovered import add_blogs, count_found_by
from blogarchive.store.discovery.lookups import is_uid_known
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.pages.ownership import uid_in_url

MAX_FOUND_BY = 10_000
"""Discovered blogs that the pages of one blog name: its author and commenters can type links without end."""

_MAX_CACHED_BLOGS = 100_000
_TOO_MANY = Failure(
    kind="incomplete",
    field="blogs",
    detail=Detail.TOO_MANY_BLOGS.format(limit=MAX_FOUND_BY),
    permanent=True,
)


def save_blogs(context: SaveContext) -> None:
    """Store the blogs that the page links to, unless they are known."""
    site, cache = context.blog.site, context.archive.cache
    linked = [blog for blog in context.parsed.blogs if (site, blog.uid) not in cache.blogs]
    if not linked:
        return
    new = [blog for blog in linked if not is_uid_known(context.archive, site, blog.uid)]
    room = max(0, MAX_FOUND_BY - _count_found_by(context)) if new else 0
    _add(context, new[:room])
    if len(new) > room:
        context.problems.append(_TOO_MANY)
    if len(cache.blogs) > _MAX_CACHED_BLOGS:
        cache.blogs.clear()
    cache.blogs.update({(site, blog.uid) for blog in linked} - {(site, blog.uid) for blog in new[room:]})


def _count_found_by(context: SaveContext) -> int:
    """Return the number of blogs that pages of this blog name; they are counted once in a run."""
    found_by, blog = context.archive.cache.found_by, context.blog
    if (blog.site, blog.uid) not in found_by:
        found_by[blog.site, blog.uid] = count_found_by(context.archive, blog)
    return found_by[blog.site, blog.uid]


def _add(context: SaveContext, blogs: list[BlogLink]) -> None:
    commenters = _commenters(context) if blogs else ()
    for blog in blogs:
        context.archive.cache.found_by[context.blog.site, context.blog.uid] += add_blogs(
            context.archive,
            [blog],
            source="comments" if blog.uid in commenters else "links",
            found_on=context.page.url,
            found_by=context.blog.uid,
            now=context.page.fetched_at,
        )


def _commenters(context: SaveContext) -> set[str | None]:
    """Return the uids in the links of the page's commenters."""
    urls = (comment.author_url for post in context.parsed.posts for comment in post.comments)
    return {uid_in_url(context.blog.site, url) for url in urls if url}
