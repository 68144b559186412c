"""Result of a run: exit code, outcome and a message for the user."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from gettext import gettext as _, ngettext
from typing import Protocol
from urllib.parse import urldefrag

from blogarchive import errors
from blogarchive.crawl.session import CrawlSession
from blogarchive.messages.details import Detail, explain_detail
from blogarchive.store.ledger import coverage, failures
from blogarchive.store.ledger.blogs import RESTING, Blog, BlogState, blog_states, home_page_urls, is_stored
from blogarchive.store.ledger.runs import Counts, RunEnd, RunOutcome, is_reported
from blogarchive.store.media import author_ids, count_skipped_by_host
from blogarchive.store.rows import utc_now

_OUTCOMES: Mapping[type[errors.BlogArchiveError], RunOutcome] = {
    errors.RobotsForbid: "forbidden",
    errors.SiteBlocks: "blocked",
    errors.Unreachable: "unreachable",
    errors.Interrupted: "interrupted",
    errors.HostBusy: "interrupted",
    errors.CannotWrite: "unwritable",
    errors.SiteChanged: "changed",
    errors.ArchiveDamaged: "damaged",
}
# A host has changed if the parser refused at least this number of its pages, and at least half.
_MIN_UNREADABLE = 5
_BY_SEVERITY: Sequence[int] = (6, 4, 5, 3, 76, 1, 2, 75)  # exit codes, the most severe first


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlResult(RunEnd):
    """How a run ended, as in its row of `runs`, and a message, if any."""

    message: str | None = None
    # Number of images on hosts that are not requested, by host, the largest first.
    skipped_images: Mapping[str, int] = field(default_factory=dict)
    # Failures that an earlier run reported, so that they do not change the exit code.
    notes: tuple[str, ...] = ()
    # The hosts of blogs that failed as a whole, each with its error.
    hosts: Mapping[str, errors.BlogArchiveError] = field(default_factory=dict)
    # A limit of the user, or a stop, left pages or images of the other hosts.
    unfinished: bool = False


class Throttle(Protocol):
    """The part of `spiders.throttle.HostThrottle` that decides the result."""

    requests: int
    limit: str | None
    stop_error: errors.BlogArchiveError | None
    blocked_hosts: dict[str, str]
    busy_hosts: dict[str, errors.HostBusy]


def build_result(session: CrawlSession, throttle: Throttle, *, left_out: Collection[str] = ()) -> CrawlResult:
    """Return the result of a run, by its errors and by the failures that are open now.

    `left_out` are hosts that the run did not request because they failed in earlier ones.
    """
    changed = _check_changes(session, throttle)
    hosts = _failed_hosts(session, throttle, changed, left_out)
    if changed and not hosts and left_out:  # the host with the open change waits for a person
        changed = None
    result = _result(session, throttle, changed)
    # Some blogs have pages on a second host; each missing page is a failure of its own.
    for host, reason in throttle.blocked_hosts.items():
        if host not in session.hosts.values():
            session.observer.on_message(str(blocked_error(host, reason)))
    authors = author_ids(session.archive, session.blogs) if session.options.media else []
    skipped = count_skipped_by_host(session.archive, authors)
    unfinished = throttle.stop_error is not None or _reached_limit(session, throttle) is not None
    return replace(result, skipped_images=skipped, hosts=hosts, unfinished=unfinished)


def _failed_hosts(
    session: CrawlSession, throttle: Throttle, changed: errors.SiteChanged | None, left_out: Collection[str]
) -> dict[str, errors.BlogArchiveError]:
    """Return the error of each host of blogs that gave no pages, was refused, or seems to have changed.

    Assigns an open change to the hosts with unreadable pages, else to all requested hosts.
    """
    services = set(session.hosts.values())
    by_host: dict[str, errors.BlogArchiveError] = {
        host: errors.Unreachable(explain_detail(failure.detail, failure.kind))
        for host, failure in session.refused.items()
        if not session.stored[host] and not session.unreadable[host]
    }
    by_host |= throttle.busy_hosts
    by_host |= {host: blocked_error(host, why) for host, why in throttle.blocked_hosts.items()}
    changed_hosts = {host for host in session.unreadable if _is_unreadable(session, throttle, host)}
    if changed and not changed_hosts and not left_out:
        sites = {change.site for change in coverage.open_changes(session.archive, session.sites)}
        changed_hosts = {host for blog, host in session.hosts.items() if coverage.scope_of(blog) in sites}
    text = _("most of its pages cannot be parsed; see `blogarchive doctor URL`")
    by_host |= dict.fromkeys(changed_hosts, changed or errors.SiteChanged(text))
    return {host: error for host, error in by_host.items() if host in services}


def _is_unreadable(session: CrawlSession, throttle: Throttle, service: str) -> bool:
    """Return whether the parser refused most pages of a host, or the only one: an update may be one request."""
    stored = session.stored[service]
    if session.unreadable[service] >= max(_MIN_UNREADABLE, stored):
        return True
    blogs = [blog for blog, host in session.hosts.items() if host == service]
    return throttle.stop_error is None and not stored and coverage.has_posts(session.archive, blogs)


def _result(session: CrawlSession, throttle: Throttle, changed: errors.SiteChanged | None) -> CrawlResult:
    """Return the result by the most severe error, else by the failures that no earlier run reported."""
    counts = session.counts(throttle.requests)
    error = _most_severe(session, throttle, changed)
    if error:
        return _error_result(session, throttle, error, counts)
    limit = _reached_limit(session, throttle)
    known, homes = _known(session), home_page_urls(session.archive, session.blogs)
    found = failures.reported_failures(session.archive, session.blogs, session.run)
    new = [failure for failure in found if failure not in known]
    lasting = [failure for failure in found if failure in known and failure.url not in homes]
    repeated = [failure for failure in known if failure in found or failure.url in homes]
    messages = [_state_message(state) for state in _resting(session) if _is_new(session, state)]
    messages = [*messages, *([_failures_message(new)] if new else ()), *session.warnings]
    text = _("failed since {time}: {what}")
    is_failed = bool(messages or lasting)  # an earlier run reported those that last, and they are retried
    return CrawlResult(
        outcome="limited" if limit else "failures" if is_failed else "done",
        exit_code=int(is_failed),
        counts=counts,
        message="; ".join((*messages, *filter(None, (limit,)))) or None,
        notes=tuple(text.format(time=one.first_failed_at, what=_describe(one)) for one in repeated),
    )


def _error_result(
    session: CrawlSession, throttle: Throttle, error: errors.BlogArchiveError, counts: Counts
) -> CrawlResult:
    """Return the result of a run that an error ended; a cause that lasts is reported once a week.

    A change of a site waits for a person, so its exit code stays.
    """
    outcomes = (outcome for kind, outcome in _OUTCOMES.items() if isinstance(error, kind))
    outcome: RunOutcome = next(outcomes, "failures")
    names = sorted(throttle.blocked_hosts) or dict.fromkeys(session.hosts.values())
    cause = " ".join((outcome, *names, *(one.state for one in _resting(session))))
    fields = [change.field for change in coverage.open_changes(session.archive, session.sites)]
    if isinstance(error, errors.SiteChanged):
        cause = " ".join((outcome, *fields))
    code, text = error.exit_code, "; ".join((str(error), *session.warnings))
    result = CrawlResult(outcome=outcome, exit_code=code, counts=counts, message=text, cause=cause)
    # The reasons of a network and of a site last, those of a stop or of a disk do not.
    lasts = isinstance(error, (errors.Unreachable, errors.SiteChanged)) and session.options.is_plain_update
    if not (lasts and is_reported(session.archive, session.run, cause, now=utc_now())):
        return result
    exit_code = errors.SiteChanged.exit_code if fields or isinstance(error, errors.SiteChanged) else 0
    return replace(result, exit_code=exit_code, message=None, notes=(text,))


def _reached_limit(session: CrawlSession, throttle: Throttle) -> str | None:
    """Return the message about a limit of the user that left pages or images to the next run, or None."""
    if throttle.limit is None or not session.has_due():
        return None
    return _("the limit of {limit} is reached; it continues with the next run").format(limit=throttle.limit)


def _check_changes(session: CrawlSession, throttle: Throttle) -> errors.SiteChanged | None:
    """Accept the changes of the sites of a run if the user does; return the error about those that are open, or None.

    A blog of any host shows no change if that served one page for all URLs: a domain for sale.
    """
    if session.options.accept_changes:
        coverage.accept_changes(session.archive, session.run, session.sites, now=utc_now())
    reasons, one_page = throttle.blocked_hosts, Detail.HOST_SAME_PAGE.partition("{")[0]
    alike = [blog for blog, host in session.hosts.items() if reasons.get(host, "").startswith(one_page)]
    unseen = {coverage.scope_of(blog) for blog in alike} - {blog.site for blog in alike}
    try:
        coverage.check_coverage(session.archive, session.run, session.sites, now=utc_now(), unseen=unseen)
    except errors.SiteChanged as error:
        return error
    return None


def _most_severe(
    session: CrawlSession, throttle: Throttle, changed: errors.SiteChanged | None
) -> errors.BlogArchiveError | None:
    """Return the most severe error of the run."""
    found: list[errors.BlogArchiveError] = [throttle.stop_error] if throttle.stop_error else []
    found += throttle.busy_hosts.values()
    homes = set(session.hosts.values())
    found += [blocked_error(*one) for one in throttle.blocked_hosts.items() if one[0] in homes]
    unreached = _unreached_error(session)
    if isinstance(unreached, errors.SiteChanged):
        # A host that served one page for all URLs is blocked for that.
        found = [error for error in found if not isinstance(error, errors.SiteBlocks)]
    if unreached and not found:
        found.append(unreached)
    found += [changed] if changed else []
    return min(found, key=lambda error: _BY_SEVERITY.index(error.exit_code), default=None)


def _resting(session: CrawlSession) -> list[BlogState]:
    """Return the states of the blogs of this run that are moved or closed."""
    found = map(blog_states(session.archive).get, session.blogs)
    return [state for state in found if state is not None and state.state in RESTING]


def _is_new(session: CrawlSession, state: BlogState) -> bool:
    return not session.options.is_plain_update or state.state_since >= session.run.begun_at


def _state_message(state: BlogState) -> str:
    """Return the message about a moved or closed blog, with the command that helps."""
    blog = f"{state.site}/{state.uid}"
    if state.state == "moved":
        return _(
            "{blog} has moved to {url}; if that is the same blog, `blogarchive backup {url} --site {site}` continues there"
        ).format(blog=blog, url=state.state_detail, site=state.site)
    return _(
        "{blog} is closed: {notice}; what is stored stays, and later runs ask for its home page alone"
    ).format(blog=blog, notice=explain_detail(state.state_detail, "notice"))


def blocked_error(host: str, reason: str) -> errors.SiteBlocks:
    """Return the error about a host that this run sent no more requests to."""
    text = _("no more requests to {host}: {reason}; try again later, with a longer --delay")
    return errors.SiteBlocks(text, host=host, reason=explain_detail(reason))


def _describe(failure: failures.OpenFailure) -> str:
    """Return the blog, the URL and the reason of a failure."""
    blog = f"{failure.site}/{failure.uid} " if failure.uid else ""
    reason = explain_detail(failure.detail, failure.kind)
    return _("{page}: {reason}").format(page=f"{blog}{urldefrag(failure.url).url}", reason=reason)


def _failures_message(reported: Sequence[failures.OpenFailure]) -> str:
    """Return the message about new failures, which describes the first."""
    count = len(reported)
    return ngettext(
        "done, {count} failure: {first}; `blogarchive failures --retry` fetches it again now",
        "done, {count} failures, the first: {first}; `blogarchive failures` lists them,"
        " with --retry it fetches them again now",
        count,
    ).format(count=count, first=_describe(reported[0]))


def _known(session: CrawlSession) -> list[failures.OpenFailure]:
    """Return the failures that an earlier update reported. Empty for all but a plain update."""
    if not session.options.is_plain_update:
        return []
    return failures.known_failures(session.archive, session.blogs, session.run, now=utc_now())


def _unreached_error(session: CrawlSession) -> errors.BlogArchiveError | None:
    """Return why no page was stored; None if one was, if an earlier run reported it, or if this program failed."""
    if not session.unreached:
        return None
    resting = _resting(session)
    if len(resting) == len(session.blogs):
        news = [state for state in resting if _is_new(session, state)]
        return errors.Unreachable("; ".join(map(_state_message, news))) if news else None
    since = session.run.started_at
    found = [x for x in failures.open_failures(session.archive, session.blogs) if x.last_failed_at >= since]
    # A failure of a blog of which no page was stored.
    known = [x for x in _known(session) if not is_stored(session.archive, Blog(site=x.site or "", uid=x.uid))]
    if found and all(failure in known for failure in found):
        return None
    by_kind = {failure.kind: failure for failure in found}
    if by_kind.keys() == {"unreadable"} and coverage.has_posts(session.archive, session.blogs):
        text = _("the site seems to have changed: {what}; see `blogarchive doctor URL`")
        return errors.SiteChanged(text, what=_describe(by_kind["unreadable"]))
    return None if by_kind.keys() == {"mistake"} else _error_of_kinds(by_kind)


def _error_of_kinds(by_kind: Mapping[str, failures.OpenFailure]) -> errors.BlogArchiveError:
    """Return the error of a run without a page, by a failure of each kind."""
    if "robots" in by_kind:
        text = _("robots.txt forbids these pages: {what}; if it is your own blog, use --ignore-robots")
        return errors.RobotsForbid(text, what=_describe(by_kind["robots"]))
    if "blocked" in by_kind:
        text = _("the site refuses requests: {what}; try again later, with a longer --delay")
        if by_kind["blocked"].detail == Detail.STATUS.format(status=401):
            text = _("the site asks for a password: {what}; --cookies sends a login of your browser")
        return errors.SiteBlocks(text, what=_describe(by_kind["blocked"]))
    reasons = "; ".join(map(_describe, by_kind.values())) or _("no page came")
    hint = _("; `blogarchive doctor URL` shows the page") if "unreadable" in by_kind else ""
    if any(failure.detail.startswith(Detail.TLS.partition("{")[0]) for failure in by_kind.values()):
        hint = _("; if the host has no TLS, write the URL with http://")
    return errors.Unreachable(_("no blog could be reached: {reasons}").format(reasons=reasons) + hint)
