"""The index of a WACZ: CDXJ lines in compressed blocks (`index.cdx.gz`), and the first line of each block (`index.idx`).

A viewer reads the small `index.idx`, then the block that may contain a URL, then the record at its offset.
"""

import heapq
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, Final
from urllib.parse import urlsplit

from w3lib.url import safe_url_string

NAME: Final = "index.cdx.gz"
_LINES_PER_BLOCK: Final = 1024
_WWW: Final = "www."


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexEntry:
    """The entry of a record in an index: the key with the time, and the facts without the position in a WARC."""

    key: str
    facts: dict[str, str | None]


def describe_record(record: Any) -> IndexEntry:
    """Return the index entry of a record that warcio wrote. Before, its headers are not complete."""
    url = record.rec_headers.get_header("WARC-Target-URI")
    http = record.http_headers
    media_type = http.get_header("Content-Type") if http else record.content_type
    moment = record.rec_headers.get_header("WARC-Date").translate(_NO_PUNCTUATION)
    facts = {
        "url": url,
        "mime": (media_type or "").partition(";")[0].strip().lower(),
        "status": http.get_statuscode() if http else "200",
        "digest": record.rec_headers.get_header("WARC-Payload-Digest"),
    }
    return IndexEntry(key=f"{url_key(url)} {moment}", facts=facts)


class CdxIndex:
    """The lines of an index, one for each record of a WARC; beyond 100,000 they are sorted in temporary files."""

    def __init__(self, warc_name: str, *, lines_in_memory: int = 100_000) -> None:
        self._warc_name = warc_name
        self._lines_in_memory = lines_in_memory
        self._lines: list[str] = []
        self._sorted_files: list[IO[str]] = []

    def add(self, entry: IndexEntry, *, offset: int, length: int) -> None:
        """Add a record that is `length` bytes long, at `offset` bytes of the WARC."""
        place = {"length": str(length), "offset": str(offset), "filename": self._warc_name}
        self._lines.append(f"{entry.key} {json.dumps(entry.facts | place)}\n")
        if len(self._lines) >= self._lines_in_memory:
            self._sort_to_file()

    def blocks(self) -> Iterator[tuple[str, bytes]]:
        """Yield the compressed blocks of sorted lines, each with key and time of its first line."""
        merged = heapq.merge(sorted(self._lines), *self._sorted_files)
        while lines := list(islice(merged, _LINES_PER_BLOCK)):
            compressor = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
            compressed = compressor.compress("".join(lines).encode()) + compressor.flush()
            yield lines[0].partition(" {")[0], compressed
        for file in self._sorted_files:
            file.close()

    def _sort_to_file(self) -> None:
        file = TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - `blocks` closes it
        file.writelines(sorted(self._lines))
        file.seek(0)
        self._sorted_files.append(file)
        self._lines.clear()


def block_line(first: str, offset: int, block: bytes) -> str:
    """Return the line of `index.idx` for a block at `offset` bytes."""
    return f"{first} {json.dumps({'offset': offset, 'length': len(block)})}\n"


def head_line() -> str:
    """Return the first line of `index.idx`."""
    return f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': NAME})}\n"


def url_key(url: str) -> str:
    """Return the sort key of a URL, with its host reversed, as ReplayWeb.page computes it (`getSurt`)."""
    parts = urlsplit(safe_url_string(url).lower())
    host = (parts.hostname or "").removeprefix(_WWW)
    port = f":{parts.port}" if parts.port else ""
    query = "?" + "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{','.join(reversed(host.split('.')))}{port}){parts.path or '/'}{query}"


_NO_PUNCTUATION: Final = str.maketrans("", "", "-:TZ")
