"""Store the image files that a browser saved with a page."""

from datetime import datetime
from pathlib import Path

from blogarchive.importing.page_urls import find_image_sources
from blogarchive.importing.saved_files import SavedPage, find_image_file
from blogarchive.items import CrawledPage
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.images import ImageFile, check_image
from blogarchive.store import media as media_queue
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.reparse import lacks_media_file


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
    return media_queue.store_image(archive, url, found, now=fetched_at)
