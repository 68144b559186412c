"""The queue of images: `media` has one row per URL to fetch or stored, `media_files` the bytes once per SHA-256."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self

from blogarchive.messages.details import Detail
from blogarchive.parsing.images import ImageFailure, ImageFile
from blogarchive.parsing.urls import host_of, is_public, parse_address
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog, blogs_json, post_id
from blogarchive.store.rows import Value, format_utc, shift_utc
from blogarchive.store.statements import Statements, excluded

# ruff: noqa: S608 - statements are put together from constants


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownImage:
    """An image of a post, with the site and uid of its blog. `id` is its row in `media`, 0 if there is none yet."""

    id: int
    url: str
    post_url: str
    site: str
    uid: str

    @property
    def blog(self) -> Blog:
        """Return the blog of the post."""
        return Blog(site=self.site, uid=self.uid)


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedImage(ShownImage):
    """An image to fetch, with a post that shows it; `attempts` counts failures.

    `stored_at` is None, or when its stored file was fetched (UTC text): it may have changed since.
    """

    host: str
    attempts: int
    etag: str | None = None
    last_modified: str | None = None
    stored_at: str | None = None


def author_ids(archive: Archive, blogs: Iterable[Blog]) -> list[int]:
    """Return the ids of the stored authors of these blogs."""
    query = "select id from authors where (site, uid) in (select value ->> 0, value ->> 1 from json_each(?)) order by id"
    return archive.column(query, (blogs_json(blogs),))


class AuthorIds:
    """The ids of the stored authors of `blogs`, a growing list; read again if a blog or author is new."""

    def __init__(self, archive: Archive, blogs: Sequence[Blog]) -> None:
        self._archive = archive
        self._blogs = blogs
        self._read = (0, 0)
        self._json = "[]"

    def json(self) -> str:
        """Return the ids as a JSON array."""
        newest = (len(self._blogs), self._archive.scalar("select max(id) from authors"))
        if newest != self._read:
            self._read, self._json = newest, json.dumps(author_ids(self._archive, self._blogs))
        return self._json


_OF_AUTHORS = "p.author_id in (select value from json_each(?))"
_SHOWN = """select coalesce(m.id, 0) as id, pm.url, p.url as post_url, a.site, a.uid from post_media pm
        join posts p on p.id = pm.post_id join authors a on a.id = p.author_id left join media m on m.id = pm.media_id"""
Scope = Mapping[str, Value]
"""The images of a run: ids of `authors` as JSON, images due at `now`, posts seen `since` (UTC texts)."""

_IN_SCOPE = """p.author_id in (select value from json_each(:authors))
 and coalesce(p.own_page_seen_at, '') >= :since"""
_DUE = (
    " from media m where (m.status = 'todo' or (m.status in ('failed', 'stored') and m.next_try_at <= :now))"
    " and exists (select 1 from post_media pm join posts p on p.id = pm.post_id where pm.media_id = m.id"
    f" and {_IN_SCOPE})"
)


_COUNTS = """
select m.host, count(distinct m.id) from post_media pm
  join media m on m.id = pm.media_id join posts p on p.id = pm.post_id
 where m.status = 'skipped' and m.host <> '' and p.author_id in (select value from json_each(?))
 group by m.host order by 2 desc, 1
"""


def count_skipped_by_host(archive: Statements, author_ids: Sequence[int]) -> dict[str, int]:
    """Return the number of images of these authors that wait for a permission, by host, the largest first.

    Images at private addresses are left out: no permission fetches them.
    """
    rows = archive.rows(_COUNTS, (json.dumps(author_ids),))
    addresses = {host: parse_address(host) for host, _count in rows}
    return {host: count for host, count in rows if not (one := addresses[host]) or is_public(one)}


RefusalCheck = Callable[[str, str, Blog], str | None]
"""Returns why an image may not be fetched, or None. Takes its URL, that of its post, and the blog."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageCounts:
    """Counts of the images of a blog by URL; `waiting` are due or retried later. The fields are keys of `status --json`."""

    shown: int
    held: int
    waiting: int
    dead: int
    skipped: int

    @classmethod
    def from_statuses(cls, counts: Mapping[str, int]) -> Self:
        """Return the counts of images by their status in `media`."""
        return cls(
            shown=sum(counts.values()),
            held=counts.get("stored", 0),
            waiting=counts.get("todo", 0) + counts.get("failed", 0),
            dead=counts.get("dead", 0),
            skipped=counts.get("skipped", 0),
        )


