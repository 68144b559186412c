"""Store the image files that a browser saved with a page, under the URLs that they had."""

from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from blogarchive.importing.saved_files import SavedPage, find_image_file, find_image_sources
from blogarchive.items import CrawledPage
from blogarchive.parsing.images import ImageFile, check_image
from blogarchive.store import media
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.reparse import lacks_media_file, stored_texts
from blogarchive.store.posts.revisions import image_urls, is_site_url, strip_image_urls
from blogarchive.workers.parser_process import run_guarded


def import_images(archive: Archive, saved: SavedPage, crawled: CrawledPage, root: Path) -> int:
    """Store the saved files, below `root`, of the images in the page's posts; return how many are new.

    A browser replaces the URLs of images by the paths of its files. A file has the URL of the stored post, if there is one.
    """
    shown = {image.url for post in crawled.parsed.posts for image in post.images}
    if not shown:
        return 0
    urls, count = _site_urls(archive, crawled), 0
    for src in run_guarded(len(saved.body), find_image_sources, saved.body, saved.content_type):
        found = find_image_file(saved, crawled.page.url, src, root)
        if found is not None and found[0] in shown:
            url = urls.get(unquote(found[0]), found[0])
            count += store_image(archive, url, found[1], crawled.page.fetched_at)
    return count


def _site_urls(archive: Archive, crawled: CrawledPage) -> dict[str, str]:
    """Return the URL of the site by the path that replaces it, from versions that differ from the page in these alone."""
    found: dict[str, str] = {}
    for post in crawled.parsed.posts:
        html = post.body_html or ""
        own = (post.title, post.body_text, strip_image_urls(html))
        for text in stored_texts(archive, crawled):
            if own == (text.title, text.body_text, strip_image_urls(text.body_html)):
                pairs = zip(image_urls(html), image_urls(text.body_html), strict=True)
                found.update(
                    (unquote(old), new) for old, new in pairs if is_site_url(new) and not is_site_url(old)
                )
    return found


def store_image(archive: Archive, url: str, body: bytes, fetched_at: datetime) -> bool:
    """Store `body` as the image of that URL; return False if one is stored already, or if it is no image."""
    found = check_image(200, body)
    if not isinstance(found, ImageFile) or not lacks_media_file(archive, url):
        return False
    return media.store_image(archive, url, found, now=fetched_at)
