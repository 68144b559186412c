"""A worker: runs the rounds of a folder's shards until it is stopped, also while PostgreSQL comes and goes."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from gettext import gettext as _
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from blogarchive import errors
from blogarchive.fleet import shard as shard_file
from blogarchive.fleet.database import rounds, shards
from blogarchive.fleet.database.session import Connection, connected, require_tables, server_time
from blogarchive.fleet.round import Round, RoundResult, stored_posts
from blogarchive.fleet.shard import Shard, ShardRow

_BEAT_SECONDS: Final = 2.0
_BEAT_SECONDS_ONCE: Final = 0.5
_SECONDS_BETWEEN_SCANS: Final = 60.0
_SECONDS_BETWEEN_STATUS: Final = 10.0
_SECONDS_BETWEEN_TRIES: Final = 1.0
_SECONDS_TO_END: Final = 2.0

_T = TypeVar("_T")


class WorkerObserver(Protocol):
    """Receives the events of a worker."""

    def on_message(self, name: str, text: str) -> None:
        """Called with a message about a shard, or about the folder if `name` is empty."""

    def on_problem(self, name: str, text: str) -> None:
        """Called if a shard cannot begin its round, because a person must decide; once for each problem."""

    def on_ended(self, row: ShardRow, result: RoundResult, *, paused: bool, next_at: datetime | None) -> None:
        """Called after each round; `next_at` is None if the next one begins at once, or if the shard is `paused`."""

    @property
    def needs_status(self) -> bool:
        """True if metrics are wanted: `on_status` is called with the status."""

    def on_status(self, found: Sequence[shards.ShardStatus] | None) -> None:
        """Called every ten seconds with the shards of this worker; None if PostgreSQL does not answer."""


@dataclass(kw_only=True, slots=True, eq=False)
class Worker:
    """Runs at most `most_rounds` rounds side by side, and keeps the rows of rounds for `keep`.

    With `once`, it ends if no round of its shards is due.
    """

    url: str
    folder: Path
    most_rounds: int
    once: bool
    keep: timedelta
    observer: WorkerObserver
    _homes: list[str] = field(default_factory=list, init=False)  # locked
    _waits_since: float | None = field(default=None, init=False)  # for the lock of a home
    _folders: Mapping[str, str] = field(default_factory=dict, init=False)  # by home
    _reported: set[tuple[str, str]] = field(default_factory=set, init=False)  # messages, with their shards
    # By shard: the task of a round that begins, runs or ends, and the round while it runs.
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _running: dict[str, Round] = field(default_factory=dict, init=False)
    _complete: set[str] = field(default_factory=set, init=False)  # shards that `once` has completed
    _round_ended: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _scan_at: float = field(default=0.0, init=False)
    _status_at: float = field(default=0.0, init=False)
    _started_at: datetime = field(default_factory=lambda: datetime.now(UTC), init=False)
    _ending: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _error: BaseException | None = field(default=None, init=False)
    _refused: errors.BlogArchiveError | None = field(default=None, init=False)  # the first one, with `once`

    def stop(self, error: BaseException | None = None) -> None:
        """End the rounds that run, then the worker; only the first `error` counts."""
        self._error = self._error or error
        self._ending.set()
        for running in self._running.values():
            running.stop()

    async def run(self) -> None:
        """Run rounds until `stop` is called, and raise its error.

        Raises `FleetUnreachable` if PostgreSQL is gone at the start, `OutdatedTables`, and `HostBusy` if another worker
        serves the folder. With `once`, also raises why the first of the refused shards cannot begin.
        """
        async with connected(self.url) as connection:
            await require_tables(connection)
            await self._scan(connection)
        serving = asyncio.create_task(self._keep_serving())
        await self._ending.wait()
        while self._tasks:
            await asyncio.sleep(_SECONDS_TO_END / 20)
        serving.cancel()
        await asyncio.wait([serving], timeout=_SECONDS_TO_END)
        if error := self._error or self._refused:
            raise error

    async def _keep_serving(self) -> None:
        """Serve the homes on a connection that holds their locks, until the rounds have ended."""
        try:
            while True:
                await self._serve_homes()
                self._homes.clear()
                await asyncio.sleep(_SECONDS_BETWEEN_TRIES)
        except Exception as error:  # noqa: BLE001 - `run` raises it
            self.stop(error)

    async def _serve_homes(self) -> None:
        """Serve the homes until PostgreSQL is gone."""
        try:
            async with connected(self.url, holds_locks=True) as connection:
                await self._beat_until_cancelled(connection)
        except errors.FleetUnreachable as error:
            self._report("", str(error))
            self.observer.on_status(None)

    async def _beat_until_cancelled(self, connection: Connection) -> None:
        """Beat in an endless loop; remove the rows of this worker when its rounds have ended."""
        is_quiet = False
        try:
            while True:
                is_quiet = await self._beat(connection, is_quiet)
        except asyncio.CancelledError:
            await shards.remove_workers(connection, self._homes)
            raise

    async def _beat(self, connection: Connection, was_quiet: bool) -> bool:
        """Lock the folders, store the heartbeat of this worker and start the rounds that are due.

        Return whether no round ended until the next beat. `was_quiet` says so of the beat before.
        """
        self._round_ended.clear()
        # At each beat: `fleet add` may have made a folder below that of this worker.
        self._folders = await shards.find_homes(connection, self.folder)
        await self._lock_homes(connection)
        for home in self._homes:
            await shards.save_worker(connection, self._row(home))
        if shard_file.boot_clock() >= self._scan_at:
            await self._scan(connection)
        if shard_file.boot_clock() >= self._status_at and self.observer.needs_status:
            self._status_at = shard_file.boot_clock() + _SECONDS_BETWEEN_STATUS
            self.observer.on_status(await shards.read_status(connection, homes=self._homes))
        self._reported = {(name, text) for name, text in self._reported if name}
        await self._start_due(connection)
        # A round that ends during this beat is not followed at once: a person may have asked for another meanwhile.
        is_idle = was_quiet and not (self._tasks or self._round_ended.is_set())
        if self.once and is_idle and len(self._homes) == len(self._folders):
            self.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(_BEAT_SECONDS_ONCE if self.once else _BEAT_SECONDS):
                await self._round_ended.wait()
        return not self._round_ended.is_set()

    async def _start_due(self, connection: Connection) -> None:
        """Start the rounds that are due in the free places."""
        free = self.most_rounds - len(self._tasks)
        if self._ending.is_set() or not free:
            return
        left_out = {"running": list(self._tasks), "complete": list(self._complete)}
        for name in await rounds.due_shards(connection, self._homes, limit=free, **left_out):
            self._tasks[name] = asyncio.create_task(self._serve(name))

    async def _serve(self, name: str) -> None:
        """Run the next round of a shard; an error of this program ends the worker."""
        try:
            await self._run_round(name)
        except errors.FleetUnreachable as error:
            self._report("", str(error))
        except Exception as error:  # noqa: BLE001 - `run` raises it
            self.stop(error)
        finally:
            del self._tasks[name]
            self._round_ended.set()

    async def _lock_homes(self, connection: Connection) -> None:
        """Lock the folders: two workers, as of a cloned machine, never serve one home.

        Raises `HostBusy` if one is longer locked than PostgreSQL keeps the locks of a worker that is gone.
        """
        for home in sorted(self._folders.keys() - set(self._homes)):
            if not await shards.lock_home(connection, home):
                now = shard_file.boot_clock()
                self._waits_since = self._waits_since or now
                if now - self._waits_since > shard_file.time_limits().server + _SECONDS_TO_END:
                    other = await shards.find_worker(connection, home)
                    names = {"pid": other.get("pid", "?"), "machine": other.get("machine", "?")}
                    text = _(
                        "another worker serves {folder}: process {pid} on {machine}; end it, or give each machine"
                        " its own name by BLOGARCHIVE_HOME_ID"
                    )
                    raise errors.HostBusy(text, folder=self._folders[home], **names)
                return
            self._homes.append(home)
        self._waits_since = None

    def _row(self, home: str) -> dict[str, Any]:
        return {
            "home": home,
            "machine": shard_file.machine_id(),
            "folder": self._folders.get(home, ""),
            "pid": os.getpid(),
            "version": version("blogarchive"),
            "rounds": self.most_rounds,
            "started_at": self._started_at,
        }

    # the folder

    async def _scan(self, connection: Connection) -> None:
        """Report the shards of the folder that are not at home here."""
        self._scan_at = shard_file.boot_clock() + _SECONDS_BETWEEN_SCANS
        known = await shards.known_shards(connection)
        found = shard_file.find_shards(self.folder, lambda db, error: self._report(db.stem, str(error)))
        for db, shard in found:
            row = known.get(shard.shard)
            if row is None:
                text = _("PostgreSQL does not know this shard; `blogarchive fleet init {folder}` restores it")
                self._report(shard.shard, text.format(folder=self.folder))
                continue
            # A file that is at home, and behind or missing, is reported by its round.
            is_at_home = (shard_file.machine_id(), str(db)) == (row.machine, row.db)
            if not is_at_home and (error := shard_file.home_error(db, shard, row)):
                self._report(shard.shard, str(error))
                self._refuse(error)

    def _refuse(self, error: errors.BlogArchiveError) -> None:
        """Keep the first error of a refused shard if `once` is set; `run` raises it, and cron sends its message."""
        self._refused = self._refused or (error if self.once else None)

    def _report(self, name: str, text: str) -> None:
        """Report a message once."""
        if (name, text) not in self._reported:
            self._reported.add((name, text))
            self.observer.on_message(name, text)

    # a round

    async def _persist(self, work: Callable[[Connection], Awaitable[_T]]) -> _T:
        """Run `work` in a transaction; repeat it until PostgreSQL answers, or the worker ends."""
        while True:
            try:
                async with connected(self.url) as connection, connection.transaction():
                    return await work(connection)
            except errors.FleetUnreachable as error:
                if self._ending.is_set():
                    raise
                self._report("", str(error))
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    async def _run_round(self, name: str) -> None:
        """Run one round of a shard, and store how it ended and when the next one is due."""
        began = await self._persist(lambda connection: self._begin(connection, name))
        if began is None:
            return
        row, begun = began
        began_at = shard_file.boot_clock()
        self._running[name] = running = Round(row, begun.id, partial(self.observer.on_message, name))
        try:
            if self._ending.is_set():
                running.stop()
            result = await running.run()
            lasted = timedelta(seconds=shard_file.boot_clock() - began_at)
            ended = _EndedRound(row=row, begun=begun, result=result, lasted=lasted)
            posts = await asyncio.to_thread(stored_posts, Path(row.db))
            store = partial(end_round, ended=ended, keep=self.keep, posts=posts)
            paused, next_at = await self._persist(store)
        finally:
            del self._running[name]
        # A round may last longer than the time between rounds. The next one is due at once, and would never end.
        if self.once and result.exit_code in _COMPLETE and result.outcome != "limited":
            self._complete.add(name)
        self.observer.on_ended(row, result, paused=paused, next_at=next_at)

    async def _begin(self, connection: Connection, name: str) -> tuple[ShardRow, rounds.BegunRound] | None:
        """Store that a round begins, in the file before PostgreSQL: a file behind PostgreSQL is a copy.

        Return None if the shard is paused, not at home here, or if no host of it is due.
        """
        row = await shards.lock_shard(connection, name)
        if row is None:
            return None
        try:
            async with connection.transaction():
                return await self._begin_at_home(connection, row, Path(row.db))
        except errors.BlogArchiveError as error:
            await shards.set_problem(connection, row.shard, str(error))
            self._refuse(error)
            if str(error) != row.problem:
                self.observer.on_problem(row.shard, str(error))
        return None

    async def _begin_at_home(
        self, connection: Connection, row: ShardRow, db: Path
    ) -> tuple[ShardRow, rounds.BegunRound] | None:
        """Return the shard and its new round; None if no host is due. Raises if the archive is not at home here."""
        stored = shard_file.read_shard(db) or Shard(shard=row.shard, hosts=(), epoch=row.epoch)
        if error := shard_file.home_error(db, stored, row):
            raise error
        row = replace(row, round=stored.round + 1)
        begun = await rounds.begin_round(connection, row)
        if begun is None:
            now = await server_time(connection)
            await rounds.schedule(connection, row.shard, rest_at=row.next_at, earliest=now, reason=None)
            return None
        await asyncio.to_thread(shard_file.write_shard, db, row)
        return row, begun


# When a shard and its hosts are due after a round: a host that fails delays only itself.

_FIRST_BACK_OFF: Final = timedelta(minutes=15)
_LONGEST_BACK_OFF: Final = timedelta(days=1)
# Doublings of 15 minutes: more than a day. A limit, so that a site that is gone for years causes no overflow.
_MOST_DOUBLINGS: Final = 10
_NOW: Final = timedelta(0)
_NEED_A_PERSON = (errors.UsageError, errors.SiteChanged, errors.ArchiveDamaged)
PAUSED: Final = frozenset(error.exit_code for error in _NEED_A_PERSON)
"""Exit codes that need a person: repeating the round would change nothing."""
_COMPLETE: Final = frozenset({0, 1})
_FAILED: Final = frozenset({1, errors.Unreachable.exit_code, *PAUSED})


def next_round(
    result: RoundResult, *, repeated: int, every: timedelta, lasted: timedelta
) -> timedelta | None:
    """Return the time from the end of a round to the next one; None pauses the shard.

    `repeated` is how many rounds in a row ended with this exit code. `every` counts from the start of the round.
    """
    code = result.exit_code
    if code in PAUSED:
        return None
    if code == errors.Interrupted.exit_code or result.outcome == "limited":
        return _NOW
    if code == errors.Unreachable.exit_code:
        return min(_FIRST_BACK_OFF * (1 << min(repeated - 1, _MOST_DOUBLINGS)), _LONGEST_BACK_OFF)
    if code in (errors.ArchiveBusy.exit_code, errors.HostBusy.exit_code):
        return shards.SOON
    # Killed, by an operator or for its memory: retry at once, but not forever if it is too large.
    if code < 0:
        return _NOW if repeated == 1 else shards.SOON
    return max(every - lasted, _NOW)


@dataclass(frozen=True, kw_only=True, slots=True)
class _EndedRound:
    """A round whose process ended after `lasted`. A shard of one host has no state by host."""

    row: ShardRow
    begun: rounds.BegunRound
    result: RoundResult
    lasted: timedelta

    @property
    def failed_hosts(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the hosts that have a schedule of their own, because they failed."""
        return self.result.hosts if len(self.row.hosts) > 1 else {}

    @property
    def of_rest(self) -> RoundResult:
        """Return the result of all other hosts."""
        if not self.failed_hosts:
            return self.result
        return RoundResult(exit_code=0, outcome="limited" if self.result.is_unfinished else "done")

    @property
    def is_complete(self) -> bool:
        """Return whether the other hosts need no further round now."""
        return self.of_rest.exit_code in _COMPLETE

    def wait(self, result: RoundResult, repeated: int) -> timedelta | None:
        """Return the time until the next round of hosts with this result; None pauses them."""
        every = timedelta(seconds=self.row.every_seconds)
        return next_round(result, repeated=repeated, every=every, lasted=self.lasted)


