"""Measure `reparse` against trafilatura on the same pages, on two cores against one, and parsing against lxml.

`reparse` also compares each parsed page with the stored rows and writes the differences. The time to start it
(interpreter, imports, first pages) is measured on a blog of one post and subtracted; trafilatura's start is not
counted. trafilatura extracts the fields that both return: text, comments, title, author, date. A second
measurement has text and comments alone. It extracts every fourth page only, to save time.

The parser of this process reads the post pages in turn with lxml's parser, which returns a tree and no more.
"""

import sqlite3
import statistics
import sys
from math import inf
from pathlib import Path
from time import process_time

from lxml import etree

from bench.figures import Row
from bench.running import backup, command, demo_host, folder, run
from blogarchive.items import PageKind
from blogarchive.parsing.charset.decoding import decode
from blogarchive.sites.base import parse_page
from blogarchive.store.database.archive import Archive
from blogarchive.store.pages.pages import stored_pages

ROUNDS = 3
POSTS = 1200
MARKUPS = {"tables": "tables in GBK", "lists": "lists", "html5": "HTML5", "lines": "lines parted by br"}
ASKED = {"all": "all that ours reads", "text": "text and comments alone"}
GOALS = {"all": "at least 8 ×", "text": "at least 4 ×"}
THEIRS = 150  # pages that trafilatura reads


def a_page(db: Path, first: Path, workers: int) -> tuple[float, float]:
    """Return seconds and processor seconds of `reparse` for each page that `db` has more than `first`, of one post."""
    whole, start = (command("reparse", "--db", one, "--workers", str(workers), "-q") for one in (db, first))
    count = pages(db) - pages(first)
    return (whole.seconds - start.seconds) / count, (whole.cpu_seconds - start.cpu_seconds) / count


def pages(db: Path) -> int:
    """Return the number of pages of the archive."""
    with sqlite3.connect(db) as connection:
        return int(connection.execute("select count(*) from pages").fetchone()[0])


def against(db: Path, first: Path, rounds: int) -> dict[str, float]:
    """Return our pages in the processor time of one page of trafilatura, for each way in `ASKED`."""
    ratios: dict[str, list[float]] = {asked: [] for asked in ASKED}
    every = max(1, pages(db) // THEIRS)
    for _ in range(rounds):
        _, ours = a_page(db, first, 1)
        for asked, found in ratios.items():
            words = [sys.executable, "-m", "bench.trafilatura_pages", db, str(every), asked]
            seconds, count = run(words).stdout.split()
            found.append(float(seconds) / int(count) / ours)
    return {asked: statistics.median(found) for asked, found in ratios.items()}


def cores(db: Path, first: Path, rounds: int) -> float:
    """Measure two cores against one."""
    return statistics.median(a_page(db, first, 1)[0] / a_page(db, first, 2)[0] for _ in range(rounds))


def against_lxml(db: Path, rounds: int) -> float:
    """Return the time to parse the post pages over that of lxml's parser; of each page both are the best of a few."""
    with Archive.open(db, read_only=True) as archive:
        posts = [one for one in stored_pages(archive) if one.target.kind is PageKind.POST]
    texts = [decode(one.page.body, one.page.header("Content-Type")).text for one in posts]
    ours, theirs = [inf] * len(posts), [inf] * len(posts)
    for _ in range(rounds + 1):  # the first one imports the parser
        for at, (one, text) in enumerate(zip(posts, texts, strict=True)):
            start = process_time()
            parse_page(one.page, one.target)
            middle = process_time()
            etree.HTML(text)
            ours[at] = min(ours[at], middle - start)
            theirs[at] = min(theirs[at], process_time() - middle)
    return sum(ours) / sum(theirs)


def archive(db: Path, markup: str, posts: int) -> Path:
    """Make an archive by a first backup of a generated blog."""
    with demo_host("31182", posts=posts, markup=markup) as urls:
        backup(db, *urls)
    return db


def measure(*, small: bool = False) -> list[Row]:
    """Return a row for each markup of the demo, and one for two cores."""
    posts, rounds = (10, 1) if small else (POSTS, ROUNDS)
    rows = []
    with folder() as place:
        for markup, words in MARKUPS.items():
            db = archive(place / f"{markup}.db", markup, posts if markup == "tables" else max(10, posts // 3))
            first = archive(place / f"{markup}-first.db", markup, 1)
            for asked, ratio in against(db, first, rounds).items():
                name = f"reparse: pages/s on one core, against trafilatura, {ASKED[asked]}; {words}"
                rows.append(Row(name, GOALS[asked], f"{ratio:.1f} ×"))
            name = f"parse: a post page, against lxml's parser alone; {words}"
            rows.append(Row(name, "at most 3 ×", f"{against_lxml(db, rounds):.1f} ×"))
        figure = f"{cores(place / 'tables.db', place / 'tables-first.db', rounds):.2f} ×"
        return [*rows, Row("reparse: two cores against one", "at least 1.7 ×", figure)]
