"""Rounds: the jobs of Procrastinate that say when a shard is next, and the rows of `fleet_rounds`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from typing import Any, Final, LiteralString

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition
from psycopg.rows import class_row
from psycopg_pool import PoolTimeout

from blogarchive.errors import FleetUnreachable
from blogarchive.fleet.database.session import Connection, connection_string, one_line, scalar
from blogarchive.fleet.database.shards import pause_shards, remove_jobs
from blogarchive.fleet.shard import Shard, machine_id, time_limits

_TASK: Final = "round"
_SECONDS_BETWEEN_TRIES: Final = 1.0
_SECONDS_TO_CONNECT: Final = 5.0
_MOST_CONNECTIONS: Final = 4


class Queue(PsycopgConnector):
    """The rounds of all shards as jobs of Procrastinate, on a pool of connections."""

    def __init__(self, url: str, run_round: Callable[[str], Awaitable[None]]) -> None:
        """`run_round` is called with the name of the shard for each job."""
        super().__init__(
            conninfo=connection_string(url),
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            timeout=_SECONDS_TO_CONNECT,
            reconnect_timeout=_SECONDS_TO_CONNECT,  # the pool waits twice as long each time
        )
        self._app = App(connector=self)

        async def run(shard: str) -> None:
            await run_round(shard)

        self._app.task(name=_TASK)(run)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Open the pool for the block. Raises `FleetUnreachable`."""
        try:
            with _reachable():
                await self._app.open_async()
            yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(time_limits().ping):
                    await self._app.close_async()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Yield a connection of the pool in a transaction. Raises `FleetUnreachable`."""
        with _reachable():
            async with self.pool.connection() as connection:
                yield connection

    async def run_worker(self, homes: Sequence[str], most_rounds: int) -> None:
        """Run the rounds of `homes`, a list that may grow, until this task is cancelled. Raises `FleetUnreachable`."""
        limits = time_limits()
        with _reachable():
            await self._app.run_worker_async(
                queues=homes,
                name="worker",
                concurrency=most_rounds,
                delete_jobs=DeleteJobCondition.ALWAYS,
                update_heartbeat_interval=limits.ping,
                stalled_worker_timeout=limits.server,
                install_signal_handlers=False,
            )

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Listen until this task is cancelled: a refused connection would end the worker."""
        names = list(channels)
        while True:
            with suppress(ConnectorException):
                await super().listen_notify(on_notification, names)
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (psycopg.OperationalError, ConnectorException, PoolTimeout) as error:
        reason = one_line(error.__cause__ or error)
        raise FleetUnreachable(_("PostgreSQL cannot be reached: {reason}").format(reason=reason)) from error


async def defer_round(connection: Connection, name: str, home: str, at: datetime | None) -> None:
    """Schedule the next round of a shard, at once if `at` is None; does nothing if one is scheduled already."""
    job = App(connector=PsycopgConnector()).configure_task(
        _TASK, queue=home, lock=name, queueing_lock=name, schedule_at=at, connection=connection
    )
    with suppress(AlreadyEnqueued):
        async with connection.transaction():
            await job.defer_async(shard=name)


async def make_due(connection: Connection, names: Sequence[str], *, rest: bool = True) -> None:
    """Let shards that are not paused have a round at once: of all their hosts, or of those with a time of their own.

    A round that runs meanwhile schedules no other: see `end_round`.
    """
    cursor = await connection.execute(
        "update fleet_shards set asked_at = clock_timestamp(), next_at = case when not %s then next_at end"
        " where shard = any(%s) and paused_at is null returning shard, home",
        (rest, names),
    )
    due = await cursor.fetchall()
    await remove_jobs(connection, [name for name, _home in due])
    for name, home in due:
        await defer_round(connection, name, home, None)


async def defer_missing(connection: Connection, homes: Sequence[str]) -> None:
    """Schedule the shards of `homes` that have neither a next nor a running round and are not paused."""
    await connection.execute(
        "update procrastinate_jobs j set queue_name = s.home from fleet_shards s"
        " where j.lock = s.shard and j.queue_name <> s.home and s.home = any(%s) and j.status = 'todo'",
        (homes,),
    )
    cursor = await connection.execute(
        "select shard, home, next_at from fleet_shards s where home = any(%s) and paused_at is null and not exists"
        " (select 1 from procrastinate_jobs j where j.lock = s.shard and j.status in ('doing', 'todo'))",
        (homes,),
    )
    for name, home, next_at in await cursor.fetchall():
        await defer_round(connection, name, home, next_at)


async def remove_lost_jobs(
    connection: Connection, homes: Sequence[str], running: Sequence[str], seen: Sequence[int]
) -> list[int]:
    """Delete the jobs `seen` of shards that are not `running`; return all such jobs of `homes`.

    `defer_missing` schedules their shards again. A job that was just fetched is not seen yet.
    """
    cursor = await connection.execute(
        "with lost as (select id from procrastinate_jobs"
        " where queue_name = any(%s) and status = 'doing' and lock <> all(%s)),"
        " gone as (delete from procrastinate_jobs j using lost l where j.id = l.id and l.id = any(%s))"
        " select id from lost",
        (homes, running, seen),
    )
    return [number for (number,) in await cursor.fetchall()]


async def has_due(connection: Connection, homes: Sequence[str]) -> bool:
    """Return True if a round of these homes is due or runs."""
    found: bool = await scalar(
        connection,
        "select exists (select 1 from procrastinate_jobs where queue_name = any(%s) and (status = 'doing'"
        " or (status = 'todo' and coalesce(scheduled_at, now()) <= now())))",
        (homes,),
    )
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class BegunRound:
    """A round that begins without the hosts `left_out`. `takes_rest`: the hosts without failures are due."""

    id: int
    left_out: list[str]
    takes_rest: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EndedShard:
    """The row that PostgreSQL stores of a shard at the end of a round.

    `repeated` is how many rounds in a row ended with this exit code. `is_asked`: a person asked for a round meanwhile.
    """

    next_at: datetime | None
    is_paused: bool
    is_asked: bool
    repeated: int


