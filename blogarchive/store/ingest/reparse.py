"""Stored pages read again by today's reader, without the network: what changes, and changing it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from blogarchive.items import CrawledPage, PageKind
from blogarchive.store.database.archive import Archive, Row
from blogarchive.store.ingest import save_page
from blogarchive.store.ingest.blog_resolution import resolve_blog
from blogarchive.store.pages.result import Outcome

Snapshot = dict[tuple[str, str], str | None]
"""What is held: the text of each field of each row, which words name."""

_POST_FIELDS = ("title", "posted_at", "body_html", "body_text", "views", "likes", "comment_count")
_COMMENT_FIELDS = ("author_name", "author_url", "reply_to", "posted_at", "body_html", "body_text", "likes")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One field that today's reader reads differently. `of` names the row in words; None: there is no such row."""

    of: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReparseResult:
    """What reading a stored page again changed, or would change."""

    page_id: int
    url: str
    differences: tuple[Difference, ...]


def reparse_pages(
    archive: Archive, parsed_pages: Iterable[tuple[int, CrawledPage]], *, write: bool
) -> Iterator[ReparseResult]:
    """Put each reading in place of the one that was kept of its page; gives the pages for which that changes rows.

    `readings` are pairs of a page's id and its visit, tidied and dated, oldest first (`pages.stored`). Each page is
    a transaction of its own. Without `write` `archive` is one of `trial`.
    """
    if not write:
        yield from _supposed(archive, parsed_pages)
        return
    # It sees what is kept already: all but the page that is being written.
    with Archive.open(archive.path, read_only=True) as kept:
        for page_id, crawled in parsed_pages:
            before: Snapshot = {}
            after: Snapshot = {}
            with save_page.page_transaction(archive):
                if _changes(archive, page_id, crawled):
                    before, after = _snapshot(kept, crawled), _snapshot(archive, crawled)
            yield from _told(page_id, crawled, before, after)


def _supposed(archive: Archive, parsed_pages: Iterable[tuple[int, CrawledPage]]) -> Iterator[ReparseResult]:
    for page_id, crawled in parsed_pages:
        before = _snapshot(archive, crawled)
        after = _snapshot(archive, crawled) if _changes(archive, page_id, crawled) else before
        yield from _told(page_id, crawled, before, after)


def _changes(archive: Archive, page_id: int, crawled: CrawledPage) -> bool:
    """Put the reading in place of the one that was kept; whether that wrote anything."""
    return save_page.resave_page(archive, page_id, crawled).outcome is Outcome.STORED


def _told(page_id: int, crawled: CrawledPage, before: Snapshot, after: Snapshot) -> Iterator[ReparseResult]:
    differences = tuple(_compare(before, after))
    if differences:
        yield ReparseResult(page_id=page_id, url=crawled.page.url, differences=differences)


def _compare(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    for place in sorted({*before, *after}):
        if before.get(place) != after.get(place):
            yield Difference(of=place[0], field=place[1], before=before.get(place), after=after.get(place))


def _snapshot(archive: Archive, crawled: CrawledPage) -> Snapshot:
    """What is held of all that the reading speaks of, by row and field."""
    parsed, found = crawled.parsed, {}
    uid = resolve_blog(archive, crawled).uid
    scope = (crawled.target.site, uid)
    author = archive.row(
        "select nickname, blog_title, tagline, registered_on from authors where site = ? and uid = ?", scope
    )
    found.update(_fields(f"author {uid}", ("nickname", "blog_title", "tagline", "registered_on"), author))
    if parsed.kind is PageKind.HOME:
        for table, key in (("archive_months", "month"), ("categories", "name")):
            for (name,) in archive.rows(
                f"select {key} from {table} t join authors a on a.id = t.author_id"  # noqa: S608 - constants
                " where a.site = ? and a.uid = ?",
                scope,
            ):
                found[f"{table} {name}", key] = str(name)
    numbers = {post.number for post in parsed.posts} | {post.number for post in parsed.listed}
    for number in numbers - {None}:
        found.update(_post(archive, scope, cast("int | str", number)))
    return found


def _post(archive: Archive, scope: tuple[str, str | None], number: int | str) -> Snapshot:
    row = archive.row(
        f"select p.id, {', '.join('p.' + field for field in _POST_FIELDS)}, p.page_id,"  # noqa: S608 - constants
        " (select count(*) from post_revisions r where r.post_id = p.id)"
        " from posts p join authors a on a.id = p.author_id where a.site = ? and a.uid is ? and p.number = ?",
        (*scope, number),
    )
    if row is None:
        return {}
    found = _fields(f"post {number}", (*_POST_FIELDS, "page_id", "revisions"), row[1:])
    for comment in archive.rows(
        f"select fingerprint, {', '.join(_COMMENT_FIELDS)} from comments where post_id = ?",  # noqa: S608
        (cast(int, row[0]),),
    ):
        found.update(_fields(f"post {number}, comment {comment[0]}", _COMMENT_FIELDS, comment[1:]))
    return found


def _fields(of: str, names: Iterable[str], row: Row | None) -> Snapshot:
    values = row or ()
    return {
        (of, name): None if value is None else str(value) for name, value in zip(names, values, strict=False)
    }
