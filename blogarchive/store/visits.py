"""Saving what a visit brought: the page, all that was read from it and its links, in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from blogarchive.items import Page, PageKind, Target, Visit
from blogarchive.store import failures, frontier
from blogarchive.store.archive import Archive
from blogarchive.store.blogs import Blog
from blogarchive.store.failures import Failure
from blogarchive.store.times import utc_text


class Outcome(StrEnum):
    """What became of a visit."""

    STORED = "stored"  # something other than counters was new
    SAME = "same"  # nothing but counters was new
    GONE = "gone"  # the page says that it is no more: the first of two witnesses, or the second
    BLOCKED = "blocked"  # the site refuses us: 403, 429, 503 or a block page; a run stops after some of these
    FAILED = "failed"  # everything else that could not be kept; a failure row says why


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What saving changed. `blog` is whose page it was: a run adds it to its blogs. `links`: new targets."""

    outcome: Outcome
    blog: Blog
    kind: PageKind
    links: int = 0
    posts_new: int = 0
    posts_changed: int = 0
    posts_gone: int = 0
    comments_new: int = 0
    comments_changed: int = 0
    failure: Failure | None = None
    retry_after: timedelta | None = None


def save(archive: Archive, visit: Visit, run_id: int | None) -> Saved:
    """Keep a visit, whatever its status and whatever it shows; times come from `visit.page.fetched_at` alone.

    Raises `CannotWrite` where the disk is full or the file read-only; then nothing of the visit is kept.
    """
    raise NotImplementedError


def unchanged(archive: Archive, target: Target, page: Page, run_id: int | None) -> Saved:
    """The site answered 304: what is held of the target still stands, and was seen at `page.fetched_at`."""
    raise NotImplementedError


def fail(
    archive: Archive,
    target: Target,
    failure: Failure,
    run_id: int | None,
    *,
    now: datetime,
    retry_after: timedelta | None = None,
) -> datetime | None:
    """There is no page: network, cut body, robots. Keeps the failure; gives when it is tried again, None: never."""
    blog = Blog(site=target.site, uid=target.uid)
    with archive.atomic():
        due = frontier.fail(archive, target, permanent=failure.permanent, retry_after=retry_after, now=now)
        failures.record(archive, blog, target.url, failure, run_id=run_id, now=now, next_try_at=due)
    return None if due is None else datetime.fromisoformat(due)


def resave(archive: Archive, page_id: int, visit: Visit) -> Saved:
    """Read again: put today's reading of a stored page in place of the reading that was kept of it.

    Changes nothing where both agree; never touches the frontier, the marks of what is gone, or the bytes.
    """
    raise NotImplementedError


__all__ = ["Outcome", "Saved", "fail", "resave", "save", "unchanged", "utc_text"]
