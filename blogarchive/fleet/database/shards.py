"""Rows of `fleet_shards`: which shards there are, their homes, pauses and next rounds."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Final, LiteralString

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition, Status
from psycopg.rows import class_row
from psycopg_pool import PoolTimeout

from blogarchive.errors import FleetUnreachable, UsageError
from blogarchive.fleet.database.session import Connection, connection_string, one_line
from blogarchive.fleet.round import RoundResult
from blogarchive.fleet.shard import Shard, time_limits
from blogarchive.store.rows import utc_now

# jobs

Queue = App
"""Procrastinate's app: the rounds of all shards."""

_TASK: Final = "round"
_POLL_SECONDS: Final = 0.5
_SECONDS_TO_CONNECT: Final = 3.0
_MOST_CONNECTIONS: Final = 4


def open_queue(url: str) -> Queue:
    """Return Procrastinate's app for the PostgreSQL at `url`; open it with `open_async`."""
    return App(
        connector=PsycopgConnector(
            conninfo=connection_string(url),
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            timeout=_SECONDS_TO_CONNECT,
        )
    )


def add_task(queue: Queue, run_round: Callable[[str], Awaitable[None]]) -> None:
    """Let the worker of `queue` call `run_round` with the name of the shard for each job."""

    async def run(shard: str) -> None:
        await run_round(shard)

    queue.task(name=_TASK)(run)


async def defer_round(connection: Connection, name: str, at: datetime | None) -> None:
    """Schedule the next round of a shard, at once if `at` is None; does nothing if one is scheduled already."""
    job = App(connector=PsycopgConnector()).configure_task(
        _TASK,
        queue=name,
        lock=name,
        queueing_lock=name,
        schedule_at=at,
        connection=connection,
    )
    try:
        await job.defer_async(shard=name)
    except AlreadyEnqueued:
        return


async def drop_round(connection: Connection, name: str) -> None:
    """Remove the scheduled round of a shard; one that runs goes on."""
    await connection.execute(
        "delete from procrastinate_jobs where queue_name = %s and status = 'todo'", (name,)
    )


async def has_due(connection: Connection, names: Collection[str]) -> bool:
    """Return True if a round of these shards is due or runs."""
    cursor = await connection.execute(
        "select 1 from procrastinate_jobs where queue_name = any(%s) and (status = 'doing'"
        " or (status = 'todo' and (scheduled_at is null or scheduled_at <= now()))) limit 1",
        (list(names),),
    )
    return await cursor.fetchone() is not None


async def run_worker(queue: Queue, names: Sequence[str], most_rounds: int) -> None:
    """Run the rounds of the shards in `names`, a list that may change, until this task is cancelled."""
    limits = time_limits()
    await queue.run_worker_async(
        queues=names,
        name="worker",
        concurrency=most_rounds,
        delete_jobs=DeleteJobCondition.ALWAYS,
        listen_notify=False,  # it would listen to the names of the start only
        fetch_job_polling_interval=_POLL_SECONDS,
        update_heartbeat_interval=limits.ping,
        stalled_worker_timeout=limits.server,
        install_signal_handlers=False,
    )


async def take_over_stalled(queue: Queue, seconds: float) -> None:
    """Schedule the rounds of workers that have sent no heartbeat for `seconds` again, at once."""
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
        waiting = await queue.job_manager.list_jobs_async(queue=job.queue, status=Status.TODO.value)
        if job.id is None:
            continue
        if list(waiting):
            await queue.job_manager.finish_job_by_id_async(job.id, Status.ABORTED, delete_job=True)
        else:
            await queue.job_manager.retry_job_by_id_async(job.id, retry_at=utc_now())


def to_user_error(error: Exception) -> Exception:
    """Return the error for the user if PostgreSQL is gone, else `error`."""
    cause = error.__cause__ if isinstance(error, ConnectorException) else error
    if isinstance(cause, (psycopg.OperationalError, PoolTimeout)):
        return FleetUnreachable(_("PostgreSQL cannot be reached: {reason}").format(reason=one_line(cause)))
    return error


# rounds

