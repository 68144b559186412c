"""The commands `export`, `import` and `merge` as processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.importing.pages import page, post_url, save, saved_from


def run(*words: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "blogarchive", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    save(tmp_path / "in" / "a.html", page(top=saved_from(101)))
    done = run("import", "html", tmp_path / "in", "--db", tmp_path / "a.db")
    assert done.returncode == 0, done.stderr
    return tmp_path / "a.db"


def test_an_export_prints_its_path_and_a_warc_and_an_archive_are_restored(
    archive: Path, tmp_path: Path
) -> None:
    done = run("export", "warc", tmp_path / "warc", "--db", archive, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["out"] == str(tmp_path / "warc")
    again = run("import", "warc", tmp_path / "warc", "--db", tmp_path / "b.db", "--json")
    assert json.loads(again.stdout)["posts"] == 1
    merged = run("merge", tmp_path / "b.db", "--db", tmp_path / "c.db", "--json")
    assert json.loads(merged.stdout)["pages"] == 1


def test_an_unidentified_page_is_named_and_sets_the_exit_code(archive: Path, tmp_path: Path) -> None:
    save(tmp_path / "in" / "b.html", page(own_link=False))
    done = run("import", "html", tmp_path / "in", "--db", archive)
    assert done.returncode == 1
    assert "b.html: nothing in it says the number" in done.stderr
    given = run("import", "html", tmp_path / "in" / "b.html", "--url", post_url(7), "--db", archive, "--json")
    assert (given.returncode, json.loads(given.stdout)["posts"]) == (0, 1)


def test_a_folder_of_other_things_and_an_unknown_author_are_usage_errors(
    archive: Path, tmp_path: Path
) -> None:
    assert run("export", "html", tmp_path / "in", "--db", archive).returncode == 2
    assert run("export", "html", tmp_path / "x", "--author", "nobody", "--db", archive).returncode == 2
