"""Rounds: the jobs of Procrastinate that say when a shard is next, and the rows of `fleet_rounds`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import Final, LiteralString, cast

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition
from psycopg.rows import class_row
from psycopg_pool import PoolTimeout

from blogarchive.errors import FleetUnreachable
from blogarchive.fleet.database.session import Connection, connection_string, one_line
from blogarchive.fleet.round import RoundResult
from blogarchive.fleet.shard import Shard, machine_id, time_limits

_TASK: Final = "round"
_LOST: Final = "lost"
"""Outcome of a round whose worker ended before it."""
_SECONDS_BETWEEN_TRIES: Final = 1.0
_SECONDS_TO_CONNECT: Final = 5.0
_MOST_CONNECTIONS: Final = 4


class _Connector(PsycopgConnector):
    """Procrastinate's pool; it listens again after a refused connection, which else would end the worker."""

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Listen until this task is cancelled."""
        names = list(channels)
        while True:
            with suppress(ConnectorException):
                await super().listen_notify(on_notification, names)
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)


class Queue:
    """Procrastinate's app with the rounds of all shards, and its pool of connections."""

    def __init__(self, app: App) -> None:
        self._app = app

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Yield a connection of the pool in a transaction. Raises `FleetUnreachable`."""
        with_pool = cast(PsycopgConnector, self._app.connector)
        try:
            async with with_pool.pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise _unreachable(error) from error

    async def run_worker(self, homes: Sequence[str], most_rounds: int) -> None:
        """Run the rounds of `homes`, a list that may grow, until this task is cancelled. Raises `FleetUnreachable`."""
        limits = time_limits()
        try:
            await self._app.run_worker_async(
                queues=homes,
                name="worker",
                concurrency=most_rounds,
                delete_jobs=DeleteJobCondition.ALWAYS,
                update_heartbeat_interval=limits.ping,
                stalled_worker_timeout=limits.server,
                install_signal_handlers=False,
            )
        except ConnectorException as error:
            raise _unreachable(error.__cause__ or error) from error


def _unreachable(error: BaseException) -> FleetUnreachable:
    return FleetUnreachable(_("PostgreSQL cannot be reached: {reason}").format(reason=one_line(error)))


@asynccontextmanager
async def open_queue(url: str, run_round: Callable[[str], Awaitable[None]]) -> AsyncIterator[Queue]:
    """Yield the queue; its worker calls `run_round` with the name of the shard for each job."""
    app = App(
        connector=_Connector(
            conninfo=connection_string(url),
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            timeout=_SECONDS_TO_CONNECT,
            reconnect_timeout=_SECONDS_TO_CONNECT,  # the pool waits twice as long each time
        )
    )

    async def run(shard: str) -> None:
        await run_round(shard)

    app.task(name=_TASK)(run)
    try:
        await app.open_async()
        yield Queue(app)
    except (ConnectorException, PoolTimeout) as error:
        raise _unreachable(error) from error
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(time_limits().ping):
                await app.close_async()


async def defer_round(connection: Connection, name: str, home: str, at: datetime | None) -> None:
    """Schedule the next round of a shard, at once if `at` is None; does nothing if one is scheduled already."""
    job = App(connector=PsycopgConnector()).configure_task(
        _TASK, queue=home, lock=name, queueing_lock=name, schedule_at=at, connection=connection
    )
    with suppress(AlreadyEnqueued):
        async with connection.transaction():
            await job.defer_async(shard=name)


async def defer_missing(connection: Connection, homes: Collection[str]) -> None:
    """Schedule the shards of `homes` that have neither a next nor a running round and are not paused."""
    await connection.execute(
        "update procrastinate_jobs j set queue_name = s.home from fleet_shards s"
        " where j.lock = s.shard and j.queue_name <> s.home and s.home = any(%s) and j.status = 'todo'",
        (list(homes),),
    )
    cursor = await connection.execute(
        "select shard, home, next_at from fleet_shards s where home = any(%s) and paused_at is null and not exists"
        " (select 1 from procrastinate_jobs j where j.lock = s.shard and j.status in ('doing', 'todo'))",
        (list(homes),),
    )
    for name, home, next_at in await cursor.fetchall():
        await defer_round(connection, name, home, next_at)


async def running_jobs(connection: Connection, homes: Collection[str]) -> dict[int, str]:
    """Return the shard of each job of `homes` that runs, by the id of the job."""
    cursor = await connection.execute(
        "select id, lock from procrastinate_jobs where queue_name = any(%s) and status = 'doing'",
        (list(homes),),
    )
    return {int(number): str(name) for number, name in await cursor.fetchall()}


async def remove_jobs(connection: Connection, numbers: Collection[int]) -> None:
    """Delete jobs that have lost their worker; `defer_missing` schedules their shards again."""
    await connection.execute("delete from procrastinate_jobs where id = any(%s)", (list(numbers),))


async def has_due(connection: Connection, homes: Collection[str]) -> bool:
    """Return True if a round of these homes is due or runs."""
    cursor = await connection.execute(
        "select 1 from procrastinate_jobs where queue_name = any(%s) and (status = 'doing'"
        " or (status = 'todo' and (scheduled_at is null or scheduled_at <= now()))) limit 1",
        (list(homes),),
    )
    return await cursor.fetchone() is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundRow:
    """A round. `exit_code` is None while it runs, and if its worker was lost. `requests` is also of one that runs."""

    shard: str
    epoch: int
    machine: str
    started_at: datetime
    finished_at: datetime | None
    exit_code: int | None
    outcome: str | None
    requests: int | None
    pages: int | None
    message: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class BegunRound:
    """A round that begins without the hosts `left_out`. `takes_rest`: the hosts without failures are due."""

    id: int
    left_out: frozenset[str]
    takes_rest: bool


_BEGIN: Final[LiteralString] = """
insert into fleet_rounds (shard, epoch, machine, started_at, left_out)
select s.shard, s.epoch, %(machine)s, now(), array(
        select h from unnest(s.hosts) h
          left join fleet_hosts f on f.host = h and coalesce(f.next_at, f.paused_at) is not null
         where case when f.host is null then s.next_at > now() + interval '1 second'
                    else f.paused_at is not null or f.next_at > now() + interval '1 second' end)
  from fleet_shards s where s.shard = %(shard)s
