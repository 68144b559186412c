"""Measure `reparse` against trafilatura on the same pages, on two cores against one, and parsing against lxml.

`reparse` also compares each parsed page with the stored rows and writes the differences. The time to start it
(interpreter, imports, first pages) is measured on a blog of one post and subtracted; trafilatura's start is not
counted. trafilatura extracts the fields that both return: text, comments, title, author, date. A second
measurement has text and comments alone. It extracts every fourth page only, to save time. The blogs of the demo
host have short posts; each markup is measured with the lengths of the known page too.

This process parses the post pages in turn, with its parser and with lxml's, which returns a tree alone.
"""

import sqlite3
import statistics
import sys
from collections.abc import Sequence
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
KNOWN = ("--length", "4000", "--months", "32")
"""Characters of a text and months, as on the one known page of blog.creaders.net; the demo's own have 500."""
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


def archive(db: Path, markup: str, posts: int, shape: Sequence[str] = ()) -> Path:
    """Make an archive by a first backup of a generated blog; `shape` are arguments of the demo host."""
    with demo_host("31182", posts=posts, markup=markup, shape=shape) as urls:
        backup(db, *urls)
    return db


def _measure_markup(place: Path, markup: str, posts: int, rounds: int, shape: Sequence[str]) -> list[Row]:
    """Return the rows of a markup, of blogs with the demo's own lengths or with those of `shape`."""
    words = MARKUPS[markup] + (", as long as the known page" if shape else "")
    db = archive(place / f"{markup}{len(shape)}.db", markup, posts, shape)
    first = archive(place / f"{markup}{len(shape)}-first.db", markup, 1)
    rows = []
    for asked, ratio in against(db, first, rounds).items():
        name = f"reparse: pages/s on one core, against trafilatura, {ASKED[asked]}; {words}"
        rows.append(Row(name, GOALS[asked], f"{ratio:.1f} ×"))
    name = f"parse: a post page, against lxml's parser alone; {words}"
    return [*rows, Row(name, "at most 3 ×", f"{against_lxml(db, rounds):.1f} ×")]


def measure(*, small: bool = False) -> list[Row]:
    """Return rows for each markup of the demo, short and long; and one row for two cores."""
    posts, rounds = (10, 1) if small else (POSTS, ROUNDS)
    few = max(10, posts // 3)
    rows = []
    with folder() as place:
        for markup in MARKUPS:
            rows += _measure_markup(place, markup, posts if markup == "tables" else few, rounds, ())
            rows += _measure_markup(place, markup, few, rounds, KNOWN)
        figure = f"{cores(place / 'tables0.db', place / 'tables0-first.db', rounds):.2f} ×"
        return [*rows, Row("reparse: two cores against one", "at least 1.7 ×", figure)]
