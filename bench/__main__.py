"""Run the benchmarks and print one table: `python -m bench`, or `python -m bench dates update` for some of them.

Each figure is a ratio of two measurements of one run. The rows are stored as JSON in bench/results/, with the
machine and the versions; `--against FILE` prints those of an earlier file beside them. `--small` runs everything
on little data, in a minute or two: its figures mean nothing. `--large` adds rows of an archive of a million posts.
"""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

import bench
from bench.figures import Row
from bench.table import RESULTS, figures_of, keep, machine, table


def names() -> list[str]:
    """Return the names of the benchmarks, without `bench_`."""
    modules = (module.name for module in pkgutil.iter_modules(bench.__path__))
    return [name.removeprefix("bench_") for name in modules if name.startswith("bench_")]


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; all by default")
    parser.add_argument("--small", action="store_true", help="little data, quickly; the figures mean nothing")
    parser.add_argument("--large", action="store_true", help="rows of a million posts too; they take long")
    parser.add_argument("--against", type=Path, metavar="FILE", help="an earlier file of bench/results/")
    parser.add_argument("--results", type=Path, default=RESULTS, help=argparse.SUPPRESS)
    chosen = parser.parse_args(words)
    unknown = sorted(set(chosen.names) - set(names()))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(names())}")
    return chosen


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmarks named in `words`, print and store their table, and return the exit code."""
    chosen = _arguments(words)
    rows: list[Row] = []
    # Memory first: to the system the peak of a process that starts another is the other's as well.
    for name in sorted(chosen.names or names(), key=lambda name: name != "memory"):
        print(f"{name} …", file=sys.stderr, flush=True)
        benchmark = importlib.import_module(f"bench.bench_{name}")
        rows += [Row(*row) for row in benchmark.measure(small=chosen.small)]
        if chosen.large and hasattr(benchmark, "measure_large"):
            rows += [Row(*row) for row in benchmark.measure_large()]
    print(table(rows, figures_of(chosen.against) if chosen.against else {}, judged=not chosen.small))
    print(f"\n{machine()}")
    if not chosen.small:
        print(f"kept in {keep(rows, chosen.results)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
