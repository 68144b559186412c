"""A fleet: pages a second by workers, pages requested twice after kills, the last request of a cut-off crawl."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

from bench.figures import Row
from bench.running import folder
from tests.demo import DemoHost, make_blog
from tests.fleet.fleet import Fleet, children, ended, wait_until
from tests.fleet.network import Network, NotPermitted
from tests.fleet.postgres import Postgres, binaries

_DELAY = 0.5
_POSTS = 60
_FIRST_UID = 30_000
_LOCKS = (
    "select count(*) from pg_locks l join pg_database d on d.oid = l.database where locktype = 'advisory'"
)


@contextmanager
def _fleet(server: Postgres, hosts: list[DemoHost], delay: float) -> Iterator[Fleet]:
    """Yield a fleet with a shard for the blog of each host."""
    url = server.make_database()
    with _variable(url), folder() as place, closing(Fleet(url, place)) as fleet:
        fleet.run("init")
        for number, host in enumerate(hosts):
            url = host.blog_url(str(_FIRST_UID + number))
            fleet.add(f"s{number}", url, "--slice", "1h", delay=delay)
        yield fleet


@contextmanager
def _variable(url: str) -> Iterator[None]:
    """Set BLOGARCHIVE_FLEET for the processes that start meanwhile; later benchmarks need no PostgreSQL."""
    os.environ["BLOGARCHIVE_FLEET"] = url
    try:
        yield
    finally:
        del os.environ["BLOGARCHIVE_FLEET"]


@contextmanager
def _hosts(number: int) -> Iterator[list[DemoHost]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(DemoHost([make_blog(str(_FIRST_UID + place), posts=_POSTS, comments=0)]))
            for place in range(number)
        ]


def rate(server: Postgres, workers: int, *, number: int, seconds: float) -> float:
    """Return the requests a second to `number` hosts, of workers that run one round each, in so many seconds."""
    with _hosts(number) as hosts, _fleet(server, hosts, _DELAY) as fleet:
        for _ in range(workers):
            fleet.work("--rounds", "1", "-q")
        wait_until(lambda: sum(len(host.requests) > 2 for host in hosts) >= workers, 120)
        begun = time.time()
        time.sleep(seconds)
        # From request to request: a count of few requests would be wrong by one for each host.
        return sum(
            _rate_of_host([request.at for request in host.requests if request.at > begun]) for host in hosts
        )


def _rate_of_host(times: list[float]) -> float:
    return (len(times) - 1) / (max(times) - min(times)) if len(times) > 1 else 0.0


def repeated(server: Postgres, *, number: int) -> tuple[float, float]:
    """Kill the crawl of each host once; return how many pages, and how many robots.txt, are requested again a kill."""
    with _hosts(number) as hosts, _fleet(server, hosts, 0.2) as fleet:
        worker = fleet.work("--rounds", str(number), "--once", "-q")
        wait_until(lambda: all(len(host.requests) > 2 for host in hosts), 120)
        for pid in children(worker):
            os.kill(pid, signal.SIGKILL)
            time.sleep(0.3)
        ended(worker, 300)
        counts = [host.counts() for host in hosts]
    robots = sum(found.pop("/robots.txt") - 1 for found in counts)
    pages = sum(times - 1 for found in counts for times in found.values())
    return pages / number, robots / number


def margin() -> float:
    """Return the seconds from the last request of a crawl that is cut off to the release of its lock."""
    with (
        closing(Network()) as network,
        closing(Postgres(network.database_address)) as server,
        DemoHost([make_blog("31182", posts=200)], address=network.host_address) as host,
        folder() as place,
        _variable(server.url()),
        closing(Fleet(server.url(), place)) as fleet,
    ):
        crawl = fleet.backup(host.blog_url("31182"), "a", prefix=network.prefix)
        wait_until(lambda: len(host.requests) > 5, 60)
        network.cut_database()
        ended(crawl, 30)
        wait_until(lambda: server.execute(_LOCKS) == [(0,)], 60)
        return time.time() - host.requests[-1].at


def measure(*, small: bool = False) -> list[Row]:
    """Return the rows; none without PostgreSQL."""
    if binaries() is None:
        return []
    sizes, number, seconds = ((1, 2), 2, 3.0) if small else ((1, 2, 4, 8), 8, 8.0)
    with closing(Postgres()) as server:
        rates = [rate(server, size, number=number, seconds=seconds) for size in sizes]
        pages, robots = repeated(server, number=number)
    scaled = ", ".join(f"{seen / size / rates[0]:.2f}" for size, seen in zip(sizes, rates, strict=True))
    shown = ", ".join(f"{seen:.2f}" for seen in rates)
    rows = [
        Row(
            f"{number} hosts, workers {', '.join(map(str, sizes))}: requests a second of each, of one alone",
            "at least 0.9",
            f"{scaled} ({shown} requests/s at a delay of {_DELAY} s)",
        ),
        Row(
            "pages requested twice for each killed crawl",
            "at most 2",
            f"{pages:.2f} ({robots:.2f} robots.txt)",
        ),
    ]
    with suppress(NotPermitted):
        name = "network cut from PostgreSQL: last request before the lock is free"
        rows.append(Row(name, "at least 5 s", f"{margin():.1f} s"))
    return rows
