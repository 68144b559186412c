"""Runs the benchmarks and prints one table: `python -m bench`, or `python -m bench dates update` for some of them.

Every figure is a ratio measured side by side in one run. The rows are kept as JSON in bench/results/, with the
machine and the versions, to compare with later.
"""

import importlib
import json
import os
import pkgutil
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import bench
from bench.figures import Row

RESULTS = Path(__file__).parent / "results"
LIBRARIES = ("scrapy", "lxml", "sqlite-utils", "chardet", "dateparser", "datasette", "trafilatura")


def names() -> list[str]:
    """The benchmarks there are, without their `bench_`."""
    modules = (module.name for module in pkgutil.iter_modules(bench.__path__))
    return [name.removeprefix("bench_") for name in modules if name.startswith("bench_")]


def machine() -> str:
    """Cores and versions, in one line."""
    parts = [f"{len(os.sched_getaffinity(0))} cores", f"Python {platform.python_version()}"]
    parts.append(f"SQLite {sqlite3.sqlite_version}")
    return ", ".join([*parts, *(f"{name} {version(name)}" for name in LIBRARIES)])


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| what | goal | measured |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {row.name} | {row.goal} | {row.figure} |" for row in rows)])


def main(wanted: list[str]) -> int:
    """Run the benchmarks named, all where none is; gives the exit code."""
    unknown = set(wanted) - set(names())
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in wanted or names():
        print(f"{name} …", file=sys.stderr)
        rows += [Row(*row) for row in importlib.import_module(f"bench.bench_{name}").measure()]
    print(table(rows))
    print(f"\n{machine()}")
    RESULTS.mkdir(exist_ok=True)
    moment = datetime.now(UTC)
    kept = {
        "at": moment.isoformat(timespec="seconds"),
        "machine": machine(),
        "rows": [row._asdict() for row in rows],
    }
    file = RESULTS / f"{moment:%Y%m%dT%H%M%SZ}.json"
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
