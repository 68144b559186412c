"""Copy the pages of the other archive in slices, and list the pages to parse again."""

from collections.abc import Iterator

from blogarchive.store.database.archive import Archive
from blogarchive.store.merge import progress
from blogarchive.store.merge.slices import SliceSizes
from blogarchive.store.pages import page_rows
from blogarchive.store.pages.page_rows import StoredPage

_COLUMNS = (
    "url, fetched_at, status, headers, encoding, body, body_size, sha256, kind, site, uid, target, counted, closed,"
    " reader_version, held_at"
)
_NEW = """
create temp table new_pages as
select o.id from other.pages o
 where not exists (select 1 from main.pages g
                    where g.url = o.url and g.fetched_at = o.fetched_at and g.sha256 = o.sha256)
 order by o.fetched_at, o.id
"""

# Pages whose blog is not known come last: the pages before them may store the blog.
_TO_PARSE = """
create temp table pages_to_parse as
select id from main.pages
 where held_at is null
   and ((uid is not null and (site, uid) in (select site, uid from main.pages where id > :before)
         and fetched_at >= (select min(fetched_at) from main.pages where id > :before))
        or (uid is null and id > :before))
   and (uid is null, fetched_at, id) > (:last_has_no_uid, :last_fetched_at, :last_id)
 order by uid is null, fetched_at, id
"""
_LAST_PARSED = """
select m.pages_before, g.uid is null, g.fetched_at, g.id
  from merge_progress m left join main.pages g on g.id = m.parsed_page_id
"""


def list_new(archive: Archive) -> int:
    """List the pages of the other archive that are not stored, oldest first, and return their number.

    Raises `ArchiveDamaged` if the bytes of one are damaged: such an archive is not merged in part.
    """
    archive.execute("drop table if exists temp.new_pages")
    archive.execute(_NEW)
    count = archive.scalar("select count(*) from temp.new_pages")
    for url, fetched_at, body in archive.each(
        "select o.url, o.fetched_at, o.body from temp.new_pages n join other.pages o on o.id = n.id"
    ):
        page_rows.decompress_body(body, url, fetched_at)
    return count


def copy_new(archive: Archive, count: int, sizes: SliceSizes) -> None:
    """Copy the `count` pages that `list_new` found, a slice in each transaction."""
    for first in range(1, count + 1, sizes.rows):
        with archive.atomic():
            archive.execute(
                f"insert into main.pages({_COLUMNS})"  # noqa: S608 - constants
                f" select {_COLUMNS} from temp.new_pages n join other.pages o on o.id = n.id"
                " where n.rowid between ? and ? order by n.rowid",
                (first, first + sizes.rows - 1),
            )
            progress.restart_parsing(archive)


def list_unparsed(archive: Archive) -> int:
    """List the pages to parse and return their number.

    These are the copied pages and later stored pages of the same blogs, so that the latest page takes precedence.
    """
    before, *last = archive.row(_LAST_PARSED) or (0, None, None, None)
    has_no_uid, fetched_at, page_id = last if last[2] is not None else (0, "", 0)
    archive.execute("drop table if exists temp.pages_to_parse")
    archive.execute(
        _TO_PARSE,
        {
            "before": before,
            "last_has_no_uid": has_no_uid,
            "last_fetched_at": fetched_at,
            "last_id": page_id,
        },
    )
    return archive.scalar("select count(*) from temp.pages_to_parse")


def unparsed_pages(archive: Archive, count: int) -> Iterator[StoredPage]:
    """Yield the `count` pages that `list_unparsed` found, oldest first; rows may be written meanwhile."""
    for place in range(1, count + 1):
        page_id = archive.scalar("select id from temp.pages_to_parse where rowid = ?", (place,))
        page = page_rows.stored_page(archive, page_id)
        if page is not None:
            yield page