returning id, left_out,
          (select coalesce(next_at <= now() + interval '1 second', true) from fleet_shards where shard = %(shard)s)
"""
_LAST: Final[LiteralString] = """
select r.shard, r.epoch, r.machine, r.started_at, r.finished_at, r.exit_code, r.outcome, r.requests, r.pages, r.message
  from fleet_shards s cross join lateral
       (select * from fleet_rounds where shard = s.shard order by id desc limit %s) r
 where s.shard = any(%s) order by r.id desc
"""
_COUNT: Final[LiteralString] = """
select count(*) from fleet_rounds r join fleet_rounds this on this.shard = r.shard
 where this.id = %(id)s and r.id <= this.id and r.exit_code is not null and r.id > coalesce(
       (select max(o.id) from fleet_rounds o
         where o.shard = this.shard and o.id < this.id and o.exit_code <> this.exit_code), 0)
"""
_INSERT: Final[LiteralString] = """
insert into fleet_rounds (shard, epoch, machine, started_at, finished_at, exit_code, outcome, requests, pages, message)
values (%(shard)s, %(epoch)s, %(machine)s, %(started_at)s, %(finished_at)s, %(exit_code)s, %(outcome)s, %(requests)s,
        %(pages)s, %(message)s)
"""


async def begin_round(connection: Connection, shard: Shard) -> BegunRound | None:
    """Store that a round begins. Return None if no host of the shard is due."""
    await connection.execute(
        "update fleet_rounds set finished_at = now(), outcome = %s where shard = %s and finished_at is null",
        (_LOST, shard.shard),
    )
    cursor = await connection.execute(_BEGIN, {"machine": machine_id(), "shard": shard.shard})
    row = await cursor.fetchone()
    if row is None:
        return None
    begun = BegunRound(id=row[0], left_out=frozenset(row[1]), takes_rest=row[2])
    if begun.left_out >= set(shard.hosts):
        await connection.execute("delete from fleet_rounds where id = %s", (begun.id,))
        return None
    await connection.execute(
        "update fleet_shards set round = %s, problem = null where shard = %s", (shard.round, shard.shard)
    )
    return begun


async def end_round(connection: Connection, round_id: int, result: RoundResult, *, keep: timedelta) -> int:
    """Store the result of a round, and delete rounds older than `keep`.

    Return how many rounds of its shard in a row ended with its exit code.
    """
    await connection.execute(
        "update fleet_rounds set finished_at = now(), exit_code = %s, outcome = %s, requests = coalesce(%s, requests),"
        " pages = %s, message = %s where id = %s",
        (result.exit_code, result.outcome, result.requests, result.pages, result.message, round_id),
    )
    await connection.execute(
        "delete from fleet_rounds r using fleet_rounds this"
        " where this.id = %s and r.shard = this.shard and r.started_at < now() - %s",
        (round_id, keep),
    )
    row = await (await connection.execute(_COUNT, {"id": round_id})).fetchone()
    return int(row[0]) if row else 1


async def store_totals(
    connection: Connection, round_id: int, *, posts: int | None, succeeded: bool, failed: bool
) -> None:
    """Store how many posts the archive of a shard has, and count its requests and failures."""
    await connection.execute(
        "update fleet_shards s set posts = coalesce(%s, posts), failures = failures + %s,"
        " succeeded_at = case when %s then now() else succeeded_at end,"
        " requests = s.requests + coalesce(r.requests, 0)"
        " from fleet_rounds r where r.id = %s and s.shard = r.shard",
        (posts, int(failed), succeeded, round_id),
    )


async def store_rest(connection: Connection, name: str, next_at: datetime | None) -> None:
    """Store when the hosts of a shard without failures are due."""
    await connection.execute("update fleet_shards set next_at = %s where shard = %s", (next_at, name))


async def last_rounds(connection: Connection, names: Sequence[str], limit: int) -> list[RoundRow]:
    """Return the last rounds of each of these shards, newest first."""
    async with connection.cursor(row_factory=class_row(RoundRow)) as cursor:
        await cursor.execute(_LAST, (limit, names))
        return await cursor.fetchall()


async def restore_rounds(connection: Connection, name: str, rounds: Sequence[RoundRow]) -> None:
    """Store rounds, oldest first, that the archive of a shard knows, if PostgreSQL knows none of this shard."""
    cursor = await connection.execute("select 1 from fleet_rounds where shard = %s limit 1", (name,))
    if await cursor.fetchone() is not None:
        return
    async with connection.transaction(), connection.cursor() as writer:
        await writer.executemany(_INSERT, list(map(asdict, rounds)))
