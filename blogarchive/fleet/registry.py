"""The shards of a fleet: add, change, restore, move, pause and remove them."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final

from blogarchive.errors import BlogArchiveError, HostBusy, UsageError
from blogarchive.fleet.database import rounds, shards
from blogarchive.fleet.database.host_locks import is_any_locked
from blogarchive.fleet.database.rounds import RoundRow
from blogarchive.fleet.database.session import Connection, connected, migrate
from blogarchive.fleet.database.shards import ShardRow
from blogarchive.fleet.shard import (
    HomeShard,
    KnownShard,
    Shard,
    find_shards,
    home_error,
    machine_id,
    read_shard,
    shard_file,
    write_shard,
)
from blogarchive.store.database.archive import Archive
from blogarchive.store.read.status import finished_runs
from blogarchive.store.rows import parse_utc

_RESTORED_ROUNDS: Final = 100
_MAKE_DUE: Final = frozenset({"hosts", "urls", "every_seconds"})


async def make_tables(url: str) -> None:
    """Make the tables of a fleet, or migrate them."""
    async with connected(url) as connection:
        await migrate(connection)


async def restore_folder(url: str, folder: Path) -> list[str]:
    """Store the shards and rounds of a folder that PostgreSQL does not know, or knows as they were before a move.

    Return their names. Raises `UsageError` if two shards have one host, and `HostBusy` for a file that is no home.
    """
    restored = []
    async with connected(url) as connection:
        known = await shards.known_shards(connection)
        for home in find_shards(folder, _raise):
            if _is_current(home, known.get(home.shard.shard)):
                continue
            await _save(connection, home.db, home.shard)
            await rounds.restore_rounds(connection, home.shard.shard, _stored_rounds(home))
            restored.append(home.shard.shard)
    return restored


async def add_shard(url: str, db: Path, changes: Mapping[str, Any]) -> bool:
    """Add the shard of the archive at `db`, or change what `changes` names; return whether it is new.

    `changes` are values of `Shard`. Raises `UsageError` if another shard has its name or one of its hosts.
    """
    name, path = db.resolve().stem, db.resolve()
    async with connected(url) as connection:
        known = (await shards.known_shards(connection)).get(name)
        if known is None:
            stored = read_shard(db)
            await _save(connection, db, replace(stored or Shard(shard=name, hosts=()), **changes))
            return True
        if (known.machine, known.db) != (machine_id(), str(path)):
            raise UsageError(
                _(
                    "the fleet has a shard {name} at {home} on {machine}; name the file differently, or move it with"
                    " `blogarchive fleet move`"
                ).format(name=name, home=known.db, machine=known.machine)
            )
        await _change(connection, await shards.find_shards(connection, [name]), changes)
    return False


async def set_shards(url: str, patterns: Sequence[str], changes: Mapping[str, Any]) -> list[str]:
    """Change what `changes` names of the shards that the patterns name, from any machine; return their names."""
    async with connected(url) as connection:
        found = await shards.find_shards(connection, patterns)
        await _change(connection, found, changes)
    return [row.shard for row in found]


async def move_shard(url: str, name: str, db: Path) -> Shard:
    """Make `db` on this machine the home of a shard, and return the shard; its old home is refused from now on.

    Raises `HostBusy` if a round of the shard runs.
    """
    async with connected(url) as connection:
        row = await _find_one(connection, name)
        async with connection.transaction():
            await _require_idle(connection, row)
            moved = replace(row.as_shard(), epoch=row.epoch + 1)
            await shards.remove_jobs(connection, [row.shard])
            await rounds.store_rest(connection, row.shard, None)
            await _save(connection, db, moved, paused=row.paused_at is not None)
    return moved


async def remove(url: str, patterns: Sequence[str]) -> list[str]:
    """Remove shards from the fleet, and their descriptions on this machine; the archives stay. Return their names.

    Raises `HostBusy` if a round of one runs.
    """
    async with connected(url) as connection:
        found = await shards.find_shards(connection, patterns)
        async with connection.transaction():
            for row in found:
                await _require_idle(connection, row)
            await shards.remove_shards(connection, [row.shard for row in found])
            for row in found:
                if row.machine == machine_id():
                    shard_file(Path(row.db)).unlink(missing_ok=True)
    return [row.shard for row in found]


async def begin_anew(url: str, names: Sequence[str]) -> None:
    """Let shards begin without the posts that they had. Raises `UsageError` for an unknown name."""
    async with connected(url) as connection:
        await shards.begin_anew(connection, names)


async def pause(url: str, patterns: Sequence[str], *, now: bool) -> list[str]:
    """Pause shards, or single hosts of shards with several; return their names.

    A round that runs goes on until its end, or with `now` ends in some seconds.
    """
    async with connected(url) as connection:
        found = await shards.find_shards(connection, patterns)
        hosts = _single_hosts(found, patterns)
        async with connection.transaction():
            for name, chosen in hosts.items():
                for host in chosen:
                    await shards.pause_host(connection, name, host)
            whole = [row.shard for row in found if row.shard not in hosts]
            await shards.pause_shards(connection, whole, None)
            if now:
                await shards.stop_rounds(connection, [row.shard for row in found])
    return _names(found, hosts)


async def resume(url: str, patterns: Sequence[str]) -> list[str]:
    """End the pauses of shards, or of single hosts of shards with several, and return their names; all are due."""
    async with connected(url) as connection:
        found = await shards.find_shards(connection, patterns)
        hosts = _single_hosts(found, patterns)
        async with connection.transaction():
            for row in found:
                await shards.resume_hosts(connection, hosts.get(row.shard, row.hosts))
                if row.shard not in hosts or row.paused_reason:  # a person's pause of the whole shard stays
                    await shards.resume_shards(connection, [row.shard])
                elif row.paused_at:
                    continue
                await shards.remove_jobs(connection, [row.shard])
                await rounds.defer_round(connection, row.shard, row.home, None)
    return _names(found, hosts)


def _names(found: Sequence[ShardRow], hosts: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the names of shards, or of the single hosts of a shard."""
    return [name for row in found for name in hosts.get(row.shard, [row.shard])]


