"""The images of a run: which to fetch, which hosts are allowed, and the result of each request.

The rows of `media` are the whole state.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from blogarchive.crawl.options import RunSettings
from blogarchive.crawl.progress import CrawlObserver
from blogarchive.messages.details import explain_detail
from blogarchive.parsing.images import ImageFailure, ImageFile, refusal_reason
from blogarchive.parsing.urls import matches_host
from blogarchive.sites.base import site_by_name
from blogarchive.store import media
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.runs import Run
from blogarchive.store.rows import ALL_ROWS, format_utc, parse_utc, utc_now

# Stored images of a run that are asked for again.
_MAX_OLD = 5


@dataclass(eq=False)
class MediaSession:
    """The images of a run; `blogs` is the list of the crawl session, which grows during the run.

    `recent`: a partial run fetches the images of its own posts, and of the run that it continues.
    """

    archive: Archive
    run: Run
    blogs: Sequence[Blog]
    settings: RunSettings
    observer: CrawlObserver
    recent: bool = False
    stored: int = 0
    failed: int = 0

    def __post_init__(self) -> None:
        self._total = 0
        self._hosts: list[str] = []
        self._changed: dict[str, None] = {}
        self._authors = media.AuthorIds(self.archive, self.blogs)
        self._old_left = _MAX_OLD
        self._begun_at = utc_now()  # later retries belong to the next run: a run tries each image once
        self._since = format_utc(parse_utc(self.run.epoch_at)) if self.recent else ""

    def begin(self, own_hosts: Collection[str]) -> int:
        """Queue the images of all posts and return how many are due; `own_hosts` are the hosts of the blogs."""
        listed = {pattern for blog in self.blogs for pattern in site_by_name(blog.site).image_hosts}
        patterns = (*listed, *self.settings.media_hosts(self.blogs))
        media.queue_images(
            self.archive,
            self._authors.json(),
            self.refusal,
            lambda host: host in own_hosts or matches_host(host, patterns),
        )
        self._hosts = media.due_hosts(self.archive, self._scope())
        due = self.count_due()
        self._total = self.stored + self.failed + due
        self._changed.update(dict.fromkeys(self._hosts))
        return due

    def refusal(self, url: str, post_url: str, blog: Blog) -> str | None:
        """Return why the image at `url` is not fetched for a post of `blog`; None if it is allowed.

        Allowed are the host of the post, those of its site, and those that its blog allows.
        """
        listed, asked = site_by_name(blog.site).image_hosts, self.settings.of_blog(blog).media_hosts
        return refusal_reason(url, post_url=post_url, listed=listed, asked=asked)

    def add_post(self, blog: Blog, number: str) -> None:
        """Queue the images of a post that was stored after `begin`."""
        new = media.queue_post_images(self.archive, blog, number, self.refusal)
        old = media.requeue_old_images(self.archive, blog, number, now=self._begun_at, limit=self._old_left)
        self._old_left -= len(old)
        self._total += len(new) + len(old)
        self._changed.update(dict.fromkeys((*new, *old)))

    def count_due(self) -> int:
        """Return the number of queued images that are due."""
        return media.count_due(self.archive, self._scope())

    def _scope(self) -> media.Scope:
        return {"authors": self._authors.json(), "now": format_utc(self._begun_at), "since": self._since}

    def changed_hosts(self) -> list[str]:
        """Return the hosts with new images since the last call."""
        changed = list(self._changed)
        self._changed.clear()
        return changed

    def planned_urls(self) -> list[str]:
        """Return the URLs of all due images."""
        return [image.url for host in self._hosts for image in self.take(host, ALL_ROWS, ())]

    def take(self, host: str, limit: int, exclude: Collection[media.QueuedImage]) -> list[media.QueuedImage]:
        """Return at most `limit` due images of `host`; mark those that are not allowed (any more) as skipped."""
        excluded = {image.id for image in exclude}
        while True:
            found = media.next_images(self.archive, self._scope(), host, limit=limit, exclude=excluded)
            allowed = [image for image in found if not self._skip(image)]
            if allowed or not found:
                return allowed

    def store_image(self, image: media.QueuedImage, file: ImageFile, **validators: str | None) -> None:
        """Store the bytes of an image with its validators; raises `CannotWrite`."""
        media.store_image(self.archive, image.url, file, now=utc_now(), **validators)
        self.stored += 1
        self._notify()

    def keep_stored(self, image: media.QueuedImage) -> None:
        """Record that the stored file of an image stays: it is unchanged, or the host no longer serves it."""
        media.mark_unmodified(self.archive, image, now=utc_now())
        self._total -= 1
        self._notify()

    def record_failure(self, image: media.QueuedImage, failure: ImageFailure) -> None:
        """Record a failure, and schedule a retry unless it is permanent; a stored file stays."""
        if self._mark_failed(image, failure):
            text = _("image: {url}: {detail}")
            self.observer.on_message(text.format(url=image.url, detail=explain_detail(failure.detail)))

    def abandon_host(self, host: str, reason: str, exclude: Collection[media.QueuedImage]) -> None:
        """Record a failure of all due images of `host`, except those in `exclude`, which are in flight."""
        failure = ImageFailure(detail=reason)
        with self.archive.atomic():
            failed = sum([self._mark_failed(image, failure) for image in self.take(host, ALL_ROWS, exclude)])
        text = _("no more images from {host} in this run ({reason}); tried later: {count}")
        self.observer.on_message(text.format(host=host, reason=explain_detail(reason), count=failed))

    def _mark_failed(self, image: media.QueuedImage, failure: ImageFailure) -> bool:
        """Mark an image as failed and return True; return False if its stored file stays."""
        if image.stored_at is not None:
            self.keep_stored(image)
            return False
        self.failed += 1
        media.mark_failed(self.archive, image, failure, run_id=self.run.id, now=utc_now())
        self._notify()
        return True

    def _notify(self) -> None:
        self.observer.on_image_done(self.stored, self.failed, self._total)

    def _is_allowed_elsewhere(self, image: media.QueuedImage) -> bool:
        """Return True if another post of the run shows the image, and its blog allows the host."""
        shown = media.shown_images(self.archive, self._authors.json(), image)
        return any(self.refusal(one.url, one.post_url, one.blog) is None for one in shown)

    def _skip(self, image: media.QueuedImage) -> bool:
        reason = self.refusal(image.url, image.post_url, image.blog)
        if reason is None or self._is_allowed_elsewhere(image):
            return False
        media.mark_skipped(self.archive, image, reason, now=utc_now())
        return True
