"""`export wacz`: the WARC with an index, a list of pages and checksums in one file (WACZ 1.1.1).

ReplayWeb.page opens it in a browser, without a server, and searches titles and texts.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from blogarchive import installed_version
from blogarchive.export.run import ExportJob, exporter
from blogarchive.export.warc import UNKNOWN_TIME, Record, warc_date, write_records
from blogarchive.rendering.atom import join_titles
from blogarchive.store.read.exports import ExportReader

_VERSION: Final = "1.1.1"
_WARC_NAME: Final = "pages.warc.gz"
_INDEX_NAME: Final = "index.cdx.gz"
_LINES_PER_BLOCK: Final = 1024
_GZIP: Final = 16 + zlib.MAX_WBITS
_LOCAL_HEADER: Final = 30  # bytes of an entry of a ZIP file before its name
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)  # of ZIP: the same archive gives the same bytes
# The same day as a field of ZIP. ReplayWeb.page reads the local header, which has the sizes of files beyond 4 GB, only if
# the central directory has such a field.
_TIME_FIELD: Final = struct.pack("<HHBl", 0x5455, 5, 1, 315_532_800)


@partial(exporter, by_author_only=True)
def export_wacz(job: ExportJob) -> None:
    """Write every stored page and image to the file `out`, or to `pages.wacz` in it if it is a folder.

    Filters and damaged pages are those of `export_warc`.
    """
    with job.open_file("pages.wacz") as file, ZipFile(file, "w") as package:
        files = _PackageFiles(package)
        with files.open(f"archive/{_WARC_NAME}", ZIP_STORED) as warc:
            write_records(job, warc, _WARC_NAME, start=_find_warc)
        _write_index(files, job.done.records)
        _write_description(files, job.reader, *_write_page_list(files, job.reader))


def _find_warc(file: BinaryIO) -> int:
    """Return the offset of the WARC in a package: its entry is the first, and stored without compression."""
    head = file.read(_LOCAL_HEADER)
    return len(head) + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")


class _PackageFile:
    """A file of a package under writing, with its size in bytes and its SHA-256."""

    def __init__(self, inner: IO[bytes]) -> None:
        self.size = 0
        self.hash = hashlib.sha256()
        self._inner = inner

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.hash.update(data)
        return self._inner.write(data)


class _PackageFiles:
    """The files of a package; `resources` describes those written."""

    def __init__(self, package: ZipFile) -> None:
        self.resources: list[dict[str, object]] = []
        self._package = package

    @contextmanager
    def open(self, name: str, compression: int = ZIP_DEFLATED) -> Iterator[_PackageFile]:
        entry = ZipInfo(name, _FIRST_DAY)
        entry.compress_type = compression
        entry.extra = _TIME_FIELD
        entry._compresslevel = 1  # type: ignore[attr-defined]  # texts: a third of the time, a tenth more bytes
        with self._package.open(entry, "w", force_zip64=True) as inner:
            file = _PackageFile(inner)
            yield file
        facts = {"hash": f"sha256:{file.hash.hexdigest()}", "bytes": file.size}
        self.resources.append({"name": name.rpartition("/")[2], "path": name, **facts})


def _write_index(files: _PackageFiles, records: Iterable[Record]) -> None:
    """Write the sorted lines of the records in compressed blocks, and the file with the first line of each block."""
    lines = sorted(map(_index_line, records))
    heads = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': _INDEX_NAME})}\n"]
    with files.open(f"indexes/{_INDEX_NAME}", ZIP_STORED) as blocks:
        for start in range(0, len(lines), _LINES_PER_BLOCK):
            block = zlib.compress("".join(lines[start : start + _LINES_PER_BLOCK]).encode(), wbits=_GZIP)
            place = {"offset": blocks.size, "length": len(block)}
            heads.append(f"{lines[start].partition(' {')[0]} {json.dumps(place)}\n")
            blocks.write(block)
    with files.open("indexes/index.idx") as file:
        file.write("".join(heads).encode())


def _index_line(record: Record) -> str:
    place = {"length": str(record.length), "offset": str(record.offset), "filename": _WARC_NAME}
    return f"{record.key} {json.dumps(json.loads(record.facts) | place)}\n"


def _write_page_list(files: _PackageFiles, reader: ExportReader) -> tuple[str, dict[str, str]]:
    """Write the home pages and the posts with titles and texts; return the newest fetch time, and facts of the first."""
    newest, main = UNKNOWN_TIME, dict[str, str]()
    with files.open("pages/pages.jsonl") as file:
        file.write(_json_line({"format": "json-pages-1.0", "id": "pages", "title": "Pages", "hasText": True}))
        for number, (url, at, title, text) in enumerate(reader.replay_pages(), 1):
            page = {"url": url, "ts": warc_date(at), "title": title or url, "text": text or ""}
            file.write(_json_line({"id": f"page-{number}", **page}))
            newest = max(newest, at)
            main = main or {"mainPageUrl": url, "mainPageDate": page["ts"]}
    return newest, main


def _write_description(files: _PackageFiles, reader: ExportReader, newest: str, main: dict[str, str]) -> None:
    description = {
        "profile": "data-package",
        "wacz_version": _VERSION,
        "title": join_titles(reader.blogs()),
        "software": f"blogarchive {installed_version()}",
        "created": warc_date(newest),
        "resources": list(files.resources),
        **main,
    }
    text = json.dumps(description, ensure_ascii=False, indent=2).encode()
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(text).hexdigest()}"}
    for name, content in (
        ("datapackage.json", text),
        ("datapackage-digest.json", json.dumps(digest, indent=2).encode()),
    ):
        with files.open(name) as file:
            file.write(content)


def _json_line(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False) + "\n").encode()
