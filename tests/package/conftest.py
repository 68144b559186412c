"""The distribution, built once from the checkout, and the wheel unpacked outside it."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.once import made_once
from tests.paths import ROOT


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """The files of a build: the wheel is built from the source distribution."""

    sdist: Path
    wheel: Path

    @property
    def version(self) -> str:
        """Return the version in the name of the wheel."""
        return self.wheel.name.split("-")[1]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build with the installed backend: no request leaves this machine."""

    def make(folder: Path) -> None:
        words = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
        ran = subprocess.run(words, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr

    folder = made_once(tmp_path_factory, "dist", make)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Built(sdist=sdist, wheel=wheel)


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the unpacked wheel, as an installer leaves it."""
    folder = tmp_path_factory.mktemp("site")
    with ZipFile(built.wheel) as wheel:
        wheel.extractall(folder)
    return folder
