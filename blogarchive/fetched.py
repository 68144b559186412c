"""The URL to fetch, the page as served, and the version of the parsers of pages.

`items` exports these names too, and most modules import them from there. Modules that an export of pages loads import
them from here, since the dataclasses of parsed pages take time to load.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

READER_VERSION = 10
"""Increase by one with every change of a parser; `reparse --stale` finds pages parsed by an older version."""


class PageKind(StrEnum):
    """The kind of a page, by its content; of a `Target`, the kind that its link suggests."""

    HOME = "home"  # the index of an author, first or later page
    MONTH = "month"  # one month of the archive, first or later page
    CATEGORY = "category"
    POST = "post"
    COMMENTS = "comments"  # a later page of a post's comments
    NOTICE = "notice"  # gone, hidden, login, blocked: with any status
    UNKNOWN = "unknown"


LIST_KINDS = (PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY)
"""Kinds of pages that list posts and continue on next pages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A URL to fetch, as stored in the frontier.

    `kind` is the kind that the link suggests, `uid` the blog it is fetched for. `post_number` is the post of
    a COMMENTS target. `page_no` counts from 1 along a chain of "next" links; `chain` is the URL of its first
    page.
    """

    url: str
    site: str
    kind: PageKind
    uid: str | None = None
    number: str | None = None
    post_number: str | None = None
    page_no: int = 1
    chain: str | None = None
    etag: str | None = None
    last_modified: str | None = None

    @property
    def is_home(self) -> bool:
        """Return whether this is the first home page of a blog."""
        return self.kind is PageKind.HOME and self.page_no == 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page as served; `fetched_at` is UTC, `headers` contain no cookies."""

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of the first header with that name, in any case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def is_imported(self) -> bool:
        """Whether the page is a saved page that was imported."""
        return self.header("X-Imported-From") is not None
