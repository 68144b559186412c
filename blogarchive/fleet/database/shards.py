"""Rows of `fleet_shards`: which shards there are, their homes, pauses and next rounds."""

from dataclasses import asdict, dataclass
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Final, LiteralString

from psycopg.rows import class_row

from blogarchive.errors import UsageError
from blogarchive.fleet.database.connection import Connection
from blogarchive.fleet.shard import Shard

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
