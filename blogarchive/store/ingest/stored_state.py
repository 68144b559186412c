"""What is held of a visit's target, as far as judging the visit needs it."""

from typing import cast

from blogarchive.items import CrawledPage, PageKind
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.page_validation import StoredState
from blogarchive.store.ledger.blogs import Blog


def load_stored_state(archive: Archive, crawled: CrawledPage, blog: Blog) -> StoredState:
    """What is held: the post's body and count, whether its pages close, whether the listing had posts."""
    target = crawled.target
    whole, body, count = False, "", None
    if target.kind is PageKind.POST and target.number is not None:
        row = archive.row(
            "select content_hash is not null and not from_listing, body_text, comment_count from posts"
            " where author_id = (select id from authors where site = ? and uid = ?) and number = ?",
            (blog.site, target.uid or blog.uid, target.number),
        )
        if row is not None:
            whole, body, count = bool(row[0]), str(row[1] or ""), cast("int | None", row[2])
    return StoredState(
        whole=whole,
        body=body,
        comment_count=count,
        closed=_closes(archive, crawled.page.url),
        listed=target.kind in (PageKind.MONTH, PageKind.CATEGORY)
        and _listed(archive, target.site, target.chain or target.url),
    )


def _closes(archive: Archive, url: str) -> bool:
    """Whether the page of this URL ended as it should when it was kept last."""
    row = archive.row("select closed from pages where url = ? order by id desc limit 1", (url,))
    return bool(row[0]) if row is not None else False


def _listed(archive: Archive, site: str, chain: str) -> bool:
    row = archive.row(
        "select 1 from sweeps s join sweep_items i on i.sweep_id = s.id where s.site = ? and s.chain = ? limit 1",
        (site, chain),
    )
    return row is not None
