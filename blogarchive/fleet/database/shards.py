"""Rows of `fleet_shards` and `fleet_hosts`: which shards there are, their homes and pauses, and the hosts that fail."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from fnmatch import fnmatchcase
from gettext import gettext as _
from pathlib import Path
from typing import Final, LiteralString

from psycopg.rows import class_row

from blogarchive.errors import UsageError
from blogarchive.fleet.database.session import Connection
from blogarchive.fleet.shard import KnownShard, Shard, machine_id

_SAVE: Final[LiteralString] = """
insert into fleet_shards (shard, hosts, site, urls, list_digest, every_seconds, slice_seconds, delay, media, epoch,
                          round, machine, db)
values (%(shard)s, %(hosts)s, %(site)s, %(urls)s, %(list_digest)s, %(every_seconds)s, %(slice_seconds)s, %(delay)s,
        %(media)s, %(epoch)s, %(round)s, %(machine)s, %(db)s)
on conflict (shard) do update
   set hosts = excluded.hosts, site = excluded.site, urls = excluded.urls, list_digest = excluded.list_digest,
       every_seconds = excluded.every_seconds, slice_seconds = excluded.slice_seconds, delay = excluded.delay,
       media = excluded.media, epoch = excluded.epoch, round = excluded.round, machine = excluded.machine,
       db = excluded.db, problem = null
returning home
"""
_COLUMNS: Final[LiteralString] = """
select s.shard, s.hosts, s.site, s.urls, s.list_digest, s.every_seconds, s.slice_seconds, s.delay, s.media, s.epoch,
       s.round, s.posts, s.machine, s.db, s.home, s.problem, s.succeeded_at, s.requests, s.failures, s.paused_at,
       s.paused_reason, s.next_at as rest_at,
       next.scheduled_at as next_at, running.id is not null as is_running,
       running.id is not null or next.id is not null as has_job
  from fleet_shards s
  left join procrastinate_jobs running on running.lock = s.shard and running.status = 'doing'
  left join procrastinate_jobs next on next.queueing_lock = s.shard and next.status = 'todo'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShardRow(KnownShard):
    """A shard as PostgreSQL stores it, with its next round: `next_at` is None if it is due now or there is none.

    `home` is the queue of its folder, `rest_at` the time of the hosts without failures. `problem` is why its worker
    could not begin the last round. `requests` and `failures` count those of all rounds that have ended.
    """

    hosts: list[str]
    site: str | None
    urls: list[str]
    list_digest: str | None
    every_seconds: int
    slice_seconds: int
    delay: float | None
    media: bool
    home: str
    problem: str | None
    succeeded_at: datetime | None
    requests: int
    failures: int
    paused_at: datetime | None
    paused_reason: str | None
    rest_at: datetime | None
    next_at: datetime | None
    is_running: bool
    has_job: bool

    def as_shard(self) -> Shard:
        """Return the shard as its file describes it."""
        values = {field.name: getattr(self, field.name) for field in fields(Shard)}
        return Shard(**{**values, "hosts": tuple(self.hosts), "urls": tuple(self.urls)})


@dataclass(frozen=True, kw_only=True, slots=True)
class HostRow:
    """A host with a time of its own: it failed in the last round that requested it, or is or was paused."""

    host: str
    shard: str
    exit_code: int | None
    failures: int
    message: str | None
    next_at: datetime | None
    paused_at: datetime | None


async def all_shards(connection: Connection, homes: Sequence[str] | None = None) -> list[ShardRow]:
    """Return the shards of some homes, or all, by name."""
    async with connection.cursor(row_factory=class_row(ShardRow)) as cursor:
        await cursor.execute(
            f"{_COLUMNS} where %(homes)s::text[] is null or s.home = any(%(homes)s) order by s.shard",
            {"homes": homes},
        )
        return await cursor.fetchall()


async def find_shards(connection: Connection, patterns: Collection[str]) -> list[ShardRow]:
    """Return the shards that a pattern names, as `news-*`, or that have a host of that name.

    Raises `UsageError` for a pattern without shards.
    """
    found = await all_shards(connection)
    for pattern in patterns:
        if not any(_is_named(row, pattern) for row in found):
            raise UsageError(
                _("the fleet has no shard {name}; `blogarchive fleet status` lists them").format(name=pattern)
            )
    return [row for row in found if any(_is_named(row, pattern) for pattern in patterns)]


