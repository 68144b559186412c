"""A shard of a fleet: the file beside its archive that describes it, and its home. Settings of all fleets.

The home of a shard is a machine and the path of its archive there. A copy of the file has another home, or fewer
rounds than PostgreSQL. It is refused: a shard never continues in two files.

Without a fleet, a run has the `HostLocks` of this module, which lock nothing.
"""

import importlib.util
import json
import math
import os
import platform
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, fields
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from blogarchive.errors import BlogArchiveError, CannotWrite, HostBusy, Interrupted, UsageError

SUFFIX: Final = ".shard"

URL_VARIABLE: Final = "BLOGARCHIVE_FLEET"
"""Environment variable with the address of PostgreSQL; without it, no command uses a fleet."""

HOME_VARIABLE: Final = "BLOGARCHIVE_HOME_ID"
"""Environment variable with the name of this machine, if its host name changes, as that of a container does."""

ROUND_VARIABLE: Final = "BLOGARCHIVE_FLEET_ROUND"
"""Environment variable with the id of the round that a worker has started this process for."""

PATIENCE_VARIABLE: Final = "BLOGARCHIVE_FLEET_PATIENCE"
"""Environment variable with `TimeLimits.client`, for slow networks; the same on all machines of a fleet."""
_PATIENCE: Final = 8.0
_SHORTEST_PATIENCE: Final = 1.0

_PACKAGES: Final = ("psycopg", "prometheus_client")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """A shard as `fleet add` describes it.

    `hosts` are written as in URLs, with a port that is not the default. `urls` are the blogs of its list, with the
    digest `list_digest`. If empty, the shard has the blogs of the archive and those that `discover` finds. Times are
    in seconds. `fleet move` raises `epoch`, and `round` counts the rounds. A file with lower ones than PostgreSQL is
    an old home, or a copy.
    """

    shard: str
    hosts: Sequence[str]
    site: str | None = None
    urls: Sequence[str] = ()
    list_digest: str | None = None
    every_seconds: int = 86_400
    slice_seconds: int = 1_800
    delay: float | None = None
    media: bool = True
    epoch: int = 1
    round: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ShardRow(Shard):
    """A shard as PostgreSQL stores it, with its home: a machine, and the path of the archive there.

    `home` is a digest of machine and folder. `posts` is None before its first round has ended. `problem` is why its worker
    could not begin the last round. `next_at` is the time of its hosts without failures; None if they are due.
    """

    machine: str
    db: str
    home: str
    posts: int | None
    problem: str | None
    next_at: datetime | None


def shard_file(db: Path) -> Path:
    """Return the path of the file that describes the shard of an archive."""
    return Path(f"{os.path.realpath(db)}{SUFFIX}")


def description(shard: Shard) -> dict[str, Any]:
    """Return the values of a shard that `fleet add` describes."""
    return {field.name: getattr(shard, field.name) for field in fields(Shard)}


def write_shard(db: Path, shard: Shard) -> None:
    """Write the file of a shard; it is complete or absent. Raises `CannotWrite`."""
    path = shard_file(db)
    temporary = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(description(shard), file, ensure_ascii=False, indent=1)
            file.flush()
            # Otherwise the file could be empty after a loss of power, and the shard would have no home.
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise CannotWrite.for_file(path, error) from error


def read_shard(db: Path) -> Shard | None:
    """Return the shard of an archive; None if it belongs to no fleet. Raises `UsageError` if the file is damaged."""
    path = shard_file(db)
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        shard = Shard(**{field.name: found[field.name] for field in fields(Shard) if field.name in found})
        _check_values(shard)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        text = _("{file} describes no shard; restore it with `blogarchive fleet move`")
        raise UsageError(text, file=path) from error
    return shard


def _check_values(shard: Shard) -> None:
    """Raise an error of Python if PostgreSQL cannot store a value, so that a worker skips only this shard."""
    texts = [shard.shard, *shard.hosts, *shard.urls, *filter(None, (shard.site, shard.list_digest))]
    numbers = [shard.every_seconds, shard.slice_seconds, shard.epoch, shard.round]
    is_good = (
        type(shard.hosts) is type(shard.urls) is list
        and type(shard.media) is bool
        and all(type(one) is int and 0 <= one < 2**31 for one in numbers)
        and (shard.delay is None or (type(shard.delay) in (int, float) and 0 <= shard.delay < math.inf))
        and all(text and b"\0" not in text.encode() for text in texts)
    )
    if not is_good:
        raise ValueError


def find_shards(folder: Path, on_damaged: Callable[[Path, UsageError], None]) -> Iterator[tuple[Path, Shard]]:
    """Yield the archives with a shard in `folder` or below it, sorted by path.

    `on_damaged` is called with the archive of each damaged file.
    """
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        db = path.with_name(path.name.removesuffix(SUFFIX))
        try:
            shard = read_shard(db)
        except UsageError as error:
            on_damaged(db, error)
            continue
        if shard is not None:
            yield db, shard