_LOST = "lost"
"""Outcome of a round whose worker ended before it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundRow:
    """A round. `exit_code` is None while it runs, and if its worker was lost."""

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


async def begin_round(connection: Connection, name: str, *, epoch: int, machine: str) -> int | None:
    """Store that a round begins, and return its id. Return None if the shard is paused, or `epoch` is not current."""
    async with connection.transaction():
        current = await connection.execute(
            "select 1 from fleet_shards where shard = %s and epoch = %s and paused_at is null for update",
            (name, epoch),
        )
        if await current.fetchone() is None:
            return None
        await connection.execute(
            "update fleet_rounds set finished_at = now(), outcome = %s where shard = %s and finished_at is null",
            (_LOST, name),
        )
        inserted = await connection.execute(
            "insert into fleet_rounds (shard, epoch, machine, started_at) values (%s, %s, %s, now()) returning id",
            (name, epoch, machine),
        )
        row = await inserted.fetchone()
    return None if row is None else int(row[0])


async def end_round(connection: Connection, round_id: int, result: RoundResult) -> int:
    """Store the result of a round; return how many rounds of its shard in a row ended with its exit code."""
    await connection.execute(
        "update fleet_rounds set finished_at = now(), exit_code = %s, outcome = %s, requests = %s, pages = %s,"
        " message = %s where id = %s",
        (result.exit_code, result.outcome, result.requests, result.pages, result.message, round_id),
    )
    cursor = await connection.execute(
        "select count(*) from fleet_rounds r join fleet_rounds this on this.shard = r.shard"
        " where this.id = %(id)s and r.id <= this.id and r.exit_code is not null and r.id > coalesce("
        "  (select max(o.id) from fleet_rounds o"
        "    where o.shard = this.shard and o.id < this.id and o.exit_code <> this.exit_code), 0)",
        {"id": round_id},
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 1


async def last_rounds(connection: Connection, name: str, limit: int) -> list[RoundRow]:
    """Return the last rounds of a shard, newest first."""
    async with connection.cursor(row_factory=class_row(RoundRow)) as cursor:
        await cursor.execute(
            "select shard, epoch, machine, started_at, finished_at, exit_code, outcome, requests, pages, message"
            " from fleet_rounds where shard = %s order by id desc limit %s",
            (name, limit),
        )
        return await cursor.fetchall()


async def restore_rounds(connection: Connection, name: str, rounds: Sequence[RoundRow]) -> None:
    """Store rounds, oldest first, that the archive of a shard knows, if PostgreSQL knows none of this shard."""
    cursor = await connection.execute("select 1 from fleet_rounds where shard = %s limit 1", (name,))
    if await cursor.fetchone() is not None:
        return
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.executemany(
            "insert into fleet_rounds (shard, epoch, machine, started_at, finished_at, exit_code, outcome,"
            " requests, pages) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    name,
                    one.epoch,
                    one.machine,
                    one.started_at,
                    one.finished_at,
                    one.exit_code,
                    one.outcome,
                    one.requests,
                    one.pages,
                )
                for one in rounds
            ],
        )


# shards

_SAVE: Final[LiteralString] = """
insert into fleet_shards (shard, hosts, site, urls, list_digest, every_seconds, slice_seconds, delay, media, epoch,
                          machine, db)
values (%(shard)s, %(hosts)s, %(site)s, %(urls)s, %(list_digest)s, %(every_seconds)s, %(slice_seconds)s, %(delay)s,
        %(media)s, %(epoch)s, %(machine)s, %(db)s)
on conflict (shard) do update
   set hosts = excluded.hosts, site = excluded.site, urls = excluded.urls, list_digest = excluded.list_digest,
       every_seconds = excluded.every_seconds, slice_seconds = excluded.slice_seconds, delay = excluded.delay,
       media = excluded.media, epoch = excluded.epoch, machine = excluded.machine, db = excluded.db
