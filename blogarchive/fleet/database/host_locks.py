"""Advisory locks of hosts, in the process that sends the requests.

A run locks its own hosts until its end. Other hosts, such as those of images, are shared: a run locks one for some
seconds at a time.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, fields
from gettext import gettext as _
from pathlib import Path
from typing import Final, LiteralString

from blogarchive.errors import FleetUnreachable, HostBusy, Interrupted
from blogarchive.fleet import shard as shard_file
from blogarchive.fleet.database.session import Connection, OutdatedTables, Row, Session, scalar, user_errors
from blogarchive.fleet.database.shards import SELECT

# The prefix keeps these locks apart from those of other programs in the same database.
_LOCK: Final[LiteralString] = """
select w.host, pg_try_advisory_lock(hashtextextended('blogarchive:' || w.host, 0)), coalesce(h.delay, 0),
       extract(epoch from clock_timestamp() - pg_postmaster_start_time())::float8
  from unnest(%s::text[]) as w(host) left join fleet_hosts h on h.host = w.host
"""
_IS_LOCKED: Final[LiteralString] = """
select exists (select from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
         where locktype = 'advisory' and objsubid = 1 and (classid::bigint << 32 | objid::bigint) in (
               select hashtextextended('blogarchive:' || host, 0) from unnest(%s::text[]) as host))
