"""The commands `export`, `import` and `merge` as processes."""

import json
from pathlib import Path

import pytest

from tests.importing.pages import page, post_url, save, saved_from
from tests.tool import Ran, run_command


def run(*words: object) -> Ran:
    return run_command(*map(str, words), folder=Path.cwd())


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    save(tmp_path / "in" / "a.html", page(top=saved_from(101)))
    done = run("import", "html", tmp_path / "in", "--db", tmp_path / "a.db")
    assert done.code == 0, done.err
    return tmp_path / "a.db"


def test_an_export_prints_its_path_and_a_warc_and_an_archive_are_restored(
    archive: Path, tmp_path: Path
) -> None:
    done = run("export", "warc", tmp_path / "all.warc.gz", "--db", archive, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["out"] == str(tmp_path / "all.warc.gz")
    again = run("import", "warc", tmp_path / "all.warc.gz", "--db", tmp_path / "b.db", "--json")
    assert json.loads(again.out)["posts"] == 1
    merged = run("merge", tmp_path / "b.db", "--db", tmp_path / "c.db", "--json")
    assert json.loads(merged.out)["pages"] == 1


def test_several_archives_are_merged_by_one_command(archive: Path, tmp_path: Path) -> None:
    save(tmp_path / "other" / "b.html", page(number=102, top=saved_from(102)))
    assert run("import", "html", tmp_path / "other", "--db", tmp_path / "b.db").code == 0
    merged = run("merge", archive, tmp_path / "b.db", "--db", tmp_path / "c.db", "--json")
    found = json.loads(merged.out)
    assert (merged.code, found["pages"], found["posts"], found["same"]) == (0, 2, 2, 0)
    again = run("merge", archive, tmp_path / "b.db", "--db", tmp_path / "c.db", "--json")
    assert [json.loads(again.out)[name] for name in ("pages", "posts", "same")] == [0, 0, 2]


def test_an_unidentified_page_is_named_and_sets_the_exit_code(archive: Path, tmp_path: Path) -> None:
    save(tmp_path / "in" / "b.html", page(own_link=False))
    done = run("import", "html", tmp_path / "in", "--db", archive)
    assert done.code == 1
    assert "b.html: nothing in it says the number" in done.err
    given = run("import", "html", tmp_path / "in" / "b.html", "--url", post_url(7), "--db", archive, "--json")
    assert (given.code, json.loads(given.out)["posts"]) == (0, 1)


def test_a_folder_of_other_things_and_an_unknown_author_are_usage_errors(
    archive: Path, tmp_path: Path
) -> None:
    assert run("export", "html", tmp_path / "in", "--db", archive).code == 2
    assert run("export", "html", tmp_path / "x", "--author", "nobody", "--db", archive).code == 2
