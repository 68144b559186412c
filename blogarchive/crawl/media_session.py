"""The pictures of a run: which to fetch, from where they may come, and what came.

The spider asks here what to fetch and gives here what came; the rows of `media` are all that is remembered.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from blogarchive.parsing.media import hosts
from blogarchive.parsing.media.check_image import ImageFailure, ImageFile
from blogarchive.sites.base import site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.runs import Run
from blogarchive.store.media import queue as media_queue
from blogarchive.store.media.queue import QueuedImage
from blogarchive.store.timestamps import format_utc, parse_utc, utc_now

_ALL = 10_000_000


class MediaHostPolicy:
    """From where the pictures of posts may come: their own host, those of their site, and those `asked` for."""

    def __init__(self, asked: Sequence[str] = ()) -> None:
        self.asked = tuple(asked)

    def refusal(self, url: str, post_url: str, site: str) -> str | None:
        """Why the picture at `url` is not fetched for a post of `site`; None where it may be."""
        listed = site_by_name(site).image_hosts
        return hosts.refusal_reason(url, post_url=post_url, listed=listed, asked=self.asked)

    def sieve(self, blogs: Sequence[Blog], homes: Collection[str]) -> Callable[[str], bool]:
        """Says of a host whether any of the blogs may ask it; `homes` are their own hosts."""
        listed = {pattern for blog in blogs for pattern in site_by_name(blog.site).image_hosts}
        return lambda host: host in homes or hosts.matches_host(host, (*listed, *self.asked))


class MediaObserver(Protocol):
    """Is told how the pictures get on."""

    def on_message(self, words: str) -> None:
        """Something that the person may want to know."""

    def on_image(self, kept: int, lost: int, wanted: int) -> None:
        """So many of those `wanted` were kept so far, so many could not be had."""


class MediaSession:
    """The pictures of a run under way; `blogs` is the run's own list, which grows as blogs are met."""

    def __init__(
        self,
        archive: Archive,
        run: Run,
        blogs: Sequence[Blog],
        rule: MediaHostPolicy,
        observer: MediaObserver,
        *,
        recent: bool = False,
    ) -> None:
        self.rule = rule
        self.stored = 0
        self.failed = 0
        self._archive = archive
        self._run = run
        self._blogs = blogs
        self._observer = observer
        self._wanted = 0
        self._begun_at = (
            utc_now()
        )  # what falls due later is the next run's: a run is one of a picture's tries
        # A run that leaves out posts leaves out their pictures; one that goes on with another, that one's too.
        self._since = format_utc(parse_utc(run.epoch_at)) if recent else ""

    def begin(self, homes: Collection[str]) -> int:
        """List what there is to fetch; gives how many pictures there are. `homes` are the blogs' own hosts."""
        sieve = self.rule.sieve(self._blogs, homes)
        media_queue.gather(self._archive, self._blogs, self.rule.refusal, sieve)
        self._wanted = media_queue.count_due(
            self._archive, self._blogs, now=self._begun_at, since=self._since
        )
        return self._wanted

    def hosts(self) -> list[str]:
        """The hosts that are to be asked in this run."""
        return media_queue.hosts_to_ask(self._archive, self._blogs, now=self._begun_at, since=self._since)

    def foreseen(self) -> list[str]:
        """The URLs of all that there is to fetch now."""
        return [wanted.url for host in self.hosts() for wanted in self.take(host, _ALL, ())]

    def take(self, host: str, limit: int, exclude: Collection[int]) -> list[QueuedImage]:
        """The next pictures of `host`, at most `limit`; those that may not be fetched (any more) are skipped."""
        while True:
            found = media_queue.take(
                self._archive,
                self._blogs,
                host,
                limit=limit,
                now=self._begun_at,
                exclude=exclude,
                since=self._since,
            )
            allowed = [wanted for wanted in found if not self._skip(wanted)]
            if allowed or not found:
                return allowed

    def keep(self, wanted: QueuedImage, picture: ImageFile) -> None:
        """A picture came; raises `CannotWrite`."""
        media_queue.keep(self._archive, wanted.url, picture, now=utc_now())
        self.stored += 1
        self._tell()

    def lose(self, wanted: QueuedImage, trouble: ImageFailure) -> None:
        """No picture came: a failure row, and a later try where one may help."""
        self.failed += 1
        media_queue.fail(self._archive, wanted, trouble, run_id=self._run.id, now=utc_now())
        self._observer.on_message(f"picture: {wanted.url}: {trouble.detail}")
        self._tell()

    def give_up(self, host: str, detail: str, exclude: Collection[int]) -> None:
        """The host is left alone for the rest of the run: what it was to be asked for has failed as well."""
        left = self.take(host, _ALL, exclude)
        with self._archive.atomic():
            for wanted in left:
                media_queue.fail(
                    self._archive, wanted, ImageFailure(detail=detail), run_id=self._run.id, now=utc_now()
                )
        self.failed += len(left)
        self._observer.on_message(
            f"{host} is not asked for pictures any more in this run ({detail}); {len(left)} wait"
        )
        self._tell()

    def _tell(self) -> None:
        self._observer.on_image(self.stored, self.failed, self._wanted)

    def _skip(self, wanted: QueuedImage) -> bool:
        refused = self.rule.refusal(wanted.url, wanted.post_url, wanted.site)
        if refused is None:
            return False
        media_queue.skip(self._archive, wanted, refused, now=utc_now())
        return True
