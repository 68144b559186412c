"""Peak memory of `backup` and of `reparse`: a large blog against a small one."""

from pathlib import Path

from bench.figures import Row
from bench.running import backup, command, demo_host, folder

SMALL, LARGE = 500, 20_000


def peaks(posts: int) -> tuple[float, float]:
    """Peak MiB of a first backup, and of reading its pages again on one core."""
    with demo_host("31182", posts=posts, comments=1) as urls, folder() as place:
        db: Path = place / "a.db"
        first = backup(db, *urls).peak_mib
        return first, command("reparse", "--db", db, "--workers", "1", "-q").peak_mib


def measure() -> list[Row]:
    """A row for each command."""
    small, large = peaks(SMALL), peaks(LARGE)
    return [
        Row(f"{name}: peak memory, {LARGE:,} posts against {SMALL}", "at most 1.3 ×", f"{b / a:.2f} ×")
        for name, a, b in zip(("backup", "reparse"), small, large, strict=True)
    ]


if __name__ == "__main__":
    for row in measure():
        print(f"{row.name:75} {row.goal:25} {row.figure}")
