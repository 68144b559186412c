"""Fetches the pictures of posts, after the pages: the same pump, politeness and robots.txt, another question.

A picture that cannot be had never ends a run, and a host that gives none is only not asked for pictures any more.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure as Caught
from w3lib.url import safe_url_string

from blogarchive.crawl.media_session import MediaSession
from blogarchive.parsing.media.check_image import (
    MAX_IMAGE_BYTES,
    ImageFailure,
    ImageFile,
    check_image,
    too_large_failure,
)
from blogarchive.parsing.media.hosts import host_of
from blogarchive.store.ingest.page_validation import REFUSAL_STATUSES
from blogarchive.store.media.queue import QueuedImage
from spiders.fetch_errors import error_of, fetch_failure_of, is_mistake
from spiders.response_kind import page_of, request_of, retry_after
from spiders.throttle import LONGEST_WAIT, HostThrottle, RequestCancelled

TRIES = 2
"""A picture that is refused, broken, cut or not reached is asked for so often in one run."""

LOST_IN_A_ROW = 3
"""After so many pictures that a host did not give at all, it is not asked for more in this run."""

_SECONDS = 120  # a large photograph over a slow line
_FLYING_PER_HOST = 2
_SLICE = 20
_ACCEPT = "image/avif,image/webp,image/*,*/*;q=0.5"


class MediaScheduler:
    """Asks for what `pictures` has to fetch, one request at a time to a host."""

    def __init__(self, pictures: MediaSession, throttle: HostThrottle) -> None:
        self._pictures = pictures
        self._throttle = throttle
        self._flying: dict[int, str] = {}  # by the picture's id, with its host
        self._ready: dict[str, deque[QueuedImage]] = {}
        self._dropped: set[int] = set()  # not sent, so nothing is known: for the next run
        self._lost: Counter[str] = Counter()  # in a row
        self._landed = asyncio.Event()
        throttle.on_stop(self._landed.set)

    async def start(self) -> AsyncIterator[Request]:
        """Requests for pictures, as others come in; ends when none is left."""
        while hosts := self._pictures.hosts():
            sent = False
            while not self._throttle.stopping:
                for wanted in self._next(hosts):
                    sent = True
                    yield self._request(wanted)
                if not self._flying:
                    break
                self._landed.clear()
                await self._landed.wait()
            if not sent or self._throttle.stopping:
                return

    def parse(self, response: Response, picture: QueuedImage) -> Iterator[Request]:
        """Keep the picture; or the same request again, where another try may help."""
        answer, host = check_image(response.status, response.body), host_of(response.url)
        if isinstance(answer, ImageFile):
            self._lost.pop(host, None)
            self._pictures.keep(picture, answer)
            self._land(picture)
            return
        request = request_of(response)
        pause = retry_after(page_of(response)) if response.status in REFUSAL_STATUSES else None
        if pause is not None and pause > LONGEST_WAIT:
            self._lose(picture, answer)
            self.wait(host, pause)
        elif answer.at_once:
            yield from self._once_more(request, picture, answer, host, pause)
        else:
            self._lost.pop(host, None)
            self._lose(picture, answer)

    def failed(self, caught: Caught) -> Iterator[Request]:
        """The same request again, where no answer came and another try may help; raises a mistake of ours."""
        request: Request = caught.request  # type: ignore[attr-defined]
        picture: QueuedImage = request.cb_kwargs["picture"]
        host, error = host_of(request.url), error_of(caught)
        if isinstance(error, RequestCancelled):
            self._drop(picture, host)
            return
        if is_mistake(error):
            raise error
        trouble = self._trouble(error, host)
        if trouble.at_once:
            yield from self._once_more(request, picture, trouble, host, None)
        else:
            self._lose(picture, trouble)

    def wait(self, host: str, seconds: float) -> None:
        """The host asks for more peace than a run waits for."""
        self._close(host, f"it asks to be left alone for {seconds:.0f} seconds")

    def broke(self, picture: QueuedImage, detail: str) -> None:
        """A mistake of this program on one picture: it must not cost the others."""
        self._lose(picture, ImageFailure(detail=detail))

    def _next(self, hosts: Sequence[str]) -> Iterator[QueuedImage]:
        for host in hosts:
            flying = sum(there == host for there in self._flying.values())
            for _ in range(_FLYING_PER_HOST - flying):
                wanted = self._take(host)
                if wanted:
                    self._flying[wanted.id] = host
                    yield wanted

    def _take(self, host: str) -> QueuedImage | None:
        if host in self._throttle.blocked_hosts or host in self._throttle.closed:
            return None
        ready = self._ready.setdefault(host, deque())
        if not ready:
            ready.extend(self._pictures.take(host, _SLICE, {*self._flying, *self._dropped}))
        return ready.popleft() if ready else None

    def _request(self, wanted: QueuedImage) -> Request:
        return Request(
            wanted.url,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"picture": wanted},
            headers={"Accept": _ACCEPT, "Referer": safe_url_string(wanted.post_url)},
            meta={
                "tries": 1,
                "download_maxsize": MAX_IMAGE_BYTES,
                "download_timeout": _SECONDS,
                "refusal": partial(self._refusal, wanted),
            },
            dont_filter=True,
        )

    def _refusal(self, wanted: QueuedImage, url: str) -> str | None:
        return self._pictures.rule.refusal(url, wanted.post_url, wanted.site)

    def _trouble(self, error: BaseException, host: str) -> ImageFailure:
        if isinstance(error, DownloadCancelledError):
            return too_large_failure()
        loss = fetch_failure_of(error, self._throttle.kept_off, host)
        return ImageFailure(detail=loss.failure.detail, permanent=not loss.try_again, at_once=loss.try_again)

    def _once_more(
        self, request: Request, picture: QueuedImage, trouble: ImageFailure, host: str, pause: float | None
    ) -> Iterator[Request]:
        tries = request.meta["tries"]
        if tries < TRIES and host not in self._throttle.closed:
            self._throttle.pause(host, max(pause or 0.0, self._throttle.unit * 2 ** (tries - 1)))
            again = request.copy()
            again.meta["tries"] += 1
            yield again
            return
        self._lose(picture, trouble)
        self._lost[host] += 1
        if self._lost[host] >= LOST_IN_A_ROW:
            self._close(host, trouble.detail)

    def _drop(self, picture: QueuedImage, host: str) -> None:
        if host in self._throttle.closed and not self._throttle.stopping:
            self._lose(picture, ImageFailure(detail="its host is not asked any more in this run"))
            return
        self._dropped.add(picture.id)
        self._land(picture)

    def _lose(self, picture: QueuedImage, trouble: ImageFailure) -> None:
        self._pictures.lose(picture, trouble)
        self._land(picture)

    def _close(self, host: str, detail: str) -> None:
        if host not in self._throttle.closed:
            self._throttle.closed.add(host)
            self._ready.pop(host, None)
            self._pictures.give_up(host, detail, self._flying.keys() | self._dropped)

    def _land(self, picture: QueuedImage) -> None:
        self._flying.pop(picture.id, None)
        self._landed.set()
