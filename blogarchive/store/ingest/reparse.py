"""Parse stored pages again with the current parser, without the network, and compare the rows before and after."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from blogarchive.items import CrawledPage, PageKind
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.ingest.blog_resolution import resolve_blog
from blogarchive.store.pages.result import Outcome
from blogarchive.store.rows import Parameters, dicts

Snapshot = dict[tuple[str, str], str | None]
"""Stored values as text, by row (in words) and field."""

_AUTHOR = "select nickname, blog_title, tagline, registered_on from authors where site = ? and uid = ?"
_LISTINGS = {"archive_months": "month", "categories": "name"}
_POST = """
select p.id, p.title, p.posted_at, p.body_html, p.body_text, p.views, p.likes, p.comment_count, p.page_id,
       (select count(*) from post_revisions r where r.post_id = p.id) as revisions
  from posts p join authors a on a.id = p.author_id where a.site = ? and a.uid is ? and p.number = ?
"""
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


def reparse_pages(
    archive: Archive, parsed_pages: Iterable[tuple[int, CrawledPage]], *, write: bool
) -> Iterator[ReparseResult]:
    """Save each parsed page again and yield the results of the pages whose rows differ.

    `parsed_pages` are pairs of a page's id and its crawled page after the text and date pipelines, oldest first. Each
    page is a transaction. Without `write`, `archive` must be one of `open_scratch`.
    """
    if not write:
        for page_id, crawled in parsed_pages:
            before = _snapshot(archive, crawled)
            after = _snapshot(archive, crawled) if _resave(archive, page_id, crawled) else before
            yield from _compare(page_id, crawled, before, after)
        return
    # A second connection reads the rows before the transaction of the page that is being written.
    with Archive.open(archive.path, read_only=True) as committed:
        for page_id, crawled in parsed_pages:
            old: Snapshot = {}
            new: Snapshot = {}
            with save_page.page_transaction(archive):
                if _resave(archive, page_id, crawled):
                    old, new = _snapshot(committed, crawled), _snapshot(archive, crawled)
            yield from _compare(page_id, crawled, old, new)


def _resave(archive: Archive, page_id: int, crawled: CrawledPage) -> bool:
    """Save the page again and return whether any row changed."""
    return save_page.resave_page(archive, page_id, crawled).outcome is Outcome.STORED


def _compare(
    page_id: int, crawled: CrawledPage, before: Snapshot, after: Snapshot
) -> Iterator[ReparseResult]:
    differences = tuple(
        Difference(of=row, field=field, before=before.get((row, field)), after=after.get((row, field)))
        for row, field in sorted({*before, *after})
        if before.get((row, field)) != after.get((row, field))
    )
    if differences:
        yield ReparseResult(page_id=page_id, url=crawled.page.url, differences=differences)


def _snapshot(archive: Archive, crawled: CrawledPage) -> Snapshot:
    """Return the stored values of every row that the parsed page may change."""
    parsed, uid = crawled.parsed, resolve_blog(archive, crawled).uid
    scope = (crawled.target.site, uid)
    author = _first_row(archive, _AUTHOR, scope)
    found = _values(f"author {uid}", author) if author else {}
    if parsed.kind is PageKind.HOME:
        for table, column in _LISTINGS.items():
            for name in archive.column(
                f"select {column} from {table} t join authors a on a.id = t.author_id"  # noqa: S608 - constants
                " where a.site = ? and a.uid = ?",
                scope,
            ):
                found[f"{table} {name}", column] = name
    numbers = {post.number for post in parsed.posts} | {post.number for post in parsed.listed}
    for number in numbers - {None}:
        found.update(_post_snapshot(archive, number, (*scope, number)))
    return found


def _post_snapshot(archive: Archive, number: str | None, scope: Parameters) -> Snapshot:
    post = _first_row(archive, _POST, scope)
    if post is None:
        return {}
    post_id = post.pop("id")
    found = _values(f"post {number}", post)
    for comment in dicts(archive.execute(_COMMENTS, (post_id,))):
        fingerprint = comment.pop("fingerprint")
        found.update(_values(f"post {number}, comment {fingerprint}", comment))
    return found


def _first_row(archive: Archive, sql: str, parameters: Parameters) -> dict[str, Any] | None:
    return next(dicts(archive.execute(sql, parameters)), None)


def _values(row: str, columns: dict[str, Any]) -> Snapshot:
    return {(row, name): None if value is None else str(value) for name, value in columns.items()}
