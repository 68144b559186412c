"""A fleet: pages a second by workers, pages requested twice after kills, the last request of a cut-off crawl."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.figures import Row
from bench.running import folder
from tests.demo import DemoHost, make_blog
from tests.fleet.fleet import Fleet, children, ended, wait_until
from tests.fleet.network import Network, NotPermitted
from tests.fleet.postgres import Postgres, binaries

_DELAY = 0.5
_FROZEN = 25.0  # seconds: longer than PostgreSQL keeps the locks of a silent session
_POSTS = 60
_FIRST_UID = 30_000
_MANY = """
insert into fleet_shards (shard, hosts, urls, every_seconds, slice_seconds, media, epoch, machine, db, round, posts)
select 's' || n, array['h' || n], array['https://h' || n || '/'], 86400, 1800, true, 1, 'm' || n % 10,
       '/d/s' || n || '.db', 5, 100 from generate_series(1, {count}) n;
insert into fleet_rounds (shard, epoch, machine, started_at, finished_at, exit_code, outcome, requests, pages)
select shard, 1, machine, now(), now(), 0, 'done', 20, 19 from fleet_shards, generate_series(1, 10);
update fleet_shards set due_at = now() + interval '1 day';
insert into fleet_workers (home, machine, folder, pid, version, rounds)
select distinct home, machine, '/d', 1, '1', 8 from fleet_shards;
analyze;
"""
_LOCKS = (
    "select count(*) from pg_locks l join pg_database d on d.oid = l.database where locktype = 'advisory'"
)


@contextmanager
def _fleet(server: Postgres, hosts: list[DemoHost], delay: float, machines: int = 1) -> Iterator[Fleet]:
    """Yield a fleet with a shard for the blog of each host, in the folders of some machines in turn."""
    url = server.make_database()
    with _variable(url), folder() as place, closing(Fleet(url, place)) as fleet:
        fleet.run("init")
        for number, host in enumerate(hosts):
            url = host.blog_url(str(_FIRST_UID + number))
            fleet.add(f"m{number % machines}/s{number}", url, "--slice", "1h", delay=delay)
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
def _hosts(number: int, posts: int = _POSTS) -> Iterator[list[DemoHost]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(DemoHost([make_blog(str(_FIRST_UID + place), posts=posts, comments=0)]))
            for place in range(number)
        ]


def rate(server: Postgres, workers: int, *, number: int, seconds: float) -> float:
    """Return the requests a second to `number` hosts, of workers that run one round each, in so many seconds."""
    with _hosts(number) as hosts, _fleet(server, hosts, _DELAY, workers) as fleet:
        for place in range(workers):
            fleet.work("--rounds", "1", "-q", folder=fleet.folder / f"m{place}")
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """The requests a second of all hosts, as a share of one for each delay; the processor time of a request."""

    share: float
    seconds_a_request: float
    megabytes_a_shard: float
    connections: int


def load(server: Postgres, *, number: int, of_shard: int, workers: int, delay: float, seconds: float) -> Load:
    """Return the load of hosts in shards of several, whose blogs are longer than the measured time."""
    url = server.make_database()
    posts = int(3 * seconds / delay) + 20
    with ExitStack() as stack:
        hosts = [
            stack.enter_context(DemoHost([make_blog(str(_FIRST_UID + place), posts=posts, comments=0)]))
            for place in range(number)
        ]
        stack.enter_context(_variable(url))
        place = stack.enter_context(folder())
        fleet = stack.enter_context(closing(Fleet(url, place)))
        fleet.run("init")
        urls = [host.blog_url(str(_FIRST_UID + index)) for index, host in enumerate(hosts)]
        shards = [urls[first : first + of_shard] for first in range(0, number, of_shard)]
        for index, listed in enumerate(shards):
            (place / "list").write_text("\n".join(listed))
            db = place / f"m{index % workers}" / f"s{index}.db"
            words = ("--site", "creaders", "--no-media", "--slice", "1h", "--delay", f"{delay:g}")
            assert fleet.run("add", "--from", place / "list", "--db", db, *words).code == 0
        started = [fleet.work("--rounds", "4", "-q", folder=place / f"m{index}") for index in range(workers)]
        wait_until(lambda: all(len(host.requests) > 2 for host in hosts), 300)
        time.sleep(2 * delay)  # the hosts record late while the processes start
        crawls = [pid for worker in started for pid in children(worker)]
        pids = [*crawls, *(worker.pid for worker in started)]
        begun, used = time.time(), sum(map(_used, pids))
        time.sleep(seconds)
        spent = sum(map(_used, pids)) - used
        times = [[request.at for request in host.requests if request.at > begun] for host in hosts]
        count = sum(map(len, times))
        ((connections,),) = fleet.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
        )
        return Load(
            share=sum(map(_rate_of_host, times)) * delay / number,
            seconds_a_request=spent / count,
            megabytes_a_shard=sum(map(_resident, crawls)) / len(crawls),
            connections=connections - 1,
        )


def recoveries(server: Postgres, *, number: int) -> dict[str, float]:
    """Return, for each fault of PostgreSQL, the seconds from its end to the first request of the last host."""

    def freeze() -> None:
        processes = server.processes()
        for signum in (signal.SIGSTOP, signal.SIGCONT):
            for pid in processes:
                os.kill(pid, signum)
            time.sleep(_FROZEN if signum is signal.SIGSTOP else 0)

    def restart(mode: str) -> None:
        server.stop(mode)
        time.sleep(1)
        server.start()

    faults = {"restart": lambda: restart("fast"), "crash": lambda: restart("immediate"), "freeze": freeze}
    seconds = {}
    with _hosts(number, posts=500) as hosts, _fleet(server, hosts, _DELAY, 2) as fleet:
        for place in range(2):
            fleet.work("--rounds", str(number), "-q", folder=fleet.folder / f"m{place}")
        wait_until(lambda: all(len(host.requests) > 2 for host in hosts), 120)
        for name, fault in faults.items():
            fault()
            ended_at = time.time()
            flows = partial(_flow_since, hosts, ended_at)
            wait_until(flows, 120)
            seconds[name] = flows() - ended_at
    return seconds


def _flow_since(hosts: list[DemoHost], moment: float) -> float:
    """Return the time of the first request of the last host after `moment`; 0 if one has none."""
    first = [
        min((request.at for request in host.requests if request.at > moment), default=0) for host in hosts
    ]
    return max(first) if all(first) else 0


def _used(pid: int) -> float:
    """Return the seconds of processor time of a process and of its children that have ended."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, parts[11:13])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def status_seconds(server: Postgres, *, shards: int) -> tuple[float, float]:
    """Return the processor time of `fleet status` and `fleet status --json` of so many shards with five rounds each."""
    url = server.make_database()
    with _variable(url), folder() as place, closing(Fleet(url, place)) as fleet:
        fleet.run("init")
        fleet.execute(_MANY.format(count=shards))
        return _seconds(fleet, "status"), _seconds(fleet, "status", "--json")


