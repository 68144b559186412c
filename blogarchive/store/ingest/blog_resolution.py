"""Resolve a crawled page to the stored blog that it belongs to."""

import json
from collections.abc import Iterator

from blogarchive.items import Author, CrawledPage, ListedPost, ParsedPage, Post
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog, canonical_uid, is_stored
from blogarchive.store.pages.context import date_text_iso
from blogarchive.store.pages.ownership import uid_in_url


def resolve_blog(archive: Archive, crawled: CrawledPage) -> Blog:
    """Return the blog that the page names, under its stored uid; else the blog that it was fetched for."""
    author, site, uid = crawled.parsed.author, crawled.target.site, crawled.uid
    named = Blog(site=site, uid=uid)
    if uid is None or is_stored(archive, named):
        return named
    blog = Blog(site=site, uid=canonical_uid(archive, site, uid))
    if blog != named or author is None or not uid.isdigit():
        return blog
    return _blog_stored_by_name(archive, site, crawled.parsed, author) or blog


def _blog_stored_by_name(archive: Archive, site: str, parsed: ParsedPage, author: Author) -> Blog | None:
    """Return the blog that is stored under a name, if the host has since given its author the number on the page.

    It is the only blog with stored posts of the numbers that the page shows as the author's own. A post keeps its
    number, and numbers are unique in a site. The date of registration, which no author can choose, must not differ.
    """
    numbers = json.dumps(sorted(set(_own_numbers(site, parsed, author.uid)), key=str))
    found = archive.all_as(
        Blog,
        "select distinct a.site, a.uid from authors a join posts p on p.author_id = a.id where a.site = ?1"
        " and a.uid glob '*[^0-9]*' and (a.registered_on is null or ?2 is null or a.registered_on = ?2)"
        " and p.number in (select value from json_each(?3)) and p.content_hash is not null",
        (site, date_text_iso(author.registered), numbers),
    )
    return found[0] if len(found) == 1 else None


def _own_numbers(site: str, parsed: ParsedPage, uid: str) -> Iterator[str]:
    """Yield the numbers of the posts that the page shows or lists with a URL of `uid`."""
    listed = (*parsed.listed, *parsed.latest, *(post for row in parsed.categories for post in row.posts))
    shown: tuple[Post | ListedPost, ...] = (*parsed.posts, *listed)
    for post in shown:
        if post.number is not None and post.url is not None and uid_in_url(site, post.url) == uid:
            yield post.number
