"""Export of posts and comments as Parquet: processor time against JSON Lines."""

from pathlib import Path

from bench.archives import filled
from bench.figures import Row
from bench.running import command, folder

_SEEN = "2025-02-01T09:00:00+00:00"


def export(kind: str, place: Path, db: Path) -> float:
    """Return the processor seconds of an export."""
    ran = command("export", kind, place / kind, "--db", db, "-q")
    if ran.exit_code:
        raise RuntimeError(f"export {kind} ended with {ran.exit_code}")
    return ran.cpu_seconds


def measure(*, small: bool = False) -> list[Row]:
    """Return the row."""
    posts = 200 if small else 20_000
    with folder() as place:
        with filled(place / "a.db", posts) as archive:
            for table in ("posts", "comments"):
                archive.execute(f"update {table} set first_seen_at = ?1, last_seen_at = ?1", (_SEEN,))
            archive.execute("update pages set fetched_at = ?", (_SEEN,))
        lines, tables = export("jsonl", place, place / "a.db"), export("parquet", place, place / "a.db")
    return [
        Row(
            f"export parquet of {posts:,} posts with {10 * posts:,} comments, against jsonl",
            "at most 1 ×",
            f"{tables / lines:.2f} × ({tables:.1f} s)",
        )
    ]