"""
_COLUMNS: Final[LiteralString] = """
select s.shard, s.hosts, s.site, s.urls, s.list_digest, s.every_seconds, s.slice_seconds, s.delay, s.media, s.epoch,
       s.machine, s.db, s.paused_at, s.paused_reason, j.scheduled_at as next_at,
       coalesce(j.status = 'doing', false) as is_running, j.id is not null as has_job
  from fleet_shards s
  left join lateral (select id, status, scheduled_at from procrastinate_jobs
                      where queue_name = s.shard and status in ('doing', 'todo')
                      order by status = 'doing' desc limit 1) j on true
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShardRow:
    """A shard as PostgreSQL stores it, with its next round: `next_at` is None if it is due now or there is none."""

    shard: str
    hosts: list[str]
    site: str | None
    urls: list[str]
    list_digest: str | None
    every_seconds: int
    slice_seconds: int
    delay: float | None
    media: bool
    epoch: int
    machine: str
    db: str
    paused_at: datetime | None
    paused_reason: str | None
    next_at: datetime | None
    is_running: bool
    has_job: bool

    def as_shard(self) -> Shard:
        """Return the shard as its file describes it."""
        return Shard(
            shard=self.shard,
            hosts=tuple(self.hosts),
            site=self.site,
            urls=tuple(self.urls),
            list_digest=self.list_digest,
            every_seconds=self.every_seconds,
            slice_seconds=self.slice_seconds,
            delay=self.delay,
            media=self.media,
            epoch=self.epoch,
        )


async def all_shards(connection: Connection) -> list[ShardRow]:
    """Return all shards by name."""
    async with connection.cursor(row_factory=class_row(ShardRow)) as cursor:
        return await (await cursor.execute(f"{_COLUMNS} order by s.shard")).fetchall()


async def find_shard(connection: Connection, name: str) -> ShardRow:
    """Return the shard with this name, or with this host; raises `UsageError` if there is none."""
    async with connection.cursor(row_factory=class_row(ShardRow)) as cursor:
        await cursor.execute(f"{_COLUMNS} where s.shard = %s or %s = any(s.hosts) limit 1", (name, name))
        row = await cursor.fetchone()
    if row is None:
        raise UsageError(
            _("the fleet has no shard {name}; `blogarchive fleet status` lists them").format(name=name)
        )
    return row


async def epochs(connection: Connection) -> dict[str, int]:
    """Return the epoch of every shard by its name."""
    rows = await (await connection.execute("select shard, epoch from fleet_shards")).fetchall()
    return {str(shard): int(epoch) for shard, epoch in rows}


async def save_shard(connection: Connection, shard: Shard, *, machine: str, db: Path) -> None:
    """Store a shard, whose home is `db` on `machine`. Raises `UsageError` if another shard has one of its hosts."""
    values = {**asdict(shard), "hosts": list(shard.hosts), "urls": list(shard.urls)}
    async with connection.transaction():
        await connection.execute("lock table fleet_shards in share row exclusive mode")
        cursor = await connection.execute(
            "select shard from fleet_shards where shard <> %s and hosts && %s",
            (shard.shard, values["hosts"]),
        )
        if other := await cursor.fetchone():
            raise UsageError(
                _("the shard {other} has these hosts: {hosts}; a host belongs to one shard").format(
                    other=other[0], hosts=", ".join(shard.hosts)
                )
            )
        await connection.execute(_SAVE, {**values, "machine": machine, "db": str(db)})


async def pause_shard(connection: Connection, name: str, reason: str | None) -> None:
    """Pause a shard: its next round is left out until `resume_shard`."""
    await connection.execute(
        "update fleet_shards set paused_at = now(), paused_reason = %s where shard = %s", (reason, name)
    )


async def resume_shard(connection: Connection, name: str) -> None:
    """End the pause of a shard."""
    await connection.execute(
        "update fleet_shards set paused_at = null, paused_reason = null where shard = %s", (name,)
    )


async def shards_without_job(connection: Connection) -> list[str]:
    """Return the shards that are not paused and have neither a next nor a running round."""
    rows = await (
        await connection.execute(
            "select shard from fleet_shards where paused_at is null and not exists"
            " (select 1 from procrastinate_jobs where queue_name = shard and status in ('doing', 'todo'))"
        )
    ).fetchall()
    return [str(name) for (name,) in rows]
