"""What is not kept: refusals, notices, pages of others and pages that read worse than those held; each a failure."""

from dataclasses import replace

from blogarchive.items import PageKind, Visit
from blogarchive.store import categories, failures, gone, health, listings, months, pages, settling
from blogarchive.store.archive import Archive
from blogarchive.store.blogs import Blog, canonical_uid, is_held
from blogarchive.store.failures import Failure
from blogarchive.store.judge import Bad
from blogarchive.store.saved import Outcome, Saved, saved
from blogarchive.store.saving import Saving


def by_author(archive: Archive, visit: Visit, blog: Blog) -> Bad | None:
    """Why a page cannot be kept for whose it is: nobody's, or another author's than was asked for; None where it can."""
    asked = visit.target.uid
    if blog.uid is None:
        return Bad(failure=Failure(kind="unreadable", field="uid", detail="nothing says whose blog it is"))
    if asked is None or asked == blog.uid or canonical_uid(archive, blog.site, asked) == blog.uid:
        return None
    author = visit.reading.author
    if author is not None and asked == author.uid:
        return None  # the very one that was asked for, who is held under another name
    is_home = visit.reading.kind is PageKind.HOME and visit.target.page_no == 1
    if is_home and not asked.isdigit() and not is_held(archive, Blog(site=blog.site, uid=asked)):
        return None  # the name that the blog was asked by is an older one
    detail = f"a page of another blog ({blog.uid})"
    return Bad(failure=Failure(kind="notice", detail=detail, permanent=True))


def refuse(archive: Archive, visit: Visit, blog: Blog, bad: Bad, run_id: int | None) -> Saved:
    """Keep the failure, and what it says of the post; nothing that is held is touched."""
    target, now = visit.target, visit.page.fetched_at
    blog = Blog(site=target.site, uid=target.uid or blog.uid)
    saving = Saving(archive, visit, blog, run_id=run_id)
    if not bad.blocked:
        pages.keep_once(archive, visit, uid=blog.uid, run_id=run_id)
    health.count_refused(archive, run_id, target, visit.reading, bad.failure)
    is_post = target.kind is PageKind.POST and target.number is not None
    if bad.gone is not None and is_post and gone.own_page_gone(saving, target.number or 0, bad.gone):
        for url in (target.url, *saving.resolved):
            failures.resolve(archive, url, now=now)
        return saved(saving, Outcome.GONE)
    if not bad.blocked and _leads_nowhere(saving, bad):
        settling.leave(archive, target)
        failures.resolve(archive, target.url, now=now)
        return saved(saving, Outcome.GONE)
    due = settling.fail(
        archive, target, permanent=bad.failure.permanent, retry_after=bad.retry_after, now=now
    )
    failures.record(archive, blog, target.url, bad.failure, run_id=run_id, now=now, next_try_at=due)
    outcome = Outcome.BLOCKED if bad.blocked else Outcome.GONE if bad.gone else Outcome.FAILED
    return replace(saved(saving, outcome), failure=bad.failure)


def _leads_nowhere(saving: Saving, bad: Bad) -> bool:
    """Whether the blog no longer leads to the target.

    A month or category that vanished, a page beyond the end of a listing, comments of a deleted post.
    """
    if bad.gone is not None and listings.is_beyond_end(saving):
        return True
    if saving.target.kind is PageKind.CATEGORY and bad.gone is not None and categories.has_vanished(saving):
        categories.vanish(saving)
        return True
    if saving.target.kind is PageKind.MONTH:
        return months.has_vanished(saving)
    return saving.target.kind is PageKind.COMMENTS and gone.is_gone(saving, saving.target.post_number)
