"""Save a page that another program fetched: its bytes and its parsed page, with the time at which it was saved.

It is saved as by `reparse`: frontier, page chains and gone marks stay unchanged, and each version is inserted at its
time. Rows of later pages stay as they are.
"""

from dataclasses import dataclass

from blogarchive.items import CrawledPage
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.ingest.blog_resolution import resolve_blog
from blogarchive.store.pages import page_rows
from blogarchive.store.pages.result import Outcome, SaveResult
from blogarchive.store.posts.comment_identity import identify_comments
from blogarchive.store.timestamps import format_utc

_TEXTS = """
select title, coalesce(body_html, '') as body_html, coalesce(body_text, '') as body_text
  from (select title, body_html, body_text from posts where id = ?1
        union all select title, body_html, body_text from post_revisions where post_id = ?1
        union all select null, body_html, body_text from comments where post_id = ?1
        union all select null, r.body_html, r.body_text
                    from comment_revisions r join comments c on c.id = r.comment_id where c.post_id = ?1)
"""

_POST_ID = """
select p.id from posts p join authors a on a.id = p.author_id where a.site = ? and a.uid = ? and p.number = ?
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportResult:
    """The result of an import. `later` are the ids of newer pages of its posts, to be parsed again after it.

    `saved` is None if the same bytes of that URL were stored before.
    """

    saved: SaveResult | None = None
    later: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredText:
    """A version of a post, or of a comment, which has no title."""

    title: str | None
    body_html: str
    body_text: str


def import_page(archive: Archive, crawled: CrawledPage, *, counted: str | None = None) -> ImportResult:
    """Store the page and its parsed page in one transaction, unless the same bytes of that URL are stored.

    `counted` is stored in the page's column of that name.
    """
    if page_rows.is_page_stored(archive, crawled.page.url, crawled.page.body):
        return ImportResult()
    with archive.atomic():
        uid = resolve_blog(archive, crawled).uid
        later = _later_pages(archive, crawled)
        page_id = page_rows.store_page(archive, crawled, uid=uid, run_id=None)
        archive.execute("update pages set counted = ? where id = ? and counted is null", (counted, page_id))
        saved = save_page.resave_page(archive, page_id, crawled)
        if saved.outcome is not Outcome.FAILED:
            _update_seen_times(archive, crawled)
    return ImportResult(saved=saved, later=later)


def store_unparsed_page(archive: Archive, crawled: CrawledPage) -> bool:
    """Store the page alone and return whether it was new: not empty, and other bytes than stored of that URL."""
    if not crawled.page.body or page_rows.is_page_stored(archive, crawled.page.url, crawled.page.body):
        return False
    with archive.atomic():
        uid = resolve_blog(archive, crawled).uid
        page_rows.store_page(archive, crawled, uid=uid, run_id=None)
    return True


def stored_texts(archive: Archive, crawled: CrawledPage) -> tuple[StoredText, ...]:
    """Return all stored versions of the posts that the page shows, and of their comments."""
    return tuple(
        text
        for post in crawled.parsed.posts
        for text in archive.all_as(StoredText, _TEXTS, (_post_id(archive, crawled, post.number),))
    )


def lacks_media_file(archive: Archive, url: str) -> bool:
    """Return whether no file of the image URL is stored."""
    return not archive.exists("select 1 from media where url = ? and sha256 is not null", (url,))


def urls_without_media_file(archive: Archive) -> set[str]:
    """Return the URLs of the images in posts whose files are not stored."""
    return set(
        archive.column(
            "select distinct pm.url from post_media pm left join media m on m.url = pm.url where m.sha256 is null"
        )
    )


def _later_pages(archive: Archive, crawled: CrawledPage) -> tuple[int, ...]:
    """Return the ids of newer pages of the URL, oldest first, then of the newer pages that the posts' rows name."""
    url, moment = crawled.page.url, format_utc(crawled.page.fetched_at)
    found: list[int] = archive.column(
        "select id from pages where url = ? and fetched_at > ? order by fetched_at, id", (url, moment)
    )
    for post in crawled.parsed.posts:
        found += archive.column(
            "select g.id from posts p join pages g on g.id = p.page_id"
            " where p.id = ? and g.url <> ? and g.fetched_at > ?",
            (_post_id(archive, crawled, post.number), url, moment),
        )
    return tuple(dict.fromkeys(found))


def _update_seen_times(archive: Archive, crawled: CrawledPage) -> None:
    """Update when the shown posts and comments were seen, and unmark those marked gone before the page's time."""
    moment, parsed = format_utc(crawled.page.fetched_at), crawled.parsed
    for post in parsed.posts:
        post_id = _post_id(archive, crawled, post.number)
        archive.execute(
            "update posts set gone_at = null, gone_reason = null, own_page_gone_at = null,"
            " own_page_gone_reason = null, missing_from_listing_at = null where id = ? and last_seen_at < ?",
            (post_id, moment),
        )
        archive.execute_many(
            "update comments set last_seen_at = ?, gone_at = null"
            " where post_id = ? and fingerprint = ? and last_seen_at < ?",
            [(moment, post_id, item.fingerprint, moment) for item in identify_comments(post.comments)],
        )
    numbers = {post.number for post in parsed.posts}
    for listed in (parsed.listed, parsed.latest, *(row.posts for row in parsed.categories)):
        numbers |= {post.number for post in listed if post.number is not None}
    for number in numbers:
        archive.execute(
            "update posts set first_seen_at = min(first_seen_at, ?), last_seen_at = max(last_seen_at, ?)"
            " where id = ?",
            (moment, moment, _post_id(archive, crawled, number)),
        )


def _post_id(archive: Archive, crawled: CrawledPage, number: str) -> int | None:
    uid = resolve_blog(archive, crawled).uid
    return archive.scalar(_POST_ID, (crawled.target.site, uid, number)) or None
