"""When a shard and its hosts are due after a round: a host that fails delays only itself."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from blogarchive import errors
from blogarchive.fleet.database import rounds, shards
from blogarchive.fleet.database.rounds import BegunRound
from blogarchive.fleet.database.session import Connection, server_time
from blogarchive.fleet.round import RoundResult
from blogarchive.fleet.shard import ShardRow

_FIRST_BACK_OFF: Final = timedelta(minutes=15)
_LONGEST_BACK_OFF: Final = timedelta(days=1)
_MOST_DOUBLINGS: Final = 10
_NOW: Final = timedelta(0)
PAUSED: Final = frozenset(
    {errors.UsageError.exit_code, errors.SiteChanged.exit_code, errors.ArchiveDamaged.exit_code}
)
"""Exit codes that need a person: repeating the round would change nothing."""
_COMPLETE: Final = frozenset({0, 1})
_FAILED: Final = frozenset({1, errors.Unreachable.exit_code, *PAUSED})


def next_round(
    result: RoundResult, *, repeated: int, every: timedelta, lasted: timedelta
) -> timedelta | None:
    """Return the time from the end of a round to the next one; None pauses the shard.

    `repeated` is how many rounds in a row ended with this exit code. `every` counts from the start of the round.
    """
    code = result.exit_code
    if code in PAUSED:
        return None
    if code == errors.Interrupted.exit_code or result.outcome == "limited":
        return _NOW
    if code == errors.Unreachable.exit_code:
        return min(_FIRST_BACK_OFF * (1 << min(repeated - 1, _MOST_DOUBLINGS)), _LONGEST_BACK_OFF)
    if code in (errors.ArchiveBusy.exit_code, errors.HostBusy.exit_code):
        return shards.SOON
    if code < 0:
        return _NOW if repeated == 1 else shards.SOON
    return max(every - lasted, _NOW)


async def end_round(
    connection: Connection,
    row: ShardRow,
    begun: BegunRound,
    result: RoundResult,
    *,
    lasted: timedelta,
    keep: timedelta,
    posts: int | None,
) -> tuple[bool, datetime | None]:
    """Store the result of a round, and schedule the next one or pause the shard.

    Return whether it is paused, and when the round is due. A shard of one host has no state by host.
    """
    failed = result.hosts if len(row.hosts) > 1 else {}
    rest = result.of_rest() if failed else result
    is_complete = rest.exit_code in _COMPLETE
    stored = {
        **asdict(result),
        "id": begun.id,
        "keep": keep,
        "posts": posts,
        "succeeded": is_complete and begun.takes_rest,
        "failed": result.exit_code in _FAILED,
    }
    ended = await rounds.end_round(connection, stored)
    if ended is None:  # a person has removed it
        return False, None
    now = await server_time(connection)
    every = timedelta(seconds=row.every_seconds)
    for host, one in failed.items():
        count = await shards.record_failed_host(connection, row.shard, host, one)
        wait = next_round(RoundResult(exit_code=one["exit_code"]), repeated=count, every=every, lasted=lasted)
        await shards.schedule_host(connection, host, None if wait is None else now + wait)
    if is_complete:
        answered = set(row.hosts) - set(begun.left_out) - failed.keys()
        await shards.forget_failures(connection, row.shard, answered)
    wait = next_round(rest, repeated=ended.repeated, every=every, lasted=lasted)
    if ended.is_paused:
        return False, None
    if wait is None:
        await shards.pause_shards(connection, [row.shard], result.message)
        return True, None
    rest_at = now + wait if begun.takes_rest else ended.next_at
    return await rounds.schedule(
        connection,
        row.shard,
        rest_at=None if ended.is_asked else rest_at,
        earliest=now if is_complete or ended.is_asked else now + wait,
        reason=result.message,
    )
