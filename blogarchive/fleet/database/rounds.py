"""Rows of `fleet_rounds`: the start, the end and the result of each round."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from blogarchive.fleet.database.connection import Connection
from blogarchive.fleet.schedule import RoundResult

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
