"""Peak memory of `backup`, `reparse` and `merge`: a large blog against a small one; of `update` and `status` of a host."""

from bench.bench_blogs import filled
from bench.figures import Row
from bench.first_backups import LARGE, first_backup
from bench.running import command, folder

SMALL = 500
BLOGS = 5_000


def peaks(posts: int) -> tuple[float, float, float]:
    """Return the peak MiB of a first backup, a reparse on one core, and a merge into a new archive."""
    first = first_backup(posts)
    reparse = command("reparse", "--db", first.db, "--workers", "1", "-q").peak_mib
    with folder() as place:
        merge = command("merge", first.db, "--db", place / "merged.db", "-q").peak_mib
    return first.run.peak_mib, reparse, merge


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
