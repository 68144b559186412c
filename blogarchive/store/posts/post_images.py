"""Store which images the current version of a post shows. Their files are fetched later."""

from blogarchive.items import Post
from blogarchive.parsing.http import host_of
from blogarchive.store.pages.context import SaveContext


def save_images(context: SaveContext, post_id: int, post: Post) -> None:
    """Store the URLs and positions of the images of a post."""
    shown = [(image.position, image.url) for image in post.images]
    stored = context.archive.rows(
        "select position, url from post_media where post_id = ? order by position", (post_id,)
    )
    if stored == sorted(shown):
        return
    context.archive.execute("delete from post_media where post_id = ?", (post_id,))
    context.archive.execute_many(
        "insert into post_media(post_id, position, url, media_id)"
        " values (?, ?, ?, (select id from media where url = ?))",
        [(post_id, position, url, url) for position, url in shown],
    )


def copy_images(context: SaveContext, post_id: int, post: Post) -> None:
    """Store the files of the images also under the URLs that `post` shows at the same positions, if those lack files."""
    context.archive.execute_many(
        "insert into media(url, host, sha256, content_type, size, width, height, status, fetched_at)"
        " select ?, ?, m.sha256, m.content_type, m.size, m.width, m.height, m.status, m.fetched_at"
        " from post_media pm join media m on m.id = pm.media_id"
        " where pm.post_id = ? and pm.position = ? and m.sha256 is not null"
        " on conflict(url) do update set sha256 = excluded.sha256, content_type = excluded.content_type,"
        " size = excluded.size, width = excluded.width, height = excluded.height, status = excluded.status,"
        " fetched_at = excluded.fetched_at, next_try_at = null, detail = null where media.sha256 is null",
        [(image.url, host_of(image.url), post_id, image.position) for image in post.images],
    )
