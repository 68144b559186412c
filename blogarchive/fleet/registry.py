"""The shards of a fleet: add, change, restore, move, pause and remove them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final

from blogarchive.errors import BlogArchiveError, HostBusy, UsageError
from blogarchive.fleet import shard as shard_file
from blogarchive.fleet.database import host_locks, rounds, shards
from blogarchive.fleet.database.session import Connection, connected, migrate
from blogarchive.parsing.urls import service_of
from blogarchive.store.database.archive import Archive
from blogarchive.store.read.status import digest_of, finished_runs

_RESTORED_ROUNDS: Final = 100
_MAKE_DUE: Final = frozenset({"hosts", "urls", "every_seconds"})
_MOST_HOSTS: Final = 5_000  # a round locks each of them, and PostgreSQL has place for 6,400 locks in all


async def make_tables(url: str, folders: Sequence[Path]) -> dict[Path, list[str]]:
    """Make the tables of a fleet, or migrate them; return the shards that were restored by their folder.

    Shards that PostgreSQL lacks, or has as they were before a move, are restored with their rounds. Raises
    `UsageError` if two shards have one host, and `HostBusy` for a file that is no home.
    """
    async with connected(url) as connection:
        await migrate(connection)
        return {folder: await _restore(connection, folder) for folder in folders}


async def _restore(connection: Connection, folder: Path) -> list[str]:
    restored = []
    known = await shards.known_shards(connection)
    for db, shard in shard_file.find_shards(folder, _raise):
        if not _is_current(db, shard, known.get(shard.shard)):
            await _save(connection, db, shard)
            await rounds.restore_rounds(connection, shard.shard, _stored_rounds(db, shard))
            restored.append(shard.shard)
    return restored


async def read_status(url: str, patterns: Sequence[str] = ()) -> list[shards.ShardStatus]:
    """Return the status of the shards that the patterns name, or of all, by name."""
    async with connected(url) as connection:
        names = await shards.find_names(connection, patterns) if patterns else None
        return await shards.read_status(connection, names=names)


async def add_shard(url: str, db: Path, changes: Mapping[str, Any]) -> bool:
    """Add the shard of the archive at `db`, or change what `changes` names; return whether it is new.

    `changes` are values of `Shard`; its blogs are added to those that the shard has. Raises `UsageError` if another shard
    has its name or one of its hosts.
    """
    name, path = db.resolve().stem, db.resolve()
    async with connected(url) as connection:
        known = (await shards.known_shards(connection)).get(name)
        shard = known or shard_file.read_shard(db) or shard_file.Shard(shard=name, hosts=())
        changes = _add_blogs(shard, changes)
        if known is None:
            await _save(connection, db, replace(shard, **changes))
            return True
        if (known.machine, known.db) != (shard_file.machine_id(), str(path)):
            text = _(
                "the fleet has a shard {name} at {home} on {machine}; name the file differently, or move it with"
                " `blogarchive fleet move`"
            )
            raise UsageError(text, name=name, home=known.db, machine=known.machine)
    await set_shards(url, [name], changes)
    return False


def _add_blogs(shard: shard_file.Shard, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return `changes` with the blogs that the shard has; beside a list, a host is its home page."""
    if "hosts" not in changes:
        return changes
    hosts = dict.fromkeys((*shard.hosts, *changes["hosts"]))
    if len(hosts) > _MOST_HOSTS:
        text = _("a shard has {most} hosts at most, not {count}; divide the list, as by `split`")
        raise UsageError(text, most=_MOST_HOSTS, count=len(hosts))
    urls = dict.fromkeys((*shard.urls, *changes["urls"]))
    if urls:
        listed = set(map(service_of, urls))
        urls |= dict.fromkeys(f"https://{host}/" for host in hosts if host not in listed)
    digest = digest_of(tuple(urls)) if urls else None
    return {**changes, "hosts": tuple(hosts), "urls": tuple(urls), "list_digest": digest}


async def set_shards(url: str, patterns: Sequence[str], changes: Mapping[str, Any]) -> list[str]:
    """Apply `changes` to the shards that match the patterns, from any machine; return their names.

    New hosts or times make them due. Their worker writes the change into their files. Raises `UsageError` if several
    shards match and `changes` has blogs: a host belongs to one shard.
    """
    async with connected(url) as connection, connection.transaction():
        found = await shards.read_shards(connection, patterns)
        if "hosts" in changes:
            _require_one(found, patterns)
        changes = _add_blogs(shard_file.Shard(shard="", hosts=()), changes)
        for row in found:
            await shards.save_shard(connection, replace(row, **changes), machine=row.machine, db=row.db)
        names = [row.shard for row in found]
        if changes.keys() & _MAKE_DUE:
            await rounds.make_due(connection, names)
    return names