_BEGIN: Final[LiteralString] = """
with lost as (
    update fleet_rounds set finished_at = now(), outcome = 'lost' where shard = %(shard)s and finished_at is null
), due as (
    select s.shard, s.epoch, s.hosts, array(
           select h from unnest(s.hosts) h
             left join fleet_hosts f on f.host = h and coalesce(f.next_at, f.paused_at) is not null
            where case when f.host is null then s.next_at > now() + interval '1 second'
                       else f.paused_at is not null or f.next_at > now() + interval '1 second' end) as left_out,
           coalesce(s.next_at <= now() + interval '1 second', true) as takes_rest
      from fleet_shards s where s.shard = %(shard)s
), begun as (
    insert into fleet_rounds (shard, epoch, machine, started_at, left_out)
    select shard, epoch, %(machine)s, clock_timestamp(), left_out from due where not left_out @> hosts
    returning id, left_out
), counted as (
    update fleet_shards s set round = %(round)s, problem = null from begun where s.shard = %(shard)s
)
select id, begun.left_out, takes_rest from begun, due
"""
_END: Final[LiteralString] = """
with ended as (
    update fleet_rounds set finished_at = now(), exit_code = %(exit_code)s, outcome = %(outcome)s,
           requests = coalesce(%(requests)s, requests), pages = %(pages)s, message = %(message)s
     where id = %(id)s returning id, shard, started_at, requests
), old as (
    delete from fleet_rounds r using ended e
     where r.shard = e.shard and r.id < e.id and r.started_at < now() - %(keep)s::interval
)
update fleet_shards s
   set posts = coalesce(%(posts)s, s.posts), failures = s.failures + %(failed)s::boolean::integer,
       succeeded_at = case when %(succeeded)s then now() else s.succeeded_at end,
       requests = s.requests + coalesce(e.requests, 0)
  from ended e where s.shard = e.shard
returning s.next_at, s.paused_at is not null as is_paused,
          coalesce(s.asked_at >= e.started_at, false) as is_asked,
          (select count(*) + 1 from fleet_rounds r
            where r.shard = e.shard and r.id < e.id and r.exit_code = %(exit_code)s and r.id > coalesce(
                  (select max(o.id) from fleet_rounds o
                    where o.shard = e.shard and o.id < e.id and o.exit_code <> %(exit_code)s), 0)) as repeated
"""

_NEXT: Final[LiteralString] = """
with stored as (
    update fleet_shards set next_at = %(rest_at)s where shard = %(shard)s returning home, hosts
), first as (
    select min(case when f.host is null then coalesce(%(rest_at)s, %(earliest)s)
                    else coalesce(f.next_at, %(rest_at)s, %(earliest)s) end) as at
      from stored, unnest(hosts) h
      left join fleet_hosts f on f.host = h and coalesce(f.next_at, f.paused_at) is not null
     where f.paused_at is null
)
select home, nullif(greatest(at, %(earliest)s, now()), now()) from stored, first where at is not null
"""


async def begin_round(connection: Connection, shard: Shard) -> BegunRound | None:
    """Store that a round begins. Return None if no host of the shard is due."""
    async with connection.cursor(row_factory=class_row(BegunRound)) as cursor:
        values = {"machine": machine_id(), "shard": shard.shard, "round": shard.round}
        await cursor.execute(_BEGIN, values)
        return await cursor.fetchone()


async def end_round(connection: Connection, ended: Mapping[str, Any]) -> EndedShard | None:
    """Store the end of a round, and delete rounds older than `keep`. Return None if its shard is removed.

    The row of the shard is locked from here on: who asks for a round later finds the next one.
    """
    async with connection.cursor(row_factory=class_row(EndedShard)) as cursor:
        await cursor.execute(_END, ended)
        return await cursor.fetchone()


async def schedule(
    connection: Connection,
    name: str,
    *,
    rest_at: datetime | None,
    earliest: datetime,
    reason: str | None = None,
) -> tuple[bool, datetime | None]:
    """Schedule a round for the first host that is due, not before `earliest`; `rest_at` is that of those without failures.

    If all hosts are paused, so is the shard, for `reason`. Return whether it is paused, and when the round is due; None
    is now.
    """
    cursor = await connection.execute(_NEXT, {"shard": name, "rest_at": rest_at, "earliest": earliest})
    row = await cursor.fetchone()
    if row is None:
        await pause_shards(connection, [name], reason)
        return True, None
    await defer_round(connection, name, *row)
    return False, row[1]


_RESTORE: Final[LiteralString] = """
insert into fleet_rounds (shard, epoch, machine, started_at, finished_at, exit_code, outcome, requests, pages)
values (%(shard)s, %(epoch)s, %(host)s, %(started_at)s, %(finished_at)s, %(exit_code)s, %(outcome)s, %(requests)s,
        %(pages)s)
"""


async def restore_rounds(connection: Connection, name: str, rounds: Sequence[Mapping[str, Any]]) -> None:
    """Store rounds, oldest first, that the archive of a shard knows, if PostgreSQL knows none of this shard."""
    if await scalar(connection, "select exists (select 1 from fleet_rounds where shard = %s)", (name,)):
        return
    async with connection.transaction(), connection.cursor() as writer:
        await writer.executemany(_RESTORE, rounds)
