"""What a run asks for: rows of the frontier that are made to be fetched, by what is due and what does not add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blogarchive.items import PageKind
from blogarchive.store import frontier
from blogarchive.store.archive import Archive
from blogarchive.store.blogs import Blog
from blogarchive.store.runs import Run


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a run would request as far as is known before its first page, best first; robots.txt not counted."""

    urls: tuple[str, ...]


def begin(archive: Archive, run: Run, blogs: Sequence[Blog], *, now: datetime, full: bool = False) -> int:
    """Make the home pages and what is due to be fetched; gives how many targets these blogs now have to fetch.

    A home page that was stored since `run.epoch_at` is not asked for again. `full`: everything of these blogs
    that was not fetched since then. Call it once, after the targets that a person named were added.
    """
    condition = "fetched_at < ?" if full else "kind = 'home' and page_no = 1 and fetched_at < ?"
    with archive.atomic():
        for blog in blogs:
            frontier.reopen(archive, blog, condition, (run.epoch_at,))
    return frontier.progress(archive, blogs).todo


def top_up(archive: Archive, run: Run, blogs: Sequence[Blog], *, now: datetime) -> int:
    """Asked when nothing is left to take and nothing is in flight: more targets where a blog does not add up yet.

    Further home pages, where months are absent or their dates do not agree with the posts held; gives how many
    targets were added; 0 ends the run.
    """
    return 0


def preview(archive: Archive, run: Run, blogs: Sequence[Blog], *, now: datetime, full: bool = False) -> Asked:
    """What `begin` would have fetched; leaves the archive as it is."""
    with archive.supposing():
        begin(archive, run, blogs, now=now, full=full)
        targets = frontier.take(archive, blogs, limit=1_000_000, now=now)
    return Asked(urls=tuple(target.url for target in targets))


__all__ = ["Asked", "PageKind", "begin", "preview", "top_up"]
