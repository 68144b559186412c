"""The pictures that a browser saved with a page, as files of the archive."""

from datetime import datetime
from pathlib import Path

from blogarchive.importing.page_urls import picture_sources
from blogarchive.importing.saved_files import SavedPage, local_file
from blogarchive.items import CrawledPage
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.media.check_image import ImageFile, check_image
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.imported_pages import lacks_media_file
from blogarchive.store.media import queue as media_queue


def bring_pictures(archive: Archive, saved: SavedPage, crawled: CrawledPage, root: Path) -> int:
    """Keep the saved files of the pictures that the visit's posts show; gives how many were new."""
    shown = {image.url for post in crawled.parsed.posts for image in post.images}
    if not shown:
        return 0
    count = 0
    for src in picture_sources(decode(saved.body, saved.content_type).text):
        found = local_file(saved, crawled.page.url, src, root)
        if found is not None and found[0] in shown:
            count += keep_picture(archive, *found, crawled.page.fetched_at)
    for url, src in saved.beside.items():
        found = local_file(saved, crawled.page.url, src, root)
        if found is not None and url in shown:
            count += keep_picture(archive, url, found[1], crawled.page.fetched_at)
    return count


def keep_picture(archive: Archive, url: str, body: bytes, fetched_at: datetime) -> bool:
    """Keep a file as the picture of that URL; False where one is held, or where it is no picture."""
    found = check_image(200, body)
    if not isinstance(found, ImageFile) or not lacks_media_file(archive, url):
        return False
    return media_queue.keep(archive, url, found, now=fetched_at)
