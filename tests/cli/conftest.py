"""An archive of the demo blogs, and the command line in this process; only crawls need a process of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blogarchive.cli.group import run
from tests.once import demo_folder
from tests.tool import Ran

RunCli = Callable[..., Ran]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the archive of `blogarchive demo`, and its output."""
    folder = demo_folder(tmp_path_factory)
    return folder / "data" / "demo.db", (folder / "out").read_text("utf-8")


@pytest.fixture(scope="session")
def db(demo: tuple[Path, str]) -> Path:
    return demo[0]


@pytest.fixture
def run_cli(capsys: pytest.CaptureFixture[str]) -> RunCli:
    """Return a function that runs a command line and returns its output and exit code."""

    def result(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(word) for word in arguments])
        out, err = capsys.readouterr()
        return Ran(code=code, out=out, err=err)

    return result
