"""A worker: runs the rounds of the shards in a folder until it is stopped, also while PostgreSQL comes and goes."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from blogarchive.errors import BlogArchiveError, FleetUnreachable, HostBusy
from blogarchive.fleet.database import rounds, shards
from blogarchive.fleet.database.rounds import BegunRound, Queue, open_queue
from blogarchive.fleet.database.session import Connection, Session, connected, server_time
from blogarchive.fleet.database.shards import ShardRow, WorkerRow
from blogarchive.fleet.round import Round, RoundResult, stored_posts
from blogarchive.fleet.schedule import schedule_after, schedule_next
from blogarchive.fleet.shard import (
    HomeShard,
    KnownShard,
    Shard,
    boot_clock,
    find_shards,
    home_error,
    machine_id,
    read_shard,
    time_limits,
    write_shard,
)
from blogarchive.fleet.status import ShardStatus, status_of

_BEAT_SECONDS: Final = 2.0
_BEAT_SECONDS_ONCE: Final = 0.5
_SECONDS_BETWEEN_SCANS: Final = 60.0
_SECONDS_BETWEEN_STATUS: Final = 10.0
_SECONDS_BETWEEN_TRIES: Final = 1.0
_SECONDS_TO_END: Final = 2.0
_SOON: Final = timedelta(minutes=1)
_LOCK_HOME: Final = "select pg_try_advisory_lock(hashtextextended('blogarchive home:' || %s, 0))"

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True, slots=True)
class EndedRound:
    """A round that has ended. `next_at` is None if the next one begins at once, or if the shard is `paused`."""

    shard: str
    db: Path
    result: RoundResult
    paused: bool
    next_at: datetime | None


class WorkerObserver(Protocol):
    """Receives the events of a worker."""

    def on_message(self, name: str, text: str) -> None:
        """Called with a message about a shard, or about the folder if `name` is empty."""

    def on_problem(self, name: str, text: str) -> None:
        """Called if a shard cannot begin its round, because a person must decide; once for each problem."""

    def on_ended(self, ended: EndedRound) -> None:
        """Called after each round."""

    def on_status(self, found: Sequence[ShardStatus] | None) -> None:
        """Called every ten seconds with the shards of this worker; None if PostgreSQL does not answer."""


class HomeLocks:
    """The locks of the folders of one worker: two workers, as of a cloned machine, never serve one home."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: Session | None = None
        self._waits_since: float | None = None
        self.homes: list[str] = []  # a worker of Procrastinate fetches the jobs of this list

    async def hold(self, wanted: Collection[str]) -> str | None:
        """Lock homes that are not locked; return one that another worker has had for too long, or None."""
        if self._session is None or not self._session.is_alive():
            self.close()
            self._session = await asyncio.to_thread(Session, self._url)
        for home in sorted(set(wanted) - set(self.homes)):
            ((acquired,),) = await asyncio.wrap_future(self._session.submit(_LOCK_HOME, (home,)))
            if not acquired:
                return self._refused(home)
            self.homes.append(home)
        self._waits_since = None
        return None

    def close(self) -> None:
        """Free the homes."""
        self.homes.clear()
        if self._session is not None:
            self._session.close()
            self._session = None

    def _refused(self, home: str) -> str | None:
        """Return `home` if it is longer locked than PostgreSQL keeps the locks of a worker that is gone."""
        now = boot_clock()
        self._waits_since = self._waits_since or now
        return home if now - self._waits_since > time_limits().server + _SECONDS_TO_END else None


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
        self._locks = HomeLocks(url)
        self._folders: Mapping[str, str] = {}  # by home
        self._reported: set[str] = set()  # messages that were reported
        self._running: dict[str, Round] = {}
        self._lost_jobs: Mapping[int, str] = {}  # jobs without a round here, seen at the last beat
        self._scan_at = 0.0
        self._status_at = 0.0
        self._started_at = datetime.now(UTC)
        self._ending = asyncio.Event()
        self._error: BaseException | None = None
        self._queue: Queue

    def stop(self, error: BaseException | None = None) -> None:
        """End the rounds that run, then the worker; only the first `error` counts."""
        self._error = self._error or error
        self._ending.set()
        for running in self._running.values():
            running.stop()

    async def run(self) -> None:
        """Run rounds until `stop` is called, and raise its error.

        Raises `FleetUnreachable` if PostgreSQL is gone at the start, and `HostBusy` if another worker serves the folder.
        """
        async with connected(self._url) as connection:
            await self._scan(connection)
        async with open_queue(self._url, self._run_job) as self._queue:
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
            await self._sign_off()
        if self._error:
            raise self._error

    async def _sign_off(self) -> None:
        try:
            async with asyncio.timeout(_SECONDS_TO_END), self._queue.transaction() as connection:
                await shards.remove_workers(connection, self._locks.homes)
        except (TimeoutError, FleetUnreachable):  # its row is old soon
            return
        finally:
            self._locks.close()

    async def _serve(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a part of the worker; its error ends the worker."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - `run` raises it
            self.stop(error)

    async def _keep_fetching(self) -> None:
        while not self._locks.homes:  # it would listen to no queue until its end
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES / 10)
        while not self._ending.is_set():
            try:
                await self._queue.run_worker(self._locks.homes, self._most_rounds)
            except FleetUnreachable as error:
                self._report("", str(error))
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    async def _keep_beating(self) -> None:
        while not self._ending.is_set():
            try:
                await self._beat()
            except FleetUnreachable as error:
                self._report("", str(error))
                self._observer.on_status(None)
            await asyncio.sleep(_BEAT_SECONDS_ONCE if self._once else _BEAT_SECONDS)

    async def _beat(self) -> None:
        """Lock the folders, tell PostgreSQL that this worker lives, and schedule what was lost."""
        async with self._queue.transaction() as connection:
            self._folders = await shards.find_homes(connection, self._folder)
        refused = await self._locks.hold(self._folders)
        async with self._queue.transaction() as connection:
            if refused:
                raise await self._busy_error(connection, refused)
            for home in self._locks.homes:
                await shards.save_worker(connection, self._row(home))
            await self._recover(connection)
            if boot_clock() >= self._scan_at:
                await self._scan(connection)
            if boot_clock() >= self._status_at:
                self._status_at = boot_clock() + _SECONDS_BETWEEN_STATUS
                found = await shards.all_shards(connection, self._locks.homes)
                self._observer.on_status(await status_of(connection, found))
            served = len(self._locks.homes) == len(self._folders)
            idle = served and not self._running and not await rounds.has_due(connection, self._locks.homes)
        self._forget("")
        if self._once and idle:
            self.stop()

    async def _recover(self, connection: Connection) -> None:
        """Schedule the shards whose job was lost with a worker or a connection. A job just fetched has no round yet."""
        jobs = await rounds.running_jobs(connection, self._locks.homes)
        lost = {number: name for number, name in jobs.items() if name not in self._running}
        await rounds.remove_jobs(connection, lost.keys() & self._lost_jobs.keys())
        self._lost_jobs = lost
        await rounds.defer_missing(connection, self._locks.homes)

    def _row(self, home: str) -> WorkerRow:
        return WorkerRow(
            home=home,
            machine=machine_id(),
            folder=self._folders.get(home, ""),
            pid=os.getpid(),
            version=version("blogarchive"),
            rounds=self._most_rounds,
            started_at=self._started_at,
            seen_at=self._started_at,
        )

    async def _busy_error(self, connection: Connection, home: str) -> HostBusy:
        other = next((one for one in await shards.all_workers(connection) if one.home == home), None)
        return HostBusy(
            _(
                "another worker serves {folder}: process {pid} on {machine}; end it, or give each machine its own"
                " name by BLOGARCHIVE_HOME_ID"
            ).format(
                folder=self._folders[home],
                pid=other.pid if other else "?",
                machine=other.machine if other else "?",
            )
        )

    # the folder

    async def _scan(self, connection: Connection) -> None:
        """Report the shards of the folder that are not at home here."""
        self._scan_at = boot_clock() + _SECONDS_BETWEEN_SCANS
        known = await shards.known_shards(connection)
        for home in find_shards(self._folder, lambda db, error: self._report(db.stem, str(error))):
            if reason := self._reason(home, known.get(home.shard.shard)):
                self._report(home.shard.shard, reason)

    def _reason(self, home: HomeShard, known: KnownShard | None) -> str | None:
        if known is None:
            return _(
                "PostgreSQL does not know this shard; `blogarchive fleet init {folder}` restores it"
            ).format(folder=self._folder)
        error = home_error(home.db, home.shard, known)
        # A file that is at home, and behind or missing, is reported by its round.
        return str(error) if error and (machine_id(), str(home.db)) != (known.machine, known.db) else None

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
        """Run the next round of a shard; its error ends the worker, apart from that of a PostgreSQL that is gone."""
        try:
            await self._run_round(name)
        except FleetUnreachable as error:  # the job is lost: `_recover` schedules the shard again
            self._report("", str(error))
        except Exception as error:  # noqa: BLE001 - `run` raises it
            self.stop(error)

    async def _run_round(self, name: str) -> None:
        if self._ending.is_set():
            return
        began = await self._persist(lambda connection: self._begin(connection, name))
        if began is None:
            return
        home, begun = began
        began_at = boot_clock()
        self._running[name] = running = Round(
            home, begun.id, lambda line: self._observer.on_message(name, line)
        )
        try:
            if self._ending.is_set():
                running.stop()
            result = await running.run()
            lasted = timedelta(seconds=boot_clock() - began_at)
            ended = await self._persist(lambda one: self._end(one, home, begun, result, lasted))
        finally:
            del self._running[name]
        self._observer.on_ended(ended)

    async def _begin(self, connection: Connection, name: str) -> tuple[HomeShard, BegunRound] | None:
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
    ) -> tuple[HomeShard, BegunRound] | None:
        stored = read_shard(db) or Shard(shard=row.shard, hosts=(), epoch=row.epoch)
        if error := home_error(db, stored, row):
            raise error
        shard = replace(row.as_shard(), round=stored.round + 1)
        begun = await rounds.begin_round(connection, shard)
        if begun is None:
            now = await server_time(connection)
            await schedule_next(connection, row, rest_at=row.rest_at, earliest=now)
            return None
        await asyncio.to_thread(write_shard, db, shard)
        return HomeShard(shard=shard, db=db), begun

    async def _refuse(self, connection: Connection, row: ShardRow, problem: str) -> None:
        """Store and report why a round cannot begin; try again soon, since a disk may be mounted."""
        await shards.set_problem(connection, row.shard, problem)
        soon = await server_time(connection) + _SOON
        await rounds.defer_round(connection, row.shard, row.home, soon)
        if problem != row.problem:
            self._observer.on_problem(row.shard, problem)

    async def _end(
        self,
        connection: Connection,
        home: HomeShard,
        begun: BegunRound,
        result: RoundResult,
        lasted: timedelta,
    ) -> EndedRound:
        """Store the result of a round, and schedule the next one."""
        repeated = await rounds.end_round(connection, begun.id, result, keep=self._keep)
        paused, next_at = await schedule_after(
            connection,
            home.shard,
            begun,
            result,
            repeated=repeated,
            lasted=lasted,
            posts=await asyncio.to_thread(stored_posts, home.db),
        )
        return EndedRound(shard=home.shard.shard, db=home.db, result=result, paused=paused, next_at=next_at)