def _single_hosts(found: Sequence[ShardRow], patterns: Collection[str]) -> dict[str, list[str]]:
    """Return the hosts that are named of each shard with several hosts, unless its own name is a pattern too."""
    chosen = {
        row.shard: [host for host in row.hosts if host in patterns]
        for row in found
        if len(row.hosts) > 1 and row.shard not in patterns
    }
    return {name: hosts for name, hosts in chosen.items() if hosts}


async def _find_one(connection: Connection, name: str) -> ShardRow:
    found = await shards.find_shards(connection, [name])
    if len(found) > 1:
        raise UsageError(_("{count} shards are named {name!r}; name one").format(count=len(found), name=name))
    return found[0]


async def _require_idle(connection: Connection, row: ShardRow) -> None:
    if await is_any_locked(connection, row.hosts):
        raise HostBusy(
            _("a round of {name} runs; `blogarchive fleet pause --now {name}`, and wait for its end").format(
                name=row.shard
            )
        )


async def _change(connection: Connection, found: Sequence[ShardRow], changes: Mapping[str, Any]) -> None:
    """Change shards; new hosts or times make them due. Their worker writes the change into their files."""
    async with connection.transaction():
        for row in found:
            shard = replace(row.as_shard(), **changes)
            await shards.save_shard(connection, shard, machine=row.machine, db=row.db)
            if row.paused_at is None and changes.keys() & _MAKE_DUE:
                await rounds.store_rest(connection, row.shard, None)
                await shards.remove_jobs(connection, [row.shard])
                await rounds.defer_round(connection, row.shard, row.home, None)


async def _save(connection: Connection, db: Path, shard: Shard, *, paused: bool = False) -> None:
    """Store a shard in PostgreSQL and in its file, or in neither; unless `paused`, its next round is due."""
    path = db.resolve()
    async with connection.transaction():
        home = await shards.save_shard(connection, shard, machine=machine_id(), db=path)
        if not paused:
            await rounds.defer_round(connection, shard.shard, home, None)
        write_shard(path, shard)


def _is_current(home: HomeShard, known: KnownShard | None) -> bool:
    """Return True if PostgreSQL knows this home. Raises `HostBusy` if it knows another or a later state."""
    if known is None or known.epoch < home.shard.epoch:
        return False
    error = home_error(home.db, home.shard, known)
    if isinstance(error, HostBusy):
        raise error
    return True


def _raise(db: Path, error: UsageError) -> None:
    raise error


def _stored_rounds(home: HomeShard) -> list[RoundRow]:
    """Return the rounds of a shard as its archive knows them, oldest first."""
    found: Sequence[Any] = ()
    # An older archive is migrated by its next round, which also reports a missing or damaged one.
    with suppress(BlogArchiveError), Archive.open(home.db, read_only=True) as archive:
        found = finished_runs(archive, _RESTORED_ROUNDS)
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