def _is_named(row: ShardRow, pattern: str) -> bool:
    return pattern in row.hosts or fnmatchcase(row.shard, pattern)


async def lock_shard(connection: Connection, name: str) -> ShardRow | None:
    """Return a shard that is not paused, locked until the end of the transaction; None if there is none."""
    async with connection.cursor(row_factory=class_row(ShardRow)) as cursor:
        await cursor.execute(
            f"{_COLUMNS} where s.shard = %s and s.paused_at is null for update of s", (name,)
        )
        return await cursor.fetchone()


async def known_shards(connection: Connection) -> dict[str, KnownShard]:
    """Return the home of every shard by its name."""
    async with connection.cursor(row_factory=class_row(KnownShard)) as cursor:
        await cursor.execute("select shard, epoch, round, machine, db, posts from fleet_shards")
        return {row.shard: row for row in await cursor.fetchall()}


async def save_shard(connection: Connection, shard: Shard, *, machine: str, db: Path | str) -> str:
    """Store a shard, whose home is `db` on `machine`, and return the queue of the home.

    Raises `UsageError` if another shard has one of its hosts.
    """
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
        saved = await connection.execute(_SAVE, {**values, "machine": machine, "db": str(db)})
        row = await saved.fetchone()
    return str(row[0]) if row else ""


async def remove_jobs(connection: Connection, names: Sequence[str]) -> None:
    """Drop the next rounds of shards; those that run go on."""
    await connection.execute(
        "delete from procrastinate_jobs where lock = any(%s) and status = 'todo'", (list(names),)
    )


async def remove_shards(connection: Connection, names: Sequence[str]) -> None:
    """Delete shards with their rounds and hosts, and their scheduled rounds."""
    await remove_jobs(connection, names)
    await connection.execute("delete from fleet_shards where shard = any(%s)", (list(names),))


async def pause_shards(connection: Connection, names: Sequence[str], reason: str | None) -> None:
    """Pause shards, and drop their next rounds; those that run go on."""
    await remove_jobs(connection, names)
    await connection.execute(
        "update fleet_shards set paused_at = now(), paused_reason = %s where shard = any(%s)",
        (reason, list(names)),
    )


async def stop_rounds(connection: Connection, names: Sequence[str]) -> None:
    """Ask the rounds of shards that run to end; their processes read it in some seconds."""
    await connection.execute(
        "update fleet_rounds set is_stopped = true where shard = any(%s) and finished_at is null",
        (list(names),),
    )


async def resume_shards(connection: Connection, names: Sequence[str]) -> None:
    """End the pauses of shards: their hosts without failures are due."""
    await connection.execute(
        "update fleet_shards set paused_at = null, paused_reason = null, next_at = null, problem = null"
        " where shard = any(%s)",
        (list(names),),
    )


async def begin_anew(connection: Connection, names: Sequence[str]) -> None:
    """Let shards begin without the posts that they had."""
    cursor = await connection.execute(
        "update fleet_shards set posts = null where shard = any(%s) returning shard", (list(names),)
    )
    known = {str(name) for (name,) in await cursor.fetchall()}
    for name in names:
        if name not in known:
            raise UsageError(
                _("the fleet has no shard {name}; `blogarchive fleet status` lists them").format(name=name)
            )


async def set_problem(connection: Connection, name: str, problem: str | None) -> None:
    """Store why a round of a shard could not begin."""
    await connection.execute("update fleet_shards set problem = %s where shard = %s", (problem, name))


_FAILED: Final[LiteralString] = """
insert into fleet_hosts as h (host, shard, exit_code, failures, message)
values (%(host)s, %(shard)s, %(code)s, 1, %(message)s)
on conflict (host) do update
   set shard = excluded.shard, exit_code = excluded.exit_code, message = excluded.message,
       failures = case when h.exit_code = excluded.exit_code then h.failures + 1 else 1 end
returning failures
"""


