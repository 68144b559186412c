"""Merge images: their files in slices of some megabytes, then their rows."""

from blogarchive.store.database.archive import Archive
from blogarchive.store.merge.slices import SliceSizes, upper_id

_MEDIA_COLUMNS = (
    "host, sha256, content_type, size, width, height, status, attempts, next_try_at, fetched_at, detail"
)
_FILES_OF_SLICE = """
select max(sha256) from (
    select sha256, sum(size) over (order by sha256 rows unbounded preceding) - size as bytes_before
      from (select sha256, size from other.media_files where sha256 > ? order by sha256 limit ?))
 where bytes_before < ?
"""
_COPY_FILES = """
insert into main.media_files(sha256, content_type, size, body)
select sha256, content_type, size, body from other.media_files o
 where sha256 > ? and sha256 <= ? and not exists (select 1 from main.media_files m where m.sha256 = o.sha256)
 order by sha256
"""


def copy_files(archive: Archive, sizes: SliceSizes) -> int:
    """Copy the media files that are not stored, a slice in each transaction, and return their number."""
    before = archive.scalar("select count(*) from main.media_files")
    last = ""
    while upper := archive.text(_FILES_OF_SLICE, (last, sizes.rows, sizes.media_bytes)):
        with archive.atomic():
            archive.execute(_COPY_FILES, (last, upper))
        last = upper
    return archive.scalar("select count(*) from main.media_files") - before


def copy_rows(archive: Archive, sizes: SliceSizes) -> None:
    """Copy the rows of images whose files are stored. Failures are not copied: those images are fetched again."""
    updates = ", ".join(
        f"{column.strip()} = excluded.{column.strip()}" for column in _MEDIA_COLUMNS.split(",")
    )
    last = 0
    while upper := upper_id(archive, "media", last, sizes):
        with archive.atomic():
            archive.execute(
                f"insert into main.media(url, {_MEDIA_COLUMNS}) select url, {_MEDIA_COLUMNS} from other.media"  # noqa: S608
                " where sha256 is not null and id > ? and id <= ? order by id"
                f" on conflict(url) do update set {updates} where media.sha256 is null",
                (last, upper),
            )
        last = upper


def link_images(archive: Archive) -> None:
    """Link the images of posts to the rows of their URLs."""
    archive.execute(
        "update main.post_media set media_id = m.id from main.media m where m.url = post_media.url"
        " and post_media.media_id is null"
    )
