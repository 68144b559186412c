"""Pages a second of several slow hosts in one run."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from time import perf_counter

from bench.figures import Row
from bench.running import command, folder
from tests.demo import DemoHost, make_blog
from tests.demo.server.http_server import LoggedRequest

DELAY = 0.8
_FIRST_UID = 30_000


@contextmanager
def slow_hosts(count: int, posts: int) -> Iterator[tuple[list[str], list[float]]]:
    """Serve a blog on each of `count` loopback addresses; yield their URLs, and the times of all requests."""
    times: list[float] = []

    def listen(_request: LoggedRequest) -> None:
        times.append(perf_counter())

    with ExitStack() as stack:
        hosts = [
            stack.enter_context(
                DemoHost(
                    [make_blog(str(_FIRST_UID + number), posts=posts, comments=0)],
                    address=f"127.0.1.{number}",
                    delay=DELAY,
                    observer=listen,
                )
            )
            for number in range(1, count + 1)
        ]
        yield [host.blog_url(str(_FIRST_UID + number)) for number, host in enumerate(hosts, 1)], times


def rate(count: int, requests: int) -> tuple[float, int]:
    """Return the requests a second of a run that is limited to `requests`, and how many were sent."""
    with slow_hosts(count, posts=60) as (urls, times), folder() as place:
        ran = command(
            "backup", *urls, "--site", "creaders", "--db", place / "a.db", "--delay", "0", "--no-media",
            "--max-requests", str(requests), "--json", "-q",
        )  # fmt: skip
        sent = int(json.loads(ran.stdout)["requests"])
    begun = sorted(times)[count:]  # robots.txt is first
    return (len(begun) - 1) / (begun[-1] - begun[0]), sent


def measure(*, small: bool = False) -> list[Row]:
    """Return the row of sixteen hosts."""
    count, requests = (4, 40) if small else (16, 400)
    seen, sent = rate(count, requests)
    return [
        Row(
            f"{count} hosts that answer in {DELAY} s: requests a second",
            f"at least {0.9 * count / DELAY:.0f}",
            f"{seen:.1f} ({count / DELAY:.0f} is the most; {sent} requests)",
        )
    ]
