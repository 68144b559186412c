"""A kill at any moment leaves the earlier files or the new ones, complete, and the same command continues."""

import contextlib
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from blogarchive.export.run import run_export
from tests.export.conftest import HOST, Made, all_bytes
from tests.sql import run_sql
from tests.tool import FORKSERVER

_CODE = """
from blogarchive.export.run import load_exporter, run_export
load_exporter(kind)
ready.set()
run_export(kind, archive, out)
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
    run_sql(archive, "update posts set views = views + 1")
    run_sql(archive, "update pages set url = url || '.html'")
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
    process = _start("html", archive, out)
    with contextlib.suppress(FileNotFoundError):
        while process.is_alive() and len(list(out.rglob("*.html"))) < 40:
            time.sleep(0.01)
    process.kill()
    process.join()
    expected = all_bytes(whole)
    found = {name: content for name, content in all_bytes(out).items() if not name.endswith(".part")}
    found.pop(".blogarchive-export")
    assert len(found) >= 20
    assert all(expected[name] == content for name, content in found.items())
    run_export("html", archive, out)
    assert all_bytes(out) == expected


def test_an_export_killed_at_its_first_file_continues(made: Made, tmp_path: Path) -> None:
    made.post(made.blog(), 1, "题", "<p>字</p>")
    out = tmp_path / "out"
    out.mkdir()
    (out / "..blogarchive-export.part").write_bytes(b"blog")
    run_export("markdown", made.done(), out)
    assert not [name for name in all_bytes(out) if name.endswith(".part")]
    assert [name for name in all_bytes(out) if name.endswith(".md")]


def _is_shown(name: str) -> bool:
    return not Path(name).name.startswith(".")


def _start(kind: str, archive: Path, out: Path) -> BaseProcess:
    """Start an export in a process that has imported its modules."""
    ready = FORKSERVER.Event()
    names = {"kind": kind, "archive": archive, "out": out, "ready": ready}
    process = FORKSERVER.Process(target=exec, args=(_CODE, names))
    process.start()
    ready.wait()
    return process


def _run(kind: str, archive: Path, out: Path, kill_after: float | None) -> float:
    """Export in a process, killed after so many seconds of work if given; return the seconds."""
    process = _start(kind, archive, out)
    start = time.monotonic()
    process.join(kill_after)
    if kill_after is not None:
        process.kill()
        process.join()
    assert kill_after is not None or process.exitcode == 0
    return time.monotonic() - start
