"""What of a page disagrees or could not be read: failures opened, and resolved when it no longer does."""

from blogarchive.items import Problem
from blogarchive.store import failures
from blogarchive.store.failures import Failure
from blogarchive.store.saving import Saving


def keep(saving: Saving) -> None:
    """What disagrees or could not be read opens failures; what no longer does is resolved."""
    archive, url, now = saving.archive, saving.target.url, saving.page.fetched_at
    if saving.replay and not saving.newest_kept:
        return
    problems = [(url, problem) for problem in map(_failure_of, saving.reading.problems)]
    problems += [(saving.subject or url, problem) for problem in saving.problems]
    for place, problem in problems:
        if saving.replay and failures.is_open(archive, place, problem):
            continue
        failures.record(archive, saving.blog, place, problem, run_id=saving.run_id, now=now)
        saving.failure = problem
    keep = [(problem.kind, problem.field) for _, problem in problems] + saving.pending
    failures.resolve(archive, url, now=now, keep=keep)
    for other in saving.resolved:
        failures.resolve(archive, other, now=now)
    if saving.subject is not None and saving.comments_agree:
        failures.resolve_field(archive, saving.subject, "comments", now=now)


def _failure_of(problem: Problem) -> Failure:
    """A problem of a reading: asking again will not help, until the page or its reader changes."""
    return Failure(kind=problem.kind, field=problem.field, detail=problem.detail, permanent=True)
