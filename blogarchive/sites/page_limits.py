"""Limits of the size of a page: no page within them takes more than 2 s or 500 MB to parse on one core."""

from blogarchive.items import PageKind, ParsedPage, Problem

MAX_PAGE_BYTES = 2_000_000
"""Bytes of a page after decompression; the largest page of a real blog that was seen has a quarter of it."""

MAX_TAGS = 50_000
"""Start and end tags of a page, counted as `<`."""


def refuse_large_page(body: bytes) -> ParsedPage | None:
    """Return a page without content and with a problem that names the limit that `body` exceeds, or None."""
    if len(body) > MAX_PAGE_BYTES:
        return _refuse(f"not parsed: {len(body):,} bytes, the limit is {MAX_PAGE_BYTES:,}")
    if (tags := body.count(b"<")) > MAX_TAGS:
        return _refuse(f"not parsed: {tags:,} tags, the limit is {MAX_TAGS:,}")
    return None


def _refuse(detail: str) -> ParsedPage:
    problem = Problem(kind="unreadable", field="page", detail=detail)
    return ParsedPage(kind=PageKind.UNKNOWN, encoding="", problems=(problem,))
