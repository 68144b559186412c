"""Measure how long hostile pages take: `python -m tests.hostile.measure --size 500000 [KIND…]`.

Each page is parsed in a process of its own with a limit of time and memory. Prints one line per page: kind, place,
seconds of processor time, megabytes.
"""

import argparse
import multiprocessing
import resource
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import NamedTuple

from blogarchive.items import CrawledPage
from blogarchive.parsing.html.sanitize import sanitize
from blogarchive.sites.base import parse_page, site_names
from blogarchive.sites.normalize import normalize_page
from tests.hostile.kinds import KINDS
from tests.hostile.pages import PLACES, hostile_page

_MEMORY = 2 << 30


class Measured(NamedTuple):
    """Seconds of processor time to parse a page and to sanitize its bodies again; peak memory in MB."""

    parse: float
    show: float
    megabytes: int
    ended: str


def measure(kind: str, place: str, size: int, limit: int) -> Measured:
    """Return the cost of one page; `ended` says why the process ended early."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=_run, args=(kind, place, size, limit, sender)
    )
    process.start()
    sender.close()
    try:
        found = receiver.recv()
    except EOFError:
        process.join()
        return Measured(limit, 0, 0, f"ended by signal {-(process.exitcode or 0)}")
    process.join()
    return found


def _run(kind: str, place: str, size: int, limit: int, sender: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    page, target = hostile_page(kind, place, size)
    start = time.process_time()
    ended = ""
    try:
        parsed = normalize_page(CrawledPage(target=target, page=page, parsed=parse_page(page, target))).parsed
        middle = time.process_time()
        for post in parsed.posts:
            sanitize(post.body_html or "")
            for comment in post.comments:
                sanitize(comment.body_html or "")
    except Exception as error:  # noqa: BLE001 - the table names it
        middle, ended = time.process_time(), f"{type(error).__name__}: {error}"[:100]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sender.send(Measured(middle - start, time.process_time() - middle, peak, ended))


def main() -> None:
    """Measure the named kinds, or all, in all places."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*")
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--place", action="append", choices=PLACES)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--above", type=float, default=0, help="print only pages that take more seconds")
    options = parser.parse_args()
    site_names()
    pages = [(kind, place) for kind in options.kinds or KINDS for place in options.place or PLACES]
    with ThreadPoolExecutor(options.jobs) as pool:
        found = pool.map(lambda page: measure(*page, options.size, options.limit), pages)
        for (kind, place), cost in zip(pages, found, strict=True):
            if cost.ended or max(cost.parse, cost.show) >= options.above:
                line = f"{kind:26} {place:8} {cost.parse:6.2f} s {cost.show:6.2f} s {cost.megabytes:5} MB"
                sys.stdout.write(f"{line} {cost.ended}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
