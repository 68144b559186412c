"""Merge another archive in slices: its pages are checked and parsed again, its images are checked and copied.

Each page is saved at its own fetch time, as if this archive had fetched it. The newest page of both archives has the
current text of a post. All other texts are revisions (`save_text` in `posts/revisions.py`).
"""

import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from gettext import gettext as _
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from blogarchive.errors import ArchiveBusy, ArchiveDamaged, UsageError
from blogarchive.items import CrawledPage
from blogarchive.messages.details import explain_detail
from blogarchive.parsing.images import ImageFailure, check_image
from blogarchive.parsing.urls import host_of
from blogarchive.sites.base import site_by_name
from blogarchive.store import merge_rows
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import file_uri, read_only_mode
from blogarchive.store.database.files import read_state
from blogarchive.store.ingest import save_page
from blogarchive.store.ingest.reparse import later_pages, snapshot
from blogarchive.store.ledger.runs import Counts
from blogarchive.store.pages import pages
from blogarchive.store.rows import clip, describe_value, format_utc, utc_now
from blogarchive.store.statements import UNREADABLE, excluded


def start(archive: Archive, other: Path) -> None:
    """Begin a merge, or continue the interrupted one. Call it inside a transaction.

    Rows of another archive, or of one that has changed, are merged from the first on.
    """
    insert = """insert into _merge_progress(id, source, source_state, started_at, posts_before, members_before)
            select 1, '', '', ?, (select coalesce(max(id), 0) from main.posts),
            (select coalesce(max(rowid), 0) from main.post_categories) where not exists (select 1 from _merge_progress)"""
    archive.execute(insert, (format_utc(utc_now()),))
    update = """update _merge_progress set source = ?1, source_state = ?2, merged_post_id = 0
            where source_state <> ?2 or source = ''"""
    # SQLite refuses a name that is not UTF-8.
    archive.execute(update, (os.fsencode(other.name).decode(errors="replace"), read_state(other) or ""))


# SQLite estimates these tables as large. Without a key, and with `cross join`, it looks up their few rows in the
# others. Otherwise it would look up all rows of the archive in each slice.
_TABLES = """
create temp table if not exists bad_rows(tbl text not null, row integer not null);

create temp table if not exists merged_blogs(id integer not null, other_id integer not null);

create temp table if not exists merged_posts(id integer not null, other_id integer not null)
"""


_BLOGS = f"""
insert into temp.merged_blogs
select a.id, oa.id from other.authors oa cross join main.authors a on a.site = oa.site and a.uid = oa.uid
 where oa.id > ? and oa.id <= ? and {merge_rows.good("authors", "oa")}
"""  # noqa: S608 - constants
_POST_PAIRS = f"""
insert into temp.merged_posts
select p.id, op.id
  from other.posts op cross join other.authors oa on oa.id = op.author_id
 cross join main.authors a on a.site = oa.site and a.uid = oa.uid
 cross join main.posts p on p.author_id = a.id and p.number = op.number
 where op.id > ? and op.id <= ? and {merge_rows.good("posts", "op")}
"""  # noqa: S608 - constants


# The largest slices, each a transaction: rows to copy, pages to parse and save, bytes of media files.
_ROWS = 500
PAGES_OF_SLICE = 50
_MEDIA_BYTES = 8_000_000


