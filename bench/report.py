"""Write `docs/measured.md`: `python -m bench.report [FILE…]`.

Each FILE is a result of `python -m bench`; by default the newest. Of a row in several files, the last one is taken.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.counted_tests import Counted, count_tests
from bench.figures import Row
from bench.table import RESULTS, table

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "measured.md"

_IDLE_LOAD = 3.5  # of two cores: a benchmark has up to three processes

_HEAD = """# What was measured

`make measured` runs the benchmarks, counts the tests and writes this page. [Performance](performance.md) explains the
figures, the goals that are missed and how to measure a change.
"""
_FIGURES = """## Speed, requests, size, memory

Each figure is a ratio of two measurements of one run, or a count; absolute times mean nothing on another machine.
"short" marks a goal that is missed.
"""
_TESTS = """## Tests

Real parts run: servers, processes, a browser, SQLite files. Random cases are the same in each run (Hypothesis);
`FUZZ_EXAMPLES=500` draws others. Many tests go through hundreds of generated pages in one test; such a test counts once.
"""


def main(words: Sequence[str]) -> int:
    """Write the page from the files named in `words`, and return the exit code."""
    files = [Path(word) for word in words] or sorted(RESULTS.glob("*.json"))[-1:]
    if not files:
        print("no result of a benchmark: run `python -m bench` first", file=sys.stderr)
        return 2
    PAGE.write_text(page(files, count_tests(str(ROOT / "tests"))), "utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")
    return 0


def page(files: Sequence[Path], counted: Sequence[Counted]) -> str:
    """Return the page in Markdown."""
    results = [json.loads(file.read_text("utf-8")) for file in files]
    rows = {
        row["name"]: Row(row["name"], row["goal"], row["figure"]) for each in results for row in each["rows"]
    }
    origin = "\n".join(dict.fromkeys(_origin(each) for each in results))
    return "\n".join(
        [_HEAD, _FIGURES, f"{origin}\n", f"{table(list(rows.values()), {})}\n", _TESTS, _table(counted)]
    )


def _origin(result: dict[str, Any]) -> str:
    """Return the date, versions and machine, and a warning if other programs used it."""
    busy = result["load"] > _IDLE_LOAD
    warning = " Other programs kept the machine busy: figures of time are not reliable." if busy else ""
    return (
        f"Measured on {result['at'][:10]} with blogarchive {result['version']}: {result['machine']}.{warning}"
    )


def _table(counted: Sequence[Counted]) -> str:
    lines = ["| tests of | number | random cases of these |", "| --- | ---: | ---: |"]
    lines += [f"| {kind} | {tests:,} | {cases:,} |" for kind, tests, cases in counted]
    total, cases = sum(row.tests for row in counted), sum(row.random_cases for row in counted)
    return "\n".join([*lines, f"| **all** | **{total:,}** | **{cases:,}** |", ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
