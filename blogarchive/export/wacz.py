"""`export wacz`: the WARC with an index, a list of pages and checksums in one file (WACZ 1.1.1).

ReplayWeb.page opens it in a browser, without a server, and searches titles and texts.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedWriter, RawIOBase
from typing import IO, BinaryIO, Final, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from blogarchive import installed_version
from blogarchive.export.folder import BUFFER, short_digest
from blogarchive.export.run import ExportJob, exporter_of_blogs
from blogarchive.export.warc import UNKNOWN_TIME, Record, open_earlier, warc_date, write_records
from blogarchive.store.read.exports import ExportReader
from blogarchive.store.read.models import join_titles

_VERSION: Final = "1.1.1"
_WARC_NAME: Final = "pages.warc.gz"
_INDEX_NAME: Final = "index.cdx.gz"
_LINES_PER_BLOCK: Final = 1024
BLOCK_BYTES: Final = 2**16  # on average; a new line costs the compression of one block
_MOST_IN_BLOCK: Final = 2**20  # bytes; the last page of a block may exceed it
_GZIP: Final = 16 + zlib.MAX_WBITS
_LEVEL: Final = 1  # takes a third of the time of level 6, and a tenth more bytes
# The first day of ZIP as a field. Local headers have the sizes of files beyond 4 GB. ReplayWeb.page reads them only if
# the central directory has such a field.
_TIME_FIELD: Final = struct.pack("<HHBl", 0x5455, 5, 1, 315_532_800)


@exporter_of_blogs
def export_wacz(job: ExportJob) -> None:
    """Write every stored page and image to the file `out`, or to `pages.wacz` in it if it is a folder.

    Filters and damaged pages are those of `export_warc`.
    """
    with job.open_file("pages.wacz") as file, ZipFile(file, "w") as package, open_earlier(job) as earlier:
        files = _PackageFiles(job, package, earlier)
        with files.open(f"archive/{_WARC_NAME}", ZIP_STORED) as warc:
            begin = files.place
            with BufferedWriter(cast("RawIOBase", warc), BUFFER) as records:
                write_records(job, records, _WARC_NAME, earlier, begin=begin)
        _write_index(files, (Record(*one) for one in job.done.records))
        _write_description(files, job.reader, *_write_page_list(files, job.reader))


class _PackageFiles:
    """The files of a package under writing; `resources` describes those written, `size` is that of the last in bytes.

    It is the compressor of `zipfile`: each text that is written becomes a block that needs no other.
    """

    def __init__(self, job: ExportJob, package: ZipFile, replaced: IO[bytes]) -> None:
        self.resources: list[dict[str, object]] = []
        self.size = 0
        self._job, self._package, self._replaced = job, package, replaced
        self._earlier = {record[0]: record[1:3] for record in job.earlier}

    @contextmanager
    def open(self, name: str, compression: int = ZIP_DEFLATED) -> Iterator[IO[bytes]]:
        entry = ZipInfo(name)  # with the first day of ZIP: the same archive gives the same bytes
        entry.compress_type = compression
        entry.extra = _TIME_FIELD
        self.size, self._hash, self._is_stored = 0, hashlib.sha256(), compression == ZIP_STORED
        with self._package.open(entry, "w", force_zip64=True) as file:
            file._compressor = self  # type: ignore[attr-defined]  # it counts the bytes and copies blocks
            yield file
        facts = {"hash": f"sha256:{self._hash.hexdigest()}", "bytes": self.size}
        self.resources.append({"name": name.rpartition("/")[2], "path": name, **facts})

    @property
    def place(self) -> int:
        """Return the offset in the package at which the next bytes are written."""
        return cast("BinaryIO", self._package.fp).tell()

    def compress(self, data: bytes) -> bytes:
        """Return the bytes of an entry for data. Those of a text are copied if the replaced file has the same text."""
        self.size += len(data)
        self._hash.update(data)
        if self._is_stored:
            return data
        digest = short_digest(data)
        if found := self._earlier.get(digest):
            offset, length = found
            self._replaced.seek(offset)
            block = self._replaced.read(length)
        else:
            deflate = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS)
            block = deflate.compress(data) + deflate.flush(zlib.Z_FULL_FLUSH)
        self._job.done.records.append(Record(digest, self.place, len(block), False))
        return block

    def flush(self) -> bytes:
        """Return the end of an entry: of a text an empty last block."""
        return b"" if self._is_stored else b"\x03\0"


def _write_index(files: _PackageFiles, records: Iterable[Record]) -> None:
    """Write the sorted lines of the records in compressed blocks, and the file with the first line of each block."""
    lines = sorted(map(_index_line, records))
    heads = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': _INDEX_NAME})}\n"]
    with files.open(f"indexes/{_INDEX_NAME}", ZIP_STORED) as blocks:
        for start in range(0, len(lines), _LINES_PER_BLOCK):
            block = zlib.compress("".join(lines[start : start + _LINES_PER_BLOCK]).encode(), _LEVEL, _GZIP)
            place = {"offset": files.size, "length": len(block)}
            heads.append(f"{lines[start].partition(' {')[0]} {json.dumps(place)}\n")
            blocks.write(block)
    with files.open("indexes/index.idx") as file:
        file.write("".join(heads).encode())


def _index_line(record: Record) -> str:
    place = f'"length": "{record.length}", "offset": "{record.offset}", "filename": "{_WARC_NAME}"'
    return f"{record.key} {record.facts[:-1]}, {place}}}\n"


def _write_page_list(files: _PackageFiles, reader: ExportReader) -> tuple[str, dict[str, str]]:
    """Write the home pages and the posts with titles and texts. Return the newest fetch time, and facts of the first.

    URL and length of a line decide whether it ends a block: a new line changes only its own block.
    """
    newest, main = UNKNOWN_TIME.encode(), dict[str, str]()
    with files.open("pages/pages.jsonl") as file:
        head = {"format": "json-pages-1.0", "id": "pages", "title": "Pages", "hasText": True}
        block, size = [json.dumps(head).encode()], 0
        for line, url, at in reader.replay_pages():
            block.append(line)
            size += len(line)
            if zlib.crc32(url) % BLOCK_BYTES < len(line) or size > _MOST_IN_BLOCK:
                file.write(b"\n".join((*block, b"")))
                block, size = [], 0
            newest = max(newest, at)
            main = main or {"mainPageUrl": url.decode(), "mainPageDate": warc_date(at.decode())}
        file.write(b"\n".join((*block, b"")))
    return newest.decode(), main


def _write_description(files: _PackageFiles, reader: ExportReader, newest: str, main: dict[str, str]) -> None:
    """Write `datapackage.json`, which lists all files with their digests, and the file with its own digest."""
    description = {
        "profile": "data-package",
        "wacz_version": _VERSION,
        "title": join_titles(reader.blogs()),
        "software": f"blogarchive {installed_version()}",
        "created": warc_date(newest),
        "resources": list(files.resources),
        **main,
    }
    text = json.dumps(description, ensure_ascii=False, indent=2)
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"}
    written = {"datapackage.json": text, "datapackage-digest.json": json.dumps(digest, indent=2)}
    for name, content in written.items():
        with files.open(name) as file:
            file.write(content.encode())
