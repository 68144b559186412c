"""Store the image files that a browser saved with a page, under the URLs that they had."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from html import escape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from blogarchive.importing.saved_files import (
    SavedPage,
    find_image_file,
    find_image_sources,
    is_page_folder,
    parse_as,
)
from blogarchive.items import CrawledPage, Post
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.html import absolute_url
from blogarchive.parsing.images import ImageFile, check_image
from blogarchive.store import media
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.reparse import StoredText, lacks_media_file, stored_texts
from blogarchive.store.pages.pages import is_page_stored
from blogarchive.store.posts.revisions import SAVED_FOLDER, image_urls, is_site_url, strip_image_urls


def restore_image_urls(
    archive: Archive, saved: SavedPage, crawled: CrawledPage
) -> tuple[SavedPage, CrawledPage]:
    """Return both pages with the image URLs that the archive knows."""
    sources = _find_local_sources(saved, crawled)
    if not sources or is_page_stored(archive, crawled.page.url, saved.body):
        return saved, crawled
    texts = stored_texts(archive, crawled)
    urls = _match_names(sources.values(), texts) | _match_version(sources, crawled.parsed.posts, texts)
    body, restored = _replace_sources(saved.body, urls, crawled.parsed.encoding)
    if not restored:
        return saved, crawled
    page = replace(saved, body=body, restored_images=restored)
    return page, parse_as(page, crawled.target)


def _find_local_sources(saved: SavedPage, crawled: CrawledPage) -> dict[str, str]:
    """Return the `src` of images that the browser saved beside the page, by their absolute URLs."""
    found = {}
    for src in find_image_sources(decode(saved.body, saved.content_type).text):
        url = absolute_url(src, crawled.page.url)
        if url is not None and _is_local(src, saved.path.stem):
            found[unquote(url)] = src
    return found


def _is_local(src: str, stem: str) -> bool:
    parts = urlsplit(src)
    if parts.scheme or parts.netloc:
        return False
    folder, slash, _ = unquote(parts.path).removeprefix("./").partition("/")
    return bool(folder and slash) and (
        is_page_folder(folder, stem) or SAVED_FOLDER.fullmatch(folder) is not None
    )


def _match_version(
    sources: Mapping[str, str], posts: tuple[Post, ...], texts: tuple[StoredText, ...]
) -> dict[str, str]:
    """Return URLs by `src` from a stored version that differs from the page in the URLs of images alone."""
    for post in posts:
        html = post.body_html or ""
        shown = [unquote(url) for url in image_urls(html)]
        for text in texts:
            pairs = list(zip(shown, image_urls(text.body_html), strict=False))
            same = (text.title, text.body_text, strip_image_urls(text.body_html)) == (
                post.title,
                post.body_text,
                strip_image_urls(html),
            )
            if same and all(
                is_site_url(new) if old in sources else old == unquote(new) for old, new in pairs
            ):
                return {sources[old]: new for old, new in pairs if old in sources}
    return {}


def _match_names(sources: Iterable[str], texts: tuple[StoredText, ...]) -> dict[str, str]:
    """Return URLs by `src` if one image alone of the post or its comments has the file's name."""
    stored: dict[str, set[str]] = {}
    for url in (url for text in texts for url in image_urls(text.body_html)):
        if is_site_url(url):
            stored.setdefault(_file_name(url), set()).add(url)
    found = ((src, stored.get(_file_name(src), set())) for src in sources)
    return {src: next(iter(urls)) for src, urls in found if len(urls) == 1}


def _file_name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


def _replace_sources(body: bytes, urls: Mapping[str, str], encoding: str) -> tuple[bytes, dict[str, str]]:
    """Return the page's bytes with `urls` instead of the keys, and the keys that were found, by URL."""
    found = {}
    for src, url in urls.items():
        for written in _encode_source(src, encoding):
            body, count = re.subn(
                rb"(?<=[\"'=\s])" + re.escape(written) + rb"(?=[\"'\s>])", _encode_url(url), body
            )
            if count:
                found[url] = src
    return body, found


def _encode_url(url: str) -> bytes:
    return escape(url).encode("ascii", "xmlcharrefreplace").replace(b"\\", b"\\\\")


def _encode_source(src: str, encoding: str) -> Iterator[bytes]:
    for text in dict.fromkeys((src, escape(src))):
        try:
            yield text.encode(encoding)
        except (LookupError, UnicodeEncodeError):
            continue


def import_images(archive: Archive, saved: SavedPage, crawled: CrawledPage, root: Path) -> int:
    """Store the saved files, below `root`, of the images in the page's posts; return how many are new."""
    shown = {image.url for post in crawled.parsed.posts for image in post.images}
    if not shown:
        return 0
    sources = [(None, src) for src in find_image_sources(decode(saved.body, saved.content_type).text)]
    count = 0
    for true_url, src in [*sources, *saved.restored_images.items()]:
        found = find_image_file(saved, crawled.page.url, src, root)
        if found is not None and (url := true_url or found[0]) in shown:
            count += store_image(archive, url, found[1], crawled.page.fetched_at)
    return count


def store_image(archive: Archive, url: str, body: bytes, fetched_at: datetime) -> bool:
    """Store `body` as the image of that URL; return False if one is stored already, or if it is no image."""
    found = check_image(200, body)
    if not isinstance(found, ImageFile) or not lacks_media_file(archive, url):
        return False
    return media.store_image(archive, url, found, now=fetched_at)
