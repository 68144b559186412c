"""When a shard and its hosts are due after a round: a host that fails delays only itself."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from blogarchive.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    HostBusy,
    Interrupted,
    SiteChanged,
    Unreachable,
    UsageError,
)
from blogarchive.fleet.database import rounds, shards
from blogarchive.fleet.database.rounds import BegunRound
from blogarchive.fleet.database.session import Connection, server_time
from blogarchive.fleet.database.shards import ShardRow
from blogarchive.fleet.round import RoundResult
from blogarchive.fleet.shard import Shard

_FIRST_BACK_OFF: Final = timedelta(minutes=15)
_LONGEST_BACK_OFF: Final = timedelta(days=1)
_MOST_DOUBLINGS: Final = 10
_SOON: Final = timedelta(minutes=1)
_NOW: Final = timedelta(0)
PAUSED: Final = frozenset({UsageError.exit_code, SiteChanged.exit_code, ArchiveDamaged.exit_code})
"""Exit codes that need a person: repeating the round would change nothing."""
_COMPLETE: Final = frozenset({0, 1})
_FAILED: Final = frozenset({1, Unreachable.exit_code, *PAUSED})


def next_round(
    result: RoundResult, *, repeated: int, every: timedelta, lasted: timedelta
) -> timedelta | None:
    """Return the time from the end of a round to the next one; None pauses the shard.

    `repeated` is how many rounds in a row ended with this exit code. `every` counts from the start of the round.
    """
    code = result.exit_code
    if code in PAUSED:
        return None
    if code == Interrupted.exit_code or result.outcome == "limited":
        return _NOW
    if code == Unreachable.exit_code:
        return min(_FIRST_BACK_OFF * (1 << min(repeated - 1, _MOST_DOUBLINGS)), _LONGEST_BACK_OFF)
    if code in (ArchiveBusy.exit_code, HostBusy.exit_code):
        return _SOON
    if code < 0:
        return _NOW if repeated == 1 else _SOON
    return max(every - lasted, _NOW)


async def schedule_after(
    connection: Connection,
    shard: Shard,
    begun: BegunRound,
    result: RoundResult,
    *,
    repeated: int,
    lasted: timedelta,
    posts: int | None,
) -> tuple[bool, datetime | None]:
    """Schedule the next round of a shard, or pause it; return whether it is paused, and when the round is due.

    A shard of one host has no state by host. `repeated` is how many rounds in a row ended with this exit code.
    """
    now = await server_time(connection)
    failed = result.hosts if len(shard.hosts) > 1 else {}
    for host, one in failed.items():
        count = await shards.record_failed_host(
            connection, shard.shard, host, exit_code=one.exit_code, message=one.message
        )
        wait = next_round(
            RoundResult(exit_code=one.exit_code), repeated=count, every=shard.every, lasted=lasted
        )
        await shards.schedule_host(connection, host, None if wait is None else now + wait)
    rest = result.of_rest() if failed else result
    wait = next_round(rest, repeated=repeated, every=shard.every, lasted=lasted)
    if rest.exit_code in _COMPLETE:
        answered = set(shard.hosts) - begun.left_out - failed.keys()
        await shards.forget_failures(connection, shard.shard, answered)
    await rounds.store_totals(
        connection,
        begun.id,
        posts=posts,
        succeeded=rest.exit_code in _COMPLETE and begun.takes_rest,
        failed=result.exit_code in _FAILED,
    )
    row = await shards.lock_shard(connection, shard.shard)
    if row is None:  # a person has paused or removed it
        return False, None
    if wait is None:
        await shards.pause_shards(connection, [shard.shard], result.message)
        return True, None
    rest_at = now + wait if begun.takes_rest else row.rest_at
    earliest = now if rest.exit_code in _COMPLETE else now + wait
    return await schedule_next(connection, row, rest_at=rest_at, earliest=earliest, reason=result.message)


async def schedule_next(
    connection: Connection,
    row: ShardRow,
    *,
    rest_at: datetime | None,
    earliest: datetime,
    reason: str | None = None,
) -> tuple[bool, datetime | None]:
    """Schedule a round for the first host that is due; `rest_at` is the time of the hosts without failures.

    If all hosts are paused, so is the shard, for `reason`.
    """
    await rounds.store_rest(connection, row.shard, rest_at)
    times = await _due_times(connection, row.shard, row.hosts, rest_at or earliest)
    if not times:
        await shards.pause_shards(connection, [row.shard], reason)
        return True, None
    next_at = max(earliest, min(times))
    at = next_at if next_at > await server_time(connection) else None
    await rounds.defer_round(connection, row.shard, row.home, at)
    return False, at


async def _due_times(
    connection: Connection, name: str, hosts: Collection[str], rest_at: datetime
) -> list[datetime]:
    troubled = {one.host: one for one in await shards.troubled_hosts(connection, name)}
    times = [one.next_at or rest_at for one in troubled.values() if one.paused_at is None]
    return [*times, rest_at] if set(hosts) - troubled.keys() else times
