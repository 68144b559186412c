"""The functions and types that Python programs may import: docs/api.md describes them and promises what stays.

with open_archive("archive.db") as archive:
    for post in archive.posts():
        print(post.posted_at, post.title, len(post.comments))

All other modules may change in any version.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from blogarchive.crawl.named_urls import target_of_url
from blogarchive.errors import ArchiveBusy, ArchiveDamaged, BlogArchiveError, NoArchive, UsageError
from blogarchive.items import (
    Comment as ParsedComment,
    CrawledPage,
    DateText,
    Page,
    PageKind,
    ParsedPage,
    Post as ParsedPost,
    Precision,
)
from blogarchive.parsing.charset.decoding import Decoded, decode
from blogarchive.parsing.dates.parse import ParsedDate, parse_date
from blogarchive.sites import base
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.read.exports import ExportReader, Filters, open_reader
from blogarchive.store.read.models import BlogHeader as Blog, Comment, FullPost as Post, Image, Version

__all__ = [
    "ArchiveBusy", "ArchiveDamaged", "ArchiveReader", "Blog", "BlogArchiveError", "Comment", "CrawledPage",
    "DateText", "Decoded", "Image", "NoArchive", "PageKind", "ParsedComment", "ParsedDate", "ParsedPage",
    "ParsedPost", "Post", "Precision", "UsageError", "Version", "crawled_page", "decode", "open_archive",
    "parse_date", "parse_page",
]  # fmt: skip


class ArchiveReader:
    """The blogs and posts of an archive that match the filters of `open_archive`."""

    def __init__(self, reader: ExportReader) -> None:
        self._reader = reader

    def blogs(self) -> tuple[Blog, ...]:
        """Return the blogs by site and uid."""
        return self._reader.blogs()

    def posts(self, blog: Blog | None = None) -> Iterator[Post]:
        """Yield the posts of `blog`, or of all blogs, oldest first, those without a date last.

        One post with its comments is in memory at a time.
        """
        for each in (blog,) if blog is not None else self.blogs():
            yield from map(self._reader.post, self._reader.headings(each))

    def image_bytes(self, image: Image) -> bytes:
        """Return the stored file of an image; raises `KeyError` if its file is not stored."""
        return self._reader.image_bytes(image.sha256 or "")


@contextmanager
def open_archive(
    path: Path | str,
    *,
    authors: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    categories: Sequence[str] = (),
) -> Iterator[ArchiveReader]:
    """Open the archive at `path` for reading; a backup may write to it meanwhile, and is not seen.

    `authors` are uids, `site/uid` or nicknames. `since` and `until` are days in the time zone of the site, both included.
    `categories` are names; a post of any of them matches. Raises `NoArchive` if there is no file, and `ArchiveDamaged`
    if it is no archive. Raises `UsageError` for an unknown author or category, or an archive of another version.
    """
    filters = Filters(authors=tuple(authors), since=since, until=until, categories=tuple(categories))
    with open_reader(Path(path), filters) as reader:
        yield ArchiveReader(reader)


def crawled_page(
    body: bytes,
    url: str,
    *,
    status: int = 200,
    content_type: str | None = None,
    fetched_at: datetime | None = None,
    site: str | None = None,
) -> CrawledPage:
    """Return a fetched page with what a reader sees on it, as the pipelines `text`, `dates` and `store` take it.

    Parameters and errors are those of `parse_page`; `status` is that of the response.
    """
    target = target_of_url(url, site)
    headers = (("Content-Type", content_type),) if content_type else ()
    now = fetched_at or datetime.now(UTC)
    page = Page(url=url, fetched_at=now, status=status, headers=headers, body=body)
    return CrawledPage(target=target, page=page, parsed=base.parse_page(page, target))


def parse_page(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    fetched_at: datetime | None = None,
    site: str | None = None,
) -> ParsedPage:
    """Return what a reader sees on a page of a known site; any bytes are accepted.

    `content_type` is the value of that header. Times such as 昨天 are resolved against `fetched_at`, an aware time, by
    default now. `site` is the name of the site if the host of `url` is unknown. Raises `UsageError` for an unknown host
    or site.
    """
    crawled = crawled_page(body, url, content_type=content_type, fetched_at=fetched_at, site=site)
    return normalize_page(crawled).parsed
