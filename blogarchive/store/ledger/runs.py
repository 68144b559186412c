"""One row a run: what was asked, when, how it ended; and whether it goes on with a run that did not end."""

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from blogarchive import __version__
from blogarchive.store.database.archive import Archive, RequeueLimits
from blogarchive.store.timestamps import format_utc, format_utc_precise, parse_utc, shift_utc

RunOutcome = Literal[
    "done",
    "failures",
    "interrupted",
    "unreachable",
    "blocked",
    "forbidden",
    "changed",
    "unwritable",
    "damaged",
]

_UNFINISHED = (None, "killed", "interrupted", "unwritable")
# An unfinished run older than this is no longer gone on with: its home page is too old to stand for today's.
MAX_RESUME_AGE = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run under way. What was fetched since `epoch_at` is not fetched again.

    `epoch_at` is its start (UTC text with microseconds), or the start of the unfinished run of the same command
    which it goes on with. `ahead`: by how much the archive's last time is after this machine's
    clock, which was set back; what is fetched counts on from there, so that what came later stays later.
    """

    id: int
    started_at: str
    epoch_at: str
    ahead: timedelta = timedelta()

    @property
    def begun_at(self) -> str:
        """When it began by this machine's clock, or the run that it goes on with."""
        return min(self.started_at, self.epoch_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Counts of one run. `requests` and `not_modified` come from the crawler, most others from `ChangeCounts`."""

    requests: int = 0
    not_modified: int = 0
    pages: int = 0
    posts_new: int = 0
    posts_changed: int = 0
    posts_gone: int = 0
    comments_new: int = 0
    comments_changed: int = 0
    media: int = 0
    failures: int = 0


def start_run(archive: Archive, command: str, arguments: Sequence[str] = (), *, now: datetime) -> Run:
    """Open the row of a run that begins `now` (aware) with these words of the command line.

    Rows of earlier runs that were killed get the outcome `killed`: the caller holds the archive's lock.
    """
    moment, words = format_utc(now), json.dumps(list(arguments), ensure_ascii=False)
    with archive.atomic():
        fresh = unsaved_run(archive, now=now)
        epoch = _epoch_of_unfinished(archive, command, words, fresh.epoch_at) or fresh.epoch_at
        archive.execute("update runs set outcome = 'killed' where outcome is null")
        run_id = archive.insert(
            "insert into runs(command, arguments, started_at, epoch_at, version, pid, host)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (command, words, moment, epoch, __version__, os.getpid(), socket.gethostname()),
        )
    if epoch == fresh.epoch_at:
        archive.requeue_limits = RequeueLimits()
    return replace(fresh, id=run_id, started_at=moment, epoch_at=epoch)


def unsaved_run(archive: Archive, *, now: datetime) -> Run:
    """A run that would begin `now` and go on with none; writes nothing."""
    row = archive.row("select max(last_seen_at) from authors")
    last = parse_utc(str(row[0])) if row and row[0] else now
    ahead = last - now + timedelta(seconds=1) if last > now else timedelta()
    return Run(id=0, started_at=format_utc(now), epoch_at=format_utc_precise(now + ahead), ahead=ahead)


def finish_run(
    archive: Archive, run: Run, *, outcome: RunOutcome, exit_code: int, counts: Counts, now: datetime
) -> None:
    """Close the run's row. A run that ended `interrupted` or `unwritable` is resumed by the next one with its words."""
    archive.execute(
        "update runs set finished_at = ?, outcome = ?, exit_code = ?, counts = ? where id = ?",
        (format_utc(now), outcome, exit_code, json.dumps(asdict(counts)), run.id),
    )


def _epoch_of_unfinished(archive: Archive, command: str, words: str, moment: str) -> str | None:
    row = archive.row(
        "select epoch_at, outcome from runs where command = ? and arguments = ? order by id desc limit 1",
        (command, words),
    )
    if row is None or row[1] not in _UNFINISHED:
        return None
    epoch = str(row[0])
    return epoch if epoch <= moment < shift_utc(epoch, MAX_RESUME_AGE) else None
