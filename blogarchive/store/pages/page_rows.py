"""Pages as served: kept plainly compressed, and kept anew only when something but counters was read from them."""

import json
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from blogarchive.errors import ArchiveDamaged
from blogarchive.items import CrawledPage, Page, PageKind, Target
from blogarchive.parsing.http import has_page_end
from blogarchive.parsing.version import READER_VERSION
from blogarchive.store.database.archive import Archive, Row
from blogarchive.store.timestamps import format_utc, parse_utc

# Level 4 is within five percent of level 9 on pages of text, at half its time.
_LEVEL = 4
_NEVER_KEPT = {"cookie", "set-cookie", "set-cookie2", "authorization", "proxy-authorization"}


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPage:
    """A page of the archive with the target it was fetched for."""

    id: int
    page: Page
    target: Target


def newest_page_id(archive: Archive, url: str) -> int | None:
    """The id of the page that is held of `url`, the newest one; None where none is."""
    row = archive.row("select id from pages where url = ? order by fetched_at desc, id desc limit 1", (url,))
    return None if row is None else int(cast(int, row[0]))


def store_page(archive: Archive, crawled: CrawledPage, *, uid: str | None, run_id: int | None) -> int:
    """Keep the bytes of a visit; the id of the row that holds them. The same visit twice is one row."""
    page, moment = crawled.page, format_utc(crawled.page.fetched_at)
    digest = sha256(page.body).hexdigest()
    same = archive.row(
        "select id from pages where url = ? and fetched_at = ? and sha256 = ?", (page.url, moment, digest)
    )
    if same is not None:
        return int(cast(int, same[0]))
    return archive.insert(
        "insert into pages(url, fetched_at, status, headers, encoding, body, body_size, sha256, kind, site, uid,"
        " target, closed, reader_version, run_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            page.url,
            moment,
            page.status,
            _headers_text(page),
            crawled.parsed.encoding,
            zlib.compress(page.body, _LEVEL),
            len(page.body),
            digest,
            crawled.parsed.kind,
            crawled.target.site,
            uid,
            _target_text(crawled.target),
            has_page_end(page.body),
            READER_VERSION,
            run_id,
        ),
    )


def store_page_once(archive: Archive, crawled: CrawledPage, *, uid: str | None, run_id: int | None) -> None:
    """Keep the bytes of a page that could not be read, unless the very same bytes of that URL are held."""
    digest = sha256(crawled.page.body).hexdigest()
    held = archive.row("select 1 from pages where url = ? and sha256 = ?", (crawled.page.url, digest))
    if held is None and crawled.page.body:
        store_page(archive, crawled, uid=uid, run_id=run_id)


def is_newest_home_open(archive: Archive, url: str) -> bool:
    """Whether the newest home page held of `url` has no end; a site that never closes its pages looks so."""
    row = archive.row(
        "select closed from pages where url = ? and kind = 'home' order by fetched_at desc, id desc limit 1",
        (url,),
    )
    return row is not None and not row[0]


def count_pages(archive: Archive) -> int:
    """How many pages the archive holds."""
    return archive.scalar("select count(*) from pages")


def stored_pages(
    archive: Archive,
    *,
    stale_only: bool = False,
    failed_only: bool = False,
    damaged: list[str] | None = None,
) -> Iterator[StoredPage]:
    """Every page held, oldest first, one in memory at a time; rows written meanwhile do not disturb it.

    `stale_only`: those that an older reader read. `failed_only`: those whose URL has an open failure, or that
    could not be read at all. One whose stored bytes are damaged is named in the list `damaged` and left out; without
    such a list it raises `ArchiveDamaged`.
    """
    conditions = ["1"]
    if stale_only:
        conditions.append(f"reader_version < {READER_VERSION}")
    if failed_only:
        conditions.append("(kind = 'unknown' or url in (select url from failures where resolved_at is null))")
    rows = archive.each(
        f"select id from pages where {' and '.join(conditions)} order by fetched_at, id"  # noqa: S608
    )
    for page_id in array("q", (cast(int, row[0]) for row in rows)):  # there may be a hundred thousand
        row = archive.row(_ONE, (page_id,))
        if row is None:
            continue
        try:
            page = _stored(row)
        except ArchiveDamaged as error:
            if damaged is None:
                raise
            damaged.append(str(error))
        else:
            yield page


def stored_page(archive: Archive, page_id: int) -> StoredPage | None:
    """The page of that id; raises `ArchiveDamaged` where its stored bytes are not whole."""
    row = archive.row(_ONE, (page_id,))
    return None if row is None else _stored(row)


def mark_reparsed(archive: Archive, page_id: int, kind: PageKind, encoding: str) -> None:
    """The page was read by today's reader, as a page of `kind`."""
    archive.execute(
        "update pages set kind = ?, encoding = ?, reader_version = ? where id = ?"
        " and (kind <> ? or encoding is not ? or reader_version <> ?)",
        (kind, encoding, READER_VERSION, page_id, kind, encoding, READER_VERSION),
    )


_ONE = "select id, url, fetched_at, status, headers, body, site, target from pages where id = ?"


def decompress_body(body: object, url: object, fetched_at: object) -> bytes:
    """The bytes as they were served; raises `ArchiveDamaged`, which names the page."""
    try:
        return zlib.decompress(cast(bytes, body))
    except (zlib.error, TypeError) as error:
        raise ArchiveDamaged(f"the stored bytes of {url}, fetched at {fetched_at}, are damaged") from error


def _stored(row: Row) -> StoredPage:
    page_id, url, fetched_at, status, headers, body, site, target = row
    return StoredPage(
        id=int(cast(int, page_id)),
        page=Page(
            url=str(url),
            fetched_at=parse_utc(str(fetched_at)),
            status=int(cast(int, status)),
            headers=tuple((str(name), str(value)) for name, value in json.loads(str(headers))),
            body=decompress_body(body, url, fetched_at),
        ),
        target=_target(str(url), str(site), str(target)),
    )


def _headers_text(page: Page) -> str:
    kept = [pair for pair in page.headers if pair[0].lower() not in _NEVER_KEPT]
    return json.dumps(kept, ensure_ascii=False)


def _target_text(target: Target) -> str:
    """What is needed to read the page again as it was read; nothing that is a matter of its day."""
    known = {
        "url": target.url,
        "kind": target.kind,
        "uid": target.uid,
        "number": target.number,
        "post_number": target.post_number,
        "page_no": target.page_no,
        "chain": target.chain,
    }
    return json.dumps({name: value for name, value in known.items() if value is not None}, ensure_ascii=False)


def _target(url: str, site: str, text: str) -> Target:
    known = json.loads(text)
    return Target(
        url=known.get("url", url),
        site=site,
        kind=PageKind(known.get("kind", PageKind.UNKNOWN)),
        uid=known.get("uid"),
        number=known.get("number"),
        post_number=known.get("post_number"),
        page_no=known.get("page_no", 1),
        chain=known.get("chain"),
    )
