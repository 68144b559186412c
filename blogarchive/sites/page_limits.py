"""Limits of the size of a page: a page within them takes at most about 2 s and 250 MB to parse on one core.

docs/decisions/0064-limits-of-a-page.md
"""

from blogarchive.items import PageKind, ParsedPage, Problem
from blogarchive.messages.details import Detail

MAX_PAGE_BYTES = 2_000_000
"""Bytes of a page after decompression."""

MAX_TAGS = 40_000
"""Start and end tags of a page, counted as `<`."""


def count_tags(body: bytes) -> int:
    """Return the number of start and end tags of a page, as the limit counts them."""
    return body.count(b"<")


def refuse_large_page(body: bytes) -> ParsedPage | None:
    """Return a page without content and with a problem that names the limit that `body` exceeds, or None."""
    if len(body) > MAX_PAGE_BYTES:
        return _refuse(Detail.PAGE_BYTES.format(size=len(body), limit=MAX_PAGE_BYTES))
    if (tags := count_tags(body)) > MAX_TAGS:
        return _refuse(Detail.PAGE_TAGS.format(count=tags, limit=MAX_TAGS))
    return None


def _refuse(detail: str) -> ParsedPage:
    problem = Problem(kind="unreadable", field="page", detail=detail)
    return ParsedPage(kind=PageKind.UNKNOWN, encoding="", problems=(problem,))
