"""The pictures that a browser saved with a page, as files of the archive."""

from pathlib import Path

from blogarchive.importing.addresses import picture_sources
from blogarchive.importing.saved import SavedPage, local_file
from blogarchive.items import Visit
from blogarchive.reading.decode import decode
from blogarchive.store.archive import Archive
from blogarchive.store.brought_media import keep_file, lacks_file, picture_type


def bring_pictures(archive: Archive, saved: SavedPage, visit: Visit, root: Path) -> int:
    """Keep the saved files of the pictures that the visit's posts show; gives how many were new."""
    shown = {image.url for post in visit.reading.posts for image in post.images}
    if not shown:
        return 0
    count = 0
    for src in picture_sources(decode(saved.body, saved.content_type).text):
        found = local_file(saved, visit.page.url, src, root)
        if found is None or found[0] not in shown or not lacks_file(archive, found[0]):
            continue
        kind = picture_type(found[1])
        if kind is not None:
            keep_file(archive, *found, kind, visit.page.fetched_at)
            count += 1
    return count
