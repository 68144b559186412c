"""Facts of an HTTP response that need no parser: whether its HTML is complete, and how long to wait for a retry."""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

from blogarchive.items import Page

MAX_RETRY_AFTER = timedelta(days=30)

_START_TAG = re.compile(rb"<(?:html|body)[\s>]", re.IGNORECASE)
_END_TAG = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_EDGE = 4096  # bytes in which most pages begin, and end


def has_page_end(body: bytes) -> bool:
    """Return whether the last 4 KB of `body` contain `</body>` or `</html>`."""
    return _END_TAG.search(body, max(0, len(body) - _EDGE)) is not None


def is_truncated(body: bytes) -> bool:
    """Return whether the first 4 KB open `<html>` or `<body>` and the whole body closes neither."""
    return bool(_START_TAG.search(body, 0, _EDGE)) and not (has_page_end(body) or _END_TAG.search(body))


def retry_after(page: Page) -> timedelta | None:
    """Return the delay of the page's Retry-After header (RFC 9110, 10.2.3), at most `MAX_RETRY_AFTER`.

    The header is a number of seconds or an HTTP date, which is compared with the fetch time. Returns None if it is
    missing or invalid.
    """
    received_at, text = page.fetched_at, (page.header("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(float(text), MAX_RETRY_AFTER.total_seconds()))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=received_at.tzinfo)
    return min(max(timedelta(0), until - received_at), MAX_RETRY_AFTER)
