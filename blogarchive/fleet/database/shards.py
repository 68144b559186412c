"""Rows of `fleet_shards`, `fleet_hosts` and `fleet_workers`: shards with their homes and pauses, hosts that fail."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final, LiteralString

from blogarchive.errors import UsageError
from blogarchive.fleet.database.session import Connection, rows_as, scalar
from blogarchive.fleet.shard import Shard, ShardRow, description, machine_id, time_limits

SOON: Final = timedelta(minutes=1)
"""The time after which a round that could not begin is tried again."""

ShardStatus = Mapping[str, Any]
"""An object of `fleet status --json`; its times are text."""

SELECT: Final = f"select {', '.join(field.name for field in fields(ShardRow))} from fleet_shards"  # noqa: S608 - names of our own


def _upsert(table: str, names: Sequence[str], then: str) -> str:
    """Return the statement that stores a row, found by the first of its columns; `then` sets another column."""
    return (
        f"insert into {table} ({', '.join(names)})"  # noqa: S608 - names of our own
        f" values ({', '.join(f'%({name})s' for name in names)}) on conflict ({names[0]}) do update"
        f" set {', '.join(f'{name} = excluded.{name}' for name in names)}, {then}"
    )


_OF_SHARDS = (*(field.name for field in fields(Shard)), "machine", "db")
_OF_WORKERS = ("home", "machine", "folder", "pid", "version", "rounds", "started_at")
_SAVE: Final = _upsert("fleet_shards", _OF_SHARDS, "problem = null")
_SAVE_WORKER: Final = _upsert("fleet_workers", _OF_WORKERS, "seen_at = now()")
_STATUS: Final[LiteralString] = """
select to_jsonb(s) - array['urls', 'home', 'asked_at', 'added_at', 'due_at'] || jsonb_build_object(
        'blogs', cardinality(s.urls), 'is_running', r.is_running,
        'next_at', case when s.due_at > now() and waits then s.due_at end,
        'lag_seconds', case when waits then greatest(0, extract(epoch from now() - s.due_at)) else 0 end,
        'requests', case when r.is_running then coalesce(r.rounds #>> '{0,requests}', '0')::int end,
        'all_requests', s.requests, 'rounds', r.rounds, 'failing_hosts', coalesce(h.hosts, '[]'),
        'worker', to_jsonb(w) - 'home',
        'needs_person', s.problem is not null or s.paused_reason is not null or w is null or coalesce(h.is_paused, false)
       )
  from fleet_shards s
  left join fleet_workers w on w.home = s.home and w.seen_at > now() - %(patience)s * interval '1 second'
  left join (
       select shard, jsonb_agg(to_jsonb(f) - 'delay' order by host) as hosts, bool_or(paused_at is not null) as is_paused
         from fleet_hosts f where coalesce(next_at, paused_at) is not null group by shard
       ) h on h.shard = s.shard
 cross join lateral (
       select coalesce(jsonb_agg(to_jsonb(last) - array['id', 'left_out', 'is_stopped'] order by id desc), '[]') as rounds,
              coalesce(bool_or(finished_at is null) and w is not null, false) as is_running
         from (select * from fleet_rounds where shard = s.shard order by id desc limit 5) last
       ) r
 cross join lateral (select not r.is_running and s.paused_at is null as waits) state
 where (%(names)s::text[] is null or s.shard = any(%(names)s)) and (%(homes)s::text[] is null or s.home = any(%(homes)s))
 order by s.shard
"""


async def read_status(
    connection: Connection, *, names: Sequence[str] | None = None, homes: Sequence[str] | None = None
) -> list[ShardStatus]:
    """Return the status of some shards, or all, by name, with the last rounds, newest first, and failing hosts.

    `lag_seconds` is how late the next round is. A worker runs if PostgreSQL received a statement of it within the
    time after which it loses its locks.
    """
    values = {"names": names, "homes": homes, "patience": time_limits().server}
    return [found for (found,) in await (await connection.execute(_STATUS, values)).fetchall()]


async def find_names(connection: Connection, patterns: Collection[str]) -> list[str]:
    """Return the shards that a pattern names, as `news-*`, or that have a host of that name.

    Raises `UsageError` for a pattern without shards.
    """
    cursor = await connection.execute("select shard, hosts from fleet_shards order by shard")
    known = await cursor.fetchall()
    found: set[str] = set()
    for pattern in patterns:
        names = {name for name, hosts in known if pattern in hosts or fnmatchcase(name, pattern)}
        if not names:
            text = _("the fleet has no shard {name}; `blogarchive fleet status` lists them")
            raise UsageError(text, name=pattern)
        found |= names
    return sorted(found)


async def read_shards(connection: Connection, patterns: Collection[str]) -> list[ShardRow]:
    """Return the shards that the patterns name, by name; locked to the end of the transaction. Raises `UsageError`."""
    names = await find_names(connection, patterns)
    query = f"{SELECT} where shard = any(%s) order by shard for update"
    return await rows_as(ShardRow, connection, query, (names,))


async def known_shards(connection: Connection) -> dict[str, ShardRow]:
    """Return all shards by name."""
    return {row.shard: row for row in await rows_as(ShardRow, connection, SELECT)}


async def lock_shard(connection: Connection, name: str) -> ShardRow | None:
    """Return a shard that is not paused, locked until the end of the transaction; None if there is none."""
    query = f"{SELECT} where shard = %s and paused_at is null for update"
    return next(iter(await rows_as(ShardRow, connection, query, (name,))), None)


async def save_shard(connection: Connection, shard: Shard, *, machine: str, db: Path | str) -> None:
    """Store a shard with the home `db` on `machine`. Raises `UsageError` if another shard has one of its hosts."""
    values = {**description(shard), "hosts": list(shard.hosts), "urls": list(shard.urls)}
    async with connection.transaction():
        # Two machines may add shards with one host at the same moment, and neither would see the other's row.
        await connection.execute("select pg_advisory_xact_lock(hashtextextended('blogarchive shards', 0))")
        query = """select shard || array(select unnest(hosts) intersect select unnest(%s::text[]) order by 1 limit 5)
                from fleet_shards where shard <> %s and hosts && %s::text[]"""
        other = await scalar(connection, query, (values["hosts"], shard.shard, values["hosts"]))
        if other is not None:
            text = _("the shard {other} has these hosts: {hosts}; a host belongs to one shard")
            raise UsageError(text, other=other[0], hosts=", ".join(other[1:]))
        await connection.execute(_SAVE, {**values, "machine": machine, "db": str(db)})


async def remove_shards(connection: Connection, names: Sequence[str]) -> None:
    """Delete shards with their rounds and hosts."""
    await connection.execute("delete from fleet_shards where shard = any(%s)", (names,))


async def pause_shards(connection: Connection, names: Sequence[str], reason: str | None) -> None:
    """Pause shards; rounds that run continue."""
    update = "update fleet_shards set paused_at = now(), paused_reason = %s where shard = any(%s)"
    await connection.execute(update, (reason, names))


async def stop_rounds(connection: Connection, names: Sequence[str]) -> None:
    """Ask the rounds of shards that run to end; their processes read it in some seconds."""
    update = "update fleet_rounds set is_stopped = true where shard = any(%s) and finished_at is null"
    await connection.execute(update, (names,))


async def begin_anew(connection: Connection, patterns: Sequence[str]) -> None:
    """Make shards due at once, without their earlier posts and rounds. Raises `UsageError` for an unknown name."""
    names = await find_names(connection, patterns)
    update = "update fleet_shards set posts = null, round = 0, due_at = now(), next_at = null where shard = any(%s)"
    await connection.execute(update, (names,))


async def set_problem(connection: Connection, name: str, problem: str) -> None:
    """Store why a round of a shard could not begin. It is tried again soon, since a disk may be mounted."""
    update = "update fleet_shards set problem = %s, due_at = now() + %s where shard = %s"
    await connection.execute(update, (problem, SOON, name))


_FAILED: Final[LiteralString] = """
insert into fleet_hosts as h (host, shard, exit_code, failures, message)
values (%(host)s, %(shard)s, %(exit_code)s, 1, %(message)s)
on conflict (host) do update
   set shard = excluded.shard, exit_code = excluded.exit_code, message = excluded.message,
       failures = case when h.exit_code = excluded.exit_code then h.failures + 1 else 1 end
returning failures
"""


async def record_failed_host(connection: Connection, name: str, host: str, failed: Mapping[str, Any]) -> int:
    """Store the `exit_code` and `message` of a host that failed; return how many times in a row it failed so."""
    return int(await scalar(connection, _FAILED, {**failed, "host": host, "shard": name}))


async def schedule_host(connection: Connection, host: str, next_at: datetime | None) -> None:
    """Store when a failed host is due; None pauses it."""
    update = """update fleet_hosts set next_at = %s, paused_at = case when %s::timestamptz is null then now() end
            where host = %s"""
    await connection.execute(update, (next_at, next_at, host))


async def forget_failures(connection: Connection, name: str, hosts: Collection[str]) -> None:
    """Store that these hosts of a shard answered."""
    update = """update fleet_hosts set exit_code = null, failures = 0, message = null, next_at = null, paused_at = null
            where shard = %s and host = any(%s)"""
    await connection.execute(update, (name, list(hosts)))


async def pause_hosts(connection: Connection, name: str, hosts: Sequence[str]) -> None:
    """Leave hosts of a shard out until `resume`."""
    insert = """insert into fleet_hosts (host, shard, paused_at) select unnest(%s::text[]), %s, now()
            on conflict (host) do update set shard = excluded.shard, paused_at = now()"""
    await connection.execute(insert, (hosts, name))


async def resume(connection: Connection, names: Sequence[str], hosts: Mapping[str, Sequence[str]]) -> None:
    """End the pauses of shards and all their hosts, and of single hosts. A person's pause of a whole shard stays."""
    update = """update fleet_shards set paused_at = null, paused_reason = null, problem = null
            where shard = any(%s) or shard = any(%s) and paused_reason is not null"""
    await connection.execute(update, (names, list(hosts)))
    await connection.execute(
        "update fleet_hosts set paused_at = null, next_at = now()"
        " where (shard = any(%s) or host = any(%s)) and coalesce(next_at, paused_at) is not null",
        (names, [host for chosen in hosts.values() for host in chosen]),
    )


async def find_homes(connection: Connection, folder: Path) -> dict[str, str]:
    """Return `folder`, and the folders below it with shards of this machine, by home."""
    query = """select left(md5(%(machine)s::text || ':' || %(folder)s::text), 16), rtrim(%(folder)s::text, '/')
            union select home, regexp_replace(db, '/[^/]*$', '') from fleet_shards
            where machine = %(machine)s and starts_with(db, %(folder)s)"""
    values = {"machine": machine_id(), "folder": f"{str(folder).rstrip('/')}/"}
    cursor = await connection.execute(query, values)
    return {str(home): str(path) for home, path in await cursor.fetchall()}


async def save_worker(connection: Connection, worker: Mapping[str, Any]) -> None:
    """Store that the worker of a home runs; `worker` has the columns of `fleet_workers` but `seen_at`."""
    await connection.execute(_SAVE_WORKER, worker)


async def lock_home(connection: Connection, home: str) -> bool:
    """Lock a folder of archives until the session ends; False if another worker holds it."""
    query = "select pg_try_advisory_lock(hashtextextended('blogarchive home:' || %s, 0))"
    return bool(await scalar(connection, query, (home,)))


async def find_worker(connection: Connection, home: str) -> dict[str, Any]:
    """Return the row of the worker of a home; empty if there is none."""
    return await scalar(connection, "select to_jsonb(w) from fleet_workers w where home = %s", (home,)) or {}


async def remove_workers(connection: Connection, homes: Collection[str]) -> None:
    """Delete the rows of workers that have ended."""
    await connection.execute("delete from fleet_workers where home = any(%s)", (list(homes),))
