"""A worker: runs the rounds of the shards in a folder until it is stopped, also while PostgreSQL comes and goes."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from blogarchive.errors import BlogArchiveError, FleetUnreachable, HostBusy
from blogarchive.fleet.database import rounds, shards
from blogarchive.fleet.database.rounds import BegunRound, Queue
from blogarchive.fleet.database.session import Connection, connected, require_tables, scalar, server_time
from blogarchive.fleet.database.shards import ShardStatus
from blogarchive.fleet.round import Round, RoundResult, stored_posts
from blogarchive.fleet.schedule import end_round
from blogarchive.fleet.shard import (
    Shard,
    ShardRow,
    boot_clock,
    find_shards,
    home_error,
    machine_id,
    read_shard,
    time_limits,
    write_shard,
)

_BEAT_SECONDS: Final = 2.0
_BEAT_SECONDS_ONCE: Final = 0.5
_SECONDS_BETWEEN_SCANS: Final = 60.0
_SECONDS_BETWEEN_STATUS: Final = 10.0
_SECONDS_BETWEEN_TRIES: Final = 1.0
_SECONDS_TO_END: Final = 2.0
_SOON: Final = timedelta(minutes=1)
_LOCK_HOME: Final = "select pg_try_advisory_lock(hashtextextended('blogarchive home:' || %s, 0))"

_T = TypeVar("_T")


class WorkerObserver(Protocol):
    """Receives the events of a worker."""

    def on_message(self, name: str, text: str) -> None:
        """Called with a message about a shard, or about the folder if `name` is empty."""

    def on_problem(self, name: str, text: str) -> None:
        """Called if a shard cannot begin its round, because a person must decide; once for each problem."""

    def on_ended(self, row: ShardRow, result: RoundResult, *, paused: bool, next_at: datetime | None) -> None:
        """Called after each round; `next_at` is None if the next one begins at once, or if the shard is `paused`."""

    def on_status(self, found: Sequence[ShardStatus] | None) -> None:
        """Called every ten seconds with the shards of this worker; None if PostgreSQL does not answer."""


class Worker:
    """Runs at most `most_rounds` rounds side by side, and keeps the rows of rounds for `keep`.

    With `once`, it ends if no round of its shards is due.
    """

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        most_rounds: int,
        once: bool,
        keep: timedelta,
        observer: WorkerObserver,
    ) -> None:
        self._url = url
        self._folder = folder.resolve()
        self._most_rounds = most_rounds
        self._once = once
        self._keep = keep
        self._observer = observer
        self._homes: list[str] = []  # locked; a worker of Procrastinate fetches the jobs of this list
        self._waits_since: float | None = None  # for the lock of a home
        self._folders: Mapping[str, str] = {}  # by home
        self._reported: set[str] = set()  # messages that were reported
        self._running: dict[str, Round] = {}
        self._lost_jobs: list[int] = []  # jobs without a round here, seen at the last beat
        self._scan_at = 0.0
        self._status_at = 0.0
        self._started_at = datetime.now(UTC)
        self._ending = asyncio.Event()
        self._error: BaseException | None = None
        self._queue = Queue(url, self._run_job)

    def stop(self, error: BaseException | None = None) -> None:
        """End the rounds that run, then the worker; only the first `error` counts."""
        self._error = self._error or error
        self._ending.set()
        for running in self._running.values():
            running.stop()

    async def run(self) -> None:
        """Run rounds until `stop` is called, and raise its error.

        Raises `FleetUnreachable` if PostgreSQL is gone at the start, `OutdatedTables`, and `HostBusy` if another worker
        serves the folder.
        """
        async with connected(self._url) as connection:
            await require_tables(connection)
            await self._scan(connection)
        async with self._queue.opened():
            tasks = [
                asyncio.create_task(self._serve(self._keep_fetching())),
                asyncio.create_task(self._serve(self._keep_beating())),
            ]
            await self._ending.wait()
            while self._running:
                await asyncio.sleep(_SECONDS_TO_END / 20)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=_SECONDS_TO_END)
        if self._error:
            raise self._error

    async def _serve(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a part of the worker; its error ends the worker, apart from that of a PostgreSQL that is gone."""
        try:
            await work
        except FleetUnreachable as error:  # a job is lost: a beat schedules its shard again
            self._report("", str(error))
        except Exception as error:  # noqa: BLE001 - `run` raises it
            self.stop(error)

    async def _keep_fetching(self) -> None:
        while not self._homes:  # it would listen to no queue until its end
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES / 10)
        while not self._ending.is_set():
            try:
                await self._queue.run_worker(self._homes, self._most_rounds)
            except FleetUnreachable as error:
                self._report("", str(error))
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    async def _keep_beating(self) -> None:
        """Serve the homes on a connection that holds their locks, until the rounds have ended."""
        while True:
            try:
                async with connected(self._url, holds_locks=True) as connection:
                    try:
                        await self._beat(connection)
                    except asyncio.CancelledError:
                        await shards.remove_workers(connection, self._homes)
                        raise
            except FleetUnreachable as error:
                self._report("", str(error))
                self._observer.on_status(None)
            self._homes.clear()
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    async def _beat(self, connection: Connection) -> None:
        """Lock the folders, store the heartbeat of this worker and requeue lost rounds, in an endless loop."""
        while True:
            self._folders = await shards.find_homes(connection, self._folder)
            await self._lock_homes(connection)
            for home in self._homes:
                await shards.save_worker(connection, self._row(home))
            self._lost_jobs = await rounds.remove_lost_jobs(
                connection, self._homes, list(self._running), self._lost_jobs
            )
            await rounds.defer_missing(connection, self._homes)
            if boot_clock() >= self._scan_at:
                await self._scan(connection)
            if boot_clock() >= self._status_at:
                self._status_at = boot_clock() + _SECONDS_BETWEEN_STATUS
                self._observer.on_status(await shards.read_status(connection, homes=self._homes))
            self._forget("")
            is_idle = len(self._homes) == len(self._folders) and not self._running
            if self._once and is_idle and not await rounds.has_due(connection, self._homes):
                self.stop()
            await asyncio.sleep(_BEAT_SECONDS_ONCE if self._once else _BEAT_SECONDS)

    async def _lock_homes(self, connection: Connection) -> None:
        """Lock the folders: two workers, as of a cloned machine, never serve one home.

        Raises `HostBusy` if one is longer locked than PostgreSQL keeps the locks of a worker that is gone.
        """
        for home in sorted(self._folders.keys() - set(self._homes)):
            if not await scalar(connection, _LOCK_HOME, (home,)):
                now = boot_clock()
                self._waits_since = self._waits_since or now
                if now - self._waits_since > time_limits().server + _SECONDS_TO_END:
                    raise self._busy_error(home, await shards.find_worker(connection, home))
                return
            self._homes.append(home)
        self._waits_since = None

    def _row(self, home: str) -> dict[str, Any]:
        return {
            "home": home,
            "machine": machine_id(),
            "folder": self._folders.get(home, ""),
            "pid": os.getpid(),
            "version": version("blogarchive"),
            "rounds": self._most_rounds,
            "started_at": self._started_at,
        }

    def _busy_error(self, home: str, other: Mapping[str, Any]) -> HostBusy:
        return HostBusy(
            _(
                "another worker serves {folder}: process {pid} on {machine}; end it, or give each machine its own"
                " name by BLOGARCHIVE_HOME_ID"
            ).format(folder=self._folders[home], pid=other.get("pid", "?"), machine=other.get("machine", "?"))
        )

    # the folder

    async def _scan(self, connection: Connection) -> None:
        """Report the shards of the folder that are not at home here."""
        self._scan_at = boot_clock() + _SECONDS_BETWEEN_SCANS
        known = await shards.known_shards(connection)
        for db, shard in find_shards(self._folder, lambda db, error: self._report(db.stem, str(error))):
            if reason := self._reason(db, shard, known.get(shard.shard)):
                self._report(shard.shard, reason)

    def _reason(self, db: Path, shard: Shard, known: ShardRow | None) -> str | None:
        if known is None:
            return _(
                "PostgreSQL does not know this shard; `blogarchive fleet init {folder}` restores it"
            ).format(folder=self._folder)
        error = home_error(db, shard, known)
        # A file that is at home, and behind or missing, is reported by its round.
        return str(error) if error and (machine_id(), str(db)) != (known.machine, known.db) else None

    def _report(self, name: str, text: str) -> None:
        """Report a message once."""
        if (key := f"{name}\n{text}") not in self._reported:
            self._reported.add(key)
            self._observer.on_message(name, text)

    def _forget(self, name: str) -> None:
        """Report messages about a shard again if they return."""
        self._reported = {key for key in self._reported if not key.startswith(f"{name}\n")}

    # a round

    async def _persist(self, work: Callable[[Connection], Awaitable[_T]]) -> _T:
        """Run `work` in a transaction; repeat it until PostgreSQL answers, or the worker ends."""
        while True:
            try:
                async with self._queue.transaction() as connection:
                    return await work(connection)
            except FleetUnreachable as error:
                if self._ending.is_set():
                    raise
                self._report("", str(error))
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    async def _run_job(self, name: str) -> None:
        await self._serve(self._run_round(name))

    async def _run_round(self, name: str) -> None:
        """Run the next round of a shard."""
        if self._ending.is_set():
            return
        began = await self._persist(lambda connection: self._begin(connection, name))
        if began is None:
            return
        row, begun = began
        began_at = boot_clock()
        self._running[name] = running = Round(
            row, begun.id, lambda line: self._observer.on_message(name, line)
        )
        try:
            if self._ending.is_set():
                running.stop()
            result = await running.run()
            lasted = timedelta(seconds=boot_clock() - began_at)
            posts = await asyncio.to_thread(stored_posts, Path(row.db))
            paused, next_at = await self._persist(
                lambda one: end_round(one, row, begun, result, lasted=lasted, keep=self._keep, posts=posts)
            )
        finally:
            del self._running[name]
        self._observer.on_ended(row, result, paused=paused, next_at=next_at)

    async def _begin(self, connection: Connection, name: str) -> tuple[ShardRow, BegunRound] | None:
        """Store that a round begins, in the file before PostgreSQL: a file behind PostgreSQL is a copy.

        Return None if the shard is paused, not at home here, or if no host of it is due.
        """
        row = await shards.lock_shard(connection, name)
        if row is None:
            return None
        try:
            async with connection.transaction():
                return await self._begin_at_home(connection, row, Path(row.db))
        except BlogArchiveError as error:
            await self._refuse(connection, row, str(error))
        return None

    async def _begin_at_home(
        self, connection: Connection, row: ShardRow, db: Path
    ) -> tuple[ShardRow, BegunRound] | None:
        stored = read_shard(db) or Shard(shard=row.shard, hosts=(), epoch=row.epoch)
        if error := home_error(db, stored, row):
            raise error
        row = replace(row, round=stored.round + 1)
        begun = await rounds.begin_round(connection, row)
        if begun is None:
            now = await server_time(connection)
            await rounds.schedule(connection, row.shard, rest_at=row.next_at, earliest=now)
            return None
        await asyncio.to_thread(write_shard, db, row)
        return row, begun

    async def _refuse(self, connection: Connection, row: ShardRow, problem: str) -> None:
        """Store and report why a round cannot begin; try again soon, since a disk may be mounted."""
        await shards.set_problem(connection, row.shard, problem)
        soon = await server_time(connection) + _SOON
        await rounds.defer_round(connection, row.shard, row.home, soon)
        if problem != row.problem:
            self._observer.on_problem(row.shard, problem)
