"""Result of a run: exit code, outcome and a message for the user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from blogarchive.crawl.session import CrawlSession
from blogarchive.errors import (
    ArchiveDamaged,
    BlogArchiveError,
    CannotWrite,
    Interrupted,
    RobotsForbid,
    SiteBlocks,
    SiteChanged,
    Unreachable,
)
from blogarchive.store.ledger import failures, field_coverage
from blogarchive.store.ledger.runs import Counts, RunOutcome

_BY_SEVERITY: Sequence[int] = (6, 4, 5, 3, 1, 2, 75)


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlResult:
    """Outcome, exit code and counts of a run, as in its row of `runs`, and a message if there is one."""

    outcome: RunOutcome
    exit_code: int
    counts: Counts
    message: str | None = None
    skipped_images: Mapping[str, int] = field(default_factory=dict)
    """Number of images on hosts that are not requested, by host, the largest first."""


class ThrottleState(Protocol):
    """The part of `spiders.throttle.HostThrottle` that decides the result."""

    requests: int
    stop_error: BlogArchiveError | None
    blocked_hosts: dict[str, str]


def build_result(session: CrawlSession, throttle: ThrottleState) -> CrawlResult:
    """Return the result of a run, by its errors and by the failures that are open now."""
    result = _result(session, throttle)
    return replace(result, skipped_images=session.skipped_images() if session.options.media else {})


def _result(session: CrawlSession, throttle: ThrottleState) -> CrawlResult:
    counts = session.counts(throttle.requests)
    error = _most_severe(session, throttle)
    if error:
        return CrawlResult(
            outcome=_outcome(error), exit_code=error.exit_code, counts=counts, message=str(error)
        )
    tally = failures.count_failures(session.archive, session.blogs, since=session.run.begun_at)
    if tally.new or tally.retrying:
        message = (
            f"{tally.all} pages, images or fields are missing; `blogarchive failures` lists them,"
            " with --retry it fetches them again now"
        )
        return CrawlResult(outcome="failures", exit_code=1, counts=counts, message=message)
    if session.warnings:
        return CrawlResult(
            outcome="failures", exit_code=1, counts=counts, message="; ".join(session.warnings)
        )
    return CrawlResult(outcome="done", exit_code=0, counts=counts)


def _most_severe(session: CrawlSession, throttle: ThrottleState) -> BlogArchiveError | None:
    """Return the most severe error of the run; report blocked hosts that are no home of a blog."""
    errors: list[BlogArchiveError] = [throttle.stop_error] if throttle.stop_error else []
    home_hosts = {host for host, _ in session.homes()}
    for host, reason in throttle.blocked_hosts.items():
        blocked = SiteBlocks(blocked_message(host, reason))
        if host in home_hosts:
            errors.append(blocked)
        else:  # some blogs have pages on a second host; each missing page is a failure of its own
            session.observer.on_message(str(blocked))
    unreached = _unreached_error(session) if session.unreached else None
    if isinstance(unreached, SiteChanged):  # a host that served one page for all URLs is blocked for that
        errors = [error for error in errors if not isinstance(error, SiteBlocks)]
    if unreached and not errors:
        errors.append(unreached)
    try:
        field_coverage.check_coverage(session.archive, session.run)
    except SiteChanged as error:
        errors.append(error)
    return min(errors, key=lambda error: _BY_SEVERITY.index(error.exit_code), default=None)


def blocked_message(host: str, reason: str) -> str:
    """Return the message about a host that this run sent no more requests to."""
    return f"no more requests to {host}: {reason}; try again later, with a longer --delay"


def _unreached_error(session: CrawlSession) -> BlogArchiveError | None:
    """Return why no page was stored; None if the only reason is an error of this program."""
    details = {
        failure.kind: failure.detail
        for failure in failures.open_failures(session.archive, session.blogs)
        if failure.last_failed_at >= session.run.started_at
    }
    if "robots" in details:
        return RobotsForbid("robots.txt forbids these pages; --ignore-robots is for one's own blog")
    if "blocked" in details:
        return SiteBlocks(
            f"the site refuses requests ({details['blocked']}); try again later, with a longer --delay"
        )
    if details.keys() == {"unreadable"} and field_coverage.has_posts(session.archive, session.blogs):
        return SiteChanged(
            f"the site seems to have changed: {details['unreadable']}; see `blogarchive doctor URL`"
        )
    if details.keys() == {"mistake"}:
        return None
    reasons = "; ".join(details.values()) or "no page came"
    hint = "; `blogarchive doctor URL` shows the page" if "unreadable" in details else ""
    return Unreachable(f"no blog could be reached: {reasons}{hint}")


def _outcome(error: BlogArchiveError) -> RunOutcome:
    match error:
        case RobotsForbid():
            return "forbidden"
        case SiteBlocks():
            return "blocked"
        case Unreachable():
            return "unreachable"
        case Interrupted():
            return "interrupted"
        case CannotWrite():
            return "unwritable"
        case SiteChanged():
            return "changed"
        case ArchiveDamaged():
            return "damaged"
    return "failures"
