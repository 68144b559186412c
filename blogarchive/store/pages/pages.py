"""Rows of pages: the bytes as served, compressed, stored again only if more than counters changed."""

import json
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from gettext import gettext as _
from hashlib import sha256

from blogarchive.errors import ArchiveDamaged
from blogarchive.items import CrawledPage, Page, PageKind, Target
from blogarchive.parsing.http import has_page_end
from blogarchive.parsing.version import READER_VERSION
from blogarchive.sites.links import id_from_json
from blogarchive.store.database.archive import Archive
from blogarchive.store.rows import format_utc, parse_utc

# page_rows

# Level 4 compresses pages of text within five percent of level 9, in half the time.
_COMPRESSION_LEVEL = 4
_SECRET_HEADERS = {"cookie", "set-cookie", "set-cookie2", "authorization", "proxy-authorization"}
_TARGET_FIELDS = ("url", "kind", "uid", "number", "post_number", "page_no", "chain")
_NUMBER_FIELDS = ("number", "post_number")
_PAGE = "select id, url, fetched_at, status, headers, body, site, target from pages where id = ?"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPage:
    """A page of the archive with the target that it was fetched for."""

    id: int
    page: Page
    target: Target


@dataclass(frozen=True, kw_only=True, slots=True)
class _PageRow:
    id: int
    url: str
    fetched_at: str
    status: int
    headers: str
    body: bytes
    site: str
    target: str


def newest_page_id(archive: Archive, url: str) -> int | None:
    """Return the id of the newest stored page of `url`, or None."""
    query = "select id from pages where url = ? order by fetched_at desc, id desc limit 1"
    return archive.scalar(query, (url,)) or None


def store_page(archive: Archive, crawled: CrawledPage, *, uid: str | None, run_id: int | None) -> int:
    """Store the bytes of a crawled page and return the id of its row; the same page stored twice is one row."""
    page, target, fetched_at = crawled.page, crawled.target, format_utc(crawled.page.fetched_at)
    digest = sha256(page.body).hexdigest()
    stored_id = archive.scalar(
        "select id from pages where url = ? and fetched_at = ? and sha256 = ?", (page.url, fetched_at, digest)
    )
    return stored_id or archive.insert_row(
        "pages",
        {
            "url": page.url,
            "fetched_at": fetched_at,
            "status": page.status,
            "headers": _headers_json(page),
            "encoding": crawled.parsed.encoding,
            "body": zlib.compress(page.body, _COMPRESSION_LEVEL),
            "body_size": len(page.body),
            "sha256": digest,
            "kind": crawled.parsed.kind,
            "site": target.site,
            "uid": uid,
            "target": _target_json(target),
            "closed": has_page_end(page.body),
            "reader_version": READER_VERSION,
            "run_id": run_id,
        },
    )


def store_page_once(
    archive: Archive, crawled: CrawledPage, *, uid: str | None, run_id: int | None, is_held: bool = False
) -> None:
    """Store the bytes of a rejected page, unless the same bytes of that URL are stored or the body is empty.

    `is_held`: the page waits for a person, so no row is parsed from it.
    """
    if crawled.page.body and not is_page_stored(archive, crawled.page.url, crawled.page.body):
        page_id = store_page(archive, crawled, uid=uid, run_id=run_id)
        if is_held:
            archive.update_row("pages", page_id, {"held_at": format_utc(crawled.page.fetched_at)})


def is_held(archive: Archive, page_id: int) -> bool:
    """Return whether the page waits for a person, so that no row is parsed from it."""
    return archive.exists("select 1 from pages where id = ? and held_at is not null", (page_id,))


def is_page_stored(archive: Archive, url: str, body: bytes) -> bool:
    """Return whether a page of `url` with the bytes `body` is stored."""
    digest = sha256(body).hexdigest()
    return archive.exists("select 1 from pages where url = ? and sha256 = ?", (url, digest))


def is_newest_home_open(archive: Archive, url: str) -> bool:
    """Return whether the newest stored home page of `url` lacks its end, as on sites that never close a page."""
    return archive.exists(
        "select 1 from (select closed from pages where url = ? and kind = 'home'"
        " order by fetched_at desc, id desc limit 1) where not closed",
        (url,),
    )


