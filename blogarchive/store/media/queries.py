"""Queries of `media`: the images that posts of some authors show, by status and host.

All queries join `post_media`, so that an image that no post shows any more is not fetched. The parameter `authors` is
the JSON array of author ids that `author_ids` returns.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedImage:
    """An image to fetch, with the URL, site and uid of a post that shows it; `attempts` counts failures."""

    id: int
    url: str
    host: str
    attempts: int
    post_url: str
    site: str
    uid: str

    @property
    def blog(self) -> Blog:
        """Return the blog of the post."""
        return Blog(site=self.site, uid=self.uid)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownImage:
    """An image of a post, with the site and uid of its blog; `id` is its row in `media`, None if there is none yet."""

    id: int | None
    url: str
    post_url: str
    site: str
    uid: str

    @property
    def blog(self) -> Blog:
        """Return the blog of the post."""
        return Blog(site=self.site, uid=self.uid)


def author_ids(archive: Archive, blogs: Iterable[Blog]) -> str:
    """Return the ids of the stored authors of these blogs as a JSON array."""
    names = json.dumps([[blog.site, blog.uid] for blog in blogs])
    ids = archive.column(
        "select id from authors where (site, uid) in"
        " (select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(?)) order by id",
        (names,),
    )
    return json.dumps(ids)


class AuthorIds:
    """The ids of the stored authors of `blogs`, a list that grows; they are read again if a blog or author is new."""

    def __init__(self, archive: Archive, blogs: Sequence[Blog]) -> None:
        self._archive = archive
        self._blogs = blogs
        self._read = (0, 0)
        self._json = "[]"

    def json(self) -> str:
        """Return the ids as a JSON array."""
        newest = (len(self._blogs), self._archive.scalar("select max(id) from authors"))
        if newest != self._read:
            self._read, self._json = newest, author_ids(self._archive, self._blogs)
        return self._json


def images_without_row(archive: Archive, authors: str) -> Sequence[ShownImage]:
    """Return the images that have no row in `media` yet, once per post."""
    return archive.all_as(
        ShownImage,
        "select null as id, pm.url, p.url as post_url, a.site, a.uid from post_media pm join posts p on p.id = pm.post_id"
        " join authors a on a.id = p.author_id"
        " where pm.media_id is null and a.id in (select value from json_each(?)) order by pm.id",
        (authors,),
    )


def post_id_of(archive: Archive, blog: Blog, number: int | str) -> int:
    """Return the id of a post, or 0."""
    return archive.scalar(
        "select p.id from posts p join authors a on a.id = p.author_id"
        " where a.site = ? and a.uid = ? and p.number = ?",
        (blog.site, blog.uid, number),
    )


def post_images_without_row(archive: Archive, post_id: int) -> Sequence[ShownImage]:
    """Return the images of a post that have no row in `media` yet."""
    return archive.all_as(
        ShownImage,
        "select null as id, pm.url, p.url as post_url, a.site, a.uid from post_media pm"
        " join posts p on p.id = pm.post_id join authors a on a.id = p.author_id"
        " where pm.media_id is null and pm.post_id = ? order by pm.id",
        (post_id,),
    )


def link_post_rows(archive: Archive, post_id: int) -> None:
    """Set the media ids of the images of a post whose URLs have a row."""
    archive.execute(
        "update post_media set media_id = (select id from media where url = post_media.url)"
        " where media_id is null and post_id = ?",
        (post_id,),
    )


def link_media_rows(archive: Archive, authors: str) -> None:
    """Set the media ids of all images whose URLs have a row."""
    archive.execute(
        "update post_media set media_id = (select id from media where url = post_media.url)"
        " where media_id is null and post_id in"
        " (select id from posts where author_id in (select value from json_each(?)))",
        (authors,),
    )


_SHOWN = (
    "select m.id, m.url, p.url as post_url, a.site, a.uid from media m join post_media pm on pm.media_id = m.id"
    " join posts p on p.id = pm.post_id join authors a on a.id = p.author_id"
    " where a.id in (select value from json_each(?))"
)

_DUE = (
    " from media m where (m.status = 'todo' or (m.status = 'failed' and m.next_try_at <= ?))"
    " and exists (select 1 from post_media pm join posts p on p.id = pm.post_id where pm.media_id = m.id"
    " and p.author_id in (select value from json_each(?)) and coalesce(p.own_page_seen_at, '') >= ?)"
)


def due_hosts(archive: Archive, authors: str, *, moment: str, since: str) -> list[str]:
    """Return the hosts of images due at `moment` (UTC text), in the order of their rows."""
    return archive.column(
        "select m.host" + _DUE + " group by m.host order by min(m.id)", (moment, authors, since)
    )


def count_due(archive: Archive, authors: str, *, moment: str, since: str) -> int:
    """Return the number of images due at `moment` (UTC text)."""
    return archive.scalar("select count(*)" + _DUE, (moment, authors, since))


def due_images(
    archive: Archive, authors: str, host: str, *, limit: int, moment: str, since: str
) -> list[QueuedImage]:
    """Return the images of a host due at `moment` (UTC text), those that never failed first."""
    found: list[QueuedImage] = []
    for status in ("todo", "failed"):
        found += archive.all_as(
            QueuedImage,
            "select m.id, m.url, m.host, m.attempts, p.url as post_url, a.site, a.uid from media m"
            " join posts p on p.id = (select pm.post_id from post_media pm join posts q on q.id = pm.post_id"
            " where pm.media_id = m.id and q.author_id in (select value from json_each(?))"
            " and coalesce(q.own_page_seen_at, '') >= ? order by pm.id limit 1)"
            " join authors a on a.id = p.author_id"
            " where m.status = ? and m.host = ? and coalesce(m.next_try_at, '') <= ? order by m.id limit ?",
            (authors, since, status, host, moment, limit - len(found)),
        )
    return found


def skipped_hosts(archive: Archive) -> list[str]:
    """Return the hosts of skipped images."""
    return archive.column("select distinct host from media where status = 'skipped'")


def skipped_images(archive: Archive, authors: str, host: str) -> Sequence[ShownImage]:
    """Return the skipped images of a host."""
    return archive.all_as(
        ShownImage,
        _SHOWN + " and m.status = 'skipped' and m.host = ?",
        (authors, host),
    )


def shown_images(archive: Archive, authors: str, media_id: int) -> Sequence[ShownImage]:
    """Return an image once for each post that shows it."""
    return archive.all_as(
        ShownImage,
        _SHOWN + " and m.id = ?",
        (authors, media_id),
    )


def reset_failed(archive: Archive, authors: str) -> int:
    """Set failed and dead images to `todo` and return their number."""
    return archive.execute(
        "update media set status = 'todo', attempts = 0, next_try_at = null"
        " where status in ('failed', 'dead') and exists (select 1 from post_media pm"
        " join posts p on p.id = pm.post_id where pm.media_id = media.id"
        " and p.author_id in (select value from json_each(?)))",
        (authors,),
    ).rowcount
