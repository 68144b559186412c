"""Processor time of commands: a second export against the first, `status`, `verify`.

Unchanged, rendered formats and the commands: 5,000 posts with 25,000 comments. The others, which take less: six times as
many. After an update: 2,000 posts of 1,500 characters of one blog; for html also 300, for parquet 30,000 of 300
characters.
"""

from math import inf
from pathlib import Path

from bench.figures import Row
from bench.large_archive import add_posts, fill
from bench.running import command, folder
from blogarchive.store.database.archive import Archive

POSTS, BLOGS = 5_000, 300
FEW, LENGTH, SHORT = 2_000, 700, 150
ROUNDS = 3  # the figures of one round vary by a tenth, and some goals are near
RENDERED = ("html", "markdown", "epub")
STREAMED = ("jsonl", "jsonl --table", "atom", "warc", "wacz", "parquet")
AFTER = {"html": 8, "markdown": 8, "epub": 15, "warc": 15, "wacz": 15, "parquet": 15, "jsonl": 0, "atom": 0}
"""Goals after ten new posts in percent of the first export; a feed and JSON Lines are written again."""


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
        add_posts(db, 10)
        figure = f"{command('verify', '--new', '--db', db).cpu_seconds:.2f} s"
        rows.append(Row(f"verify --new of {posts:,} posts, ten of them new: processor time", "", figure))
    with folder() as place:
        fill(place / "a.db", 6 * posts, authors=10 if small else BLOGS).close()
        rows += [_compare(kind, 6 * posts, place / "a.db") for kind in STREAMED]
    rows += _after_update(50 if small else FEW, AFTER, "ten new posts", new=10)
    rows += _after_update(6 * posts, {"parquet": 15}, "ten new posts", new=10, length=SHORT)
    return rows + _after_update(50 if small else BLOGS, {"html": 15}, "6 new posts and 3 gone", new=6, gone=3)


def _compare(kind: str, posts: int, db: Path) -> Row:
    """Export twice, and compare the processor seconds, with those of all processes."""
    first, second = (_export(kind, db) for _ in range(2))
    figure = f"{100 * second / first:.1f} % ({first:.1f} s, {second:.2f} s)"
    return Row(f"export {kind} of {posts:,} posts: again, unchanged", "at most 10 %", figure)


def _after_update(
    posts: int, goals: dict[str, int], change: str, *, new: int, gone: int = 0, length: int = LENGTH
) -> list[Row]:
    """Export, add posts and mark some as gone, and export again; both are the least of `ROUNDS`."""
    first, second = dict.fromkeys(goals, inf), dict.fromkeys(goals, inf)
    for _ in range(ROUNDS):
        with folder() as place:
            db = place / "a.db"
            fill(db, posts, authors=1, length=length).close()
            first = {kind: min(least, _export(kind, db)) for kind, least in first.items()}
            add_posts(db, new, length=length)
            with Archive.open(db) as archive:
                archive.execute("update posts set gone_at = last_seen_at where id <= ?", (gone,))
            second = {kind: min(least, _export(kind, db)) for kind, least in second.items()}
    return [
        Row(
            f"export {kind} of {posts:,} posts: after {change}",
            f"at most {goal} %" if goal else "",
            f"{100 * second[kind] / first[kind]:.1f} % ({first[kind]:.1f} s, {second[kind]:.2f} s)",
        )
        for kind, goal in goals.items()
    ]


def _export(kind: str, db: Path) -> float:
    """Return the processor seconds of an export beside the archive."""
    name, *options = kind.split()
    return command("export", name, db.parent / kind.replace(" ", ""), *options, "--db", db, "-q").cpu_seconds
