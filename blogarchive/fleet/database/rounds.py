"""Rounds: when a shard is next, and the rows of `fleet_rounds`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from blogarchive.fleet.database.session import Connection, rows_as, scalar
from blogarchive.fleet.database.shards import pause_shards
from blogarchive.fleet.shard import Shard, machine_id


async def make_due(connection: Connection, names: Sequence[str], *, rest: bool = True) -> None:
    """Make shards that are not paused due at once; without `rest`, only their hosts with a time of their own.

    A round that runs meanwhile is followed by another: see `end_round`.
    """
    update = """update fleet_shards set asked_at = clock_timestamp(), due_at = now(),
            next_at = case when not %s then next_at end where shard = any(%s) and paused_at is null"""
    await connection.execute(update, (rest, names))


async def due_shards(
    connection: Connection, homes: Sequence[str], *, running: list[str], complete: list[str], limit: int
) -> list[str]:
    """Return shards of `homes` with a round that is due, the longest due first, without those that are `running`.

    Of those that are `complete`, only the ones that a person asked for since their last round.
    """
    query = """select shard from fleet_shards s where home = any(%s) and due_at <= now() and paused_at is null
            and shard <> all(%s) and (shard <> all(%s) or asked_at >=
            (select max(started_at) from fleet_rounds r where r.shard = s.shard)) order by due_at limit %s"""
    cursor = await connection.execute(query, (homes, running, complete, limit))
    return [name for (name,) in await cursor.fetchall()]


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


# A host that is due within a second is in this round: another round would start a process for it. The worker of an
# unfinished round was killed: only its successor begins rounds of this home.
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
update fleet_shards s set next_at = %(rest_at)s, due_at = greatest(first.at, %(earliest)s, now())
  from (select min(case when f.host is null then coalesce(%(rest_at)s, %(earliest)s)
                        else coalesce(f.next_at, %(rest_at)s, %(earliest)s) end) as at
          from fleet_shards own cross join unnest(own.hosts) h
          left join fleet_hosts f on f.host = h and coalesce(f.next_at, f.paused_at) is not null
         where own.shard = %(shard)s and f.paused_at is null) first
 where s.shard = %(shard)s
returning first.at is null, nullif(s.due_at, now())
"""


async def begin_round(connection: Connection, shard: Shard) -> BegunRound | None:
    """Store that a round begins. Return None if no host of the shard is due."""
    values = {"machine": machine_id(), "shard": shard.shard, "round": shard.round}
    return next(iter(await rows_as(BegunRound, connection, _BEGIN, values)), None)


async def end_round(connection: Connection, ended: Mapping[str, Any]) -> EndedShard | None:
    """Store the end of a round, and delete rounds older than `keep`. Return None if its shard is removed.

    The row of the shard is locked from here on: who asks for a round later finds the next one.
    """
    return next(iter(await rows_as(EndedShard, connection, _END, ended)), None)


async def schedule(
    connection: Connection, name: str, *, rest_at: datetime | None, earliest: datetime, reason: str | None
) -> tuple[bool, datetime | None]:
    """Schedule a round for the first due host, not before `earliest`; hosts without failures are due at `rest_at`.

    If all hosts are paused, so is the shard, for `reason`. Return whether it is paused, and when the round is due; None
    is now.
    """
    cursor = await connection.execute(_NEXT, {"shard": name, "rest_at": rest_at, "earliest": earliest})
    is_paused, due_at = await cursor.fetchone() or (False, None)
    if is_paused:
        await pause_shards(connection, [name], reason)
    return is_paused, None if is_paused else due_at


_RESTORE: Final[LiteralString] = """
insert into fleet_rounds (shard, epoch, machine, started_at, finished_at, exit_code, outcome, requests, pages)
values (%(shard)s, %(epoch)s, %(host)s, %(started_at)s, %(finished_at)s, %(exit_code)s, %(outcome)s, %(requests)s,
        %(pages)s)
"""


async def restore_rounds(connection: Connection, name: str, rounds: Sequence[Mapping[str, Any]]) -> None:
    """Store the rounds in the archive of a shard, oldest first, if PostgreSQL has none of this shard."""
    if await scalar(connection, "select exists (select 1 from fleet_rounds where shard = %s)", (name,)):
        return
    async with connection.transaction(), connection.cursor() as writer:
        await writer.executemany(_RESTORE, rounds)
