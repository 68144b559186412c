"""The shards of a fleet: make, restore, list, pause and move them."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Final

from blogarchive.errors import BlogArchiveError, HostBusy, UsageError
from blogarchive.fleet.database import shards
from blogarchive.fleet.database import shards as rounds
from blogarchive.fleet.database.host_locks import is_any_locked, moved_error
from blogarchive.fleet.database.session import Connection, connected, migrate, server_time
from blogarchive.fleet.database.shards import RoundRow, ShardRow
from blogarchive.fleet.shard import HomeShard, Shard, find_shards, read_shard, write_shard
from blogarchive.store.database.archive import Archive
from blogarchive.store.read.status import finished_runs
from blogarchive.store.rows import parse_utc

_RESTORED_ROUNDS: Final = 100
_SHOWN_ROUNDS: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class ShardStatus:
    """A shard, its last rounds (newest first), and the time of PostgreSQL when it was read."""

    row: ShardRow
    rounds: Sequence[RoundRow]
    read_at: datetime

    @property
    def lag_seconds(self) -> float:
        """Return for how many seconds the next round is late; 0 if it runs, is not due, or is paused."""
        row = self.row
        if row.is_running or row.paused_at or not row.has_job:
            return 0.0
        due_at = row.next_at or (self.rounds[0].finished_at if self.rounds else None) or self.read_at
        return max(0.0, (self.read_at - due_at).total_seconds())


async def make_tables(url: str) -> None:
    """Make the tables of a fleet, or migrate them."""
    async with connected(url) as connection:
        await migrate(connection)


async def restore_folder(url: str, folder: Path) -> list[str]:
    """Store the shards and rounds of a folder that PostgreSQL does not know, or knows as they were before a move.

    Return their names. Raises `UsageError` if two shards have one host, and `HostBusy` for an old home.
    """
    restored = []
    async with connected(url) as connection:
        known = await shards.epochs(connection)
        for home in find_shards(folder, _raise):
            name, epoch = home.shard.shard, home.shard.epoch
            if known.get(name, 0) > epoch:
                row = await shards.find_shard(connection, name)
                raise moved_error(home.db, machine=row.machine, home=row.db)
            if known.get(name, 0) < epoch:
                await shards.save_shard(connection, home.shard, machine=platform.node(), db=home.db)
                await rounds.restore_rounds(connection, name, _stored_rounds(home))
                await shards.defer_round(connection, name, None)
                restored.append(name)
    return restored


async def add_shard(url: str, db: Path, shard: Shard) -> None:
    """Store a shard, or its new schedule, beside its archive and in PostgreSQL; its first round is due.

    Raises `UsageError` if another shard has its name or one of its hosts.
    """
    stored = read_shard(db)
    async with connected(url) as connection:
        known = (await shards.epochs(connection)).get(shard.shard)
        if known is not None and (stored is None or stored.epoch != known):
            row = await shards.find_shard(connection, shard.shard)
            raise UsageError(
                _(
                    "the fleet has a shard {name} at {home} on {machine}; name the file differently, or move it with"
                    " `blogarchive fleet move`"
                ).format(name=shard.shard, home=row.db, machine=row.machine)
            )
        await _save(connection, db, replace(shard, epoch=stored.epoch if stored else 1))
        await shards.defer_round(connection, shard.shard, None)


async def move_shard(url: str, name: str, db: Path) -> Shard:
    """Make `db` on this machine the home of a shard, and return the shard; its old home is refused from now on.

    Raises `HostBusy` if a round of the shard runs.
    """
    async with connected(url) as connection:
        row = await shards.find_shard(connection, name)
        async with connection.transaction():
            if await is_any_locked(connection, row.hosts):
                raise HostBusy(
                    _(
                        "a round of {name} runs; `blogarchive fleet pause {name}`, and wait for its end"
                    ).format(name=row.shard)
                )
            moved = replace(row.as_shard(), epoch=row.epoch + 1)
            await _save(connection, db, moved)
        if row.paused_at is None:
            await shards.defer_round(connection, row.shard, None)
    return moved


async def pause(url: str, name: str) -> str:
    """Pause a shard and return its name; a round that runs goes on until its end."""
    async with connected(url) as connection:
        row = await shards.find_shard(connection, name)
        await shards.pause_shard(connection, row.shard, None)
        await shards.drop_round(connection, row.shard)
    return row.shard


async def resume(url: str, name: str) -> str:
    """End the pause of a shard and return its name; its next round is due."""
    async with connected(url) as connection:
        row = await shards.find_shard(connection, name)
        await shards.resume_shard(connection, row.shard)
        await shards.drop_round(connection, row.shard)
        await shards.defer_round(connection, row.shard, None)
    return row.shard


async def read_status(url: str) -> list[ShardStatus]:
    """Return the status of all shards by name."""
    async with connected(url) as connection:
        read_at = await server_time(connection)
        return [
            ShardStatus(
                row=row,
                rounds=await rounds.last_rounds(connection, row.shard, _SHOWN_ROUNDS),
                read_at=read_at,
            )
            for row in await shards.all_shards(connection)
        ]


def _raise(db: Path, error: UsageError) -> None:
    raise error


async def _save(connection: Connection, db: Path, shard: Shard) -> None:
    """Store a shard in PostgreSQL and in its file, or in neither."""
    async with connection.transaction():
        await shards.save_shard(connection, shard, machine=platform.node(), db=db.resolve())
        write_shard(db, shard)


def _stored_rounds(home: HomeShard) -> list[RoundRow]:
    """Return the rounds of a shard as its archive knows them, oldest first."""
    if not home.db.exists():
        return []
    try:
        with Archive.open(home.db, read_only=True) as archive:
            found = finished_runs(archive, _RESTORED_ROUNDS)
    except BlogArchiveError:  # an older one is migrated by its next round, which also reports a damaged one
        return []
    return [
        RoundRow(
            shard=home.shard.shard,
            epoch=home.shard.epoch,
            machine=run.host,
            started_at=parse_utc(run.started_at),
            finished_at=parse_utc(run.finished_at),
            exit_code=run.exit_code,
            outcome=run.outcome,
            requests=run.requests,
            pages=run.pages,
            message=None,
        )
        for run in found
    ]
