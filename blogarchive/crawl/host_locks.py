"""Locks of hosts that the workers of a fleet share; a run without a fleet needs none."""

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from blogarchive.errors import BlogArchiveError
from blogarchive.fleet.settings import VARIABLE, fleet_url


class HostLocks(Protocol):
    """Locks of hosts. A host is written as in URLs, with a port that is not the default."""

    def hold(self, hosts: Iterable[str]) -> None:
        """Lock hosts until the end of the run; raises `HostBusy` if another worker holds one."""

    def request_to(self, host: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of `host` during a request; raises `HostBusy` or an error of `lost`."""

    def lost(self) -> BlogArchiveError | None:
        """Return why this run may send no more requests, or None. Call it directly before each request."""

    def end_turns(self) -> None:
        """Free the hosts that are shared with other runs and were not requested for a while."""


class NoHostLocks:
    """Locks nothing: no other process requests these hosts."""

    def hold(self, hosts: Iterable[str]) -> None:
        """Do nothing."""

    def request_to(self, host: str) -> AbstractAsyncContextManager[None]:
        """Return a context that does nothing."""
        return nullcontext()

    def lost(self) -> BlogArchiveError | None:
        """Return None."""
        return None

    def end_turns(self) -> None:
        """Do nothing."""


@contextmanager
def open_host_locks(db: Path | None, delay: float) -> Iterator[HostLocks]:
    """Yield the locks of the fleet if BLOGARCHIVE_FLEET is set. `delay` is the time from a lock to the first
    request, in seconds.

    Raises `Interrupted` if PostgreSQL cannot be reached, and `HostBusy` if the archive at `db` has moved.
    """
    if not os.environ.get(VARIABLE):
        yield NoHostLocks()
        return
    url = fleet_url()
    from blogarchive.fleet.database.host_locks import fleet_locks

    with fleet_locks(url, db, delay) as locks:
        yield locks


def lock_name(host: str, port: int) -> str:
    """Return the name of the lock of a host; http and https on their default ports are one service."""
    return host if port in (80, 443) else f"{host}:{port}"
