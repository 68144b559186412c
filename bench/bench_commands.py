"""Processor time of commands at 5,000 posts with 25,000 comments: a second export against the first, `status`, `verify`."""

from pathlib import Path

from bench.figures import Row
from bench.large_archive import fill
from bench.running import command, folder

POSTS, BLOGS = 5_000, 300


def exports(kind: str, place: Path, db: Path) -> tuple[float, float]:
    """Return the processor seconds of an export, with those of its processes, and of the same export again."""
    words = ("export", kind, place / kind, "--db", db, "-q")
    first, second = (command(*words).cpu_seconds for _ in range(2))
    return first, second


def measure(*, small: bool = False) -> list[Row]:
    """Return a row for each export and for each command."""
    posts = 300 if small else POSTS
    with folder() as place:
        db = place / "a.db"
        fill(db, posts, authors=10 if small else BLOGS).close()
        rows = []
        for kind in ("html", "markdown"):
            first, second = exports(kind, place, db)
            figure = f"{100 * second / first:.1f} % ({first:.1f} s, {second:.1f} s)"
            rows.append(Row(f"export {kind} of {posts:,} posts: again, unchanged", "at most 10 %", figure))
        for name in ("status", "verify"):
            figure = f"{command(name, '--db', db).cpu_seconds:.2f} s"
            rows.append(Row(f"{name} of {posts:,} posts: processor time", "", figure))
    return rows
