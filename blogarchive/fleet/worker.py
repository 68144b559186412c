"""A worker: runs the rounds of the shards in a folder, until it is stopped or PostgreSQL is gone."""

import asyncio
import platform
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final

from blogarchive.errors import FleetUnreachable, Interrupted, UsageError
from blogarchive.fleet.database import shards
from blogarchive.fleet.database.host_locks import moved_error
from blogarchive.fleet.database.session import Connection, Session, connected, server_time
from blogarchive.fleet.round import Round, RoundResult, next_round
from blogarchive.fleet.shard import HomeShard, boot_clock, find_shards, time_limits

_CHECK_SECONDS: Final = 0.5
_CARE_SECONDS: Final = 5.0
_SECONDS_TO_END: Final = 1.0
_SECONDS_TO_END_WITHOUT_ANSWER: Final = 0.2
_CARETAKER: Final = "select pg_try_advisory_lock(hashtextextended('blogarchive caretaker', 0))"


@dataclass(frozen=True, kw_only=True, slots=True)
class EndedRound:
    """A round that has ended. `next_at` is None if the next one begins at once, or if the shard is `paused`."""

    shard: str
    db: Path
    result: RoundResult
    paused: bool
    next_at: datetime | None


class Worker:
    """Runs at most `most_rounds` rounds side by side.

    `on_line` receives the name of a shard and a line of its process, `on_ended` each ended round. With `once`, the
    worker ends if no round of its shards is due.
    """

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        most_rounds: int,
        once: bool,
        on_line: Callable[[str, str], None],
        on_ended: Callable[[EndedRound], None],
    ) -> None:
        self._url = url
        self._folder = folder
        self._most_rounds = most_rounds
        self._once = once
        self._on_line = on_line
        self._on_ended = on_ended
        self._homes: dict[str, HomeShard] = {}
        self._queues: list[str] = []  # Procrastinate fetches the jobs of the names in this list
        self._left_out: set[str] = set()  # shards of the folder that were reported
        self._running: dict[str, Round] = {}
        self._ending = asyncio.Event()
        self._error: BaseException | None = None
        self._was_frozen = False
        self._is_caretaker = False

    def stop(self, error: BaseException | None = None) -> None:
        """End the rounds that run, then the worker; only the first `error` counts."""
        self._error = self._error or error
        self._ending.set()
        for running in self._running.values():
            running.stop()

    async def run(self) -> None:
        """Run rounds. Raises `FleetUnreachable` at the start, and `Interrupted` if PostgreSQL is gone later.

        A worker that was frozen has lost its session: it begins again.
        """
        while True:
            await self._run_session()
            if not (self._was_frozen and isinstance(self._error, FleetUnreachable)):
                break
            self._error, self._was_frozen = None, False
            self._ending = asyncio.Event()
        if isinstance(self._error, FleetUnreachable):
            raise Interrupted(
                _("{error}; the same command goes on when it is back").format(error=self._error)
            )
        if self._error:
            raise self._error

    @property
    def _seconds_to_end(self) -> float:
        """Return how long tasks that wait for PostgreSQL may take to end."""
        lost = isinstance(self._error, FleetUnreachable)
        return _SECONDS_TO_END_WITHOUT_ANSWER if lost else _SECONDS_TO_END

    async def _run_session(self) -> None:
        session = Session(self._url)
        self._is_caretaker = False
        queue = shards.open_queue(self._url)
        shards.add_task(queue, self._run_job)
        try:
            await self._find_homes()
            await queue.open_async()
            tasks = [
                asyncio.create_task(self._serve(shards.run_worker(queue, self._queues, self._most_rounds))),
                asyncio.create_task(self._serve(self._watch(session))),
                asyncio.create_task(self._serve(self._care(session, queue))),
            ]
            await self._ending.wait()
            await self._end(tasks)
        finally:
            session.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_to_end):
                    await queue.close_async()

    async def _serve(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a part of the worker; its error ends the worker."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - `run` raises it
            self.stop(shards.to_user_error(error))

    async def _end(self, tasks: list["asyncio.Task[None]"]) -> None:
        """Wait for the rounds, which were asked to stop, and end the tasks."""
        while self._running:
            await asyncio.sleep(_CHECK_SECONDS / 5)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=self._seconds_to_end)

    async def _watch(self, session: Session) -> None:
        """End the worker if PostgreSQL is gone; note that this process was frozen."""
        checked_at, latest = boot_clock(), time_limits().client / 2
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            now = boot_clock()
            self._was_frozen = self._was_frozen or now - checked_at > latest
            checked_at = now
            if not session.is_alive():
                raise session.error()

    async def _care(self, session: Session, queue: shards.Queue) -> None:
        """Follow the changes of the folder. One worker of the fleet also schedules what lost its worker."""
        while True:
            await self._find_homes()
            if not self._is_caretaker:
                self._is_caretaker = (await asyncio.wrap_future(session.submit(_CARETAKER)))[0]
            async with connected(self._url) as connection:
                if self._is_caretaker:
                    await shards.take_over_stalled(queue, time_limits().server)
                    for name in await shards.shards_without_job(connection):
                        await shards.defer_round(connection, name, None)
                idle = not self._running and not await shards.has_due(connection, self._queues)
            if self._once and idle:
                self.stop()
                return
            await asyncio.sleep(_CHECK_SECONDS if self._once else _CARE_SECONDS)

    async def _find_homes(self) -> None:
        """Read the shards of the folder; leave out those that have moved or that PostgreSQL does not know."""
        found = {home.shard.shard: home for home in find_shards(self._folder, self._report_damaged)}
        async with connected(self._url) as connection:
            current = await shards.epochs(connection)
            for name in found.keys() - self._left_out:
                if current.get(name) != found[name].shard.epoch:
                    self._left_out.add(name)
                    self._on_line(name, await self._reason(connection, found[name]))
        self._homes = {name: home for name, home in found.items() if current.get(name) == home.shard.epoch}
        self._queues[:] = self._homes or [""]  # an empty list would fetch nothing; no shard has this name

    def _report_damaged(self, db: Path, error: UsageError) -> None:
        """Report a damaged file once; the other shards go on."""
        if db.stem not in self._left_out:
            self._left_out.add(db.stem)
            self._on_line(db.stem, str(error))

    async def _reason(self, connection: Connection, home: HomeShard) -> str:
        """Return why the rounds of a shard in the folder are not run here."""
        known = [row for row in await shards.all_shards(connection) if row.shard == home.shard.shard]
        if known and known[0].epoch > home.shard.epoch:
            return str(moved_error(home.db, machine=known[0].machine, home=known[0].db))
        return _("PostgreSQL does not know this shard; `blogarchive fleet init {folder}` restores it").format(
            folder=self._folder
        )

    async def _run_job(self, name: str) -> None:
        """Run the next round of a shard; its error ends the worker."""
        try:
            await self._run_round(name)
        except Exception as error:  # noqa: BLE001 - `run` raises it
            self.stop(shards.to_user_error(error))

    async def _run_round(self, name: str) -> None:
        home = self._homes.get(name)
        if home is None or self._ending.is_set():
            return  # the caretaker schedules it again
        async with connected(self._url) as connection:
            round_id = await shards.begin_round(
                connection, name, epoch=home.shard.epoch, machine=platform.node()
            )
        if round_id is None:
            return
        began_at = boot_clock()
        self._running[name] = running = Round(home, lambda line: self._on_line(name, line))
        try:
            if self._ending.is_set():
                running.stop()
            result = await running.run()
        finally:
            del self._running[name]
        await self._end_round(home, round_id, result, timedelta(seconds=boot_clock() - began_at))

    async def _end_round(
        self, home: HomeShard, round_id: int, result: RoundResult, lasted: timedelta
    ) -> None:
        name = home.shard.shard
        async with connected(self._url) as connection:
            repeated = await shards.end_round(connection, round_id, result)
            wait = next_round(result, repeated=repeated, every=home.shard.every, lasted=lasted)
            next_at = await server_time(connection) + wait if wait else None
            if wait is None:
                await shards.pause_shard(connection, name, result.message)
            else:
                await shards.defer_round(connection, name, next_at)
        self._on_ended(
            EndedRound(shard=name, db=home.db, result=result, paused=wait is None, next_at=next_at)
        )
