"""The filters of an export, and stored pages as exports write them."""

import json
from dataclasses import dataclass
from datetime import date

from blogarchive.store.pages.page_rows import decompress_body

PAGE_FIELD = "Blogarchive-Page"
"""The field of a WARC record with the site, target and comment counts of a page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Conditions on posts; an empty one allows all.

    `authors` are uids, `site/uid` or nicknames. `since` and `until` are days in the site's time zone, both included.
    `categories` are names; a post in any of them is exported.
    """

    authors: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRecord:
    """A page as served, uncompressed.

    `target` is the target that it was fetched for, `counted` are the comments of the pages before it; both are JSON.
    """

    url: str
    fetched_at: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    site: str
    target: str
    counted: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedPage:
    """A stored page with its columns as they are: the body is compressed, the headers are JSON."""

    url: str
    fetched_at: str
    status: int
    headers: str
    body: bytes
    site: str
    target: str
    counted: str | None

    def unpack(self) -> PageRecord:
        """Return the page as served. Raises `ArchiveDamaged` if its bytes are not whole."""
        return PageRecord(
            url=self.url,
            fetched_at=self.fetched_at,
            status=self.status,
            headers=tuple((str(name), str(value)) for name, value in json.loads(self.headers)),
            body=decompress_body(self.body, self.url, self.fetched_at),
            site=self.site,
            target=self.target,
            counted=self.counted,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredImage:
    """A stored image with its file; `fetched_at` is UTC, empty if unknown."""

    url: str
    content_type: str | None
    fetched_at: str
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayPage:
    """A stored page that a reader may start from; `fetched_at` is UTC. A home page has no text."""

    url: str
    fetched_at: str
    title: str | None
    text: str | None
