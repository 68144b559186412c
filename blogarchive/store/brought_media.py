"""Files of pictures that came with an import: kept once by their hash, under the URL that the post shows."""

from datetime import datetime
from hashlib import sha256

from blogarchive.store.archive import Archive
from blogarchive.store.times import utc_text

HELD = "done"
"""The state of a picture whose file is held."""

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


def picture_type(body: bytes) -> str | None:
    """The type of a picture by its first bytes (WHATWG MIME Sniffing, 6.1); None where it is none of these."""
    for magic, kind in _MAGIC:
        if body.startswith(magic):
            return kind
    if body[:4] == b"RIFF" and body[8:14] == b"WEBPVP":
        return "image/webp"
    return "image/avif" if body[4:12] in (b"ftypavif", b"ftypavis") else None


def lacks_file(archive: Archive, url: str) -> bool:
    """Whether no file of the picture of that URL is held."""
    return archive.row("select 1 from media where url = ? and sha256 is not null", (url,)) is None


def wanted_urls(archive: Archive) -> set[str]:
    """The URLs of the pictures that posts show and whose files are not held."""
    rows = archive.rows(
        "select distinct pm.url from post_media pm left join media m on m.url = pm.url where m.sha256 is null"
    )
    return {str(url) for (url,) in rows}


def keep_file(archive: Archive, url: str, body: bytes, content_type: str, fetched_at: datetime) -> None:
    """Keep the file of the picture of that URL, and have the posts that show it know."""
    digest = sha256(body).hexdigest()
    with archive.atomic():
        archive.execute(
            "insert into media_files(sha256, content_type, size, body) values (?, ?, ?, ?)"
            " on conflict(sha256) do nothing",
            (digest, content_type, len(body), body),
        )
        archive.execute(
            "insert into media(url, sha256, content_type, size, status, fetched_at) values (?, ?, ?, ?, ?, ?)"
            " on conflict(url) do update set sha256 = excluded.sha256, content_type = excluded.content_type,"
            " size = excluded.size, status = excluded.status, fetched_at = excluded.fetched_at, detail = null,"
            " next_try_at = null",
            (url, digest, content_type, len(body), HELD, utc_text(fetched_at)),
        )
        archive.execute(
            "update post_media set media_id = (select id from media where url = ?) where url = ?"
            " and media_id is null",
            (url, url),
        )