async def troubled_hosts(connection: Connection, name: str | None = None) -> list[HostRow]:
    """Return the hosts, of one shard or of all, that failed or are paused."""
    async with connection.cursor(row_factory=class_row(HostRow)) as cursor:
        await cursor.execute(
            "select host, shard, exit_code, failures, message, next_at, paused_at from fleet_hosts"
            " where shard is not null and shard = coalesce(%s, shard)"
            " and coalesce(next_at, paused_at) is not null order by host",
            (name,),
        )
        return await cursor.fetchall()


async def record_failed_host(
    connection: Connection, name: str, host: str, *, exit_code: int, message: str
) -> int:
    """Store that a host failed in a round; return how many times in a row it failed so."""
    values = {"host": host, "shard": name, "code": exit_code, "message": message}
    row = await (await connection.execute(_FAILED, values)).fetchone()
    return int(row[0]) if row else 1


async def schedule_host(connection: Connection, host: str, next_at: datetime | None) -> None:
    """Store when a failed host is due; None pauses it."""
    await connection.execute(
        "update fleet_hosts set next_at = %s, paused_at = case when %s::timestamptz is null then now() end"
        " where host = %s",
        (next_at, next_at, host),
    )


async def forget_failures(connection: Connection, name: str, hosts: Collection[str]) -> None:
    """Store that these hosts of a shard answered."""
    await connection.execute(
        "update fleet_hosts set exit_code = null, failures = 0, message = null, next_at = null, paused_at = null"
        " where shard = %s and host = any(%s)",
        (name, list(hosts)),
    )


async def pause_host(connection: Connection, name: str, host: str) -> None:
    """Leave a host of a shard out until `resume_hosts`."""
    await connection.execute(
        "insert into fleet_hosts (host, shard, paused_at) values (%s, %s, now())"
        " on conflict (host) do update set shard = excluded.shard, paused_at = now()",
        (host, name),
    )


async def resume_hosts(connection: Connection, hosts: Collection[str]) -> None:
    """End the pauses of hosts: they are due."""
    await connection.execute(
        "update fleet_hosts set paused_at = null, next_at = now()"
        " where host = any(%s) and coalesce(next_at, paused_at) is not null",
        (list(hosts),),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerRow:
    """The worker of a home, and when PostgreSQL heard of it."""

    home: str
    machine: str
    folder: str
    pid: int
    version: str
    rounds: int
    started_at: datetime
    seen_at: datetime


async def find_homes(connection: Connection, folder: Path) -> dict[str, str]:
    """Return `folder`, and the folders below it with shards of this machine, by home."""
    cursor = await connection.execute(
        "select left(md5(%(machine)s::text || ':' || %(folder)s::text), 16), rtrim(%(folder)s::text, '/')"
        " union select home, regexp_replace(db, '/[^/]*$', '') from fleet_shards"
        " where machine = %(machine)s and starts_with(db, %(folder)s)",
        {"machine": machine_id(), "folder": f"{str(folder).rstrip('/')}/"},
    )
    return {str(home): str(path) for home, path in await cursor.fetchall()}


async def save_worker(connection: Connection, worker: WorkerRow) -> None:
    """Store that a worker lives."""
    await connection.execute(
        "insert into fleet_workers (home, machine, folder, pid, version, rounds, started_at, seen_at) values"
        " (%(home)s, %(machine)s, %(folder)s, %(pid)s, %(version)s, %(rounds)s, %(started_at)s, now())"
        " on conflict (home) do update set machine = excluded.machine, folder = excluded.folder, pid = excluded.pid,"
        " version = excluded.version, rounds = excluded.rounds, started_at = excluded.started_at, seen_at = now()",
        asdict(worker),
    )


async def remove_workers(connection: Connection, homes: Collection[str]) -> None:
    """Delete the rows of workers that have ended."""
    await connection.execute("delete from fleet_workers where home = any(%s)", (list(homes),))


async def all_workers(connection: Connection) -> list[WorkerRow]:
    """Return the workers by machine and folder."""
    async with connection.cursor(row_factory=class_row(WorkerRow)) as cursor:
        await cursor.execute(
            "select home, machine, folder, pid, version, rounds, started_at, seen_at from fleet_workers"
            " order by machine, folder"
        )
        return await cursor.fetchall()
