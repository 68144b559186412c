"""Measure how long hostile pages take: `python -m tests.hostile.measure [--size 500000] [KIND…]`.

Each page is parsed in a process of its own with a limit of time and memory. Prints one line per page: kind, place,
seconds of processor time to parse, to store and to show it, megabytes.
"""

import argparse
import multiprocessing
import resource
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from blogarchive.items import CrawledPage
from blogarchive.parsing.sanitize import sanitize
from blogarchive.sites.base import MAX_PAGE_BYTES, MAX_TAGS, parse_page, site_names
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.save_page import save_page
from tests.hostile.kinds import KINDS
from tests.hostile.pages import PLACES, hostile_page

_MEMORY = 2 << 30
_SAMPLE = 100_000


class Measured(NamedTuple):
    """Seconds of processor time to parse, to store and to show a page; peak memory in MB."""

    parse: float
    store: float
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
        return Measured(limit, 0, 0, 0, f"ended by signal {-(process.exitcode or 0)}")
    process.join()
    return found


def _run(kind: str, place: str, size: int, limit: int, sender: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    page, target = hostile_page(kind, place, size)
    moments = [time.process_time()]
    try:
        crawled = normalize_page(CrawledPage(target=target, page=page, parsed=parse_page(page, target)))
        moments.append(time.process_time())
        with (
            TemporaryDirectory() as folder,
            Archive.open(Path(folder) / "archive.db", create=True) as archive,
        ):
            save_page(archive, crawled, None)
        moments.append(time.process_time())
        for post in crawled.parsed.posts:
            for body in (post.body_html, *(comment.body_html for comment in post.comments)):
                sanitize(body or "")
        ended = ""
    except Exception as error:  # noqa: BLE001 - the table names it
        ended = f"{type(error).__name__}: {error}"[:100]
    moments += [time.process_time()] * (4 - len(moments))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sender.send(Measured(*(end - start for start, end in pairwise(moments)), peak, ended))


def largest_size(kind: str) -> int:
    """Return the largest size of this content in a page that is still parsed."""
    tags = KINDS[kind](_SAMPLE).count(b"<")
    return min(MAX_PAGE_BYTES - 10_000, _SAMPLE * (MAX_TAGS - 200) // max(tags, 1))


def main() -> None:
    """Measure the named kinds, or all, in all places."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*")
    parser.add_argument("--size", type=int, help="bytes; by default the largest that is parsed")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--place", action="append", choices=PLACES)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--above", type=float, default=0, help="print only pages that take more seconds")
    options = parser.parse_args()
    site_names()
    pages = [(kind, place) for kind in options.kinds or KINDS for place in options.place or PLACES]
    with ThreadPoolExecutor(options.jobs) as pool:
        found = pool.map(
            lambda page: measure(*page, options.size or largest_size(page[0]), options.limit), pages
        )
        for (kind, place), cost in zip(pages, found, strict=True):
            if cost.ended or max(cost[:3]) >= options.above:
                seconds = "".join(f"{second:6.2f} s" for second in cost[:3])
                line = f"{kind:28} {place:8} {seconds} {cost.megabytes:5} MB"
                sys.stdout.write(f"{line} {cost.ended}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
