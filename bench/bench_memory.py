"""Peak memory of `backup`, `reparse` and `merge`: a large blog against a small one; of `update` and `status` of a host."""

from pathlib import Path

from bench.bench_blogs import filled
from bench.figures import Row
from bench.running import backup, command, demo_host, folder

SMALL, LARGE = 500, 20_000
BLOGS = 5_000


def peaks(posts: int) -> tuple[float, float, float]:
    """Return the peak MiB of a first backup, of a reparse of its pages on one core, and of a merge into a new archive."""
    with demo_host("31182", posts=posts, comments=1) as urls, folder() as place:
        db: Path = place / "a.db"
        first = backup(db, *urls).peak_mib
        reparse = command("reparse", "--db", db, "--workers", "1", "-q").peak_mib
        return first, reparse, command("merge", db, "--db", place / "merged.db", "-q").peak_mib


def of_a_host(blogs: int) -> Row:
    """Return the row of the commands on a host of many blogs of which none is due."""
    with folder() as place:
        filled(place / "a.db", blogs, posts=0, failed=blogs).close()
        update = command("update", "--db", place / "a.db", "--delay", "0", "--no-media", "-q").peak_mib
        status = command("status", "--db", place / "a.db").peak_mib
    return Row(
        f"update and status of {blogs:,} blogs: peak memory",
        "at most 200 MiB",
        f"{update:.0f} and {status:.0f} MiB",
    )


def measure(*, small: bool = False) -> list[Row]:
    """Return a row for each command, and one for a host."""
    few, many = (5, 30) if small else (SMALL, LARGE)
    ones, others = peaks(few), peaks(many)
    return [
        of_a_host(50 if small else BLOGS),
        *(
            Row(
                f"{name}: peak memory, {many:,} posts against {few}",
                "at most 1.3 ×",
                f"{other / one:.2f} × ({one:.0f} MiB, {other:.0f} MiB)",
            )
            for name, one, other in zip(("backup", "reparse", "merge"), ones, others, strict=True)
        ),
    ]