def count_pages(archive: Archive) -> int:
    """Return the number of stored pages."""
    return archive.scalar("select sum(pages) from _version_totals")


def count_stale_pages(archive: Archive) -> int:
    """Return the number of pages that an older parser parsed."""
    return archive.scalar(
        "select sum(pages) from _version_totals where reader_version < ? and not is_held", (READER_VERSION,)
    )


def total_body_size(archive: Archive) -> int:
    """Return the uncompressed size of all stored pages in bytes."""
    return archive.scalar("select sum(bytes) from _version_totals")


def stored_pages(
    archive: Archive,
    *,
    stale_only: bool = False,
    failed_only: bool = False,
    damaged: list[str] | None = None,
) -> Iterator[StoredPage]:
    """Yield every stored page, oldest first, one in memory at a time; rows may be written meanwhile.

    Held pages are left out. `stale_only` yields pages that an older parser parsed, `failed_only` those that were
    not parsed or whose URL has an open failure. Pages with damaged bytes are appended to the list `damaged` and
    skipped; without that list they raise `ArchiveDamaged`.
    """
    conditions = ["held_at is null"]
    if stale_only:
        conditions.append(f"reader_version < {READER_VERSION}")
    if failed_only:
        conditions.append("(kind = 'unknown' or url in (select url from failures where resolved_at is null))")
    rows = archive.each(
        f"select id from pages where {' and '.join(conditions)} order by fetched_at, id"  # noqa: S608
    )
    for page_id in array("q", (page_id for (page_id,) in rows)):  # eight bytes per page, for 100,000 pages
        try:
            page = stored_page(archive, page_id)
        except ArchiveDamaged as error:
            if damaged is None:
                raise
            damaged.append(str(error))
        else:
            if page is not None:
                yield page


def stored_page(archive: Archive, page_id: int) -> StoredPage | None:
    """Return the page of that id, or None. Raises `ArchiveDamaged` if its stored bytes are damaged."""
    row = archive.one_as(_PageRow, _PAGE, (page_id,))
    if row is None:
        return None
    page = Page(
        url=row.url,
        fetched_at=parse_utc(row.fetched_at),
        status=row.status,
        headers=tuple((str(name), str(value)) for name, value in json.loads(row.headers)),
        body=decompress_body(row.body, row.url, row.fetched_at),
    )
    return StoredPage(id=row.id, page=page, target=_parse_target(row))


def mark_reparsed(archive: Archive, page_id: int, kind: PageKind, encoding: str) -> None:
    """Store that the current parser parsed the page, with its kind and encoding."""
    archive.execute(
        "update pages set kind = :kind, encoding = :encoding, reader_version = :version where id = :id"
        " and (kind <> :kind or encoding is not :encoding or reader_version <> :version)",
        {"kind": kind, "encoding": encoding, "version": READER_VERSION, "id": page_id},
    )


def decompress_body(body: bytes, url: str, fetched_at: str) -> bytes:
    """Return the bytes as served. Raises `ArchiveDamaged` with the page's URL if they cannot be decompressed."""
    try:
        return zlib.decompress(body)
    except (zlib.error, TypeError) as error:
        raise ArchiveDamaged(
            _("the stored bytes of {url}, fetched at {fetched_at}, are damaged").format(
                url=url, fetched_at=fetched_at
            )
        ) from error


def _headers_json(page: Page) -> str:
    kept = [pair for pair in page.headers if pair[0].lower() not in _SECRET_HEADERS]
    return json.dumps(kept, ensure_ascii=False)


def _target_json(target: Target) -> str:
    """Return the fields by which the page can be parsed again; its validators belong to the frontier."""
    values = ((name, getattr(target, name)) for name in _TARGET_FIELDS)
    return json.dumps({name: value for name, value in values if value is not None}, ensure_ascii=False)


def _parse_target(row: _PageRow) -> Target:
    known = {"url": row.url, "kind": PageKind.UNKNOWN, **json.loads(row.target)}
    values = {name: known[name] for name in _TARGET_FIELDS if name in known}
    values |= {name: id_from_json(values.get(name)) for name in _NUMBER_FIELDS}
    return Target(**{**values, "site": row.site, "kind": PageKind(known["kind"])})
