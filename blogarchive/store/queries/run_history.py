"""Runs that have ended, for a fleet: the command of the next round of an archive, and its rounds so far."""

import json
from dataclasses import dataclass

from blogarchive.store.database.archive import Archive

_COMPLETE = "command = 'backup' and outcome in ('done', 'failures')"


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishedRun:
    """A run of `backup` or `update` that has ended; times are UTC text."""

    started_at: str
    finished_at: str
    exit_code: int | None
    outcome: str
    requests: int | None
    pages: int | None
    host: str


def is_list_backed_up(archive: Archive, digest: str) -> bool:
    """Return True if a backup of the list with this digest was complete, apart from failures."""
    arguments = json.dumps([f"from={digest}"])
    return archive.exists(f"select 1 from runs where {_COMPLETE} and arguments = ?", (arguments,))  # noqa: S608


def has_discovered_due(archive: Archive) -> bool:
    """Return True if blogs wait that `discover` reported, and the last run was not a complete backup of them.

    Blogs that pages link to, and that nobody asked for, make no round of a fleet. Some may never be reached; the other
    blogs of the archive are updated in turn with them.
    """
    was_last = archive.exists(
        f"select 1 from runs where id = (select max(id) from runs) and {_COMPLETE}"  # noqa: S608
        " and arguments like '%discovered%'"
    )
    return not was_last and archive.exists(
        "select 1 from discovered_blogs where backed_up_at is null and reported_at is not null limit 1"
    )


def finished_runs(archive: Archive, limit: int) -> tuple[FinishedRun, ...]:
    """Return the last runs that have ended, oldest first."""
    newest_first = archive.all_as(
        FinishedRun,
        "select started_at, finished_at, exit_code, outcome, counts ->> 'requests' as requests,"
        " counts ->> 'pages' as pages, host from runs"
        " where finished_at is not null and command in ('backup', 'update') order by id desc limit ?",
        (limit,),
    )
    return newest_first[::-1]
