"""A first backup: its requests against the posts of the blog, its time against two spiders on the same URLs.

The processor time of a backup is that of all its processes.
"""

import json
import sqlite3
import statistics
import sys
from pathlib import Path

from bench.figures import Row, Run
from bench.running import backup, demo_host, folder, run

ROUNDS = 3


def urls_of(db: Path) -> list[str]:
    """Return the fetched URLs of the archive, in order."""
    with sqlite3.connect(db) as connection:
        rows = connection.execute(
            "select url from frontier where fetched_at is not null order by fetched_at, id"
        )
        return [url for (url,) in rows]


def requests(posts: int) -> Row:
    """Measure requests of a first backup against posts and further comment pages."""
    with demo_host("31182", posts=posts) as urls, folder() as place:
        done = json.loads(backup(place / "a.db", *urls).stdout)
        with sqlite3.connect(place / "a.db") as connection:
            held = connection.execute("select count(*) from posts where content_hash is not null").fetchone()[
                0
            ]
            further = connection.execute("select count(*) from frontier where kind = 'comments'").fetchone()[
                0
            ]
    if held != posts:
        raise AssertionError(f"{held} of {posts} posts were kept")
    ratio = done["requests"] / (posts + further)
    return Row(
        f"backup: requests of a first one of {posts} posts, against posts + further comment pages",
        "at most 1.25 ×",
        f"{ratio:.2f} ×",
    )


def seconds(posts: int, rounds: int) -> list[Row]:
    """Measure the time of a first backup against two spiders; each figure is the median of pairs."""
    bare, by_hand = list[tuple[Run, Run]](), list[tuple[Run, Run]]()
    with demo_host("31182", posts=posts) as urls:
        for _ in range(rounds):
            with folder() as place:
                ours = backup(place / "a.db", *urls)
                (place / "urls").write_text("\n".join(urls_of(place / "a.db")), "utf-8")
                spider: list[str | Path] = [sys.executable, "-m", "bench.bare_spider", place / "urls"]
                bare.append((ours, run(spider)))
                by_hand.append((ours, run([*spider, place / "by-hand.db"])))
    name = f"backup: time for {posts} posts, against a"
    return [
        Row(f"{name} bare spider on the same URLs", "at most 1.4 ×", _ratios(bare)),
        Row(f"{name} spider written by hand (parsel, sqlite-utils, FTS)", "at most 0.8 ×", _ratios(by_hand)),
    ]


def _ratios(pairs: list[tuple[Run, Run]]) -> str:
    """Return the medians of the ratios of time, and of processor time."""
    time = statistics.median(ours.seconds / other.seconds for ours, other in pairs)
    processor = statistics.median(ours.cpu_seconds / other.cpu_seconds for ours, other in pairs)
    return f"{time:.2f} × (processor time {processor:.2f} ×)"


def measure(*, small: bool = False) -> list[Row]:
    """Return requests, and times for a blog of 200 months beside each post and for one of 33."""
    if small:
        return [requests(20), *seconds(5, 1)]
    return [requests(500), *seconds(2000, ROUNDS), *seconds(200, ROUNDS)]
