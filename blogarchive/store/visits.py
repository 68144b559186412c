"""Saving what a visit brought: the page, all that was read from it and its links, in one transaction."""

from contextlib import AbstractContextManager
from datetime import datetime

from blogarchive.items import Page, PageKind, Reading, Target, Visit
from blogarchive.store import (
    authors,
    failures,
    frontier,
    health,
    links,
    listings,
    pages,
    post_pages,
    problems,
    refusing,
    schedule,
    settling,
    sidebar,
)
from blogarchive.store.archive import Archive
from blogarchive.store.blogs import Blog
from blogarchive.store.failures import Failure
from blogarchive.store.judge import judge
from blogarchive.store.known import known_of
from blogarchive.store.saved import Outcome, Saved, saved
from blogarchive.store.saving import Saving
from blogarchive.store.times import from_utc_text
from blogarchive.store.whose import blog_of

# Texts that may wait for the search index: a page's few cost it nearly as much as those of thirty pages.
_UNINDEXED = 300


def atomic(archive: Archive) -> AbstractContextManager[None]:
    """The transaction of a page: whoever writes more with it does so in there."""
    return archive.atomic(unindexed=_UNINDEXED)


def save(archive: Archive, visit: Visit, run_id: int | None, *, partial: bool = False) -> Saved:
    """Keep a visit, whatever its status and whatever it shows; times come from `visit.page.fetched_at` alone.

    What is no good (a refusal, a notice, an error, a page that reads worse than the one held) replaces nothing
    and becomes a failure. Raises `CannotWrite` where the disk is full or the file read-only, `ArchiveDamaged`
    where it is not whole; then nothing of the visit is kept. `partial`: the run leaves things out on purpose.
    """
    with atomic(archive):
        blog = blog_of(archive, visit)
        frontier.add(archive, [visit.target], now=visit.page.fetched_at)
        bad = judge(visit, known_of(archive, visit, blog)) or refusing.by_author(archive, visit, blog)
        if bad is not None:
            return refusing.refuse(archive, visit, blog, bad, run_id)
        saving = Saving(archive, visit, blog, run_id=run_id, partial=partial)
        _keep(saving)
        health.count(archive, run_id, visit.target, visit.reading)
        return saved(saving, Outcome.STORED if saving.kept else Outcome.SAME)


def unchanged(archive: Archive, target: Target, page: Page, run_id: int | None) -> Saved:
    """The site answered 304: what is held of the target still stands, and was seen at `page.fetched_at`."""
    visit = Visit(target=target, page=page, reading=Reading(kind=target.kind, encoding=""))
    with archive.atomic():
        blog = blog_of(archive, visit)
        frontier.add(archive, [target], now=page.fetched_at)
        return _stands(archive, visit, blog, run_id)


def fail(
    archive: Archive,
    target: Target,
    failure: Failure,
    run_id: int | None,
    *,
    now: datetime,
) -> datetime | None:
    """There is no page: network, cut body, robots. Keeps the failure; gives when it is tried again, None: never."""
    blog = Blog(site=target.site, uid=target.uid)
    with archive.atomic():
        due = settling.fail(archive, target, permanent=failure.permanent, now=now)
        failures.record(archive, blog, target.url, failure, run_id=run_id, now=now, next_try_at=due)
    return None if due is None else from_utc_text(due)


def resave(archive: Archive, page_id: int, visit: Visit) -> Saved:
    """Read again: put today's reading of a stored page in place of the reading that was kept of it.

    Changes nothing where both agree (the outcome is SAME); never touches the frontier, the marks of what is gone, or
    the bytes. A page that reads worse than what is held changes nothing either.
    """
    with atomic(archive):
        blog = blog_of(archive, visit)
        saving = Saving(archive, visit, blog, run_id=None, page_id=page_id, replay=True)
        outcome = Outcome.FAILED
        if judge(visit, known_of(archive, visit, blog)) is None and blog.uid is not None:
            before = archive.changes
            _keep_reading(saving)
            problems.keep(saving)
            outcome = Outcome.SAME if archive.changes == before else Outcome.STORED
        pages.read_again(archive, page_id, visit.reading.kind, visit.reading.encoding)
        return saved(saving, outcome)


def _keep(saving: Saving) -> None:
    _keep_reading(saving)
    links.save(saving, post_pages.named_elsewhere(saving))
    if saving.kept and saving.counted_before is not None:
        saving.archive.execute(
            "update pages set counted = ? where id = ?", (saving.counted_before, saving.page_id())
        )
    _settle(saving)
    if _is_home(saving.target):
        authors.note_run(saving)
    problems.keep(saving)


def _keep_reading(saving: Saving) -> None:
    """All that was read, by subject; the same for a page that was fetched and for one that is read again."""
    if saving.first_visit:
        saving.page_id()
    saving.author_id = authors.save(saving)
    sidebar.save(saving)
    if schedule.is_listing(saving.reading.kind):
        listings.save(saving)
    else:
        post_pages.save(saving)


def _settle(saving: Saving) -> None:
    target = settling.adopt(saving.archive, saving.target, saving.blog.uid or "")
    due = None
    key = frontier.key(target)
    if schedule.is_listing(saving.reading.kind):
        if target.page_no == 1:
            due = schedule.listing_due(key, saving.page.fetched_at)
    elif target.kind is not PageKind.COMMENTS:
        due = post_pages.due(saving)
    # Only pages that stand for themselves are asked for conditionally: a 304 would prove no chain of pages.
    alone = target.kind is PageKind.POST or _is_home(target)
    settling.settle(
        saving.archive,
        target,
        fetched_at=saving.fine,
        due_at=due,
        etag=saving.page.header("ETag") if alone else None,
        last_modified=saving.page.header("Last-Modified") if alone else None,
    )


def _stands(archive: Archive, visit: Visit, blog: Blog, run_id: int | None) -> Saved:
    saving = Saving(archive, visit, blog, run_id=run_id)
    if _is_home(visit.target):
        authors.note_run(saving)
    post_pages.stands(saving)
    settling.stands(archive, visit.target, fetched_at=saving.fine, due_at=_next_look(saving))
    failures.resolve(archive, visit.target.url, now=visit.page.fetched_at)
    return saved(saving, Outcome.SAME)


def _is_home(target: Target) -> bool:
    return target.kind is PageKind.HOME and target.page_no == 1


def _next_look(saving: Saving) -> str | None:
    if schedule.is_listing(saving.target.kind):
        return schedule.listing_due(frontier.key(saving.target), saving.page.fetched_at)
    return post_pages.due(saving)