"""
_UNLOCK: Final[LiteralString] = "select pg_advisory_unlock(hashtextextended('blogarchive:' || %s, 0))"
_SAVE_DELAY: Final[LiteralString] = """
insert into fleet_hosts (host, delay) values (%s, %s) on conflict (host) do update set delay = excluded.delay
"""
_PROGRESS: Final[LiteralString] = "update fleet_rounds set requests = %s where id = %s returning is_stopped"
_SECONDS_BETWEEN_REPORTS: Final = 5.0  # PostgreSQL writes a new version of the row for each of them
_TURN: Final = 10.0
_BETWEEN_TURNS: Final = 1.0
_POLL: Final = 0.5  # less than `_BETWEEN_TURNS`: another run gets its turn
_LONGEST_WAIT: Final = 15.0


@dataclass(slots=True)
class _Turn:
    began_at: float
    used_at: float
    requests: int = 0


class AdvisoryHostLocks(shard_file.HostLocks):
    """The `HostLocks` of a fleet. `delay` is the time from a new lock to the first request, in seconds.

    The last holder may have sent a request just before it ended. `round_id` is the round of a worker's process.
    """

    def __init__(self, session: Session, delay: float, round_id: int | None) -> None:
        self.left_out: frozenset[str] = frozenset()
        self.busy: dict[str, HostBusy] = {}
        self.waits: dict[str, float] = {}
        self._session = session
        self._after_start = shard_file.time_limits().after_start
        self._delay = delay
        self._longest_idle = max(2 * delay, _POLL)  # a run whose next request is due keeps its turn
        self._held: set[str] = set()
        self._turns: dict[str, _Turn] = {}
        self._round_id = round_id
        self._reported_at = shard_file.boot_clock()
        self._progress: Future[list[Row]] | None = None
        if round_id is not None:
            rows = session.query("select left_out from fleet_rounds where id = %s", (round_id,))
            self.left_out = frozenset(rows[0][0] if rows else ())

    def hold(self, delays: Mapping[str, float]) -> None:
        """Lock hosts until the end of the run; raises `Interrupted`, or `HostBusy` if others hold them all."""
        wanted = sorted(delays.keys() - self._held - self.left_out)
        with _resumable():
            rows = self._session.query(_LOCK, (wanted,))
        for host, acquired, crawl_delay, since_start in rows:
            if acquired:
                self._held.add(host)
                self.waits[host] = max(delays[host], crawl_delay, self._after_start - since_start)
            else:
                self.busy[host] = _busy(host)
        if self.busy and not self._held:
            raise next(iter(self.busy.values()))

    def record_delay(self, host: str, seconds: float) -> None:
        """Store the Crawl-delay of a host for the next holder of its lock."""
        self._session.submit(_SAVE_DELAY, (host, seconds))

    def report(self, requests: int) -> Interrupted | None:
        """Store the progress of the round; return why it must end, if a person has paused the shard."""
        now = shard_file.boot_clock()
        if self._round_id is not None and now - self._reported_at >= _SECONDS_BETWEEN_REPORTS:
            self._reported_at = now
            self._progress = self._session.submit(_PROGRESS, (requests, self._round_id))
        done = self._progress
        # A report that fails does not end the round: `lost` decides that, by the time of the last answer.
        if done is None or not done.done() or done.exception() or (True,) not in done.result():
            return None
        return Interrupted(_("the shard is paused; the round ends"))

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
                turn.used_at = shard_file.boot_clock()

    def lost(self) -> Interrupted | None:
        """Return why this run may send no more requests, or None."""
        return None if self._session.is_alive() else _interrupted(self._session.error())

    def end_turns(self) -> None:
        """Free the shared hosts that were not requested for a while."""
        now = shard_file.boot_clock()
        for host, turn in list(self._turns.items()):
            if not turn.requests and now - turn.used_at >= self._longest_idle:
                self._end_turn(host)

    def _end_turn(self, host: str) -> None:
        del self._turns[host]
        self._session.submit(_UNLOCK, (host,))

    async def _take_turn(self, host: str) -> None:
        """Lock a host in PostgreSQL, and wait for the delay since its last request. Raises `HostBusy`."""
        now = shard_file.boot_clock()
        if turn := self._turns.get(host):
            if now - turn.began_at < _TURN or turn.requests:
                return
            self._end_turn(host)
            await asyncio.sleep(_BETWEEN_TURNS)
        while True:
            with _resumable():
                answer = self._session.submit(_LOCK, ([host],))
                ((_host, acquired, crawl_delay, since_start),) = await asyncio.wrap_future(answer)
            if acquired or shard_file.boot_clock() - now > _LONGEST_WAIT:
                break
            await asyncio.sleep(_POLL)
        if not acquired:
            raise _busy(host)
        wait = max(self._delay, crawl_delay, self._after_start - since_start)
        began_at = shard_file.boot_clock()
        self._turns[host] = _Turn(began_at=began_at, used_at=began_at, requests=1)
        await asyncio.sleep(wait)
        self._turns[host].requests = 0


def _busy(host: str) -> HostBusy:
    return HostBusy(_("another worker of the fleet holds {host}; run again when it has ended"), host=host)


async def are_locked(connection: Connection, hosts: Sequence[str]) -> bool:
    """Return whether a run holds one of these hosts; nothing is locked, since PostgreSQL has place for few locks."""
    return bool(await scalar(connection, _IS_LOCKED, (list(hosts),)))


@contextmanager
def fleet_locks(url: str, db: Path | None, delay: float) -> Iterator[AdvisoryHostLocks]:
    """Yield locks that are freed at the end of the block.

    Raises `Interrupted`, `UsageError` for a missing archive, or `HostBusy` for an archive that is not the home of its
    shard.
    """
    round_id = os.environ.get(shard_file.ROUND_VARIABLE)
    with _resumable():
        session = Session(url)
    with closing(session):
        with _resumable():
            if db is not None:
                _require_home(session, db)
            locks = AdvisoryHostLocks(session, delay, int(round_id) if round_id else None)
        yield locks


def _require_home(session: Session, db: Path) -> None:
    """Raise an error if the archive at `db` is not the home of its shard."""
    stored = shard_file.read_shard(db)
    if stored is None:
        return
    names = [field.name for field in fields(shard_file.ShardRow)]
    for row in session.query(f"{SELECT} where shard = %s", (stored.shard,)):
        known = shard_file.ShardRow(**dict(zip(names, row, strict=True)))
        if error := shard_file.home_error(db, stored, known):
            raise error


@contextmanager
def _resumable() -> Iterator[None]:
    """Raise `Interrupted` in place of `FleetUnreachable`: a run continues when PostgreSQL is back."""
    try:
        with user_errors():
            yield
    except OutdatedTables as error:  # the round of a worker waits for `fleet init`
        raise HostBusy(str(error)) from error
    except FleetUnreachable as error:
        raise _interrupted(error) from error


def _interrupted(error: FleetUnreachable) -> Interrupted:
    return Interrupted(_("{error}; the same command continues when it is back"), error=error)
