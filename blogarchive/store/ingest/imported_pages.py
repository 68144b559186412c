"""Keeping a page that was not fetched by us: its bytes and its reading, as of the time it was saved.

The reading goes the way of `reparse`, which leaves frontier, sweeps and marks of what is gone alone and puts each
version where its time says. What was seen later stays what it is.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from blogarchive.items import CrawledPage
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.ingest.blog_resolution import resolve_blog
from blogarchive.store.pages import page_rows
from blogarchive.store.pages.result import Outcome, SaveResult
from blogarchive.store.posts.comment_identity import mark
from blogarchive.store.timestamps import format_utc

_TEXTS = """
select title, body_html, body_text from posts where id = ?1
union all select title, body_html, body_text from post_revisions where post_id = ?1
union all select null, body_html, body_text from comments where post_id = ?1
union all select null, r.body_html, r.body_text from comment_revisions r join comments c on c.id = r.comment_id
           where c.post_id = ?1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportResult:
    """A page brought in: `later` are the pages held of its posts that are newer, to be read again after it.

    `saved` None: these very bytes of that URL are held already.
    """

    saved: SaveResult | None = None
    later: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredText:
    """A version of a post, or of one of its comments, which has no title."""

    title: str | None
    body_html: str
    body_text: str


def import_page(archive: Archive, crawled: CrawledPage, *, counted: str | None = None) -> ImportResult:
    """Keep the page and its reading in one transaction, unless the archive holds these bytes of that URL.

    `counted` goes into the page's column of that name.
    """
    if is_page_stored(archive, crawled.page.url, crawled.page.body):
        return ImportResult()
    with archive.atomic():
        uid = resolve_blog(archive, crawled).uid
        later = _later(archive, crawled)
        page_id = page_rows.store_page(archive, crawled, uid=uid, run_id=None)
        archive.execute("update pages set counted = ? where id = ? and counted is null", (counted, page_id))
        saved = save_page.resave_page(archive, page_id, crawled)
        if saved.outcome is not Outcome.FAILED:
            _note_seen(archive, crawled)
    return ImportResult(saved=saved, later=later)


def store_unparsed_page(archive: Archive, crawled: CrawledPage) -> bool:
    """Keep the page alone, unless the archive holds these bytes of that URL; gives whether it was new."""
    if not crawled.page.body or is_page_stored(archive, crawled.page.url, crawled.page.body):
        return False
    with archive.atomic():
        uid = resolve_blog(archive, crawled).uid
        page_rows.store_page(archive, crawled, uid=uid, run_id=None)
    return True


def is_page_stored(archive: Archive, url: str, body: bytes) -> bool:
    """Whether the archive holds these very bytes of that URL."""
    digest = sha256(body).hexdigest()
    return archive.row("select 1 from pages where url = ? and sha256 = ?", (url, digest)) is not None


def stored_texts(archive: Archive, crawled: CrawledPage) -> tuple[StoredText, ...]:
    """What is held of the posts that the visit shows, and of their comments: today's versions and replaced ones."""
    found: list[StoredText] = []
    for post in crawled.parsed.posts:
        rows = archive.rows(_TEXTS, (_post_id(archive, crawled, post.number),))
        found += [
            StoredText(
                title=cast("str | None", title),
                body_html=cast("str | None", html) or "",
                body_text=cast("str | None", text) or "",
            )
            for title, html, text in rows
        ]
    return tuple(found)


def lacks_media_file(archive: Archive, url: str) -> bool:
    """Whether no file of the picture of that URL is held."""
    return archive.row("select 1 from media where url = ? and sha256 is not null", (url,)) is None


def urls_without_media_file(archive: Archive) -> set[str]:
    """The URLs of the pictures that posts show and whose files are not held."""
    rows = archive.rows(
        "select distinct pm.url from post_media pm left join media m on m.url = pm.url where m.sha256 is null"
    )
    return {str(url) for (url,) in rows}


def _later(archive: Archive, crawled: CrawledPage) -> tuple[int, ...]:
    """Newer pages of the same URL, and those that the posts' rows name, oldest first."""
    moment = format_utc(crawled.page.fetched_at)
    rows = archive.rows(
        "select id from pages where url = ? and fetched_at > ? order by fetched_at, id",
        (crawled.page.url, moment),
    )
    for post in crawled.parsed.posts:
        rows += archive.rows(
            "select g.id from posts p join authors a on a.id = p.author_id join pages g on g.id = p.page_id"
            " where a.site = ? and a.uid = ? and p.number = ? and g.url <> ? and g.fetched_at > ?",
            (crawled.target.site, resolve_blog(archive, crawled).uid, post.number, crawled.page.url, moment),
        )
    return tuple(dict.fromkeys(cast(int, row[0]) for row in rows))


def _note_seen(archive: Archive, crawled: CrawledPage) -> None:
    """A post or a comment that the page shows was there at that time: no longer gone, if it was before."""
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
            [(moment, post_id, item.fingerprint, moment) for item in mark(post.comments)],
        )
    numbers = {post.number for post in parsed.posts}
    for listing in (parsed.listed, parsed.latest, *(row.posts for row in parsed.categories)):
        numbers |= {post.number for post in listing if post.number is not None}
    for number in numbers:
        archive.execute(
            "update posts set first_seen_at = min(first_seen_at, ?), last_seen_at = max(last_seen_at, ?)"
            " where id = ?",
            (moment, moment, _post_id(archive, crawled, number)),
        )


def _post_id(archive: Archive, crawled: CrawledPage, number: int | str) -> int | None:
    row = archive.row(
        "select p.id from posts p join authors a on a.id = p.author_id"
        " where a.site = ? and a.uid = ? and p.number = ?",
        (crawled.target.site, resolve_blog(archive, crawled).uid, number),
    )
    return None if row is None else cast(int, row[0])
