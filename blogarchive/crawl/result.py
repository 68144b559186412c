"""How a run ended: what happened turned into an exit code, and a line for the person."""

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlResult:
    """How a run ended: its row in `runs`, and a line for the person where there is something to say."""

    outcome: RunOutcome
    exit_code: int
    counts: Counts
    message: str | None = None


class Traffic(Protocol):
    """What is used here of `spiders.traffic.Traffic`."""

    requests: int
    ended: BlogArchiveError | None
    blocked_hosts: dict[str, str]


def result_of(session: CrawlSession, throttle: Traffic) -> CrawlResult:
    """How the run ended, by what it met on the way and what is missing now."""
    counts = session.counts(throttle.requests)
    error = _error(session, throttle)
    if error:
        return CrawlResult(
            outcome=_outcome(error), exit_code=error.exit_code, counts=counts, message=str(error)
        )
    tally = failures.count_failures(session.archive, session.blogs, since=session.run.begun_at)
    if tally.new or tally.retrying:
        words = (
            f"{tally.all} pages, pictures or fields are missing; `blogarchive failures` lists them,"
            " with --retry it asks for them again now"
        )
        return CrawlResult(outcome="failures", exit_code=1, counts=counts, message=words)
    return CrawlResult(outcome="done", exit_code=0, counts=counts)


def _error(session: CrawlSession, throttle: Traffic) -> BlogArchiveError | None:
    """The error that the run ends with, the gravest of all; tells of hosts left alone that are no blog's home."""
    found: list[BlogArchiveError] = [throttle.ended] if throttle.ended else []
    homes = {host for host, _ in session.homes()}
    for host, why in throttle.blocked_hosts.items():
        words = f"{host} was left alone: {why}; try again later, with a longer --delay"
        if host in homes:
            found.append(SiteBlocks(words))
        else:  # a blog may have pages on another host too: what is missing of it is a failure each
            session.observer.on_message(words)
    error = _unreached(session) if session.unreached else None
    if isinstance(error, SiteChanged):  # what is left alone after one page for all URLs never gave another
        found = [one for one in found if not isinstance(one, SiteBlocks)]
    if error and not found:
        found.append(error)
    try:
        field_coverage.check_coverage(session.archive, session.run)
    except SiteChanged as error:
        found.append(error)
    return min(found, key=lambda error: _GRAVEST.index(error.exit_code), default=None)


_GRAVEST: Sequence[int] = (6, 4, 5, 3, 1, 2, 75)


def _unreached(session: CrawlSession) -> BlogArchiveError | None:
    """Why no page came, None where the only reason is a mistake of this program, which says nothing of the site."""
    kinds = {
        failure.kind: failure.detail
        for failure in failures.open_failures(session.archive, session.blogs)
        if failure.last_failed_at >= session.run.started_at
    }
    if "robots" in kinds:
        return RobotsForbid("robots.txt forbids these pages; --ignore-robots is for one's own blog")
    if "blocked" in kinds:
        return SiteBlocks(f"the site refuses us ({kinds['blocked']}); try again later, with a longer --delay")
    if kinds.keys() == {"unreadable"} and field_coverage.has_posts(session.archive, session.blogs):
        return SiteChanged(
            f"the site seems to have changed: {kinds['unreadable']}; see `blogarchive doctor URL`"
        )
    if kinds.keys() == {"mistake"}:
        return None
    why = "; ".join(kinds.values()) or "no page came"
    hint = "; `blogarchive doctor URL` shows what came" if "unreadable" in kinds else ""
    return Unreachable(f"no blog could be reached: {why}{hint}")


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
