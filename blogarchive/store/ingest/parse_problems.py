"""Record the problems of a parsed page as failures, and resolve those that it no longer has."""

from blogarchive.items import Problem
from blogarchive.sites.grammar.page import UNCONFIRMED_TITLE
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import SaveContext


def record_problems(context: SaveContext) -> None:
    """Record the problems of the page and of its save, and resolve its other open failures."""
    archive, url, now = context.archive, context.target.url, context.page.fetched_at
    if context.is_reparse and not context.is_newest:
        return
    shown = [
        one for one in context.parsed.problems if not (context.is_title_listed and one == UNCONFIRMED_TITLE)
    ]
    problems = [(url, problem) for problem in map(_failure, shown)]
    problems += [(context.post_url or url, problem) for problem in context.problems]
    for failed_url, problem in problems:
        if context.is_reparse and failures.is_open(archive, failed_url, problem):
            continue
        failures.record_failure(archive, context.blog, failed_url, problem, run_id=context.run_id, now=now)
        context.failure = problem
    keep = [(problem.kind, problem.field) for _, problem in problems] + context.keep_open
    failures.resolve(archive, url, now=now, keep=keep)
    for other_url in context.resolved_urls:
        failures.resolve(archive, other_url, now=now)
    if context.post_url is not None and context.comments_agree:
        failures.resolve_field(archive, context.post_url, "comments", now=now)


def _failure(problem: Problem) -> Failure:
    """Return a permanent failure: a retry does not help until the page or its parser changes."""
    return Failure(kind=problem.kind, field=problem.field, detail=problem.detail, permanent=True)
