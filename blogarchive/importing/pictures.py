"""The pictures that a browser saved with a page, as files of the archive."""

from datetime import datetime
from pathlib import Path

from blogarchive.importing.addresses import picture_sources
from blogarchive.importing.saved import SavedPage, local_file
from blogarchive.items import Visit
from blogarchive.media.answer import Picture, judge
from blogarchive.reading.decode import decode
from blogarchive.store import media
from blogarchive.store.archive import Archive
from blogarchive.store.imported import lacks_picture


def bring_pictures(archive: Archive, saved: SavedPage, visit: Visit, root: Path) -> int:
    """Keep the saved files of the pictures that the visit's posts show; gives how many were new."""
    shown = {image.url for post in visit.reading.posts for image in post.images}
    if not shown:
        return 0
    count = 0
    for src in picture_sources(decode(saved.body, saved.content_type).text):
        found = local_file(saved, visit.page.url, src, root)
        if found is not None and found[0] in shown:
            count += keep_picture(archive, *found, visit.page.fetched_at)
    for url, src in saved.beside.items():
        found = local_file(saved, visit.page.url, src, root)
        if found is not None and url in shown:
            count += keep_picture(archive, url, found[1], visit.page.fetched_at)
    return count


def keep_picture(archive: Archive, url: str, body: bytes, fetched_at: datetime) -> bool:
    """Keep a file as the picture of that URL; False where one is held, or where it is no picture."""
    found = judge(200, body)
    if not isinstance(found, Picture) or not lacks_picture(archive, url):
        return False
    return media.keep(archive, url, found, now=fetched_at)
