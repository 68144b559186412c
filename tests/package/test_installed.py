"""The wheel works outside the checkout: the command line, the demo, exports and the served pages."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.package.conftest import Built


class Installed:
    """Runs the unpacked wheel in a folder of its own."""

    def __init__(self, site: Path, folder: Path) -> None:
        self._options = {"cwd": folder, "env": os.environ | {"PYTHONPATH": str(site)}, "text": True}

    def run(self, *words: str) -> str:
        """Return what `python WORDS` prints; raises CalledProcessError."""
        return subprocess.run(
            [sys.executable, *words], check=True, capture_output=True, **self._options
        ).stdout  # type: ignore[call-overload]

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start `blogarchive WORDS`, with its messages in a pipe."""
        words = (sys.executable, "-m", "blogarchive", *words)
        return subprocess.Popen(words, stderr=subprocess.PIPE, **self._options)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def program(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return the program in a folder with the archive of its demo."""
    program = Installed(installed, tmp_path_factory.mktemp("home"))
    assert "16 posts, 40 comments" in program.run("-m", "blogarchive", "demo")
    return program


def test_the_program_is_that_of_the_wheel_and_says_its_version(
    program: Installed, installed: Path, built: Built
) -> None:
    assert program.run("-m", "blogarchive", "--version").strip().endswith(f" {built.version}")
    modules = "import blogarchive, spiders, pipelines; print(blogarchive.__file__, spiders.__file__)"
    assert all(Path(path).is_relative_to(installed) for path in program.run("-c", modules).split())


def test_the_archive_of_the_demo_can_be_exported_and_served(program: Installed, tmp_path: Path) -> None:
    program.run("-m", "blogarchive", "export", "html", str(tmp_path / "out"), "--db", "data/demo.db")
    assert (tmp_path / "out" / "index.html").is_file()
    with program.start("serve", "--db", "data/demo.db", "--port", "0") as server:
        try:
            assert server.stderr is not None
            url = re.search(r"http://\S+", server.stderr.readline())
            assert url is not None
            with urlopen(url[0]) as page:
                assert "北窗闲话" in page.read().decode()
        finally:
            server.terminate()
