"""Fetch the images of stored posts beside the pages, with the same scheduler, limits and robots.txt.

An image that cannot be fetched never ends a run. After several failures of a host no more images are requested from it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from functools import partial

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure
from w3lib.url import safe_url_string

from blogarchive.crawl.media_session import MediaSession
from blogarchive.messages.details import Detail
from blogarchive.parsing import images
from blogarchive.parsing.urls import host_of, service_of
from blogarchive.store.media import QueuedImage
from blogarchive.store.rows import parse_utc
from spiders.responses import RETRYABLE, classify_error, error_of, is_program_error, page_of, request_of
from spiders.scheduler import HostScheduler
from spiders.throttle import LONGEST_WAIT, HostThrottle, RequestCancelled, pause_reason

TRIES = 2
"""Tries in one run at an image that is refused, broken, truncated or not reached."""

FAILURES_ALLOWED = 3
"""After this many failures in a row, no more images are requested from a host in this run."""

_ACCEPT = "image/avif,image/webp,image/*,*/*;q=0.5"


class ImageFetcher:
    """Requests the images of `media`, and stores or records each result there.

    `timeout` is the time for one image in seconds.
    """

    def __init__(
        self, media: MediaSession, throttle: HostThrottle, *, timeout: float, on_change: Callable[[], None]
    ) -> None:
        self._media = media
        self._throttle = throttle
        self._timeout = timeout
        self.scheduler: HostScheduler[QueuedImage] = HostScheduler(media, throttle, on_change=on_change)
        self._failed: Counter[str] = Counter()  # in a row, by host

    def take_free(self) -> Iterator[Request]:
        """Yield requests for the images of hosts with room."""
        return map(self._request, self.scheduler.take_free())

    def parse(self, response: Response, image: QueuedImage) -> Iterator[Request]:
        """Store the image, or yield the request for another try."""
        if response.status == 304 and image.stored_at is not None:
            self._media.keep_stored(image)
            self.scheduler.mark_done(image)
            return
        page = page_of(response)
        result = images.check_image(response.status, response.body)
        host = host_of(response.url)
        if isinstance(result, images.ImageFile):
            self._failed.pop(host, None)
            self._media.store_image(image, result, etag=page.header("ETag"), last_modified=page.last_modified)
            self.scheduler.mark_done(image)
            return
        wait = page.retry_after if page.is_refusal else None
        if wait is not None and wait > LONGEST_WAIT:
            self.record_failure(image, result)
            self.block_host(host, pause_reason(wait))
        elif result.retry_now:
            yield from self._retry(request_of(response), result, wait)
        else:
            self._failed.pop(host, None)
            self.record_failure(image, result)

    def failed(self, caught: TwistedFailure) -> Iterator[Request]:
        """Yield the request for another try, or record the failure; raises an error of this program."""
        request: Request = caught.request  # type: ignore[attr-defined]
        image: QueuedImage = request.cb_kwargs["image"]
        host, error = host_of(request.url), error_of(caught)
        if is_program_error(error) and not isinstance(error, RequestCancelled):
            raise error
        if isinstance(error, DownloadCancelledError):
            self.record_failure(image, images.too_large_failure())
        elif not isinstance(error, RequestCancelled):
            found = classify_error(error, host, self._throttle.private_hosts)
            if found.kind in RETRYABLE:
                yield from self._retry(request, images.ImageFailure(detail=found.detail, retry_now=True))
            else:
                self.record_failure(image, images.ImageFailure(detail=found.detail, permanent=True))
        elif self.scheduler.is_blocked(host) and not self._throttle.stopping:
            self.record_failure(image, images.ImageFailure(detail=Detail.IMAGE_HOST_BLOCKED))
        else:
            self.scheduler.defer(image)

    def record_failure(self, image: QueuedImage, failure: images.ImageFailure) -> None:
        """Record why an image is not stored; the others are fetched."""
        self._media.record_failure(image, failure)
        self.scheduler.mark_done(image)

    def block_host(self, host: str, reason: str) -> None:
        """Send no more requests for images to `host`, and record its remaining images as failed."""
        if not self.scheduler.is_blocked(host):
            self.scheduler.block_host(host)
            self._throttle.closed_to_images.add(host)
            self._media.abandon_host(host, reason, self.scheduler.unfinished(host))

    def _request(self, image: QueuedImage) -> Request:
        """Return the request of an image, with the validators of its stored file."""
        return Request(
            image.url,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"image": image},
            headers={"Accept": _ACCEPT, "Referer": safe_url_string(image.post_url), **_conditions(image)},
            meta={
                "tries": 1,
                "download_maxsize": images.MAX_IMAGE_BYTES,
                "download_timeout": self._timeout,
                "refusal": partial(self._media.refusal, post_url=image.post_url, blog=image.blog),
            },
            dont_filter=True,
        )

    def _retry(
        self, request: Request, failure: images.ImageFailure, wait: timedelta | None = None
    ) -> Iterator[Request]:
        """Yield the request for another try; after the last one, record the failure, and count it for the host."""
        image, host = request.cb_kwargs["image"], host_of(request.url)
        tries = request.meta["tries"]
        if tries < TRIES and not self.scheduler.is_blocked(host):
            pause = max(wait or timedelta(0), self._throttle.unit * 2 ** (tries - 1))
            self._throttle.pause(service_of(request.url), pause)
            yield request.replace(meta={**request.meta, "tries": tries + 1})
            return
        self.record_failure(image, failure)
        self._failed[host] += 1
        if self._failed[host] >= FAILURES_ALLOWED:
            self.block_host(host, failure.detail)


def _conditions(image: QueuedImage) -> dict[str, str]:
    """Return the headers by which a host sends a stored image only if it has changed."""
    if image.stored_at is None:
        return {}
    since = image.last_modified or format_datetime(parse_utc(image.stored_at), usegmt=True)
    return {"If-Modified-Since": since, **({"If-None-Match": image.etag} if image.etag else {})}