def queue_images(
    archive: Archive, authors: str, refusal: RefusalCheck, is_host_allowed: Callable[[str], bool]
) -> None:
    """Insert a row for each image of these authors that has none, and queue skipped images that are allowed now.

    `is_host_allowed` returns whether any of the blogs may request a host; it is tested before `refusal`, as it is faster.
    """
    with archive.atomic():
        _insert_images(archive, _OF_AUTHORS, authors, refusal)
        skipped = archive.column("select distinct host from media where status = 'skipped'")
        for host in filter(is_host_allowed, skipped):
            query = f"{_SHOWN} where {_OF_AUTHORS} and m.status = 'skipped' and m.host = ?"
            for image in archive.all_as(ShownImage, query, (authors, host)):
                if refusal(image.url, image.post_url, image.blog) is None:
                    archive.update_row("media", image.id, {"status": "todo", "detail": None})


def queue_post_images(archive: Archive, blog: Blog, number: str, refusal: RefusalCheck) -> list[str]:
    """Insert a row for each image of a post that has none; return the hosts of those queued."""
    return _insert_images(archive, "p.id = ?", post_id(archive, blog, number), refusal)


def _insert_images(archive: Archive, condition: str, value: Value, refusal: RefusalCheck) -> list[str]:
    """Insert a row for each image that posts of this condition show and that has none.

    Returns the host of each that may be fetched.
    """
    query = f"{_SHOWN} where pm.media_id is null and {condition} order by pm.id"
    images = archive.all_as(ShownImage, query, (value,))
    if not images:
        return []
    rows, hosts = [], []
    for image in images:
        reason = refusal(image.url, image.post_url, image.blog)
        host = host_of(image.url)
        rows.append((image.url, host, "skipped" if reason else "todo", reason))
        hosts += [] if reason else [host]
    with archive.atomic():
        insert = """insert into media(url, host, status, detail) values (?, ?, ?, ?)
                on conflict(url) do nothing"""
        archive.execute_many(insert, rows)
        update = f"""update post_media set media_id = (select id from media where url = post_media.url)
                where media_id is null and post_id in (select p.id from posts p where {condition})"""
        archive.execute(update, (value,))
    return hosts


_ASKED_AGAIN = timedelta(days=30)
_NO_VALIDATOR = ""  # the host sent none: asking again would fetch the whole image


def requeue_old_images(archive: Archive, blog: Blog, number: str, *, now: datetime, limit: int) -> list[str]:
    """Queue stored images of a post that were not requested in a month, the oldest first. Return the host of each."""
    query = """select m.id, m.host from post_media pm join media m on m.id = pm.media_id where pm.post_id = ?
            and m.status = 'stored' and m.next_try_at is null and m.etag is not ? and m.fetched_at <= ?
            group by m.id order by m.fetched_at limit ?"""
    values = (post_id(archive, blog, number), _NO_VALIDATOR, format_utc(now - _ASKED_AGAIN), limit)
    rows = archive.rows(query, values)
    update = "update media set next_try_at = ? where id = ?"
    archive.execute_many(update, [(format_utc(now), media_id) for media_id, _ in rows])
    return [str(host) for _, host in rows]


def mark_unmodified(archive: Archive, image: QueuedImage, *, now: datetime) -> None:
    """Record that an image is as stored, or could not be fetched again; it is not retried."""
    update = "update media set fetched_at = ?, next_try_at = null where id = ?"
    archive.execute(update, (format_utc(now), image.id))


def due_hosts(archive: Archive, scope: Scope) -> list[str]:
    """Return the hosts of due images, in the order of their rows."""
    return archive.column(f"select m.host {_DUE} group by m.host order by min(m.id)", scope)


def count_due(archive: Archive, scope: Scope) -> int:
    """Return the number of due images."""
    return archive.scalar(f"select count(*) {_DUE}", scope)


def next_images(
    archive: Archive, scope: Scope, host: str, *, limit: int, exclude: Collection[int]
) -> list[QueuedImage]:
    """Return the next due images on `host`, those that never failed first. Writes nothing."""
    images: list[QueuedImage] = []
    room = limit + len(exclude)
    for status in ("todo", "failed", "stored"):
        query = f"""select m.id, m.url, m.host, m.attempts, p.url as post_url, a.site, a.uid, m.etag, m.last_modified,
                case m.status when 'stored' then m.fetched_at end as stored_at from media m
                join posts p on p.id = (select pm.post_id from post_media pm join posts p on p.id = pm.post_id
                where pm.media_id = m.id and {_IN_SCOPE} order by pm.id limit 1)
                join authors a on a.id = p.author_id
                where m.status = :status and m.host = :host and coalesce(m.next_try_at, '') <= :now
                and (m.status <> 'stored' or m.next_try_at is not null) order by m.id limit :room"""
        values = {**scope, "status": status, "host": host, "room": room - len(images)}
        images += archive.all_as(QueuedImage, query, values)
    return [image for image in images if image.id not in exclude][:limit]


