"""The state of a fleet, read in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from blogarchive.fleet.database import rounds, shards
from blogarchive.fleet.database.rounds import RoundRow
from blogarchive.fleet.database.session import Connection, connected, server_time
from blogarchive.fleet.database.shards import HostRow, ShardRow, WorkerRow
from blogarchive.fleet.shard import time_limits

_SHOWN_ROUNDS: Final = 5
_NOT_SHOWN: Final = frozenset({"urls", "has_job", "home", "rest_at"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ShardStatus:
    """A shard, its last rounds (newest first), its hosts that fail, and the worker of its home if one lives.

    `read_at` is the time of PostgreSQL.
    """

    row: ShardRow
    rounds: Sequence[RoundRow]
    hosts: Sequence[HostRow]
    worker: WorkerRow | None
    read_at: datetime

    @property
    def lag_seconds(self) -> float:
        """Return for how many seconds the next round is late; 0 if it runs, is not due, or is paused."""
        row = self.row
        if row.is_running or row.paused_at or not row.has_job:
            return 0.0
        due_at = row.next_at or (self.rounds[0].finished_at if self.rounds else None) or self.read_at
        return max(0.0, (self.read_at - due_at).total_seconds())

    @property
    def requests(self) -> int | None:
        """Return the requests of the round that runs, some seconds ago; None if none runs."""
        return (self.rounds[0].requests or 0) if self.row.is_running and self.rounds else None

    @property
    def needs_person(self) -> bool:
        """True if the shard does not go on by itself."""
        row = self.row
        return bool(row.problem or row.paused_reason or self.worker is None) or any(
            host.paused_at for host in self.hosts
        )

    def as_json(self) -> dict[str, Any]:
        """Return the object of `fleet status --json`; its times are `datetime`."""
        return {
            **_values(self.row),
            "blogs": len(self.row.urls),
            "lag_seconds": self.lag_seconds,
            "requests": self.requests,
            "worker": self.worker and _values(self.worker),
            "failing_hosts": [_values(host) for host in self.hosts],
            "rounds": [_values(one) for one in self.rounds],
        }


def _values(row: Any) -> dict[str, Any]:
    """Return the fields of a row; `asdict` would copy each value."""
    return {field.name: getattr(row, field.name) for field in fields(row) if field.name not in _NOT_SHOWN}


async def read_status(url: str, patterns: Sequence[str] = ()) -> list[ShardStatus]:
    """Return the status of the shards that the patterns name, or of all, by name."""
    async with connected(url) as connection:
        find = shards.find_shards(connection, patterns) if patterns else shards.all_shards(connection)
        return await status_of(connection, await find)


async def status_of(connection: Connection, found: Sequence[ShardRow]) -> list[ShardStatus]:
    """Return the status of shards, in four statements."""
    read_at = await server_time(connection)
    by_shard: defaultdict[str, list[RoundRow]] = defaultdict(list)
    for one in await rounds.last_rounds(connection, [row.shard for row in found], _SHOWN_ROUNDS):
        by_shard[one.shard].append(one)
    hosts: defaultdict[str, list[HostRow]] = defaultdict(list)
    for host in await shards.troubled_hosts(connection):
        hosts[host.shard].append(host)
    workers = {one.home: one for one in await shards.all_workers(connection) if is_alive(one, read_at)}
    return [
        ShardStatus(
            row=row,
            rounds=by_shard[row.shard],
            hosts=hosts[row.shard],
            worker=workers.get(row.home),
            read_at=read_at,
        )
        for row in found
    ]


def is_alive(worker: WorkerRow, now: datetime) -> bool:
    """Return True if PostgreSQL has heard of a worker within the time after which it loses its locks."""
    return (now - worker.seen_at).total_seconds() < time_limits().server
