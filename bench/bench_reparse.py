"""Reading stored pages again: against trafilatura on the same pages, and on two cores against one.

`reparse` does more than reading: it compares every reading with what is held, and writes what differs. Its start
(interpreter, imports) is measured on an empty selection and taken off.
"""

import statistics
import sys
from pathlib import Path

from bench.figures import Row
from bench.running import backup, command, demo_host, folder, run

ROUNDS = 3
POSTS = 600


def reparse(db: Path, workers: int, *words: str) -> float:
    """Seconds of one `reparse`."""
    return command("reparse", "--db", db, "--workers", str(workers), "-q", *words).seconds


def measure() -> list[Row]:
    """Both rows."""
    against, cores = [], []
    with demo_host("31182", posts=POSTS) as urls, folder() as place:
        db = place / "a.db"
        backup(db, *urls)
        for _ in range(ROUNDS):
            start = reparse(db, 1, "--failed")
            one, two = reparse(db, 1) - start, reparse(db, 2) - start
            theirs = float(run([sys.executable, "-m", "bench.trafilatura_pages", db]).stdout)
            against.append(theirs / one)
            cores.append(one / two)
    return [
        Row(
            "reparse: pages/s on one core, against trafilatura",
            "at least 5 ×",
            f"{statistics.median(against):.1f} ×",
        ),
        Row("reparse: two cores against one", "at least 1.7 ×", f"{statistics.median(cores):.2f} ×"),
    ]


if __name__ == "__main__":
    for row in measure():
        print(f"{row.name:75} {row.goal:25} {row.figure}")
