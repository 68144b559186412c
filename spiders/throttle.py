"""What a run knows of its hosts: who asked for a pause, who refuses us, and whether the run must end now."""

import asyncio
import string
from collections import Counter
from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv6Address
from time import monotonic

import scrapy

from blogarchive.errors import BlogArchiveError
from blogarchive.parsing.media.hosts import is_same_service, parse_address

REFUSALS_ALLOWED = 5
"""After so many refusals in a row, or pages lost in a row, a host is left alone for the rest of the run."""

REPEATS_ALLOWED = 10
"""After the same page that cannot be read so many times in a row, for other URLs each, a host is left alone."""

_TOKENS = (string.ascii_letters + string.digits + "+/=_-").encode()
"""Of what times, addresses and tokens are made, which change from one refusal to the next."""

LONGEST_WAIT = 600.0
"""Seconds. A host that asks for more than this is left alone for the rest of the run."""


LONGEST_SPACE = 60.0
"""Seconds. A robots.txt that asks for more between two requests is held to mean this."""


class RequestCancelled(Exception):
    """The run ends, or its host is left alone: the request is not sent, and nothing is known of its page."""


class HostThrottle:
    """The pauses and refusals of every host, and the end of the run.

    `unit` is the first back-off in seconds; it doubles with every refusal in a row. `homes` gives host and port of
    the blogs, `named` are hosts that the person named for pictures.
    """

    def __init__(
        self,
        *,
        unit: float,
        homes: Callable[[], Collection[tuple[str, int]]],
        named: Collection[str] = (),
    ) -> None:
        self.unit = unit
        self.kept_off: dict[str, str] = {}  # name: the private address that it led to
        self.closed: set[str] = set()  # hosts that are not asked for pictures any more
        self._homes = homes
        self._named = named
        self._home_addresses: set[tuple[IPv4Address | IPv6Address, int]] = set()
        self.requests = 0
        self.ended: BlogArchiveError | None = None
        self.blocked_hosts: dict[str, str] = {}  # host: why
        self._stopping = asyncio.Event()
        self._on_stop: list[Callable[[], None]] = []
        self._free_at: dict[str, float] = {}
        self._spaces: dict[str, float] = {}
        self._senseless: dict[str, bytes | None] = {}  # by host: its last page without the tokens, or None
        self._in_a_row: Counter[tuple[str, str]] = Counter()

    @property
    def stopping(self) -> bool:
        """True once `stop` was called."""
        return self._stopping.is_set()

    def on_stop(self, call: Callable[[], None]) -> None:
        """Have `call` called once, when the run must end."""
        self._on_stop.append(call)

    def stop(self, error: BlogArchiveError | None = None) -> None:
        """End the run: nothing more is sent, and what is in flight is let go. The first error given stays."""
        if not self.stopping:
            self.ended = error
            self._stopping.set()
            for call in self._on_stop:
                call()

    async def stopped(self) -> None:
        """Return when the run must end."""
        await self._stopping.wait()

    async def wait_until_allowed(self, host: str) -> None:
        """Return when `host` may be asked; raises `RequestCancelled` when it may not be in this run."""
        while not self.stopping and host not in self.blocked_hosts and host not in self.closed:
            wait = self._free_at.get(host, 0.0) - monotonic()
            if wait <= 0:
                return
            await self._sleep(min(wait, 1.0))  # the host may be left alone meanwhile
        raise RequestCancelled

    def pause(self, host: str, seconds: float) -> None:
        """Send nothing to `host` for so long; a longer pause under way stays."""
        self._free_at[host] = max(self._free_at.get(host, 0.0), monotonic() + seconds)

    def set_crawl_delay(self, host: str, seconds: float) -> None:
        """Leave so long between two requests to `host`, from the start of one to the start of the next."""
        self._spaces[host] = min(seconds, LONGEST_SPACE)

    def record_request(self, host: str) -> None:
        """A request goes out to `host` now."""
        self.requests += 1
        if host in self._spaces:
            self.pause(host, self._spaces[host])

    def record_response(self, host: str, senseless: bytes | None = None) -> None:
        """Reset the host's error counters: it gave a page.

        `senseless` is a page that nobody can read; the same one, for one URL after the other, is no answer.
        """
        bare = senseless and senseless.translate(None, _TOKENS)
        if bare is not None and self._senseless.get(host) == bare:
            self._repeated(host)
            return
        self._senseless[host] = bare
        self._in_a_row.pop((host, "refused"), None)
        self._in_a_row.pop((host, "lost"), None)
        self._in_a_row.pop((host, "repeated"), None)

    def record_refusal(self, host: str, retry_after: float | None) -> None:
        """The host refuses us: pause as long as it asks, else `unit` doubled for every refusal in a row."""
        count = self._count(host, "refused")
        wait = max(retry_after or 0.0, self.unit * 2 ** (count - 1))
        self.pause(host, wait)
        if host in self.blocked_hosts:
            return
        if count >= REFUSALS_ALLOWED:
            self.blocked_hosts[host] = f"it refused {count} times in a row"
        elif wait > LONGEST_WAIT:
            self.blocked_hosts[host] = f"it asks to be left alone for {wait:.0f} seconds"

    def back_off(self, host: str, tries: int) -> None:
        """The host gave no whole page for the `tries`-th time: pause a little before it is asked again."""
        self.pause(host, self.unit * 2 ** (tries - 1) / 2)

    def record_loss(self, host: str) -> None:
        """A page was given up: after some in a row the host is taken to be down."""
        if self._count(host, "lost") >= REFUSALS_ALLOWED:
            self.blocked_hosts[host] = f"it gave none of {REFUSALS_ALLOWED} pages in a row"

    def at_home(self, name: str, address: IPv4Address | IPv6Address, port: int) -> bool:
        """Whether a blog of this run is at that private address, which `name` led to: then it may be asked."""
        homes = self._homes()
        if any(name == host and is_same_service(port, own) for host, own in homes):
            self._home_addresses.add((address, port))
            return True
        known = self._home_addresses | {(found, own) for host, own in homes if (found := parse_address(host))}
        return any(
            address == home and (name in self._named or is_same_service(port, own)) for home, own in known
        )

    def _repeated(self, host: str) -> None:
        if self._count(host, "repeated") >= REPEATS_ALLOWED:
            self.blocked_hosts[host] = f"it gave the same unreadable page for {REPEATS_ALLOWED} URLs in a row"

    def _count(self, host: str, what: str) -> int:
        self._in_a_row[host, what] += 1
        return self._in_a_row[host, what]

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


class PoliteSpider(scrapy.Spider):
    """A spider whose download handler asks its `traffic` before every request."""

    throttle: HostThrottle

    def robots_unknown(self, where: str, what: str) -> None:
        """The robots.txt at `where` could not be read; it is taken to forbid nothing."""

    def robots_wait(self, host: str, seconds: float, request: scrapy.Request) -> None:
        """The robots.txt of `host`, asked for before `request`, asks for more peace than a run waits for."""
        self.throttle.record_refusal(host, seconds)
