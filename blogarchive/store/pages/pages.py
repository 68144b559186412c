"""Rows of pages: the bytes as served, compressed, stored again only if more than counters changed."""

import json
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from blogarchive.errors import ArchiveDamaged
from blogarchive.fetched import READER_VERSION, Page, PageKind, Target
from blogarchive.parsing.urls import host_of
from blogarchive.store import rows
from blogarchive.store.database.archive import Archive
from blogarchive.store.rows import CONTROLS, Value, clip, describe_value, format_utc, load_json, parse_utc
from blogarchive.store.statements import Row

if TYPE_CHECKING:
    from blogarchive.items import CrawledPage

_Parsed = TypeVar("_Parsed")

# Level 4 compresses pages of text within five percent of level 9, in half the time.
_COMPRESSION_LEVEL = 4
_SECRET_HEADERS = {"cookie", "set-cookie", "set-cookie2", "authorization", "proxy-authorization"}
_TARGET_FIELDS = ("url", "kind", "uid", "number", "post_number", "page_no", "chain")
_NUMBER_FIELDS = ("number", "post_number")

# Bytes of pages for each byte of their archive. Pages compress to a fifth, and their texts are stored beside them.
_MAX_RATIO = 25

MAX_BODY_BYTES = 64 * 2**20
"""Bytes of the largest body that is unpacked: no page larger than that is fetched or imported."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPage:
    """A page of the archive with the target that it was fetched for, and that as parsed: `blogs.named_at`."""

    id: int
    page: Page
    target: Target
    named: Target | None = None


class PageRow(NamedTuple):
    """A row of `pages`, unchecked: each value may be damaged or forged."""

    id: int
    url: str
    fetched_at: str
    status: int
    headers: str
    body: bytes
    body_size: int
    sha256: str
    site: str
    target: str
    counted: str | None

    def unpack(self) -> StoredPage:
        """Return the page as served. Raises `ArchiveDamaged`, naming the row and the column, if a value is bad."""
        page = Page(
            url=self._checked("url", check_url),
            fetched_at=self._checked("fetched_at", parse_fetch_time),
            status=self._checked("status", _check_status),
            headers=self._checked("headers", parse_headers),
            body=unpack_body(self.body, self.body_size, self.sha256, self.url, self.id),
        )
        self._checked("counted", parse_counted)
        site = self._checked("site", _check_site)
        target = self._checked("target", lambda text: parse_target(text, page.url, site))
        return StoredPage(id=self.id, page=page, target=target)

    def _checked(self, column: str, parse: Callable[[Any], _Parsed]) -> _Parsed:
        try:
            return parse(getattr(self, column))
        except (ValueError, TypeError, OverflowError) as error:
            raise ArchiveDamaged(describe_value("pages", self.id, column, getattr(self, column))) from error


def page_row(archive: Archive, page_id: int, schema: str = "main") -> PageRow | None:
    """Return the row of that id in `main` or `other`, or None."""
    query = f"select {', '.join(PageRow._fields)} from {schema}.pages where id = ?"  # noqa: S608 - constants
    found = archive.row(query, (page_id,))
    return PageRow._make(found) if found else None


def newest_page_id(archive: Archive, url: str) -> int | None:
    """Return the id of the newest stored page of `url`, or None."""
    query = "select id from pages where url = ? order by fetched_at desc, id desc limit 1"
    return archive.scalar(query, (url,)) or None


def store_page(archive: Archive, crawled: "CrawledPage", *, uid: str | None, run_id: int | None) -> int:
    """Store the bytes of a crawled page and return the id of its row. The same page stored twice is one row."""
    page, digest = crawled.page, sha256(crawled.page.body).hexdigest()
    key: dict[str, Value] = {"url": page.url, "fetched_at": format_utc(page.fetched_at), "sha256": digest}
    query = "select id from pages where url = ? and fetched_at = ? and sha256 = ?"
    stored_id = archive.scalar(query, tuple(key.values()))
    of_run: dict[str, Value] = {"uid": uid, "run_id": run_id}
    return stored_id or archive.insert_row("pages", {**key, **_page_columns(crawled), **of_run})


def _page_columns(crawled: "CrawledPage") -> dict[str, Value]:
    """Return the columns of a page beside its key and run: the compressed bytes, and what a parser needs again."""
    page = crawled.page
    headers = [pair for pair in page.headers if pair[0].lower() not in _SECRET_HEADERS]
    return {
        "status": page.status,
        "headers": json.dumps(headers, ensure_ascii=False),
        "encoding": crawled.parsed.encoding,
        "body": zlib.compress(page.body, _COMPRESSION_LEVEL),
        "body_size": len(page.body),
        "kind": crawled.parsed.kind,
        "site": crawled.target.site,
        "target": _target_json(crawled.target),
        "closed": page.has_end_tag,
        "reader_version": READER_VERSION,
    }


def store_page_once(
    archive: Archive, crawled: "CrawledPage", *, uid: str | None, run_id: int | None, is_held: bool = False
) -> bool:
    """Store the bytes of a page that is not parsed and return True.

    Returns False if the body is empty, or the same bytes of that URL are stored. `is_held`: the page waits for a person,
    so no row is parsed from it.
    """
    if not crawled.page.body or is_page_stored(archive, crawled.page):
        return False
    page_id = store_page(archive, crawled, uid=uid, run_id=run_id)
    if is_held:
        archive.update_row("pages", page_id, {"held_at": format_utc(crawled.page.fetched_at)})
    return True


def is_page_stored(archive: Archive, page: Page) -> bool:
    """Return whether a page of the same URL and bytes is stored."""
    digest = sha256(page.body).hexdigest()
    return archive.exists("select 1 from pages where url = ? and sha256 = ?", (page.url, digest))


def count_pages(archive: Archive) -> int:
    """Return the number of stored pages."""
    return archive.scalar("select sum(pages) from _page_totals")


def count_stale_pages(archive: Archive) -> int:
    """Return the number of pages that an older parser parsed."""
    query = "select sum(pages) from _page_totals where reader_version < ? and not is_held"
    return archive.scalar(query, (READER_VERSION,))


def stored_pages(
    archive: Archive, *, stale_only: bool = False, failed_only: bool = False, damaged: list[str] | None = None
) -> Iterator[StoredPage]:
    """Yield every stored page, oldest first, one in memory at a time; rows may be written meanwhile.

    Held pages are left out. `stale_only` yields pages that an older parser parsed. `failed_only` yields those
    that were not parsed or whose URL has an open failure. Pages with damaged bytes are appended to the list `damaged` and
    skipped; without that list they raise `ArchiveDamaged`.
    """
    conditions = ["held_at is null"]
    if stale_only:
        conditions.append(f"reader_version < {READER_VERSION}")
    if failed_only:
        conditions.append("(kind = 'unknown' or url in (select url from failures where resolved_at is null))")
    query = f"select id from pages where {' and '.join(conditions)} order by fetched_at, id"  # noqa: S608
    # An id takes eight bytes, for 100,000 pages.
    for page_id in array("q", (page_id for (page_id,) in archive.each(query))):
        try:
            page = stored_page(archive, page_id)
        except ArchiveDamaged as error:
            if damaged is None:
                raise
            damaged.append(str(error))
        else:
            if page is not None:
                yield page


def within_size(archive: Archive, pages: Iterable[StoredPage], schema: str = "main") -> Iterator[StoredPage]:
    """Yield the pages of `main` or `other`. Raises `ArchiveDamaged` if they are too large for a file of this size."""
    size = "select page_count * page_size from pragma_page_count(?1), pragma_page_size(?1)"
    left = _MAX_RATIO * archive.scalar(size, (schema,))
    for page in pages:
        left -= len(page.page.body)
        if left < 0:
            text = _("the pages are more than {ratio} times as large as their file")
            raise ArchiveDamaged(text, ratio=_MAX_RATIO)
        yield page


def stored_page(archive: Archive, page_id: int) -> StoredPage | None:
    """Return the page of that id, or None. Raises `ArchiveDamaged` if a stored value is damaged."""
    row = page_row(archive, page_id)
    return None if row is None else with_name(archive, row.unpack())


def with_name(archive: Archive, stored: StoredPage, schema: str = "main") -> StoredPage:
    """Return the page with the target as it is parsed."""
    from blogarchive.store.ledger import blogs  # it loads the sites: an export starts without them

    return replace(stored, named=blogs.named_at(archive, stored.target, stored.page.url, schema))


def read_parser(archive: Archive, page_id: int) -> Row | None:
    """Return kind and encoding as stored, and the version of the parser; None if the page waits for a person."""
    query = "select kind, encoding, reader_version from pages where id = ? and held_at is null"
    return archive.row(query, (page_id,))


def mark_reparsed(archive: Archive, page_id: int, kind: PageKind, encoding: str, *, before: Row) -> None:
    """Store the kind, the encoding and the current version of the parser, unless they equal the stored row `before`."""
    columns: dict[str, Value] = {"kind": kind, "encoding": encoding, "reader_version": READER_VERSION}
    if before != tuple(columns.values()):
        archive.update_row("pages", page_id, columns)


def unpack_body(body: object, size: object, digest: object, url: object, row: int) -> bytes:
    """Return the bytes as served. Raises `ArchiveDamaged`, naming the row, if the stored ones are others.

    No more than `size` bytes are unpacked: a small row may hold a gigabyte.
    """
    with suppress(zlib.error, TypeError):
        if isinstance(size, int) and 0 <= size <= MAX_BODY_BYTES:
            plain = zlib.decompressobj().decompress(body, size + 1)  # type: ignore[arg-type]  # TypeError
            if len(plain) == size and sha256(plain).hexdigest() == digest:
                return plain
    raise ArchiveDamaged(describe_bytes("pages", row, url))


def is_file_intact(body: object, digest: object) -> bool:
    """Return whether `body` is the file with that SHA-256."""
    return isinstance(body, bytes) and sha256(body).hexdigest() == digest


def describe_bytes(table: str, row: int, name: object) -> str:
    """Return the message that stored bytes are damaged."""
    return _(
        "the stored bytes of {name} are not those that were served ({table}, row {row}); a copy restores them"
    ).format(name=clip(name), table=table, row=row)


def parse_headers(text: object) -> tuple[tuple[str, str], ...]:
    """Return the headers in their stored form, a list of pairs of strings. Raises `ValueError`."""
    pairs = load_json(text, list)
    if not all(isinstance(pair, list) and list(map(type, pair)) == [str, str] for pair in pairs):
        raise ValueError("no pairs of strings")
    return tuple((name, value) for name, value in pairs)


def parse_counted(text: object) -> dict[str, Any]:
    """Return the counts of the comments on earlier pages, {} if the page has none. Raises `ValueError`."""
    found: dict[str, Any] = {} if text is None else load_json(text, dict)
    bases, position, digests = found.get("bases", {}), found.get("position", 0), found.get("digests", [])
    is_valid = isinstance(position, int) and isinstance(bases, dict) and isinstance(digests, list)
    if not (is_valid and all(type(count) is int for count in bases.values())):
        raise ValueError("no counts of comments")
    return found


def parse_target(text: object, url: str, site: str) -> Target:
    """Return the target in its stored form; `url` is the page's, used if it has none. Raises `ValueError`."""
    known: dict[str, Any] = {"url": url, "kind": "unknown", "page_no": 1, **load_json(text, dict)}
    texts = {name: known.get(name) for name in ("uid", "chain")}
    is_page_no = type(known["page_no"]) is int and 0 < known["page_no"] < 2**31
    if not is_page_no or not all(isinstance(value, str | None) for value in texts.values()):
        raise ValueError("no target")
    numbers = {name: _parse_number(known.get(name)) for name in _NUMBER_FIELDS}
    url, kind = check_url(known["url"]), PageKind(known["kind"])
    return Target(url=url, site=site, kind=kind, page_no=known["page_no"], **texts, **numbers)


def _parse_number(value: object) -> str | None:
    """Return the id of a post as text; older archives and exports have integers."""
    if not isinstance(value, str | int | None):
        raise ValueError("no id")
    return None if value is None else str(value)


def check_url(url: object) -> str:
    """Return a stored URL. Raises `ValueError` if it has no host, or characters that end a line."""
    if not isinstance(url, str) or CONTROLS.search(url) or not host_of(url):
        raise ValueError("no URL")
    return url


def _check_site(site: object) -> str:
    if not isinstance(site, str):
        raise ValueError("no site")
    return site


def parse_fetch_time(text: str) -> datetime:
    """Return the UTC time of a fetch; raises `ValueError` for a year in which nobody fetched a page."""
    moment = parse_utc(text)
    if moment.year not in rows.YEARS:
        raise ValueError("no time of a fetch")
    return moment


def _check_status(status: object) -> int:
    if type(status) is not int or not 100 <= status <= 999:
        raise ValueError("no status")
    return status


def _target_json(target: Target) -> str:
    """Return the fields by which the page can be parsed again; its validators belong to the frontier."""
    values = ((name, getattr(target, name)) for name in _TARGET_FIELDS)
    return json.dumps({name: value for name, value in values if value is not None}, ensure_ascii=False)
