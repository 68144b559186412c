"""Which pictures a post shows, as its current version stands; the bytes are fetched by others."""

from blogarchive.items import Post
from blogarchive.parsing.media.hosts import host_of
from blogarchive.store.pages.context import SaveContext


def save(context: SaveContext, post_id: int, post: Post) -> None:
    """Keep the places of the post's pictures."""
    wanted = [(image.position, image.url) for image in post.images]
    there = context.archive.rows(
        "select position, url from post_media where post_id = ? order by position", (post_id,)
    )
    if there == sorted(wanted):
        return
    context.archive.execute("delete from post_media where post_id = ?", (post_id,))
    context.archive.execute_many(
        "insert into post_media(post_id, position, url, media_id)"
        " values (?, ?, ?, (select id from media where url = ?))",
        [(post_id, position, url, url) for position, url in wanted],
    )


def copy(context: SaveContext, post_id: int, post: Post) -> None:
    """Keep the files of the pictures held, place by place, under the URLs that `post` has there, where those lack one."""
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
