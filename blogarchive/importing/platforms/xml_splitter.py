"""Split an XML file of any size into the elements of one name, as bytes, without parsing them.

Only one element is in memory, and a damaged one does not affect the others. Tags in CDATA sections and in comments
are text. Attribute values contain no `<` in XML.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_BLOCK = 2**20
_LONGEST_TOKEN = 64
_SECTION_ENDS = {b"<![CDATA[": re.compile(rb"\]\]>"), b"<!--": re.compile(rb"-->")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """An element and its place in the file. `body` is None if it is larger than the limit.

    `is_cut`: the file ends in the element.
    """

    start: int
    end: int
    body: bytes | None
    is_cut: bool = False


def read_head(path: Path, name: str, limit: int) -> bytes:
    """Return the bytes before the first element of that name; none if they are more than `limit`. Raises `OSError`."""
    with path.open("rb") as file:
        return _Splitter(file, name.encode(), limit).read_head()


def split_elements(path: Path, name: str, limit: int) -> Iterator[Part]:
    """Yield the elements of that name in the order of the file, each of at most `limit` bytes. Raises `OSError`."""
    with path.open("rb") as file:
        yield from _Splitter(file, name.encode(), limit).split()


class _Splitter:
    def __init__(self, file: BinaryIO, name: bytes, limit: int) -> None:
        self._file = file
        self._limit = limit
        self._opening = re.compile(rb"<!\[CDATA\[|<!--|<" + name + rb"(?=[\s>])")
        self._closing = re.compile(rb"<!\[CDATA\[|<!--|</" + name + rb"\s{0,9}>")
        self._buffer = bytearray()
        self._offset = 0  # of the buffer in the file
        self._position = 0  # in the buffer, of the next byte to search
        self._start: int | None = None  # of the open element in the file
        self._is_too_large = False

    def read_head(self) -> bytes:
        self._start = 0
        end = self._find(self._opening)
        return b"" if self._is_too_large else bytes(self._buffer[:end])

    def split(self) -> Iterator[Part]:
        while (start := self._find(self._opening)) is not None:
            self._start, self._is_too_large = start, False
            is_whole = self._find(self._closing) is not None
            yield self._cut_element(start, is_whole=is_whole)

    def _find(self, pattern: re.Pattern[bytes]) -> int | None:
        """Return the place of the next match outside CDATA sections and comments; None at the end of the file."""
        while (found := self._search(pattern)) is not None:
            section_end = _SECTION_ENDS.get(found[1])
            if section_end is None:
                return found[0]
            if self._search(section_end) is None:
                return None
        return None

    def _search(self, pattern: re.Pattern[bytes]) -> tuple[int, bytes] | None:
        """Return the place and the bytes of the next match; None at the end of the file."""
        while (match := pattern.search(self._buffer, self._position)) is None:
            self._position = max(self._position, len(self._buffer) - _LONGEST_TOKEN)
            self._drop()
            block = self._file.read(_BLOCK)
            if not block:
                return None
            self._buffer += block
        self._position = match.end()
        return self._offset + match.start(), match[0]

    def _drop(self) -> None:
        """Drop the bytes that no element needs."""
        if self._start is not None and self._offset + self._position - self._start > self._limit:
            self._is_too_large = True
        needed = self._position
        if self._start is not None and not self._is_too_large:
            needed = self._start - self._offset
        del self._buffer[:needed]
        self._offset += needed
        self._position -= needed

    def _cut_element(self, start: int, *, is_whole: bool) -> Part:
        end = self._offset + (self._position if is_whole else len(self._buffer))
        body = None
        if not self._is_too_large and end - start <= self._limit:
            body = bytes(self._buffer[start - self._offset : end - self._offset])
        self._start = None
        return Part(start=start, end=end, body=body, is_cut=not is_whole)