async def end_round(
    connection: Connection, ended: _EndedRound, *, keep: timedelta, posts: int | None
) -> tuple[bool, datetime | None]:
    """Store the result of a round, and schedule the next one or pause the shard.

    Return whether it is paused, and when the round is due.
    """
    values = {
        **asdict(ended.result),
        "id": ended.begun.id,
        "keep": keep,
        "posts": posts,
        "succeeded": ended.is_complete and ended.begun.takes_rest,
        "failed": ended.result.exit_code in _FAILED,
    }
    shard = await rounds.end_round(connection, values)
    if shard is None:  # a person has removed it
        return False, None
    now = await server_time(connection)
    await _schedule_hosts(connection, ended, now)
    return await _schedule_rest(connection, ended, shard, now)


async def _schedule_hosts(connection: Connection, ended: _EndedRound, now: datetime) -> None:
    """Schedule each failed host on its own; the hosts that answered have no failures any more."""
    name = ended.row.shard
    for host, failed in ended.failed_hosts.items():
        count = await shards.record_failed_host(connection, name, host, failed)
        wait = ended.wait(RoundResult(exit_code=failed["exit_code"]), count)
        await shards.schedule_host(connection, host, None if wait is None else now + wait)
    if ended.is_complete:
        answered = set(ended.row.hosts) - set(ended.begun.left_out) - ended.failed_hosts.keys()
        await shards.forget_failures(connection, name, answered)


async def _schedule_rest(
    connection: Connection, ended: _EndedRound, shard: rounds.EndedShard, now: datetime
) -> tuple[bool, datetime | None]:
    """Schedule or pause the shard by the result of its other hosts, unless a person has paused it."""
    if shard.is_paused:
        return False, None
    name, reason = ended.row.shard, ended.result.message
    wait = ended.wait(ended.of_rest, shard.repeated)
    if wait is None:
        await shards.pause_shards(connection, [name], reason)
        return True, None
    rest_at = now + wait if ended.begun.takes_rest else shard.next_at
    earliest = now if ended.is_complete or shard.is_asked else now + wait
    rest_at = None if shard.is_asked else rest_at
    return await rounds.schedule(connection, name, rest_at=rest_at, earliest=earliest, reason=reason)
