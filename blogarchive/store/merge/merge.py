"""Merge another archive: copy its rows by natural keys, each row at its own time.

Pages are copied unchanged and parsed again by the caller, because the store parses no pages. Other data
comes from the rows of the other archive: series of counters, times first and last seen, gone marks, images.
Frontier, failures and runs are not copied: the next backup requests the site itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path

from blogarchive.errors import UsageError
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import read_only_mode
from blogarchive.store.merge import blogs, media, posts, progress
from blogarchive.store.merge.slices import SliceSizes, each_blog_slice, each_post_slice


@contextmanager
def attach_archive(archive: Archive, other: Path) -> Iterator[None]:
    """Attach the archive at the path `other` to the connection of `archive` as the schema `other`, read-only.

    Raises `NoArchive`, `ArchiveDamaged`, and `UsageError` if it is the same file or of another version.
    """
    if archive.path.exists() and other.exists() and archive.path.samefile(other):
        raise UsageError(_("{other} is the archive itself; name another one").format(other=other))
    Archive.open(other, read_only=True).close()
    archive.execute(
        "attach database ? as other", (f"{other.resolve().as_uri()}?mode={read_only_mode(other)}",)
    )
    try:
        yield
    finally:
        archive.execute("detach database other")
        # A read-only connection leaves its -wal and -shm files; opening the archive once more deletes them.
        Archive.open(other, read_only=True).close()


def count_other_pages(archive: Archive) -> int:
    """Return the number of pages of the other archive."""
    return archive.scalar("select count(*) from other.pages")


def copy_unparsed(archive: Archive, sizes: SliceSizes) -> int:
    """Copy the data that no page yields again, finish the merge and return the number of new media files."""
    each_blog_slice(archive, sizes, blogs.merge_rows)
    each_post_slice(archive, sizes, posts.merge_rows)
    images = media.copy_files(archive, sizes)
    media.copy_rows(archive, sizes)
    with archive.atomic():
        blogs.merge_last(archive)
        media.link_images(archive)
        progress.finish(archive)
    return images
