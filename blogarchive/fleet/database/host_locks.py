"""Advisory locks of hosts, held by the process that sends the requests.

The locks of a run's own hosts are held until its end. Other hosts, such as those of images, are shared: a run holds
one in turns of some seconds, so that other runs get theirs.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import Final, LiteralString

import psycopg

from blogarchive.errors import FleetUnreachable, HostBusy, Interrupted
from blogarchive.fleet.database.session import Connection, Row, Session
from blogarchive.fleet.shard import boot_clock, read_shard, time_limits

_LOCK: Final[LiteralString] = """
select pg_try_advisory_lock(hashtextextended('blogarchive:' || %s, 0)),
       extract(epoch from clock_timestamp() - pg_postmaster_start_time())::float8
"""
_LOCK_IN_TRANSACTION: Final[LiteralString] = (
    "select pg_try_advisory_xact_lock(hashtextextended('blogarchive:' || %s, 0))"
)
_UNLOCK: Final[LiteralString] = "select pg_advisory_unlock(hashtextextended('blogarchive:' || %s, 0))"
_TURN: Final = 10.0
_BETWEEN_TURNS: Final = 1.0
_POLL: Final = 0.5  # less than `_BETWEEN_TURNS`: another run gets its turn
_LONGEST_WAIT: Final = 15.0


@dataclass(slots=True)
class _Turn:
    began_at: float
    used_at: float
    requests: int = 0


class AdvisoryHostLocks:
    """The `HostLocks` of a fleet. `delay` is the time from a new lock to the first request, in seconds.

    The last holder may have sent a request just before it ended.
    """

    def __init__(self, session: Session, delay: float) -> None:
        self._session = session
        self._after_start = time_limits().after_start
        self._delay = delay
        self._longest_idle = max(2 * delay, _POLL)  # a run whose next request is due keeps its turn
        self._held: set[str] = set()
        self._turns: dict[str, _Turn] = {}

    def hold(self, hosts: Iterable[str]) -> None:
        """Lock hosts until the end of the run; raises `HostBusy` or `Interrupted`."""
        wait = 0.0
        for host in sorted(set(hosts) - self._held):
            with _resumable():
                row = self._session.query(_LOCK, (host,))
            wait = max(wait, self._wait_of(host, row))
            self._held.add(host)
        time.sleep(wait)

    @asynccontextmanager
    async def request_to(self, host: str) -> AsyncIterator[None]:
        """Hold the lock of `host` during a request; raises `HostBusy` or `Interrupted`."""
        if host not in self._held:
            await self._take_turn(host)
        turn = self._turns.get(host)
        try:
            if turn:
                turn.requests += 1
            yield
        finally:
            if turn:
                turn.requests -= 1
                turn.used_at = boot_clock()

    def lost(self) -> Interrupted | None:
        """Return why this run may send no more requests, or None."""
        return None if self._session.is_alive() else _interrupted(self._session.error())

    def end_turns(self) -> None:
        """Free the shared hosts that were not requested for a while."""
        now = boot_clock()
        for host, turn in list(self._turns.items()):
            if not turn.requests and now - turn.used_at >= self._longest_idle:
                self._end_turn(host)

    def _end_turn(self, host: str) -> None:
        del self._turns[host]
        self._session.submit(_UNLOCK, (host,))

    async def _take_turn(self, host: str) -> None:
        now = boot_clock()
        if turn := self._turns.get(host):
            if now - turn.began_at < _TURN or turn.requests:
                return
            self._end_turn(host)
            await asyncio.sleep(_BETWEEN_TURNS)
        while True:
            with _resumable():
                row = await asyncio.wrap_future(self._session.submit(_LOCK, (host,)))
            if row[0] or boot_clock() - now > _LONGEST_WAIT:
                break
            await asyncio.sleep(_POLL)
        wait = self._wait_of(host, row)
        began_at = boot_clock()
        self._turns[host] = _Turn(began_at=began_at, used_at=began_at, requests=1)
        await asyncio.sleep(wait)
        self._turns[host].requests = 0

    def _wait_of(self, host: str, row: Row) -> float:
        """Return the seconds until `host` may be requested; raises `HostBusy` if another worker holds it."""
        acquired, since_start = row
        if not acquired:
            raise HostBusy(
                _("another worker of the fleet holds {host}; run again when it has ended").format(host=host)
            )
        return max(self._delay, self._after_start - float(since_start))


async def is_any_locked(connection: Connection, hosts: Sequence[str]) -> bool:
    """Return True if a worker holds one of these hosts; else lock them until the end of the transaction."""
    for host in hosts:
        cursor = await connection.execute(_LOCK_IN_TRANSACTION, (host,))
        row = await cursor.fetchone()
        if row is None or not row[0]:
            return True
    return False


@contextmanager
def fleet_locks(url: str, db: Path | None, delay: float) -> Iterator[AdvisoryHostLocks]:
    """Yield locks that are freed at the end of the block. Raises `Interrupted`, or `HostBusy` for an old home."""
    with _resumable():
        session = Session(url)
    try:
        if db is not None:
            with _resumable():
                _require_home(session, db)
        yield AdvisoryHostLocks(session, delay)
    finally:
        session.close()


def _require_home(session: Session, db: Path) -> None:
    """Raise `HostBusy` if the archive at `db` is an old home of its shard."""
    shard = read_shard(db)
    if shard is None:
        return
    try:
        row = session.query("select epoch, machine, db from fleet_shards where shard = %s", (shard.shard,))
    except psycopg.errors.UndefinedTable:
        return
    if row and row[0] > shard.epoch:
        raise moved_error(db, machine=str(row[1]), home=str(row[2]))


def moved_error(db: Path, *, machine: str, home: str) -> HostBusy:
    """Return the error about an archive that is no longer the home of its shard."""
    return HostBusy(
        _("{db} is an old home: the shard has moved to {home} on {machine}").format(
            db=db, home=home, machine=machine
        )
    )


@contextmanager
def _resumable() -> Iterator[None]:
    """Raise `Interrupted` in place of `FleetUnreachable`: a run goes on when PostgreSQL is back."""
    try:
        yield
    except FleetUnreachable as error:
        raise _interrupted(error) from error


def _interrupted(error: FleetUnreachable) -> Interrupted:
    return Interrupted(_("{error}; the same command goes on when it is back").format(error=error))
