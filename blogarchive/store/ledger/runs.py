"""Store one row per run, list the runs, and resume the last unfinished run of the same command."""

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import Literal

from blogarchive import installed_version
from blogarchive.errors import UsageError
from blogarchive.store.database.archive import Archive, RequeueLimits
from blogarchive.store.rows import YEARS, Value, format_utc, format_utc_precise, parse_utc, shift_utc
from blogarchive.store.statements import Statements, columns_of

RunOutcome = Literal[
    "done", "limited", "failures", "interrupted", "unreachable", "blocked", "forbidden", "changed", "unwritable",
    "damaged",
]  # fmt: skip

_LAST_UNFINISHED = """
select epoch_at from (select * from runs where command = ? and arguments = ? order by id desc limit 1)
 where outcome is null or outcome in ('killed', 'interrupted', 'unwritable', 'limited')
"""
_CAUSED = """
with same as (select p.* from runs p join runs r on p.id < r.id and p.command = r.command and p.arguments = r.arguments
               where r.id = ?1 and p.finished_at is not null)
select min(finished_at), max(finished_at) from same
 where id > coalesce((select max(id) from same where cause is not ?2), 0)
"""


def weeks_between(begun: datetime, at: datetime) -> int:
    """Return the whole weeks between two days: a cause that lasts is reported in the first run of each week.

    Runs of one hour of the day differ in length.
    """
    return (at.date() - begun.date()).days // 7


MAX_RESUME_AGE = timedelta(days=7)
"""An older unfinished run is not resumed, because its copy of the home page is out of date."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run in progress. Targets that were fetched since `epoch_at` are not fetched again.

    `epoch_at` is the start of the run (UTC text with microseconds), or of the unfinished run that it resumes. `ahead`
    is the time from this machine's clock to the archive's last time, if the clock was set back. It is added to fetch
    times, so that later pages have later times. `resumes` is True if it resumes an unfinished run.
    """

    id: int
    started_at: str
    epoch_at: str
    ahead: timedelta = timedelta()
    resumes: bool = False

    @property
    def begun_at(self) -> str:
        """Return the start by this machine's clock, of this run or of the run that it resumes (UTC text)."""
        return min(self.started_at, format_utc(parse_utc(self.epoch_at)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Counts of one run; of one save, which changes rows of posts and comments alone.

    `posts_new` counts posts parsed for the first time, `posts_gone` those that were marked gone.
    """

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

    def __add__(self, more: "Counts") -> "Counts":
        names = [one.name for one in fields(self)]
        return Counts(**{name: getattr(self, name) + getattr(more, name) for name in names})


@dataclass(frozen=True, kw_only=True, slots=True)
class RunEnd:
    """How a run ended. `cause` is the error that ended it, without values that differ from night to night."""

    outcome: RunOutcome
    exit_code: int
    counts: Counts = Counts()
    cause: str | None = None


def start_run(archive: Archive, command: str, arguments: Sequence[str] = (), *, now: datetime) -> Run:
    """Insert the row of a run that starts `now` (aware) with these command-line arguments; return the run.

    The caller must hold the archive's lock: earlier runs without an outcome get the outcome `killed`. The run resumes
    an unfinished one of the same command and arguments. What that fetched since its `epoch_at` is not fetched again.
    """
    moment, words = format_utc(now), json.dumps(list(arguments), ensure_ascii=False)
    with archive.atomic():
        fresh = unsaved_run(archive, now=now)
        epoch = _epoch_of_unfinished(archive, command, words, fresh.epoch_at) or fresh.epoch_at
        archive.execute("update runs set outcome = 'killed' where outcome is null")
        row: dict[str, Value] = {
            "command": command,
            "arguments": words,
            "started_at": moment,
            "epoch_at": epoch,
            "version": installed_version(),
            "pid": os.getpid(),
            "host": socket.gethostname(),
        }
        run_id = archive.insert_row("runs", row)
    resumes = epoch != fresh.epoch_at
    if not resumes:
        archive.requeue_limits = RequeueLimits()
    return replace(fresh, id=run_id, started_at=moment, epoch_at=epoch, resumes=resumes)


def unsaved_run(archive: Archive, *, now: datetime) -> Run:
    """Return a run that starts `now` and resumes none, without writing a row; `UsageError` if no page is fetched then."""
    if now.year not in YEARS:
        raise UsageError(_("this machine's clock is at {time}; set it, then try again"), time=now.date())
    last_seen_at = archive.text("select max(last_seen_at) from authors")
    last = parse_utc(last_seen_at) if last_seen_at else now
    ahead = last - now + timedelta(seconds=1) if last > now else timedelta()
    return Run(id=0, started_at=format_utc(now), epoch_at=format_utc_precise(now + ahead), ahead=ahead)


def finish_run(archive: Archive, run: Run, end: RunEnd, *, now: datetime) -> None:
    """Store how a run ended.

    The next run with the same arguments resumes one that is `interrupted`, `limited` or `unwritable`.
    """
    ending: dict[str, Value] = {"outcome": end.outcome, "cause": end.cause, "finished_at": format_utc(now)}
    columns = {**ending, "exit_code": end.exit_code, "counts": json.dumps(asdict(end.counts))}
    archive.update_row("runs", run.id, columns)


def is_reported(archive: Archive, run: Run, cause: str, *, now: datetime) -> bool:
    """Return whether the cause was reported within a week, and all runs of this command since then had it too."""
    since, last = archive.rows(_CAUSED, (run.id, cause))[0]
    if since is None:
        return False
    begun = parse_utc(since)
    return weeks_between(begun, now) == weeks_between(begun, parse_utc(last))


def _epoch_of_unfinished(archive: Archive, command: str, words: str, moment: str) -> str | None:
    epoch = archive.text(_LAST_UNFINISHED, (command, words))
    return epoch if epoch is not None and epoch <= moment < shift_utc(epoch, MAX_RESUME_AGE) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedRun:
    """A row of `runs`. Times are UTC text; `finished_at`, `outcome` and `exit_code` are None while it runs."""

    id: int
    command: str
    started_at: str
    finished_at: str | None
    outcome: str | None
    exit_code: int | None
    version: str
    counts: dict[str, int]


def logged_runs(archive: Statements, limit: int) -> tuple[LoggedRun, ...]:
    """Return the last runs, the newest first."""
    query = f"select {columns_of(LoggedRun)} from runs order by id desc limit ?"  # noqa: S608 - constants
    return archive.all_as(LoggedRun, query, (limit,))


def last_run(archive: Statements) -> LoggedRun | None:
    """Return the newest run, None if the archive has none."""
    return next(iter(logged_runs(archive, 1)), None)
