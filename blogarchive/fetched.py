"""The URL to fetch, the page as served, its headers, and the version of the parsers of pages.

`items` exports these names too, and most modules import them from there. Modules of an export of pages import them
from here: the dataclasses of parsed pages take time to load.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

READER_VERSION = 10
"""Increase by one with every change of a parser; `reparse --stale` finds pages parsed by an older version."""

# 403 may also be a hidden post. No server answers a plain GET with 405, 406, 418, 444 or 456. Firewalls in front of
# Chinese hosts send them to programs.
_REFUSAL_STATUSES = frozenset((403, 405, 406, 418, 429, 444, 456, 503))

MAX_RETRY_AFTER = timedelta(days=30)
_START_TAG = re.compile(rb"<(?:html|body)[\s>]", re.IGNORECASE)
_END_TAG = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_EDGE = 4096  # bytes in which most pages begin, and end


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

    @property
    def is_further_comments(self) -> bool:
        """Return whether this is a page of a post's comments after the first."""
        return self.kind is PageKind.COMMENTS and self.page_no > 1


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

    @property
    def is_refusal(self) -> bool:
        """Whether the status is one with which a host may refuse a crawler."""
        return self.status in _REFUSAL_STATUSES

    @property
    def has_end_tag(self) -> bool:
        """Whether the last 4 KB contain `</body>` or `</html>`."""
        return _END_TAG.search(self.body, max(0, len(self.body) - _EDGE)) is not None

    @property
    def is_truncated(self) -> bool:
        """Whether the first 4 KB open `<html>` or `<body>` and the whole body closes neither."""
        is_whole = self.has_end_tag or _END_TAG.search(self.body)  # few bodies are searched whole
        return not is_whole and _START_TAG.search(self.body, 0, _EDGE) is not None

    @property
    def last_modified(self) -> str | None:
        """The Last-Modified header if it is a strong validator: not of the second before Date (RFC 9110, 8.8.2.2).

        A page may change twice in a second.
        """
        from email.utils import parsedate_to_datetime  # 6 ms, of every command that imports this module

        modified = self.header("Last-Modified")
        try:
            age = parsedate_to_datetime(self.header("Date") or "") - parsedate_to_datetime(modified or "")
        except (ValueError, TypeError, OverflowError):
            return modified
        return modified if age > timedelta(seconds=1) else None

    @property
    def retry_after(self) -> timedelta | None:
        """The delay of the Retry-After header (RFC 9110, 10.2.3), at most `MAX_RETRY_AFTER`.

        The header is a number of seconds or an HTTP date, which is compared with the fetch time. It is None if it is
        missing or invalid.
        """
        text = (self.header("Retry-After") or "").strip()
        if text.isascii() and text.isdigit():
            return timedelta(seconds=min(float(text), MAX_RETRY_AFTER.total_seconds()))
        from email.utils import parsedate_to_datetime

        try:
            until = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        if until.tzinfo is None:
            until = until.replace(tzinfo=self.fetched_at.tzinfo)
        return min(max(timedelta(0), until - self.fetched_at), MAX_RETRY_AFTER)
