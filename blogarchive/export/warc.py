"""`export warc`: the pages as served, and the images, in the format of web archives (ISO 28500).

pywb, ReplayWeb.page and the tools of the Wayback Machine open it. Bodies are without transfer compression, and the
headers agree with that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from gettext import gettext as _
from pathlib import Path
from typing import Protocol

from blogarchive.errors import UsageError
from blogarchive.export.common.report import Exported
from blogarchive.export.common.writer import Digests, atomic_file, output_file
from blogarchive.export.web_archive.cdx_index import IndexEntry
from blogarchive.export.web_archive.records import UNKNOWN_TIME, build_info, build_record
from blogarchive.store.read.exports import ExportReader, Filters, PackedPage, StoredImage, open_reader
from blogarchive.store.rows import Progress, no_progress
from blogarchive.workers.pool import map_in_order

_LOCAL = 300  # records that this process builds while workers start


class RecordFile(Protocol):
    """A file for records: a binary stream that may be unable to seek."""

    def write(self, data: bytes, /) -> object:
        """Write `data`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenRecords:
    """The counts of written pages and images; `damaged` has a message for each page that is left out."""

    pages: int
    images: int
    damaged: tuple[str, ...]


def export_warc(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write every stored page and image to the file `out`, or to `pages.warc.gz` in it if it is a folder.

    Each record is compressed by itself unless the name ends in `.warc`. Only the filter by author applies, because
    pages are exported whole; others raise `UsageError`. Raises as `export_jsonl`, except for a damaged page, which
    is left out and reported.
    """
    require_author_filter(filters)
    path = output_file(archive, out, "pages.warc.gz")
    files: Digests = {}
    with open_reader(archive, filters) as reader:
        with atomic_file(path, files) as file:
            written = write_records(file, reader, path.name, progress, is_compressed=path.suffix != ".warc")
        state = reader.finish()
    return describe_export(path, written, files, state)


def describe_export(path: Path, written: WrittenRecords, files: Digests, state: str | None) -> Exported:
    """Return the result of an export of these records to the file `path`."""
    return Exported(
        out=path,
        pages=written.pages,
        pictures=written.images,
        damaged=written.damaged,
        files=files,
        archive_state=state,
    )


def require_author_filter(filters: Filters | None) -> None:
    """Raise `UsageError` if the filters name more than authors."""
    if filters is not None and replace(filters, authors=()) != Filters():
        raise UsageError(_("a WARC has whole pages: only --author selects among them"))


def write_records(
    file: RecordFile,
    reader: ExportReader,
    name: str,
    progress: Progress = no_progress,
    *,
    is_compressed: bool = True,
    on_record: Callable[[IndexEntry, int, int], None] = lambda entry, offset, length: None,
) -> WrittenRecords:
    """Write every page and image of `reader` to `file`, whose name is `name`; a damaged page is left out.

    Records are built on all cores. `on_record` receives the index entry, the offset and the length of each.
    """
    first = build_info(name, reader.first_fetched_at() or UNKNOWN_TIME, is_compressed=is_compressed)
    file.write(first)
    offset, pages, images = len(first), 0, 0
    damaged: list[str] = []
    build = partial(build_record, is_compressed=is_compressed)
    for _source, record in map_in_order(build, _sources(reader, progress), local=_LOCAL, size=_size):
        if isinstance(record, str):
            damaged.append(record)
            continue
        file.write(record.content)
        on_record(record.entry, offset, len(record.content))
        offset += len(record.content)
        pages += record.is_page
        images += not record.is_page
    return WrittenRecords(pages=pages, images=images, damaged=tuple(damaged))


def _sources(reader: ExportReader, progress: Progress) -> Iterator[PackedPage | StoredImage]:
    pages = reader.page_ids()
    progress(0, len(pages))
    for done, page_id in enumerate(pages, 1):
        yield reader.page(page_id)
        progress(done, len(pages))
    yield from reader.stored_images()


def _size(source: PackedPage | StoredImage) -> int:
    return len(source.body) if isinstance(source.body, bytes) else 0  # of a damaged page it may be anything
