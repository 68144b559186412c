"""Slices of a merge: `main` is the archive, `other` the archive to merge, and a temporary table pairs their rows.

A slice is one transaction, so that neither memory nor the write-ahead log grows with the archives.
"""

from collections.abc import Callable
from dataclasses import dataclass

from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.merge import progress

# The id in `main` of the page of a row `o` of `other`. Slow, because SQLite reads `sha256` behind the page's bytes.
PAGE = "(select g.id from main.pages g join other.pages og on og.url = g.url and og.fetched_at = g.fetched_at and og.sha256 = g.sha256 where og.id = o.page_id)"  # noqa: E501

# SQLite takes these tables for large ones. Without a key, and with `cross join`, it looks their rows up in the others;
# else it would look up all rows of the archive in a slice.
_TABLES = """
create temp table if not exists merged_blogs(id integer not null, other_id integer not null);

create temp table if not exists merged_posts(id integer not null, other_id integer not null)
"""
_BLOGS = """
insert into temp.merged_blogs
select a.id, oa.id from other.authors oa cross join main.authors a on a.site = oa.site and a.uid = oa.uid
 where oa.id > ? and oa.id <= ?
"""
_POSTS = """
insert into temp.merged_posts
select p.id, op.id
  from other.posts op cross join other.authors oa on oa.id = op.author_id
 cross join main.authors a on a.site = oa.site and a.uid = oa.uid
 cross join main.posts p on p.author_id = a.id and p.number = op.number
 where op.id > ? and op.id <= ?
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class SliceSizes:
    """The largest slices: rows to copy, pages to parse and save, bytes of media files."""

    rows: int = 500
    parsed_pages: int = 50
    media_bytes: int = 8_000_000


def create_tables(archive: Archive) -> None:
    """Create the temporary tables that pair the ids of a slice."""
    run_script(archive, _TABLES)


def each_blog_slice(archive: Archive, sizes: SliceSizes, merge: Callable[[Archive], None]) -> None:
    """Call `merge` in a transaction for each slice of the blogs that both have: `temp.merged_blogs` pairs their ids."""
    create_tables(archive)
    last = 0
    while upper := upper_id(archive, "authors", last, sizes):
        with archive.atomic():
            archive.execute("delete from temp.merged_blogs")
            archive.execute(_BLOGS, (last, upper))
            merge(archive)
        last = upper


def each_post_slice(archive: Archive, sizes: SliceSizes, merge: Callable[[Archive], None]) -> None:
    """Call `merge` for each slice of the posts that both have and that are not merged: `temp.merged_posts` pairs them."""
    create_tables(archive)
    last = progress.merged_post_id(archive)
    while upper := upper_id(archive, "posts", last, sizes):
        with save_page.page_transaction(archive):
            archive.execute("delete from temp.merged_posts")
            archive.execute(_POSTS, (last, upper))
            merge(archive)
            progress.mark_merged(archive, upper)
        last = upper


def upper_id(archive: Archive, table: str, last: int, sizes: SliceSizes) -> int:
    """Return the last id of the slice after the id `last` in a table of the other archive, 0 if no row is left."""
    return archive.scalar(
        f"select max(id) from (select id from other.{table} where id > ? order by id limit ?)",  # noqa: S608
        (last, sizes.rows),
    )


def run_script(archive: Archive, statements: str) -> None:
    """Run statements that are separated by a semicolon and an empty line, inside the transaction."""
    for statement in statements.split(";\n\n"):
        archive.execute(statement)
