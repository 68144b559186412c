"""A shard has one home: copies, older states and missing files are refused, with the command that helps."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from blogarchive.fleet.shard import shard_file
from tests.demo import DemoHost, make_blog
from tests.docs.guides import blocks
from tests.fleet.fleet import Fleet, ended, wait_until
from tests.paths import ROOT
from tests.tool import Tool, contents, run_command

UID = "31182"


@pytest.fixture
def host() -> Iterator[DemoHost]:
    with DemoHost([make_blog(UID, posts=3)]) as made:
        yield made


@pytest.fixture
def db(fleet: Fleet, host: DemoHost) -> Path:
    """Return the archive of a shard whose first round is done."""
    made = fleet.add("home/a", host.blog_url(UID))
    assert ended(fleet.work("--once", folder=made.parent)).code == 0
    host.forget_requests()
    return made


def test_a_copied_folder_sends_no_request_and_names_the_home(fleet: Fleet, host: DemoHost, db: Path) -> None:
    copy = Path(shutil.copytree(db.parent, fleet.folder / "copy")) / "a.db"
    worker = ended(fleet.work("--once", folder=copy.parent))
    run = ended(fleet.start("update", "--db", str(copy)))
    restored = fleet.run("init", copy.parent)
    assert (worker.code, run.code, restored.code) == (76, 76, 76)
    for err in (worker.err, run.err, restored.err):
        assert f"{copy} is a copy: the home of a is {db} on" in err
        assert f"`blogarchive fleet move a --db {copy}`" in err
    assert host.requests == []


def test_the_same_folder_on_another_machine_is_a_copy(
    fleet: Fleet, host: DemoHost, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOGARCHIVE_HOME_ID", "another")
    assert "is a copy" in ended(fleet.work("--once", folder=db.parent)).err
    assert fleet.run("move", "a", "--db", db).code == 0
    assert ended(fleet.work("--once", folder=db.parent)).code == 0
    assert (fleet.status()["a"]["machine"], len(host.requests) > 0) == ("another", True)


def test_a_file_behind_its_fleet_is_refused_until_it_is_moved(
    fleet: Fleet, host: DemoHost, db: Path, tmp_path: Path
) -> None:
    """As of a cloned machine, which has the same name and path, or a snapshot that was put back."""
    snapshot = shutil.copytree(db.parent, tmp_path / "snapshot")
    fleet.run("resume", "a")
    assert ended(fleet.work("--once", folder=db.parent)).code == 0
    shutil.rmtree(db.parent)
    shutil.copytree(snapshot, db.parent)
    host.forget_requests()
    for _night in range(2):
        fleet.run("resume", "a")
        ran = ended(fleet.work("--once", folder=db.parent))
        assert (ran.code, host.requests) == (76, [])
        problem = fleet.status()["a"]["problem"]
        assert "its last round is 1, that of a is 2" in problem
        assert problem in ran.err
    assert fleet.run("move", "a", "--db", db).code == 0
    assert ended(fleet.work("--once", folder=db.parent)).code == 0
    assert (len(host.requests) > 0, fleet.status()["a"]["problem"]) == (True, None)


@pytest.mark.parametrize("lost", ["archive", "disk"])
def test_a_missing_archive_is_not_crawled_again_until_a_person_says_so(
    fleet: Fleet, host: DemoHost, db: Path, tmp_path: Path, lost: str
) -> None:
    told, stored = tmp_path / "told", contents(db)
    db.unlink()
    if lost == "disk":
        shard_file(db).unlink()
    fleet.run("resume", "a")
    worker = ended(fleet.work("--once", "--notify", f"cat > {told}", folder=db.parent))
    texts = [worker.err]
    if lost == "archive":
        manual = ended(fleet.backup(host.blog_url(UID), "home/a"))
        assert manual.code == 2
        texts.append(manual.err)
    assert (worker.code, host.requests) == (2, [])
    for text in (*texts, told.read_text(), fleet.run("status").out):
        assert f"{db} is missing, and a had 3 posts" in text
        assert "litestream restore" in text
        assert "fleet work --new a" in text
    assert ended(fleet.work("--once", "--new", "a", folder=db.parent)).code == 0
    assert contents(db) == stored


def test_a_home_that_nobody_serves_is_said_with_the_remedy(fleet: Fleet, db: Path) -> None:
    shown = fleet.run("status").out
    assert f"{db.parent}, shards: 1; no worker serves them" in shown
    assert f"start `blogarchive fleet work {db.parent}` there" in shown
    assert fleet.status()["a"]["worker"] is None


PROGRAM = shutil.which("litestream")
HOME, COPY = "/var/lib/blogarchive/shards", "/mnt/backup/shards"


def configuration(home: Path, copy: Path) -> str:
    """Return the configuration of the guide with these folders."""
    (block,) = (block for block in blocks(ROOT / "docs" / "fleet.md") if block.kind == "yaml")
    return block.text.replace(HOME, str(home)).replace(COPY, str(copy))


@pytest.mark.skipif(PROGRAM is None, reason="Litestream is not installed")
def test_a_shard_is_restored_from_its_copy_and_moved(fleet: Fleet, tmp_path: Path) -> None:
    shard, copy, restored = Tool(tmp_path / "shards"), tmp_path / "copy", tmp_path / "restored" / "archive.db"
    config = tmp_path / "litestream.yml"
    config.write_text(configuration(shard.folder, copy))
    restored.parent.mkdir()
    command = [str(PROGRAM), "replicate", "-config", str(config)]
    with (
        DemoHost([make_blog("31182", posts=3)]) as host,
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as litestream,
    ):
        try:
            assert shard.run("backup", host.blog_url("31182")).code == 0
            fleet.run("add", host.blog_url("31182"), "--site", "creaders", "--db", shard.db)
            stored = contents(shard.db)
            wait_until(lambda: restored_contents(copy, restored) == stored, every=0.5)
        finally:
            litestream.kill()
    shutil.rmtree(shard.folder)
    assert run_command("verify", "--db", str(restored), folder=tmp_path).code == 0
    moved = fleet.run("move", "archive", "--db", restored)
    assert (moved.code, fleet.status()["archive"]["db"]) == (0, str(restored))


def restored_contents(copy: Path, restored: Path) -> object:
    """Restore the copy as it is now, and return its rows; None if it is not complete yet."""
    for path in restored.parent.iterdir():
        path.unlink()
    command = [str(PROGRAM), "restore", "-o", str(restored), f"file://{copy}/archive.db"]
    ran = subprocess.run(command, capture_output=True)
    try:
        return contents(restored) if ran.returncode == 0 else None
    except sqlite3.OperationalError:  # no table yet
        return None


def test_a_full_disk_is_named_when_a_shard_is_added(fleet: Fleet, host: DemoHost) -> None:
    db = fleet.folder / "a.db"
    shard_file(db).with_name(f"{shard_file(db).name}.new").symlink_to("/dev/full")
    refused = fleet.run("add", host.blog_url(UID), "--site", "creaders", "--db", db)
    assert (refused.code, "the disk is full at" in refused.err) == (6, True), refused.err
