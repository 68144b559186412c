"""A kill at any moment leaves the earlier files or the new ones, complete, and the same command continues."""

import contextlib
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.export.run import run_export
from tests.export.conftest import HOST, Made, all_bytes

_CODE = """
import sys
from importlib import import_module
from pathlib import Path
from blogarchive.export.run import run_export
kind, archive, out = sys.argv[1:]
if __name__ == "__main__":  # a worker imports this too
    import_module(f"blogarchive.export.{kind}")
    print("ready", flush=True)
    run_export(kind, Path(archive), Path(out))
"""


@pytest.mark.parametrize("kind", ["jsonl", "table", "epub", "wacz", "parquet"])
def test_a_killed_export_leaves_the_old_or_the_new_file(made: Made, tmp_path: Path, kind: str) -> None:
    author = made.blog()
    for number in range(400):
        made.post(author, number, f"题 {number}", f"<p>{'字' * 500}</p>")
        made.page(f"{HOST}/{number}", f"<p>{number}</p>".encode() * 2000)
    archive = made.done()
    out = tmp_path / "out" / "blog"
    out.parent.mkdir()
    run_export(kind, archive, out)
    old = all_bytes(out.parent)
    with closing(sqlite3.connect(archive)) as connection, connection:
        connection.execute("update posts set views = views + 1")
        connection.execute("update pages set url = url || '.html'")
    seconds = _run(kind, archive, tmp_path / "new" / "blog", None)
    new = all_bytes(tmp_path / "new")
    for part in range(5):
        _run(kind, archive, out, seconds * part / 5)
        found = {name: content for name, content in all_bytes(out.parent).items() if _is_shown(name)}
        assert found.keys() == old.keys()
        assert all(content in (old[name], new[name]) for name, content in found.items())
    assert _run(kind, archive, out, None)
    assert all_bytes(out.parent) == new
    assert run_export(kind, archive, out).unchanged


def test_a_killed_export_of_many_files_leaves_complete_ones_and_continues(made: Made, tmp_path: Path) -> None:
    author = made.blog()
    for number in range(300):
        made.post(author, number, f"题 {number}", f"<p>{'字' * 2000}</p>")
    archive = made.done()
    whole = run_export("html", archive, tmp_path / "whole").out
    out = tmp_path / "out"
    with subprocess.Popen([sys.executable, "-c", _CODE, "html", archive, out]) as process:
        with contextlib.suppress(FileNotFoundError):
            while process.poll() is None and len(list(out.rglob("*.html"))) < 40:
                time.sleep(0.01)
        process.kill()
    expected = all_bytes(whole)
    found = {name: content for name, content in all_bytes(out).items() if not name.endswith(".part")}
    found.pop(".blogarchive-export")
    assert len(found) >= 20
    assert all(expected[name] == content for name, content in found.items())
    run_export("html", archive, out)
    assert all_bytes(out) == expected


def _is_shown(name: str) -> bool:
    return not Path(name).name.startswith(".")


def _run(kind: str, archive: Path, out: Path, kill_after: float | None) -> float:
    """Export in a process, killed after so many seconds of work if given; return the seconds."""
    words = [sys.executable, "-c", _CODE, kind, archive, out]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        start = time.monotonic()
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        code = process.wait()
        assert kill_after is not None or code == 0
    return time.monotonic() - start
