"""Whose blog a page is: the author of whom it says so, under the uid that the archive holds him by."""

import json
from collections.abc import Iterator

from blogarchive.items import Author, CrawledPage, ListedPost, ParsedPage, Post
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog, canonical_uid, is_stored
from blogarchive.store.pages.context import date_text_iso
from blogarchive.store.pages.ownership import uid_in_url


def resolve_blog(archive: Archive, crawled: CrawledPage) -> Blog:
    """Whose page it is: as the page says, else on whose behalf it was fetched."""
    author, site, uid = crawled.parsed.author, crawled.target.site, crawled.uid
    told = Blog(site=site, uid=uid)
    if uid is None or is_stored(archive, told):
        return told
    blog = Blog(site=site, uid=canonical_uid(archive, site, uid))
    if blog != told or author is None or not uid.isdigit():
        return blog
    return _held_by_name(archive, site, crawled.parsed, author) or blog


def _held_by_name(archive: Archive, site: str, parsed: ParsedPage, author: Author) -> Blog | None:
    """The blog that is held under a name, where the host has given its author the number that the page tells.

    It is the one whose posts the page shows as that number's own: a post keeps its number, and one series of numbers
    serves a whole site. The day of registration, which nobody chooses, must not speak against it.
    """
    numbers = json.dumps(sorted(set(_own_numbers(site, parsed, author.uid)), key=str))
    rows = archive.rows(
        "select distinct a.uid from authors a join posts p on p.author_id = a.id where a.site = ?1"
        " and a.uid glob '*[^0-9]*' and (a.registered_on is null or ?2 is null or a.registered_on = ?2)"
        " and p.number in (select value from json_each(?3)) and p.content_hash is not null",
        (site, date_text_iso(author.registered), numbers),
    )
    return Blog(site=site, uid=str(rows[0][0])) if len(rows) == 1 else None


def _own_numbers(site: str, parsed: ParsedPage, uid: str) -> Iterator[int | str]:
    """The numbers of the posts that the page shows or names by an address of `uid`."""
    named = (*parsed.listed, *parsed.latest, *(post for row in parsed.categories for post in row.posts))
    shown: tuple[Post | ListedPost, ...] = (*parsed.posts, *named)
    for post in shown:
        if post.number is not None and post.url is not None and uid_in_url(site, post.url) == uid:
            yield post.number
