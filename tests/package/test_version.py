"""The version is the tag of the commit; without tags it is a development version of the last release."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a shallow clone without tags, as CI services make it."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone of the repository")
    words = ["git", "clone", "-q", "--depth", "1", "--no-tags", ROOT.as_uri(), str(tmp_path / "clone")]
    subprocess.run(words, check=True)
    return tmp_path / "clone"


def version_of(folder: Path) -> str:
    words = [sys.executable, "-m", "hatchling", "version"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_a_tagged_commit_has_the_version_of_its_tag(clone: Path) -> None:
    subprocess.run(["git", "tag", "v98.7.6"], cwd=clone, check=True)
    assert version_of(clone) == "98.7.6"


def test_a_clone_without_tags_has_a_version_with_its_commit(clone: Path) -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, capture_output=True, text=True, check=True)
    found = re.fullmatch(r"\d+\.\d+\.\d+\.post1\.dev\d+\+g([0-9a-f]+)", version_of(clone))
    assert found is not None
    assert head.stdout.startswith(found[1])


def test_a_download_without_git_has_the_version_of_the_last_release(clone: Path) -> None:
    (clone / ".git").rename(clone / "not-git")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert version_of(clone) == released[0]
