"""The queue of images: `media` has one row per URL to fetch or stored, `media_files` the bytes once per SHA-256.

Statuses: `todo`, `stored`, `failed` (retried after `next_try_at`), `dead` (not retried), `skipped` (the host is not
requested). Each result is one transaction, so that a killed run loses nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Self

from blogarchive.messages.details import Detail
from blogarchive.parsing.http import host_of
from blogarchive.parsing.images import ImageFailure, ImageFile
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.media import queries
from blogarchive.store.media.queries import QueuedImage
from blogarchive.store.timestamps import format_utc, shift_utc

RefusalCheck = Callable[[str, str, Blog], str | None]
"""Returns why an image may not be fetched, or None, for its URL, the URL of its post, and the blog."""


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
        _insert_images(archive, queries.images_without_row(archive, authors), refusal)
        queries.link_media_rows(archive, authors)
        _queue_skipped(archive, authors, refusal, is_host_allowed)


def queue_post_images(archive: Archive, blog: Blog, number: int | str, refusal: RefusalCheck) -> list[str]:
    """Insert a row for each image of a post that has none, and return the host of each that is queued."""
    post_id = queries.post_id_of(archive, blog, number)
    images = queries.post_images_without_row(archive, post_id)
    if not images:
        return []
    with archive.atomic():
        hosts = _insert_images(archive, images, refusal)
        queries.link_post_rows(archive, post_id)
    return hosts


def due_hosts(archive: Archive, authors: str, *, now: datetime, since: str = "") -> list[str]:
    """Return the hosts of due images; `since` restricts them to posts seen from that UTC text on."""
    return queries.due_hosts(archive, authors, moment=format_utc(now), since=since)


def count_due(archive: Archive, authors: str, *, now: datetime, since: str = "") -> int:
    """Return the number of due images."""
    return queries.count_due(archive, authors, moment=format_utc(now), since=since)


def next_images(
    archive: Archive,
    authors: str,
    host: str,
    *,
    limit: int,
    now: datetime,
    exclude: Collection[int] = (),
    since: str = "",
) -> list[QueuedImage]:
    """Return the next due images of these authors on `host`, those that never failed first. Writes nothing."""
    images = queries.due_images(
        archive, authors, host, limit=limit + len(exclude), moment=format_utc(now), since=since
    )
    return [image for image in images if image.id not in exclude][:limit]


def store_image(archive: Archive, url: str, file: ImageFile, *, now: datetime) -> bool:
    """Store the file of an image; return False if the same bytes were stored before."""
    digest = sha256(file.body).hexdigest()
    with archive.atomic():
        inserted = archive.execute(
            "insert into media_files(sha256, content_type, size, body) values (?, ?, ?, ?)"
            " on conflict(sha256) do nothing",
            (digest, file.content_type, len(file.body), file.body),
        ).rowcount
        archive.execute(
            "insert into media(url, host, sha256, content_type, size, width, height, status, fetched_at)"
            " values (?, ?, ?, ?, ?, ?, ?, 'stored', ?) on conflict(url) do update set sha256 = excluded.sha256,"
            " content_type = excluded.content_type, size = excluded.size, width = excluded.width,"
            " height = excluded.height, status = excluded.status, fetched_at = excluded.fetched_at,"
            " next_try_at = null, detail = null",
            (
                url,
                host_of(url),
                digest,
                file.content_type,
                len(file.body),
                file.width,
                file.height,
                format_utc(now),
            ),
        )
        archive.execute(
            "update post_media set media_id = (select id from media where url = ?1)"
            " where url = ?1 and media_id is null",
            (url,),
        )
        failures.resolve(archive, url, now=now)
    return inserted > 0


def mark_failed(
    archive: Archive, image: QueuedImage, failure: ImageFailure, *, run_id: int | None, now: datetime
) -> bool:
    """Record a failure and schedule a retry, each after a longer delay; return whether the image is dead now."""
    attempts, moment = image.attempts + 1, format_utc(now)
    is_dead = failure.permanent or attempts >= failure.attempts
    next_try_at = None if is_dead else shift_utc(moment, schedule.retry_delay(image.attempts))
    with archive.atomic():
        archive.update_row(
            "media",
            image.id,
            {
                "status": "dead" if is_dead else "failed",
                "attempts": attempts,
                "next_try_at": next_try_at,
                "detail": failure.detail,
            },
        )
        failures.record_failure(
            archive,
            image.blog,
            image.url,
            Failure(
                kind="picture",
                detail=Detail.IMAGE_OF_POST.format(reason=failure.detail, url=image.post_url),
                permanent=is_dead,
            ),
            run_id=run_id,
            now=now,
            next_try_at=next_try_at,
        )
    return is_dead


def mark_skipped(archive: Archive, image: QueuedImage, detail: str, *, now: datetime) -> None:
    """Mark an image as skipped, which is no failure: its host is not requested."""
    with archive.atomic():
        archive.update_row("media", image.id, {"status": "skipped", "next_try_at": None, "detail": detail})
        failures.resolve(archive, image.url, now=now)


def shown_images(archive: Archive, authors: str, image: QueuedImage) -> Sequence[queries.ShownImage]:
    """Return the image once for each post of these authors that shows it."""
    return queries.shown_images(archive, authors, image.id)


def requeue_failed(archive: Archive, blogs: Sequence[Blog]) -> int:
    """Requeue the failed and dead images of these blogs for the next run and return their number."""
    with archive.atomic():
        return queries.reset_failed(archive, queries.author_ids(archive, blogs))


def _queue_skipped(
    archive: Archive, authors: str, refusal: RefusalCheck, is_host_allowed: Callable[[str], bool]
) -> None:
    for host in filter(is_host_allowed, queries.skipped_hosts(archive)):
        for image in queries.skipped_images(archive, authors, host):
            if image.id is not None and refusal(image.url, image.post_url, image.blog) is None:
                archive.update_row("media", image.id, {"status": "todo", "detail": None})


def _insert_images(
    archive: Archive, images: Sequence[queries.ShownImage], refusal: RefusalCheck
) -> list[str]:
    """Insert a row for each image, and return the host of each that may be fetched."""
    rows, hosts = [], []
    for image in images:
        reason, host = refusal(image.url, image.post_url, image.blog), host_of(image.url)
        rows.append((image.url, host, "skipped" if reason else "todo", reason))
        hosts += [] if reason else [host]
    archive.execute_many(
        "insert into media(url, host, status, detail) values (?, ?, ?, ?) on conflict(url) do nothing", rows
    )
    return hosts