def _seconds(fleet: Fleet, *words: str) -> float:
    before = os.times()
    ran = ended(fleet.start("fleet", *words))
    assert ran.code == 0, ran.err
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


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
        fleet.run("init")
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
    many, of_shard, delay, shards = (4, 2, 1.0, 200) if small else (300, 50, 12.0, 10_000)
    with closing(Postgres()) as server:
        rates = [rate(server, size, number=number, seconds=seconds) for size in sizes]
        pages, robots = repeated(server, number=number)
        loaded = load(
            server, number=many, of_shard=of_shard, workers=min(4, many), delay=delay, seconds=8 * seconds
        )
        plain, as_json = status_seconds(server, shards=shards)
        recovered = recoveries(server, number=number)
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
            "at most 1",
            f"{pages:.2f} ({robots:.2f} robots.txt)",
        ),
    ]
    rows += [
        Row(
            f"{many} hosts in shards of {of_shard}, 4 workers, a delay of {delay:g} s: requests, of one each delay",
            "at least 0.9",
            f"{loaded.share:.2f}",
        ),
        Row(
            "processor time of a request there, with parsing and storing",
            "at most 0.02 s without parsing",
            f"{loaded.seconds_a_request:.4f} s",
        ),
        Row(
            "memory of the round of a shard there, and connections to PostgreSQL",
            "-",
            f"{loaded.megabytes_a_shard:.0f} MB, {loaded.connections}",
        ),
        Row(
            f"processor time of `fleet status` and of `--json` for {shards} shards",
            "at most 2 s",
            f"{plain:.2f} s, {as_json:.2f} s",
        ),
    ]
    rows.append(
        Row(
            "seconds until all hosts flow after a fault of PostgreSQL",
            "at most 30",
            ", ".join(f"{name} {seconds:.1f}" for name, seconds in recovered.items()),
        )
    )
    with suppress(NotPermitted):
        name = "network cut from PostgreSQL: last request before the lock is free"
        rows.append(Row(name, "at least 5 s", f"{margin():.1f} s"))
    return rows
