"""Peak memory of `backup` and of `reparse`: a large blog against a small one."""

from pathlib import Path

from bench.figures import Row
from bench.running import backup, command, demo_host, folder

SMALL, LARGE = 500, 20_000


def peaks(posts: int) -> tuple[float, float]:
    """Return the peak MiB of a first backup, and of a reparse of its pages on one core."""
    with demo_host("31182", posts=posts, comments=1) as urls, folder() as place:
        db: Path = place / "a.db"
        first = backup(db, *urls).peak_mib
        return first, command("reparse", "--db", db, "--workers", "1", "-q").peak_mib


def measure(*, small: bool = False) -> list[Row]:
    """Return a row for each command."""
    few, many = (5, 30) if small else (SMALL, LARGE)
    ones, others = peaks(few), peaks(many)
    return [
        Row(
            f"{name}: peak memory, {many:,} posts against {few}",
            "at most 1.3 ×",
            f"{other / one:.2f} × ({one:.0f} MiB, {other:.0f} MiB)",
        )
        for name, one, other in zip(("backup", "reparse"), ones, others, strict=True)
    ]
