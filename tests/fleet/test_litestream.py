"""A shard whose disk is lost is restored by Litestream, with the configuration of the guide."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.demo import DemoHost, make_blog
from tests.docs.guides import blocks
from tests.fleet.fleet import Fleet, wait_until
from tests.paths import ROOT
from tests.tool import Tool, contents, run_command

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
