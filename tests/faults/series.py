"""Run every command over damaged copies of an archive: `python -m tests.faults.series FILE [--each N] [--seed N]`.

Prints each command that ends in an uncaught exception, then the numbers of variants and of exceptions by command.
"""

import argparse
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.damage import damaged_copies
from tests.faults.run_commands import Ended, run_all
from tests.sql import read_sql

Variant = tuple[str, bytes, bytes]
"""Name, bytes of the file, bytes of its write-ahead log."""


def copy_with_log(archive: Path, folder: Path) -> tuple[bytes, bytes]:
    """Return the bytes of the file and of its log, copied while a program that has written is still running."""
    db = folder / "logged.db"
    db.write_bytes(archive.read_bytes())
    with closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("update posts set views = coalesce(views, 0) + 1")
        connection.execute("update comments set likes = coalesce(likes, 0) + 1")
        return db.read_bytes(), Path(f"{db}-wal").read_bytes()


def variants(archive: Path, each: int, seed: int) -> Iterator[Variant]:
    """Yield damaged copies of the file, then of its log."""
    for name, data in damaged_copies(archive.read_bytes(), each, seed):
        yield name, data, b""
    with TemporaryDirectory() as folder:
        data, wal = copy_with_log(archive, Path(folder))
    for name, damaged in damaged_copies(wal, max(1, each // 4), seed):
        yield f"wal-{name}", data, damaged


def _run(task: tuple[Variant, Path, Path, str]) -> tuple[str, list[Ended]]:
    (name, data, wal), whole, folder, number = task
    return name, run_all(data, wal, whole, folder / name, number)


def main() -> None:
    """Run the series and print its result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--each", type=int, default=19)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    number = str(read_sql(options.archive, "select number from posts where body_text <> ''")[0][0])
    codes: Counter[str] = Counter()
    bad_variants = set()
    count = 0
    with TemporaryDirectory() as folder, get_context("fork").Pool(2, maxtasksperchild=20) as pool:
        tasks = (
            (variant, options.archive, Path(folder) / "runs", number)
            for variant in variants(options.archive, options.each, options.seed)
            if variant[0].startswith(options.only)
        )
        for name, results in pool.imap_unordered(_run, tasks):
            count += 1
            for ended in results:
                codes[f"{ended.command.split()[0]} {ended.code}"] += 1
                if not ended.is_good:
                    bad_variants.add(name)
                    sys.stdout.write(f"=== {name}: {ended.command}\n{ended.err[-1500:]}\n")
                    sys.stdout.flush()
    sys.stdout.write(f"{count} variants, {len(bad_variants)} with an uncaught exception\n")
    for line, number_of in sorted(codes.items()):
        sys.stdout.write(f"{line}: {number_of}\n")


if __name__ == "__main__":
    main()
