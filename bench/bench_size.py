"""Size of the archive: page bytes as stored against as served, and growth if only counters change."""

import sqlite3
from pathlib import Path

from bench.figures import Row
from bench.running import backup, command, folder
from tests.demo import DemoHost, make_blog
from tests.demo.changes import move_counters

POSTS = 500
UPDATES = 10


def stored_share(db: Path) -> float:
    """Return stored bytes over served bytes."""
    with sqlite3.connect(db) as connection:
        stored, served = connection.execute("select sum(length(body)), sum(body_size) from pages").fetchone()
    return float(stored / served)


def measure(*, small: bool = False) -> list[Row]:
    """Return both rows, and the total size for each post."""
    posts, updates = (5, 2) if small else (POSTS, UPDATES)
    with DemoHost([make_blog("31182", posts=posts)]) as host, folder() as place:
        db = place / "a.db"
        backup(db, host.blog_url("31182"))
        share, before = stored_share(db), db.stat().st_size
        for _ in range(updates):
            host.change("31182", move_counters())
            command("update", "--full", "--db", db, "--delay", "0", "--no-media", "-q")
        growth = db.stat().st_size / before - 1
    return [
        Row("page bytes as stored, against as served", "at most 30 %", f"{share:.1%}"),
        Row(
            "the whole file, a post (page, texts, comments, search index)",
            "",
            f"{before / posts / 1024:.0f} KiB",
        ),
        Row(
            f"growth over {updates} full updates in which only counters moved", "at most 5 %", f"{growth:.1%}"
        ),
    ]
