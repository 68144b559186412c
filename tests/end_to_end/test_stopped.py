"""A run stopped at any moment continues by the same command, with the same rows in the end."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from resource import RLIMIT_FSIZE, setrlimit
from urllib.parse import urlsplit

import pytest

from tests.demo.server.response import Answer
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool, contents, ended

UIDS = ("31182", "27282")
KILLS = 8


def world(posts: int) -> World:
    styles = ("aside", "rows")
    return World(
        blogs={
            uid: make_blog(uid, posts=posts, seed=3, style=how) for uid, how in zip(UIDS, styles, strict=True)
        }
    )


def stored(tool: Tool) -> set[str]:
    """Return the paths of the fetched pages of the archive."""
    try:
        rows = tool.rows("select url from frontier where state = 'done' and fetched_at is not null")
    except sqlite3.OperationalError:  # killed before there were tables
        return set()
    return {urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl() for (url,) in rows}


def wait_for(host: Host, more: int, process: subprocess.Popen[str]) -> None:
    wanted = len(host.requests) + more
    while len(host.requests) < wanted and process.poll() is None:
        time.sleep(0.001)


def test_kills_at_random_moments_lose_no_row_and_repeat_no_stored_page(tmp_path: Path) -> None:
    chance = random.Random(11)
    whole, killed = Tool(tmp_path / "whole"), Tool(tmp_path / "killed")
    with Host(world(12)) as host:
        urls = [host.blog_url(uid) for uid in UIDS]
        assert whole.run("backup", *urls).code == 0
        once = host.counts()
        host.forget_requests()
        kept: list[tuple[int, set[str]]] = []
        for _ in range(KILLS):
            process = killed.start("backup", *urls)
            if chance.random() < 0.2:
                time.sleep(chance.uniform(0, 0.6))  # before the first request
            else:
                wait_for(host, chance.randrange(1, 9), process)
                time.sleep(chance.uniform(0, 0.02))
            process.kill()
            process.communicate()
            if killed.db.exists():
                kept.append((len(host.requests), stored(killed)))
        ran = killed.run("backup", *urls)
        asked = host.counts()
        assert (ran.code, differences(killed, host, *UIDS)) == (0, []), ran.err
        assert contents(killed.db) == contents(whole.db)
        assert killed.run("verify").code == 0
        for place, paths in kept:
            assert not paths & set(host.paths()[place:])
        assert sum((asked - once).values()) <= 6 * KILLS


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_two_signals_in_a_row_stop_a_run_as_one_does(tmp_path: Path, how: signal.Signals) -> None:
    tool = Tool(tmp_path)
    with Host(world(2), fault=lambda path: Answer(delay=90) if ".html" in path else None) as host:
        process = tool.start("backup", host.blog_url(UIDS[0]))
        wait_for(host, 2, process)
        process.send_signal(how)
        time.sleep(0.03)
        process.send_signal(how)
        _, err = process.communicate(timeout=45)
    assert process.returncode == 3, err
    assert tool.rows("select outcome, exit_code from runs") == [("interrupted", 3)]


def wait_for_workers(process: subprocess.Popen[str]) -> None:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while len(children.read_text().split()) < 3:  # two that read, and the one that Python keeps to clean up
        assert process.poll() is None
        time.sleep(0.01)


def test_a_reparse_that_is_killed_leaves_no_process_behind(tool: Tool) -> None:
    process = tool.start("reparse", "--workers", "2")
    wait_for_workers(process)
    process.kill()
    process.communicate(timeout=300)  # ends when nobody holds its pipes any more
    assert tool.run("reparse").code == 0


def test_ctrl_c_in_a_reparse_exits_3_without_tracebacks_of_workers(tool: Tool) -> None:
    process = tool.start("reparse", "--workers", "2", start_new_session=True)
    wait_for_workers(process)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert (process.returncode, "Traceback" in err) == (3, False), err


@pytest.mark.parametrize("kind", ["jsonl", "epub", "warc"])
def test_an_export_on_a_full_disk_exits_6_and_leaves_no_file(tool: Tool, tmp_path: Path, kind: str) -> None:
    room = 33_000  # as much as SQLite needs beside the archive
    tool.change("update posts set body_html = body_html || '<p>' || hex(randomblob(2000)) || '</p>'")
    out = tmp_path / "out"
    out.mkdir()
    full = ended(
        tool.start("export", kind, str(out), preexec_fn=lambda: setrlimit(RLIMIT_FSIZE, (room, room)))
    )
    assert full.code == 6, full.err
    assert list(out.iterdir()) == []
    assert tool.run("export", kind, str(out)).code == 0
    assert next(out.iterdir()).stat().st_size > room
