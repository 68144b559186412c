"""The table of all rows, the machine of the measurement, and the stored JSON for comparisons."""

import json
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.figures import Row, verdict
from blogarchive.workers.pool import count_cores

RESULTS = Path(__file__).parent / "results"
_LIBRARIES = ("scrapy", "lxml", "chardet", "dateparser", "datasette", "trafilatura")


def machine() -> str:
    """Return cores and versions in one line."""
    parts = [f"{count_cores()} cores", platform.machine(), f"Python {platform.python_version()}"]
    parts.append(f"SQLite {sqlite3.sqlite_version}")
    return ", ".join([*parts, *(f"{name} {version(name)}" for name in _LIBRARIES)])


def table(rows: Sequence[Row], before: Mapping[str, str], *, judged: bool = True) -> str:
    """Return the rows as Markdown, with the figures of `before` under the same names beside them, if any.

    If `judged`, a column shows whether each goal was reached.
    """
    heads = ["what", "goal", "measured", ""] + (["before"] if before else [])
    lines = [heads, ["---"] * len(heads)]
    for row in rows:
        cells = [row.name, row.goal, row.figure, verdict(row) if judged else ""]
        lines.append(cells + ([before.get(row.name, "")] if before else []))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def keep(rows: Sequence[Row], folder: Path = RESULTS) -> Path:
    """Store the rows as JSON in a file named by the current time."""
    moment = datetime.now(UTC)
    kept = {
        "at": moment.isoformat(timespec="seconds"),
        "version": _own_version(),
        "load": round(os.getloadavg()[0], 1),
        "machine": machine(),
        "rows": [row._asdict() | {"verdict": verdict(row)} for row in rows],
    }
    folder.mkdir(exist_ok=True, parents=True)
    file = folder / f"{moment:%Y%m%dT%H%M%SZ}.json"
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
    return file


def _own_version() -> str:
    """Return the version of the checkout; that of an editable installation is older."""
    words = [sys.executable, "-m", "hatchling", "version"]
    folder = Path(__file__).parents[1]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def figures_of(file: Path) -> dict[str, str]:
    """Return the figures of a stored file by the names of its rows."""
    return {row["name"]: row["figure"] for row in json.loads(file.read_text("utf-8"))["rows"]}
