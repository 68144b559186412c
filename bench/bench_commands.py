"""Processor time of commands: a second export of an unchanged archive against the first, `status`, `verify`.

Rendered formats and the commands: 5,000 posts with 25,000 comments. The others, which take less: six times as many.
"""

from pathlib import Path

from bench.figures import Row
from bench.large_archive import fill
from bench.running import command, folder

POSTS, BLOGS = 5_000, 300
RENDERED = ("html", "markdown", "epub")
STREAMED = ("jsonl", "jsonl --table", "atom", "warc", "wacz", "parquet")


def measure(*, small: bool = False) -> list[Row]:
    """Return a row for each export and for each command."""
    posts = 300 if small else POSTS
    rows = []
    with folder() as place:
        db = place / "a.db"
        fill(db, posts, authors=10 if small else BLOGS).close()
        rows += [_compare(kind, posts, db) for kind in RENDERED]
        for name in ("status", "verify"):
            figure = f"{command(name, '--db', db).cpu_seconds:.2f} s"
            rows.append(Row(f"{name} of {posts:,} posts: processor time", "", figure))
    with folder() as place:
        fill(place / "a.db", 6 * posts, authors=10 if small else BLOGS).close()
        rows += [_compare(kind, 6 * posts, place / "a.db") for kind in STREAMED]
    return rows


def _compare(kind: str, posts: int, db: Path) -> Row:
    """Export twice, and compare the processor seconds, with those of all processes."""
    name, *options = kind.split()
    words = ("export", name, db.parent / kind.replace(" ", ""), *options, "--db", db, "-q")
    first, second = (command(*words).cpu_seconds for _ in range(2))
    figure = f"{100 * second / first:.1f} % ({first:.1f} s, {second:.2f} s)"
    return Row(f"export {kind} of {posts:,} posts: again, unchanged", "at most 10 %", figure)
