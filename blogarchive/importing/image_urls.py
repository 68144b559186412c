"""The true addresses of pictures in a "complete page": a browser wrote those of its own files in their place.

What the archive holds of the post tells them: a version that differs in these addresses alone, else a picture of the
post with the file's name. Where it tells none, the page stays as it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from html import escape
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from blogarchive.importing.identify import placed
from blogarchive.importing.page_urls import picture_sources
from blogarchive.importing.saved_files import SavedPage, belongs_to_page
from blogarchive.items import CrawledPage, Post
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.html.urls import absolute_url
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.imported_pages import StoredText, is_page_stored, stored_texts
from blogarchive.store.posts.saved_image_names import BESIDE, is_true, pictures, without_addresses


def restored(archive: Archive, saved: SavedPage, crawled: CrawledPage) -> tuple[SavedPage, CrawledPage]:
    """The page and its visit with the pictures' true addresses, as far as the archive tells them."""
    sources = _beside(saved, crawled)
    if not sources or is_page_stored(archive, crawled.page.url, saved.body):
        return saved, crawled
    texts = stored_texts(archive, crawled)
    true = _by_name(sources.values(), texts) | _by_place(sources, crawled.parsed.posts, texts)
    body, beside = _rewritten(saved.body, true, crawled.parsed.encoding)
    if not beside:
        return saved, crawled
    page = replace(saved, body=body, beside=beside)
    return page, placed(page, crawled.target)


def _beside(saved: SavedPage, crawled: CrawledPage) -> dict[str, str]:
    """The pictures that lie beside the page: their addresses as they are read, plain, and as they stand on the page."""
    found = {}
    for src in picture_sources(decode(saved.body, saved.content_type).text):
        url = absolute_url(src, crawled.page.url)
        if url is not None and _lies_beside(src, saved.path.stem):
            found[unquote(url)] = src
    return found


def _lies_beside(src: str, stem: str) -> bool:
    parts = urlsplit(src)
    if parts.scheme or parts.netloc:
        return False
    folder, slash, _ = unquote(parts.path).removeprefix("./").partition("/")
    return bool(folder and slash) and (belongs_to_page(folder, stem) or BESIDE.fullmatch(folder) is not None)


def _by_place(
    sources: Mapping[str, str], posts: tuple[Post, ...], texts: tuple[StoredText, ...]
) -> dict[str, str]:
    """The addresses in a version of the post that differs from what the page shows in nothing else, by those there."""
    for post in posts:
        html = post.body_html or ""
        shown = [unquote(url) for url in pictures(html)]
        for text in texts:
            pairs = list(zip(shown, pictures(text.body_html), strict=False))
            same = (text.title, text.body_text, without_addresses(text.body_html)) == (
                post.title,
                post.body_text,
                without_addresses(html),
            )
            if same and all(is_true(new) if old in sources else old == unquote(new) for old, new in pairs):
                return {sources[old]: new for old, new in pairs if old in sources}
    return {}


def _by_name(sources: Iterable[str], texts: tuple[StoredText, ...]) -> dict[str, str]:
    """The one picture of the post, or of its comments, that has the file's name, by the file's address."""
    known: dict[str, set[str]] = {}
    for url in (url for text in texts for url in pictures(text.body_html)):
        if is_true(url):
            known.setdefault(_name(url), set()).add(url)
    found = ((src, known.get(_name(src), set())) for src in sources)
    return {src: next(iter(urls)) for src, urls in found if len(urls) == 1}


def _name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


def _rewritten(body: bytes, true: Mapping[str, str], encoding: str) -> tuple[bytes, dict[str, str]]:
    """The page's bytes with these addresses in place of those, and which were found: true ones with those they replace."""
    done = {}
    for src, url in true.items():
        for written in _as_written(src, encoding):
            body, count = re.subn(
                rb"(?<=[\"'=\s])" + re.escape(written) + rb"(?=[\"'\s>])", _bytes(url), body
            )
            if count:
                done[url] = src
    return body, done


def _bytes(url: str) -> bytes:
    return escape(url).encode("ascii", "xmlcharrefreplace").replace(b"\\", b"\\\\")


def _as_written(src: str, encoding: str) -> Iterator[bytes]:
    for words in dict.fromkeys((src, escape(src))):
        try:
            yield words.encode(encoding)
        except (LookupError, UnicodeEncodeError):
            continue
