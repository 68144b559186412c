"""Parse stored pages again, and save pages that another program fetched, at the time at which they were saved."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from blogarchive.items import CrawledPage, PageKind
from blogarchive.post_facts import FACTS
from blogarchive.store.database.archive import Archive, SidebarCache
from blogarchive.store.ingest import save_page
from blogarchive.store.ledger import blogs
from blogarchive.store.pages import pages
from blogarchive.store.pages.context import Outcome, SaveResult
from blogarchive.store.posts.comments import identify_comments
from blogarchive.store.posts.posts import COLUMNS
from blogarchive.store.rows import format_utc
from blogarchive.store.statements import Row

Snapshot = dict[str, dict[str, Any]]
"""Stored values by row (in words) and field."""

_AUTHOR = "select nickname, blog_title, tagline, registered_on from authors where site = ? and uid = ?"
_LISTINGS = {"archive_months": "month", "categories": "name"}
_POST = f"""
select p.id, p.number, p.title, p.posted_at, p.body_html, p.body_text, {", ".join((*COLUMNS, *FACTS))}, p.page_id,
       (select count(*) from post_revisions r where r.post_id = p.id) as revisions
  from posts p join authors a on a.id = p.author_id
 where a.site = ? and a.uid is ? and p.number in (select value from json_each(?))
"""  # noqa: S608 - constants
_COMMENTS = """
select fingerprint, author_name, author_url, reply_to, posted_at, body_html, body_text, likes
  from comments where post_id = ?
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A field that the current parser parses differently. `of` describes the row; a value is None without a row."""

    of: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReparseResult:
    """The differences that parsing a stored page again makes, or would make."""

    page_id: int
    url: str
    differences: tuple[Difference, ...]


def reparse_pages(archive: Archive, parsed: Iterable[tuple[int, CrawledPage]]) -> Iterator[ReparseResult]:
    """Save each parsed page again and yield the results of the pages whose rows differ.

    `parsed` are pairs of a page's id and its crawled page after the text and date pipelines, oldest first. Each page is
    a transaction. Mostly all pages change, or hardly any. The rows are read before a page is saved if the page before
    it changed some. Else a page that changes is rolled back, and saved once more.
    """
    is_changed = False
    for page_id, crawled in parsed:
        with save_page.page_transaction(archive):
            archive.execute("savepoint unsaved")
            before = snapshot(archive, crawled) if is_changed else None
            is_changed = save_page.resave_page(archive, page_id, crawled).outcome is Outcome.STORED
            if not is_changed:
                continue
            if before is None:
                archive.execute("rollback to unsaved")
                archive.cache = SidebarCache()
                before = snapshot(archive, crawled)
                save_page.resave_page(archive, page_id, crawled)
            after = snapshot(archive, crawled)
        if differences := tuple(_compare(before, after)):
            yield ReparseResult(page_id=page_id, url=crawled.page.url, differences=differences)


def _compare(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    for row in sorted({*before, *after}):
        for field in sorted({*before.get(row, ()), *after.get(row, ())}):
            old, new = _field_text(before, row, field), _field_text(after, row, field)
            if old != new:
                yield Difference(of=row, field=field, before=old, after=new)


def _field_text(stored: Snapshot, row: str, field: str) -> str | None:
    value = stored.get(row, {}).get(field)
    return None if value is None else str(value)


def snapshot(archive: Archive, crawled: CrawledPage) -> Snapshot:
    """Return the stored values of every row that the parsed page may change."""
    parsed, uid = crawled.parsed, save_page.resolve_blog(archive, crawled).uid
    scope = (crawled.target.site, uid)
    found = {f"author {uid}": author for author in archive.dicts(_AUTHOR, scope)}
    if parsed.kind is PageKind.HOME:
        for table, column in _LISTINGS.items():
            query = f"""select {column} from {table} t join authors a on a.id = t.author_id
                    where a.site = ? and a.uid = ?"""  # noqa: S608 - constants
            for name in archive.column(query, scope):
                found[f"{table} {name}"] = {column: name}
    shown = {post.number for post in parsed.posts}
    numbers = json.dumps([*shown.union(post.number for post in parsed.listed)])
    for post in archive.dicts(_POST, (*scope, numbers)):
        post_id, number = post.pop("id"), post.pop("number")
        found[f"post {number}"] = post
        # A list changes no comments of the posts that it only names.
        for comment in archive.dicts(_COMMENTS, (post_id,)) if number in shown else ():
            found[f"post {number}, comment {comment.pop('fingerprint')}"] = comment
    return found


_TEXTS = """
select title, coalesce(body_text, ''), coalesce(body_html, '')
  from (select title, body_html, body_text from posts where id = ?1
        union all select title, body_html, body_text from post_revisions where post_id = ?1
        union all select null, body_html, body_text from comments where post_id = ?1
        union all select null, r.body_html, r.body_text
                    from comment_revisions r join comments c on c.id = r.comment_id where c.post_id = ?1)
