"""Load the stored state of a crawled page's target for validation."""

from dataclasses import dataclass

from blogarchive.items import CrawledPage, PageKind
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.page_validation import StoredState
from blogarchive.store.ledger import site_changes
from blogarchive.store.ledger.blogs import Blog

_POST = """
select content_hash is not null and not from_listing as whole, coalesce(body_text, '') as body, comment_count
  from posts where author_id = (select id from authors where site = ? and uid = ?) and number = ?
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _StoredPost:
    whole: bool = False
    body: str = ""
    comment_count: int | None = None


def load_stored_state(archive: Archive, crawled: CrawledPage, blog: Blog) -> StoredState:
    """Return the stored state of the page's target: its post, its last page and its listing."""
    target, post = crawled.target, None
    if target.kind is PageKind.POST and target.number is not None:
        post = archive.one_as(_StoredPost, _POST, (blog.site, target.uid or blog.uid, target.number))
    post = post or _StoredPost()
    is_listing = target.kind in (PageKind.MONTH, PageKind.CATEGORY)
    return StoredState(
        whole=post.whole,
        body=post.body,
        comment_count=post.comment_count,
        closed=_is_closed(archive, crawled.page.url),
        accepted=site_changes.accepted_fields(archive, blog.site, PageKind.POST)
        if post.whole
        else frozenset(),
        listed=is_listing and _lists_posts(archive, target.site, target.chain or target.url),
    )


def _is_closed(archive: Archive, url: str) -> bool:
    query = "select closed from pages where url = ? order by id desc limit 1"
    return bool(archive.scalar(query, (url,)))


def _lists_posts(archive: Archive, site: str, chain: str) -> bool:
    return archive.exists(
        "select 1 from sweeps s join sweep_items i on i.sweep_id = s.id where s.site = ? and s.chain = ? limit 1",
        (site, chain),
    )