def _slices(archive: Archive, table: str, last: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the id before each slice of a table of the other archive and its last id, from `last` on."""
    query = f"select max(id) from (select id from other.{table} where id > ? order by id limit ?)"  # noqa: S608
    while upper := archive.scalar(query, (last, _ROWS)):
        yield last, upper
        last = upper


_COLUMNS = (
    "url, fetched_at, status, headers, encoding, body, body_size, sha256, kind, site, uid, target, counted, closed,"
    " reader_version, held_at"
)
# Pages whose blog is not known come last: the pages before them may store the blog.
_NEW = """
select o.id from other.pages o
 where not exists (select 1 from main.pages g
                    where g.url = o.url and g.fetched_at = o.fetched_at and g.sha256 = o.sha256)
 order by o.uid is null, o.fetched_at, o.id
"""
_STALE = """
select distinct g.id, g.uid is null, g.fetched_at from main.pages s
  join main.pages g on g.url = s.url and g.fetched_at >= s.fetched_at
 where s.reader_version = 0 and g.held_at is null
 order by 2, 3, 1
"""

Rejected = list[tuple[str, str]]
"""The URL or the name of each row that is not copied, and the reason."""


def new_ids(archive: Archive) -> Sequence[int]:
    """Return the ids of the pages of the other archive that are not stored, oldest first."""
    return array("q", (page_id for (page_id,) in archive.each(_NEW)))


def new_pages(archive: Archive, ids: Sequence[int], rejected: Rejected) -> Iterator[pages.StoredPage]:
    """Yield the pages of these ids of the other archive, each checked as if it were just fetched."""
    for page_id in ids:
        try:
            row = pages.page_row(archive, page_id, "other")
        except UNREADABLE:
            rejected.append((f"pages {page_id}", _("it has a text that is not UTF-8")))
            continue
        if row is not None and (page := _check_page(row, rejected)) is not None:
            yield pages.with_name(archive, page, "other")


def _check_page(row: pages.PageRow, rejected: Rejected) -> pages.StoredPage | None:
    try:
        stored = row.unpack()
        site_by_name(row.site)
    except (ArchiveDamaged, UsageError) as error:
        rejected.append((clip(row.url), str(error)))
        return None
    for column, url in (("url", stored.page.url), ("target", stored.target.url)):
        if not is_canonical(url):
            rejected.append((clip(row.url), describe_value("pages", row.id, column, url)))
            return None
    return stored


def is_canonical(url: str) -> bool:
    """Return whether a URL has the form in which one is fetched: no user, no fragment, host in lower case."""
    host, parts = host_of(url), urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.fragment or " " in url:
        return False
    return parts.netloc in (host, f"{host}:{parts.port}", f"[{host}]", f"[{host}]:{parts.port}")


def save_new(archive: Archive, other_id: int, crawled: CrawledPage) -> Counts:
    """Copy a page of the other archive and save what was parsed from it; return the counts of changed rows.

    If it changes a value that later pages show too, these are marked, and parsed again at the end.
    """
    later, before = later_pages(archive, crawled), snapshot(archive, crawled)
    page_id = archive.insert(
        f"insert into main.pages({_COLUMNS}) select {_COLUMNS} from other.pages where id = ?",  # noqa: S608
        (other_id,),
    )
    saved = save_page.resave_page(archive, page_id, crawled)
    if later and snapshot(archive, crawled) != before:
        update = "update main.pages set reader_version = 0 where id = ?"
        archive.execute_many(update, [(one,) for one in later])
    return saved.changes


def stale_pages(archive: Archive) -> Iterator[pages.StoredPage]:
    """Yield the marked pages and those that are later than them, oldest first; rows may be written meanwhile."""
    for page_id in array("q", (row[0] for row in archive.each(_STALE))):
        page = pages.stored_page(archive, page_id)
        if page is not None:
            yield page


_MEDIA_COLUMNS = (
    "host, sha256, content_type, size, width, height, status, attempts, next_try_at, fetched_at, detail"
)
_FILES_OF_SLICE = """
select max(file) from (
    select file, sum(bytes) over (order by file rows unbounded preceding) - bytes as bytes_before
      from (select rowid as file, length(body) as bytes from other.media_files where rowid > ? order by rowid limit ?))
 where bytes_before < ?
"""
_NEW_FILES = """
select rowid, sha256, size, body from other.media_files o
 where rowid > ? and rowid <= ? and not exists (select 1 from main.media_files m where m.sha256 = o.sha256)
"""


def copy_files(archive: Archive, rejected: Rejected) -> int:
    """Copy the media files that are not stored, each checked as if it were just fetched; return their number."""
    copied = last = 0
    while upper := archive.scalar(_FILES_OF_SLICE, (last, _ROWS, _MEDIA_BYTES)):
        with archive.atomic():
            for file, digest, size, body in archive.rows(_NEW_FILES, (last, upper)):
                if not pages.is_file_intact(body, digest) or len(body) != size:
                    rejected.append((clip(digest), pages.describe_bytes("media_files", file, digest)))
                elif isinstance(found := check_image(HTTPStatus.OK, body), ImageFailure):
                    rejected.append((clip(digest), explain_detail(found.detail)))
                else:
                    row = {"sha256": digest, "content_type": found.content_type, "size": size, "body": body}
                    archive.insert_row("main.media_files", row)
                    copied += 1
        last = upper
    return copied


# Both files of a URL that shows another file in each archive are versions of it.
_VERSIONS = f"""
with both as (
    select m.url, m.sha256 as old, m.fetched_at as old_at, o.sha256 as new, o.fetched_at as new_at
      from other.media o join main.media m on m.url = o.url
     where o.id > ?1 and o.id <= ?2 and {merge_rows.good("media")} and o.sha256 <> m.sha256),
     found as (
    select url, old as sha256, old_at as first_at, old_at as last_at from both
     union all select url, new, new_at, new_at from both
     union all select o.url, v.sha256, v.first_seen_at, v.last_seen_at
      from other.media o join other.media_versions v on v.url = o.url
     where o.id > ?1 and o.id <= ?2 and {merge_rows.good("media_versions", "v")})
insert into main.media_versions(url, sha256, first_seen_at, last_seen_at)
select url, sha256, min(first_at), max(last_at) from found
 where sha256 in (select sha256 from main.media_files) and first_at is not null and last_at is not null
 group by url, sha256 order by min(first_at), url, sha256
    on conflict(url, sha256) do update set first_seen_at = min(first_seen_at, excluded.first_seen_at),
       last_seen_at = max(last_seen_at, excluded.last_seen_at)
"""  # noqa: S608 - constants


def copy_rows(archive: Archive) -> None:
    """Copy the rows of images whose files are stored. Of two files of a URL, the newer is current.

    Failures are not copied: those images are fetched again.
    """
    updates = excluded(_MEDIA_COLUMNS.split(", "))
    for bounds in _slices(archive, "media"):
        with archive.atomic():
            archive.execute(_VERSIONS, bounds)
            insert = f"""insert into main.media(url, {_MEDIA_COLUMNS}) select url, {_MEDIA_COLUMNS} from other.media o
                    where status = 'stored' and sha256 in (select sha256 from main.media_files)
                    and id > ? and id <= ? and {merge_rows.good("media")} order by id
                    on conflict(url) do update set {updates}
                    where media.sha256 is null or excluded.fetched_at > media.fetched_at"""  # noqa: S608
            archive.execute(insert, bounds)


@contextmanager
def attach_archive(archive: Archive, other: Path) -> Iterator[None]:
    """Attach the archive at the path `other` to the connection of `archive` as the schema `other`, read-only.

    Raises `NoArchive`, `ArchiveDamaged`, and `UsageError` if it is the same file or of another version.
    """
    if archive.path.exists() and other.exists() and archive.path.samefile(other):
        raise UsageError(_("{other} is the archive itself; name another one"), other=other)
    Archive.open(other, read_only=True).close()
    merge_rows.run_script(archive, _TABLES)
    uri = file_uri(other.resolve(), f"mode={read_only_mode(other)}")
    archive.execute("attach database ? as other", (uri,))
    try:
        yield
    finally:
        with suppress(ArchiveBusy):  # an error has ended the merge between two rows, and is raised
            archive.execute("detach database other")
        # A read-only connection leaves its -wal and -shm files; opening the archive once more deletes them.
        Archive.open(other, read_only=True).close()


def count_pages(archive: Archive, schema: str) -> int:
    """Return the number of pages of `main` or `other`."""
    return archive.scalar(f"select count(*) from {schema}.pages")  # noqa: S608 - a constant


COPIED_TABLES = (
    "author_aliases", "author_stats", "authors", "categories", "comments", "discovered_blogs", "media",
    "media_versions", "post_categories", "post_stats", "posts",
)  # fmt: skip
"""Tables of which rows are copied as they are."""


def mark_bad_rows(archive: Archive, rows: Sequence[tuple[str, int]]) -> None:
    """Leave out these rows of the other archive, each by its table and rowid."""
    archive.execute("delete from temp.bad_rows")
    archive.execute_many("insert into temp.bad_rows values (?, ?)", rows)


def copy_unparsed(archive: Archive, rejected: Rejected) -> int:
    """Copy the data that no page yields again, finish the merge and return the number of new media files."""
    for bounds in _slices(archive, "authors"):
        with archive.atomic():
            archive.execute("delete from temp.merged_blogs")
            archive.execute(_BLOGS, bounds)
            merge_rows.merge_blogs(archive)
    merged = archive.scalar("select merged_post_id from _merge_progress")
    for bounds in _slices(archive, "posts", merged):
        with save_page.page_transaction(archive):
            archive.execute("delete from temp.merged_posts")
            archive.execute(_POST_PAIRS, bounds)
            merge_rows.merge_posts(archive)
            archive.execute("update _merge_progress set merged_post_id = ?", bounds[1:])
    images = copy_files(archive, rejected)
    copy_rows(archive)
    with archive.atomic():
        merge_rows.finish(archive)
        archive.execute("delete from _merge_progress")
    return images
