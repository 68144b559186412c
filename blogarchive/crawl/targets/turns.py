"""Turns of the blogs of a run: of each host, the blog with the fewest pages taken is next."""

import heapq
from collections import Counter
from collections.abc import Iterable

from blogarchive.store.ledger.blogs import Blog

_Turn = tuple[int, int, Blog]  # pages taken, order of arrival, blog


class BlogTurns:
    """The blogs that may have due targets, by host. A blog leaves if it has none, and returns if something changed.

    All methods take constant or logarithmic time in the number of blogs.
    """

    def __init__(self) -> None:
        self._hosts: dict[Blog, str] = {}
        self._order: dict[Blog, int] = {}
        self._taken: Counter[Blog] = Counter()
        self._turns: dict[str, list[_Turn]] = {}
        self._waiting: set[Blog] = set()
        self._retries: list[tuple[str, int, Blog]] = []
        self._changed: dict[str, None] = {}

    @property
    def blogs(self) -> Iterable[Blog]:
        """All blogs of the run, in order of arrival."""
        return self._hosts.keys()

    @property
    def hosts(self) -> list[str]:
        """The hosts of the blogs, each once."""
        return list(self._turns)

    def add(self, blog: Blog, host: str, *, taken: int = 0) -> None:
        """Add a blog of `host`, which may have due targets; `taken` were taken by the runs that this one resumes."""
        self._taken[blog] = taken
        self._order[blog] = len(self._hosts)
        self._hosts[blog] = host
        self._turns.setdefault(host, [])
        self.wake(blog)

    def host_of(self, blog: Blog) -> str:
        """Return the host of a blog; raises KeyError."""
        return self._hosts[blog]

    def wake(self, blog: Blog) -> None:
        """Give a blog of the run its turns again: it may have due targets. Other blogs are ignored."""
        if blog in self._hosts:
            self._changed[self._hosts[blog]] = None
            if blog not in self._waiting:
                self._waiting.add(blog)
                self._push(blog)

    def next(self, host: str) -> Blog | None:
        """Return the blog of `host` that is next; None if no blog may have due targets."""
        turns = self._turns.get(host)
        return turns[0][2] if turns else None

    def record_taken(self, blog: Blog, count: int) -> None:
        """Count targets taken of the blog that is next, and end its turn."""
        self._pop(blog)
        self._taken[blog] += count
        self._push(blog)

    def leave(self, blog: Blog, *, retry_at: str | None) -> None:
        """Remove the blog that is next, until `wake` or the UTC text `retry_at`."""
        self._pop(blog)
        self._waiting.remove(blog)
        if retry_at is not None:
            heapq.heappush(self._retries, (retry_at, self._order[blog], blog))

    def changed_hosts(self, now: str) -> list[str]:
        """Return the hosts of blogs that were added or woken since the last call; `now` is UTC text."""
        while self._retries and self._retries[0][0] <= now:
            self.wake(heapq.heappop(self._retries)[2])
        changed = list(self._changed)
        self._changed.clear()
        return changed

    def _push(self, blog: Blog) -> None:
        heapq.heappush(self._turns[self._hosts[blog]], (self._taken[blog], self._order[blog], blog))

    def _pop(self, blog: Blog) -> None:
        popped = heapq.heappop(self._turns[self._hosts[blog]])[2]
        if popped != blog:
            raise ValueError(f"it is not the turn of {blog}")
