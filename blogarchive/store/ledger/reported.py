"""Which open failures a run reports: new ones and those to be retried, a known dead blog once a week."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog, home_target
from blogarchive.store.ledger.failures import OpenFailure, open_failures
from blogarchive.store.ledger.runs import Run
from blogarchive.store.timestamps import parse_utc

_REPEATED = timedelta(days=7)
_PREVIOUS = """
select coalesce(max(case when p.command = r.command and p.arguments = r.arguments then p.finished_at end),
                max(p.finished_at))
  from runs p join runs r on p.id < r.id where r.id = ?
"""


def reported_failures(archive: Archive, blogs: Sequence[Blog], run: Run) -> list[OpenFailure]:
    """Return the open failures of these blogs that are new in `run` or to be retried, those of home pages first.

    A permanent failure of an image is not new: no run can fix it.
    """
    homes = _home_urls(archive, blogs)
    found = [
        failure
        for failure in open_failures(archive, blogs)
        if failure.next_try_at is not None
        or (failure.first_failed_at >= run.begun_at and not (failure.kind == "picture" and failure.permanent))
    ]
    return sorted(found, key=lambda failure: failure.url not in homes)


def known_home_failures(
    archive: Archive, blogs: Sequence[Blog], run: Run, *, now: datetime
) -> list[OpenFailure]:
    """Return the failures of home pages that a run reported less than a week ago.

    A failure is reported when it is new, and again in the first run of each week after that. The previous run is the
    last one of the same command, else the last of all.
    """
    previous, homes = archive.text(_PREVIOUS, (run.id,)), _home_urls(archive, blogs)
    if previous is None:
        return []
    return [
        failure
        for failure in open_failures(archive, blogs)
        if failure.url in homes
        and failure.first_failed_at <= previous
        and failure.first_failed_at < run.begun_at
        and _weeks(failure, now) == _weeks(failure, parse_utc(previous))
    ]


def _home_urls(archive: Archive, blogs: Sequence[Blog]) -> set[str]:
    return {home.url for blog in blogs if (home := home_target(archive, blog))}


def _weeks(failure: OpenFailure, at: datetime) -> int:
    return (at - parse_utc(failure.first_failed_at)) // _REPEATED