async def move_shard(url: str, name: str, db: Path) -> shard_file.Shard:
    """Make `db` on this machine the home of a shard, and return the shard. Its old home is refused from now on.

    Raises `HostBusy` if a round of the shard runs.
    """
    async with connected(url) as connection, connection.transaction():
        found = await shards.read_shards(connection, [name])
        _require_one(found, [name])
        await _require_idle(connection, found)
        moved = replace(found[0], epoch=found[0].epoch + 1)
        await _save(connection, db, moved)
    return moved


async def remove(url: str, patterns: Sequence[str]) -> list[str]:
    """Remove shards from the fleet, and their descriptions on this machine; the archives stay. Return their names.

    Raises `HostBusy` if a round of one runs.
    """
    async with connected(url) as connection, connection.transaction():
        found = await shards.read_shards(connection, patterns)
        await _require_idle(connection, found)
        await shards.remove_shards(connection, [row.shard for row in found])
        for row in found:
            if row.machine == shard_file.machine_id():  # no other machine's files are within reach
                shard_file.shard_file(Path(row.db)).unlink(missing_ok=True)
    return [row.shard for row in found]


async def begin_anew(url: str, names: Sequence[str]) -> None:
    """Make shards due without their earlier posts. Raises `UsageError` for an unknown name."""
    async with connected(url) as connection:
        await shards.begin_anew(connection, names)


async def pause(url: str, patterns: Sequence[str], *, now: bool) -> list[str]:
    """Pause shards, or single hosts of shards with several; return their names.

    A round that runs continues until its end, or with `now` ends in some seconds.
    """
    async with connected(url) as connection, connection.transaction():
        whole, hosts = await _find(connection, patterns)
        await shards.pause_shards(connection, whole, None)
        for name, chosen in hosts.items():
            await shards.pause_hosts(connection, name, chosen)
        if now:
            await shards.stop_rounds(connection, [*whole, *hosts])
    return [*whole, *(host for chosen in hosts.values() for host in chosen)]


async def resume(url: str, patterns: Sequence[str]) -> list[str]:
    """End the pauses of shards, or of single hosts of shards with several, and return their names; all are due.

    A shard that a person has paused as a whole stays so if a host is resumed.
    """
    async with connected(url) as connection, connection.transaction():
        whole, hosts = await _find(connection, patterns)
        await shards.resume(connection, whole, hosts)
        await rounds.make_due(connection, whole)
        await rounds.make_due(connection, list(hosts), rest=False)
    return [*whole, *(host for chosen in hosts.values() for host in chosen)]


async def _find(connection: Connection, patterns: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Return the shards that are named, and of those with several hosts that are named by hosts alone, these hosts."""
    found = await shards.read_shards(connection, patterns)
    several = (row for row in found if len(row.hosts) > 1 and row.shard not in patterns)
    chosen = {row.shard: [host for host in row.hosts if host in patterns] for row in several}
    hosts = {name: named for name, named in chosen.items() if named}
    return [row.shard for row in found if row.shard not in hosts], hosts


def _require_one(found: Sequence[shard_file.ShardRow], patterns: Sequence[str]) -> None:
    if len(found) > 1:
        text = _("{count} shards are named {name!r}; name one")
        raise UsageError(text, count=len(found), name=" ".join(patterns))


async def _require_idle(connection: Connection, found: Sequence[shard_file.ShardRow]) -> None:
    for row in found:
        if await host_locks.are_locked(connection, row.hosts):
            text = _("a round of {name} runs; `blogarchive fleet pause --now {name}`, and wait for its end")
            raise HostBusy(text, name=row.shard)


async def _save(connection: Connection, db: Path, shard: shard_file.Shard) -> None:
    """Store a shard in PostgreSQL and in its file, or in neither. Unless it is paused, its next round is due."""
    path = db.resolve()
    async with connection.transaction():
        await shards.save_shard(connection, shard, machine=shard_file.machine_id(), db=path)
        await rounds.make_due(connection, [shard.shard])
        shard_file.write_shard(path, shard)


def _is_current(db: Path, shard: shard_file.Shard, known: shard_file.ShardRow | None) -> bool:
    """Return True if PostgreSQL has this home. Raises `HostBusy` if it has another, or a later state."""
    if known is None or known.epoch < shard.epoch:
        return False
    error = shard_file.home_error(db, shard, known)
    if isinstance(error, HostBusy):
        raise error
    return True


def _raise(db: Path, error: UsageError) -> None:
    raise error


def _stored_rounds(db: Path, shard: shard_file.Shard) -> list[dict[str, Any]]:
    """Return the rounds of a shard that its archive has, oldest first."""
    # An older archive is migrated by its next round, which also reports a missing or damaged one.
    with suppress(BlogArchiveError), Archive.open(db, read_only=True) as archive:
        runs = finished_runs(archive, _RESTORED_ROUNDS)
        return [{**run, "shard": shard.shard, "epoch": shard.epoch} for run in runs]
    return []