"""


def import_page(
    archive: Archive, crawled: CrawledPage, *, counted: str | None = None
) -> tuple[SaveResult | None, Sequence[int]]:
    """Store the page and its parsed page in one transaction. Return None if these bytes of that URL were stored before.

    `counted` is stored in the page's column of that name. Also return the ids of newer pages of its posts, to be parsed
    again after it.
    """
    if pages.is_page_stored(archive, crawled.page):
        return None, ()
    with archive.atomic():
        uid = save_page.resolve_blog(archive, crawled).uid
        later = later_pages(archive, crawled)
        page_id = pages.store_page(archive, crawled, uid=uid, run_id=None)
        archive.execute("update pages set counted = ? where id = ? and counted is null", (counted, page_id))
        saved = save_page.resave_page(archive, page_id, crawled)
        if saved.outcome is not Outcome.FAILED:
            _update_seen_times(archive, crawled, saved.blog)
    return saved, later


def store_unparsed_page(archive: Archive, crawled: CrawledPage) -> bool:
    """Store the page alone and return whether it was new: not empty, and other bytes than stored of that URL."""
    with archive.atomic():
        uid = save_page.resolve_blog(archive, crawled).uid
        return pages.store_page_once(archive, crawled, uid=uid, run_id=None)


def stored_texts(archive: Archive, crawled: CrawledPage) -> list[Row]:
    """Return title, text and HTML of all stored versions of the posts on the page, and of their comments."""
    blog = save_page.resolve_blog(archive, crawled)
    ids = [blogs.post_id(archive, blog, post.number) for post in crawled.parsed.posts]
    return [text for post_id in ids for text in archive.rows(_TEXTS, (post_id,))]


def lacks_media_file(archive: Archive, url: str) -> bool:
    """Return whether no file of the image URL is stored."""
    return not archive.exists("select 1 from media where url = ? and sha256 is not null", (url,))


def urls_without_media_file(archive: Archive) -> set[str]:
    """Return the URLs of the images in posts whose files are not stored."""
    query = """select distinct p.url from post_media p left join media m on m.url = p.url
            where m.sha256 is null"""
    return set(archive.column(query))


def later_pages(archive: Archive, crawled: CrawledPage) -> tuple[int, ...]:
    """Return the ids of newer pages of the URL, oldest first, then of those that the posts' rows name."""
    url, moment = crawled.page.url, format_utc(crawled.page.fetched_at)
    blog = save_page.resolve_blog(archive, crawled)
    query = "select id from pages where url = ? and fetched_at > ? order by fetched_at, id"
    found: list[int] = archive.column(query, (url, moment))
    for post in crawled.parsed.posts:
        query = """select g.id from posts p join pages g on g.id = p.page_id
                where p.id = ? and g.url <> ? and g.fetched_at > ?"""
        found += archive.column(query, (blogs.post_id(archive, blog, post.number), url, moment))
    return tuple(dict.fromkeys(found))


_POST_RETURNED = """
update posts set gone_at = null, gone_reason = null, own_page_gone_at = null, own_page_gone_reason = null,
       missing_from_listing_at = null where id = ? and last_seen_at < ?
"""
_COMMENT_SEEN = """
update comments set last_seen_at = ?, gone_at = null where post_id = ? and fingerprint = ? and last_seen_at < ?
"""
_POST_SEEN = """
update posts set first_seen_at = min(first_seen_at, ?), last_seen_at = max(last_seen_at, ?) where id = ?
"""


def _update_seen_times(archive: Archive, crawled: CrawledPage, blog: blogs.Blog) -> None:
    """Update when the shown posts and comments were seen, and unmark those marked gone before the page's time."""
    moment, parsed = format_utc(crawled.page.fetched_at), crawled.parsed
    for post in parsed.posts:
        post_id = blogs.post_id(archive, blog, post.number)
        archive.execute(_POST_RETURNED, (post_id, moment))
        shown = [(moment, post_id, item.fingerprint, moment) for item in identify_comments(post.comments)]
        archive.execute_many(_COMMENT_SEEN, shown)
    numbers = {post.number for post in parsed.posts}
    numbers |= {post.number for post in (*parsed.listed, *parsed.sidebar_posts) if post.number is not None}
    for number in numbers:
        archive.execute(_POST_SEEN, (moment, moment, blogs.post_id(archive, blog, number)))