def store_image(archive: Archive, url: str, file: ImageFile, now: datetime, **validators: str | None) -> bool:
    """Store the file of an image; return False if the same bytes were stored before. An earlier file of the URL stays.

    `validators` are its `etag` and `last_modified`.
    """
    digest, fetched_at = sha256(file.body).hexdigest(), format_utc(now)
    stored: dict[str, Value] = {"sha256": digest, "content_type": file.content_type, "size": len(file.body)}
    with archive.atomic():
        on_conflict = "on conflict(sha256) do nothing"
        is_new = archive.insert_rows("media_files", [{**stored, "body": file.body}], on_conflict=on_conflict)
        archive.execute(_KEEP_VERSION, (url, digest, fetched_at))
        if not any(validators.values()):
            validators = {"etag": _NO_VALIDATOR, "last_modified": None}
        size = {"width": file.width, "height": file.height}
        _mark_stored(archive, url, {**stored, **size, **validators, "fetched_at": fetched_at})
        failures.resolve(archive, url, now=now)
    return bool(is_new)


def _mark_stored(archive: Archive, url: str, file_columns: Mapping[str, Value]) -> None:
    """Store the columns of a file in the row of its URL; link it to the posts that show it."""
    changed = {**file_columns, "status": "stored", "next_try_at": None, "detail": None}
    row = {"url": url, "host": host_of(url), **changed}
    archive.insert_rows("media", [row], on_conflict=f"on conflict(url) do update set {excluded(changed)}")
    update = "update post_media set media_id = (select id from media where url = ?1) where url = ?1 and media_id is null"
    archive.execute(update, (url,))


# The files of a URL that shows another file than before: the earlier one and the new one.
_KEEP_VERSION = """
insert into media_versions(url, sha256, first_seen_at, last_seen_at)
select url, sha256, fetched_at, fetched_at from media where url = ?1 and sha256 <> ?2
 union all
select url, ?2, ?3, ?3 from media where url = ?1 and sha256 <> ?2
    on conflict(url, sha256) do update set last_seen_at = max(last_seen_at, excluded.last_seen_at)
"""


def mark_failed(
    archive: Archive, image: QueuedImage, failure: ImageFailure, *, run_id: int | None, now: datetime
) -> bool:
    """Record a failure and schedule a retry, each after a longer delay; return whether the image is dead now."""
    attempts, moment = image.attempts + 1, format_utc(now)
    is_dead = failure.permanent or attempts >= failure.attempts
    next_try_at = None if is_dead else shift_utc(moment, schedule.retry_delay(image.attempts))
    reason = Detail.IMAGE_OF_POST.format(reason=failure.detail, url=image.post_url)
    failed = failures.Failure(kind="picture", detail=reason, permanent=is_dead)
    row = {"status": "dead" if is_dead else "failed", "attempts": attempts, "next_try_at": next_try_at}
    with archive.atomic():
        archive.update_row("media", image.id, {**row, "detail": failure.detail})
        blog, url = image.blog, image.url
        failures.record_failure(archive, blog, url, failed, run_id=run_id, now=now, next_try_at=next_try_at)
    return is_dead


def mark_skipped(archive: Archive, image: QueuedImage, detail: str, *, now: datetime) -> None:
    """Mark an image as skipped, which is no failure: its host is not requested."""
    with archive.atomic():
        archive.update_row("media", image.id, {"status": "skipped", "next_try_at": None, "detail": detail})
        failures.resolve(archive, image.url, now=now)


def shown_images(archive: Archive, authors: str, image: QueuedImage) -> Sequence[ShownImage]:
    """Return the image once for each post of these authors that shows it."""
    return archive.all_as(ShownImage, f"{_SHOWN} where {_OF_AUTHORS} and m.id = ?", (authors, image.id))


def requeue_failed(archive: Archive, blogs: Sequence[Blog]) -> None:
    """Requeue the failed and dead images of these blogs for the next run."""
    with archive.atomic():
        update = f"""update media set status = 'todo', attempts = 0, next_try_at = null
                where status in ('failed', 'dead') and exists (select 1 from post_media pm
                join posts p on p.id = pm.post_id where pm.media_id = media.id and {_OF_AUTHORS})"""
        archive.execute(update, (json.dumps(author_ids(archive, blogs)),))
