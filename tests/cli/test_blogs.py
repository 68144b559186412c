"""Commands for single blogs: settings are stored and checked, a blog is paused, forgotten or deleted."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import stored_blogs
from tests.cli.conftest import RunCli

UID = "31182"


@pytest.fixture
def copy(db: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(db, tmp_path / "copy.db"))


def updated_uids(db: Path) -> set[str | None]:
    with Archive.open(db) as archive:
        return {blog.uid for blog in stored_blogs(archive)}


def test_settings_are_stored_shown_and_removed(run_cli: RunCli, copy: Path) -> None:
    result = run_cli("settings", UID, "delay=2.5", "media_hosts=*.example.org,a.example", "--db", copy)
    assert (result.code, result.out) == (
        0,
        "creaders/31182  delay=2.5  media_hosts=*.example.org,a.example\n",
    )
    found = json.loads(run_cli("settings", UID, "--db", copy, "--json").out)
    assert (found["delay"], found["media_hosts"]) == (2.5, ["*.example.org", "a.example"])
    assert run_cli("settings", f"creaders/{UID}", "delay=", "media_hosts=", "--db", copy).out.endswith(
        "defaults\n"
    )
    assert len(run_cli("settings", "--db", copy).out.splitlines()) == 3


@pytest.mark.parametrize(
    "change", ["delay=soon", "delay=-1", "speed=2", "delay", "cookies=nowhere.txt", "media_hosts=a b"]
)
def test_a_setting_that_cannot_be_understood_changes_nothing_and_is_exit_code_2(
    run_cli: RunCli, copy: Path, change: str
) -> None:
    before = run_cli("settings", UID, "--db", copy).out
    assert run_cli("settings", UID, change, "--db", copy).code == 2
    assert run_cli("settings", UID, "--db", copy).out == before


def test_a_paused_blog_is_left_out_of_updates_until_it_is_resumed(run_cli: RunCli, copy: Path) -> None:
    assert UID in updated_uids(copy)
    assert run_cli("pause", UID, "--db", copy).code == 0
    assert UID not in updated_uids(copy)
    assert run_cli("resume", UID, "--db", copy).code == 0
    assert UID in updated_uids(copy)


def test_a_forgotten_blog_keeps_its_rows_and_a_deleted_one_leaves_none(run_cli: RunCli, copy: Path) -> None:
    posts = "select count(*) from posts p join authors a on a.id = p.author_id where a.uid = '31182'"
    everything = "select count(*) from posts"
    with closing(sqlite3.connect(copy)) as connection:
        (own,), (before,) = connection.execute(posts).fetchone(), connection.execute(everything).fetchone()
        assert run_cli("forget", UID, "--yes", "--db", copy).code == 0
        assert UID not in updated_uids(copy)
        assert connection.execute(posts).fetchone() == (own,)
        assert run_cli("forget", UID, "--yes", "--delete", "--db", copy).code == 0
        assert connection.execute(posts).fetchone() == (0,)
        assert connection.execute(everything).fetchone() == (before - own,)
        for table in ("authors", "frontier", "pages", "failures", "sweeps", "blog_settings"):
            query = f"select count(*) from {table} where site = 'creaders' and uid = '31182'"
            assert connection.execute(query).fetchone() == (0,), table
        assert connection.execute("pragma foreign_key_check").fetchall() == []
    assert run_cli("verify", "--db", copy).code == 0


def test_a_blog_that_the_archive_does_not_have_is_exit_code_2(run_cli: RunCli, copy: Path) -> None:
    for command in ("pause", "resume", "settings"):
        result = run_cli(command, "nobody", "--db", copy)
        assert result.code == 2
        assert "nobody" in result.err
