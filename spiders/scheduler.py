"""Which targets of a run are under way, and which go next: a few at a time for each host."""

import asyncio
from collections import deque
from collections.abc import Container, Iterator
from urllib.parse import urlsplit

from blogarchive.crawl.session import CrawlSession
from blogarchive.items import Target

_FLYING_PER_HOST = 2  # one under way, one ready to go while the first is read
_SLICE = 20


class HostScheduler:
    """Takes targets from `campaign` and remembers them until they land; hosts in `blocked_hosts` are asked for nothing."""

    def __init__(self, session: CrawlSession, blocked_hosts: Container[str]) -> None:
        self._session = session
        self._left_alone = blocked_hosts
        self._flying: dict[str, tuple[str, Target]] = {}  # by URL, with the host it was taken for
        self._ready: dict[str, deque[Target]] = {}  # by host
        self._aside: list[Target] = []  # for another run
        self._shut: set[str] = set()
        self._landed = asyncio.Event()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._flying

    def next(self, ahead: int) -> Iterator[Target]:
        """The targets that may be asked for now, under way from here on; `ahead`: so many more for each host."""
        most = _FLYING_PER_HOST + ahead
        for host in self._session.hosts():
            flying = sum(there == host for there, _ in self._flying.values())
            for _ in range(most - flying):
                if self._look_for(host):
                    target = self._ready[host].popleft()
                    self._flying[target.url] = (host, target)
                    yield target

    def has_more(self) -> bool:
        """Whether there is a target to be asked for in this run that is not under way."""
        return any(map(self._look_for, self._session.hosts()))

    def block_host(self, host: str) -> None:
        """Take nothing more for the blogs on `host` in this run."""
        self._shut.add(host)

    def is_blocked(self, host: str) -> bool:
        """Whether nothing more is taken for the blogs on `host`."""
        return host in self._shut

    async def wait_done(self) -> None:
        """Return when a target has landed, or at the next `wake`."""
        self._landed.clear()
        await self._landed.wait()

    def mark_done(self, target: Target) -> None:
        """The target is dealt with."""
        self._flying.pop(target.url, None)
        self.notify()

    def notify(self) -> None:
        """Have whoever waits for a landing look again."""
        self._landed.set()

    def _look_for(self, host: str) -> bool:
        """Whether there is a target of the blogs on `host` that may be asked for in this run: `_ready` begins with it.

        A blog may have pages on another host too; where that one is left alone, they are set aside.
        """
        if host in self._left_alone or host in self._shut:
            return False
        ready = self._ready.setdefault(host, deque())
        while True:
            if not ready:
                known = [target for _, target in self._flying.values()]
                ready.extend(self._session.take(host, _SLICE, [*known, *self._aside]))
            if not ready or (urlsplit(ready[0].url).hostname or "") not in self._left_alone:
                return bool(ready)
            self._aside.append(ready.popleft())
