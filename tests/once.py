"""What many tests read, made once for all workers of a run and copied for each."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest
from filelock import FileLock

from tests.tool import run_command


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a copy of the folder that `make` has filled; the worker that needs it first calls `make`."""
    base = factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    folder, partial = shared / name, shared / f"{name}-partial"
    with FileLock(shared / f"{name}.lock"):
        if not folder.exists():
            partial.mkdir()
            make(partial)
            partial.rename(folder)
    return Path(copytree(folder, factory.mktemp("own") / name))


def demo_folder(factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which `blogarchive demo` has run; its output is the file `out`."""
    return made_once(factory, "demo", _run_demo)


def _run_demo(folder: Path) -> None:
    ran = run_command("demo", folder=folder)
    assert ran.code == 0, ran.err
    (folder / "out").write_text(ran.out, "utf-8")
