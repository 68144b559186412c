"""The parts of an export file, and a function that opens it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

MAX_BYTES = 64 * 2**20
"""The largest post that is imported, with its comments."""

Reject = Callable[[str, str], None]
"""Called with the name of a part that is not imported, and the reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedFacts:
    """Options of the user: the URL of the blog, and the zone of times without one; both are stored in each page."""

    url: str | None = None
    zone: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """The bytes of one post's page, its place for messages, and the offset in the file that was read so far."""

    body: bytes
    name: str
    offset: int


class ExportFile(Protocol):
    """An export file of one platform."""

    @property
    def exported_at(self) -> datetime | None:
        """The time of the export (aware) that the file names, None if it names none."""

    def pages(self, reject: Reject) -> Iterator[PostPage]:
        """Yield the pages in the order of the file; `reject` is called for each part that is damaged or cut."""


OpenExport = Callable[[Path, NamedFacts], ExportFile]
"""Returns the export file at a path. Raises `UsageError` if it is none of that platform."""
