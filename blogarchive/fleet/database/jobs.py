"""The next round of each shard as a job of Procrastinate: queue, lock and queueing lock are the name of the shard."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from gettext import gettext as _
from typing import Final

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition, Status
from psycopg_pool import PoolTimeout

from blogarchive.errors import FleetUnreachable
from blogarchive.fleet.database.connection import Connection, connection_string, one_line
from blogarchive.fleet.settings import time_limits
from blogarchive.store.rows import utc_now

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
