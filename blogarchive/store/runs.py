"""One row a run: what was asked, when, how it ended; and whether it goes on with a run that did not end."""

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from blogarchive import __version__
from blogarchive.store.archive import Archive
from blogarchive.store.times import fine_text, later, utc_text

Ended = Literal[
    "done", "failures", "interrupted", "unreachable", "blocked", "forbidden", "changed", "damaged"
]

# An unfinished run older than this is no longer gone on with: its home page is too old to stand for today's.
RESUMED_WITHIN = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run under way. What was fetched since `epoch_at` is not fetched again.

    `epoch_at` is its start (UTC text with microseconds), or the start of the unfinished run of the same command
    which it goes on with; `resumes` says so.
    """

    id: int
    started_at: str
    epoch_at: str
    resumes: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What a run did. `requests` and `not_modified` are the crawler's to count, the rest are sums of `Saved`."""

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


def start(archive: Archive, command: str, arguments: Sequence[str] = (), *, now: datetime) -> Run:
    """Open the row of a run that begins `now` (aware) with these words of the command line.

    Rows of earlier runs that were killed get the outcome `killed`: the caller holds the archive's lock.
    """
    moment, words = utc_text(now), json.dumps(list(arguments), ensure_ascii=False)
    with archive.atomic():
        fresh = fine_text(now)
        epoch = _epoch_of_unfinished(archive, command, words, fresh) or fresh
        archive.execute("update runs set outcome = 'killed' where outcome is null")
        run_id = archive.insert(
            "insert into runs(command, arguments, started_at, epoch_at, version, pid, host)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (command, words, moment, epoch, __version__, os.getpid(), socket.gethostname()),
        )
    return Run(id=run_id, started_at=moment, epoch_at=epoch, resumes=epoch != fresh)


def finish(
    archive: Archive, run: Run, *, outcome: Ended, exit_code: int, counts: Counts, now: datetime
) -> None:
    """Close the run's row. A run that ends `interrupted` is gone on with by the next of the same command."""
    archive.execute(
        "update runs set finished_at = ?, outcome = ?, exit_code = ?, counts = ? where id = ?",
        (utc_text(now), outcome, exit_code, json.dumps(asdict(counts)), run.id),
    )


def _epoch_of_unfinished(archive: Archive, command: str, words: str, moment: str) -> str | None:
    row = archive.row(
        "select epoch_at, outcome from runs where command = ? and arguments = ? order by id desc limit 1",
        (command, words),
    )
    if row is None or row[1] not in (None, "killed", "interrupted"):
        return None
    epoch = str(row[0])
    return epoch if later(epoch, RESUMED_WITHIN) > moment else None
