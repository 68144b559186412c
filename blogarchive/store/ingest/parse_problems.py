"""What of a page disagrees or could not be read: failures opened, and resolved when it no longer does."""

from blogarchive.items import Problem
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import SaveContext


def record_problems(context: SaveContext) -> None:
    """What disagrees or could not be read opens failures; what no longer does is resolved."""
    archive, url, now = context.archive, context.target.url, context.page.fetched_at
    if context.is_reparse and not context.is_newest:
        return
    problems = [(url, problem) for problem in map(_failure_of, context.parsed.problems)]
    problems += [(context.post_url or url, problem) for problem in context.problems]
    for place, problem in problems:
        if context.is_reparse and failures.is_open(archive, place, problem):
            continue
        failures.record_failure(archive, context.blog, place, problem, run_id=context.run_id, now=now)
        context.failure = problem
    keep = [(problem.kind, problem.field) for _, problem in problems] + context.keep_open
    failures.resolve(archive, url, now=now, keep=keep)
    for other in context.resolved_urls:
        failures.resolve(archive, other, now=now)
    if context.post_url is not None and context.comments_agree:
        failures.resolve_field(archive, context.post_url, "comments", now=now)


def _failure_of(problem: Problem) -> Failure:
    """A problem of a reading: asking again will not help, until the page or its reader changes."""
    return Failure(kind=problem.kind, field=problem.field, detail=problem.detail, permanent=True)
