"""The pictures of posts: the table `media` is what is to be fetched and what came, one row a URL.

States: `todo`, `stored`, `failed` (tried again when `next_try_at` has come), `dead` (not tried again by itself),
`skipped` (of a host that is not asked). A picture is settled in one transaction, so a run that dies loses nothing.
Bytes are kept once by their hash in `media_files`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import cast

from blogarchive.parsing.media.check_image import ImageFailure, ImageFile
from blogarchive.parsing.media.hosts import host_of
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.media import queries
from blogarchive.store.timestamps import format_utc, shift_utc

RefusalCheck = Callable[[str, str, str], str | None]
"""Of a picture's URL, its post's URL and its site: why it may not be fetched, or None."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedImage:
    """A picture to fetch, for the post at `post_url`; `attempts` counts those that failed."""

    id: int
    url: str
    host: str
    post_url: str
    site: str
    uid: str
    attempts: int

    @property
    def blog(self) -> Blog:
        """Whose post shows it."""
        return Blog(site=self.site, uid=self.uid)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageCounts:
    """Pictures of a blog: `waiting` are to be fetched or tried again, `skipped` are of hosts that are not asked."""

    shown: int
    held: int
    waiting: int
    dead: int
    skipped: int


def queue_images(
    archive: Archive, blogs: Sequence[Blog], refusal: RefusalCheck, hosts: Callable[[str], bool]
) -> None:
    """Make a row for every picture of these blogs that has none; take up what was skipped and may be asked now.

    `hosts` says of a host whether any of the blogs may ask it: a quick sieve before `refusal` is asked.
    """
    with archive.atomic():
        authors = queries.author_ids(archive, blogs)
        found = queries.images_without_row(archive, authors)
        archive.execute_many(
            "insert into media(url, host, status, detail) values (?, ?, ?, ?) on conflict(url) do nothing",
            [_new_row(url, refusal(url, post_url, site)) for url, post_url, site in found],
        )
        queries.link_media_rows(archive, authors)
        _take_up_skipped(archive, authors, refusal, hosts)


def due_hosts(archive: Archive, blogs: Sequence[Blog], *, now: datetime, since: str = "") -> list[str]:
    """The hosts of the pictures that are to be fetched now; with `since`, of posts seen from then on only."""
    authors = queries.author_ids(archive, blogs)
    return queries.due_hosts(archive, authors, moment=format_utc(now), since=since)


def count_due(archive: Archive, blogs: Sequence[Blog], *, now: datetime, since: str = "") -> int:
    """How many pictures are to be fetched now."""
    authors = queries.author_ids(archive, blogs)
    return queries.count_due(archive, authors, moment=format_utc(now), since=since)


def next_images(
    archive: Archive,
    blogs: Sequence[Blog],
    host: str,
    *,
    limit: int,
    now: datetime,
    exclude: Collection[int] = (),
    since: str = "",
) -> list[QueuedImage]:
    """The next pictures of these blogs' posts on `host`, those that never failed first. Changes nothing."""
    authors = queries.author_ids(archive, blogs)
    rows = queries.due_images(
        archive, authors, host, limit=limit + len(exclude), moment=format_utc(now), since=since
    )
    return [_wanted(row) for row in rows if row[0] not in exclude][:limit]


def store_image(archive: Archive, url: str, picture: ImageFile, *, now: datetime) -> bool:
    """Keep a picture that came from `url`, in one transaction; False where the same bytes were held already."""
    digest = sha256(picture.body).hexdigest()
    with archive.atomic():
        fresh = archive.execute(
            "insert into media_files(sha256, content_type, size, body) values (?, ?, ?, ?)"
            " on conflict(sha256) do nothing",
            (digest, picture.content_type, len(picture.body), picture.body),
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
                picture.content_type,
                len(picture.body),
                picture.width,
                picture.height,
                format_utc(now),
            ),
        )
        archive.execute(
            "update post_media set media_id = (select id from media where url = ?1)"
            " where url = ?1 and media_id is null",
            (url,),
        )
        failures.resolve(archive, url, now=now)
    return fresh > 0


def mark_failed(
    archive: Archive, wanted: QueuedImage, trouble: ImageFailure, *, run_id: int | None, now: datetime
) -> bool:
    """Schedule another try, each after a longer pause; returns True if the picture is now given up."""
    attempts, moment = wanted.attempts + 1, format_utc(now)
    dead = trouble.permanent or attempts >= trouble.attempts
    due = None if dead else shift_utc(moment, schedule.retry_delay(wanted.attempts))
    with archive.atomic():
        archive.execute(
            "update media set status = ?, attempts = ?, next_try_at = ?, detail = ? where id = ?",
            ("dead" if dead else "failed", attempts, due, trouble.detail, wanted.id),
        )
        failures.record_failure(
            archive,
            wanted.blog,
            wanted.url,
            Failure(kind="picture", detail=f"{trouble.detail}; in {wanted.post_url}", permanent=dead),
            run_id=run_id,
            now=now,
            next_try_at=due,
        )
    return dead


def mark_skipped(archive: Archive, wanted: QueuedImage, detail: str, *, now: datetime) -> None:
    """The picture is of a host that is not asked: listed, and no failure."""
    with archive.atomic():
        archive.execute(
            "update media set status = 'skipped', next_try_at = null, detail = ? where id = ?",
            (detail, wanted.id),
        )
        failures.resolve(archive, wanted.url, now=now)


def count_images(archive: Archive, blog: Blog) -> ImageCounts:
    """How many pictures the posts of a blog show, and what became of them; a URL is counted once."""
    states = queries.count_by_status(archive, queries.author_ids(archive, [blog]))
    return ImageCounts(
        shown=sum(states.values()),
        held=states.get("stored", 0),
        waiting=states.get("todo", 0) + states.get("failed", 0),
        dead=states.get("dead", 0),
        skipped=states.get("skipped", 0),
    )


def requeue_failed(archive: Archive, blogs: Sequence[Blog]) -> int:
    """Make what failed, for good too, to be fetched by the next run; gives how many."""
    with archive.atomic():
        return queries.reset_failed(archive, queries.author_ids(archive, blogs))


def _new_row(url: str, refused: str | None) -> tuple[str, str, str, str | None]:
    return url, host_of(url), "skipped" if refused else "todo", refused


def _take_up_skipped(
    archive: Archive, authors: str, refusal: RefusalCheck, hosts: Callable[[str], bool]
) -> None:
    for host in queries.skipped_hosts(archive):
        if not hosts(host):
            continue
        for media_id, url, post_url, site in queries.skipped_images(archive, authors, host):
            if refusal(url, post_url, site) is None:
                archive.execute("update media set status = 'todo', detail = null where id = ?", (media_id,))


def _wanted(row: tuple[object, ...]) -> QueuedImage:
    media_id, url, host, attempts, post_url, site, uid = cast("tuple[int, str, str, int, str, str, str]", row)
    return QueuedImage(
        id=media_id, url=url, host=host, attempts=attempts, post_url=post_url, site=site, uid=uid
    )