def home_error(db: Path, stored: Shard, known: ShardRow) -> BlogArchiveError | None:
    """Return why the file at `db`, described by `stored`, is not the home of its shard; None if it is."""
    db = Path(os.path.realpath(db))
    names: dict[str, object] = {"db": db, "name": known.shard, "home": known.db, "machine": known.machine}
    names |= {"posts": known.posts, "folder": db.parent, "own": stored.round, "last": known.round}
    if stored.epoch < known.epoch:
        text = _("{db} is an old home: the shard has moved to {home} on {machine}")
    elif (machine_id(), str(db)) != (known.machine, known.db):
        text = _(
            "{db} is a copy: the home of {name} is {home} on {machine};"
            " `blogarchive fleet move {name} --db {db}` makes this file the home"
        )
    elif known.posts and not db.exists():
        text = _(
            "{db} is missing, and {name} had {posts} posts: restore it, as by `litestream restore -o {db} COPY`;"
            " or begin anew with `blogarchive fleet work --new {name} {folder}`"
        )
        return UsageError(text.format_map(names))
    elif stored.round < known.round:
        text = _(
            "{db} is a copy or an older state: its last round is {own}, that of {name} is {last};"
            " `blogarchive fleet move {name} --db {db}` continues with this file"
        )
    else:
        return None
    return HostBusy(text.format_map(names))


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeLimits:
    """Seconds. A process sends no more requests if PostgreSQL has not answered for `client`.

    `ping` is the time between two statements that confirm a session. PostgreSQL ends the session of a process that was
    silent for `server`, and so frees its locks: later than `client`. A start of PostgreSQL frees all locks too; their
    holders have stopped `after_start`.
    """

    client: float
    ping: float
    server: float
    after_start: float


def time_limits() -> TimeLimits:
    """Return the time limits of the fleet. Raises `UsageError` for a value that is no number of seconds."""
    text = os.environ.get(PATIENCE_VARIABLE) or str(_PATIENCE)
    try:
        client = float(text)
    except ValueError:
        client = 0.0
    if not _SHORTEST_PATIENCE <= client < math.inf:
        message = _("{variable}={value} is no number of seconds of at least 1")
        raise UsageError(message, variable=PATIENCE_VARIABLE, value=text)
    return TimeLimits(client=client, ping=client / 4, server=client * 2.5, after_start=client + 2.0)


def fleet_url() -> str:
    """Return the address of PostgreSQL. Raises `UsageError` if it is not set or the extra is not installed."""
    url = os.environ.get(URL_VARIABLE, "")
    if not url:
        text = _("set {variable} to the address of PostgreSQL, as postgresql://user@host/database")
        raise UsageError(text, variable=URL_VARIABLE)
    require_packages()
    return url


def require_packages() -> None:
    """Raise `UsageError` if a package of the extra is not installed."""
    if not all(map(importlib.util.find_spec, _PACKAGES)):
        text = _("a fleet needs more packages: install this program again with its extra blogarchive[fleet]")
        raise UsageError(text)


def machine_id() -> str:
    """Return the name of this machine in the fleet."""
    return os.environ.get(HOME_VARIABLE) or platform.node()


def boot_clock() -> float:
    """Return seconds of a clock that also runs while the machine sleeps."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    elif sys.platform == "darwin":  # noqa: RET505 - mypy takes statements after `return` as unreachable on Linux
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # `time.monotonic` stops while a Mac sleeps
    else:
        return time.monotonic()


class HostLocks:
    """Locks of hosts; these lock nothing, for a process that shares no host with others.

    A host is written as in URLs, with a port that is not the default. `left_out` are the hosts that this run must not
    request, `busy` those that another worker holds. `waits` are the seconds from the lock of a host to its first request.
    """

    left_out: Collection[str] = ()
    busy: Mapping[str, HostBusy] = MappingProxyType({})
    waits: Mapping[str, float] = MappingProxyType({})

    def hold(self, delays: Mapping[str, float]) -> None:
        """Lock hosts with these seconds between requests until the end of the run.

        Raises `Interrupted`, or `HostBusy` if other workers hold them all.
        """

    def request_to(self, host: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of `host` during a request; raises `HostBusy` or `Interrupted`."""
        return nullcontext()

    def record_delay(self, host: str, seconds: float) -> None:
        """Store the Crawl-delay of a host for the next holder of its lock."""

    def lost(self) -> Interrupted | None:
        """Return why this run may send no more requests, or None. Call it directly before each request."""
        return None

    def report(self, requests: int) -> Interrupted | None:
        """Store how many requests were sent. Return why the run must end, as if a person has paused it, or None."""
        return None

    def end_turns(self) -> None:
        """Free the hosts that are shared with other runs and were not requested for a while."""
