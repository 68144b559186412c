"""A run stopped at any moment continues by the same command, with the same rows in the end."""

import json
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
from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host, no_fault
from tests.end_to_end.printing import Urls
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


@pytest.mark.parametrize("words", ["export jsonl", "export epub", "export warc", "seal"])
def test_an_export_on_a_full_disk_exits_6_and_leaves_no_file(tool: Tool, tmp_path: Path, words: str) -> None:
    room = 33_000  # as much as SQLite needs beside the archive
    out = tmp_path / "out" / "new"
    out.parent.mkdir()
    if words != "seal":  # it verifies the texts, and makes a folder
        tool.change("update posts set body_html = body_html || '<p>' || hex(randomblob(2000)) || '</p>'")
        out.mkdir()
    full = ended(
        tool.start(*words.split(), str(out), preexec_fn=lambda: setrlimit(RLIMIT_FSIZE, (room, room)))
    )
    assert full.code == 6, full.err
    assert list(out.parent.rglob("*")) == ([] if words == "seal" else [out])
    assert tool.run(*words.split(), str(out)).code == 0
    assert max(file.stat().st_size for file in out.iterdir()) > room


@pytest.mark.parametrize("words", ["", "--full", "--full --limit 3", "--full --since 2024-10-01"])
def test_a_dry_run_lists_the_requests_for_an_unchanged_blog(host: Host, tool: Tool, words: str) -> None:
    before = tool.rows("select * from frontier")
    said = json.loads(tool.run("update", *words.split(), "--dry-run", "--json").out)
    assert (host.requests, tool.rows("select * from frontier")) == ([], before)
    tool.run("update", *words.split())
    assert sorted(url.removeprefix(host.url) for url in said["urls"]) == sorted(host.paths())
    assert said["requests"] == len(host.requests)


def test_a_dry_run_lists_due_pages_and_their_further_pages(host: Host, tool: Tool) -> None:
    tool.days_ahead = 30
    said = json.loads(tool.run("update", "--dry-run", "--json").out)
    tool.run("update")
    assert sorted(url.removeprefix(host.url) for url in said["urls"]) == sorted(host.paths())
    assert len(host.requests) > 10


def test_a_dry_run_of_a_retry_lists_failures_that_are_not_yet_due(host: Host, tool: Tool) -> None:
    path = Urls(blog=host.world.blogs[UID]).post(next(iter(host.world.blogs[UID].posts.values())))
    host.fault = lambda asked: Answer(status=404) if asked == path else None
    assert tool.run("update", "--full").code == 1
    host.fault = no_fault
    assert path not in tool.run("update", "--dry-run").out
    assert path in tool.run("failures", "--retry", "--dry-run").out


WATERMARKS = (
    "select month, proved_at, proved_first_on, proved_last_on from archive_months"
    " union all select name, proved_at, null, null from categories"
    " union all select uid, home_proved_at, null, null from authors order by 1"
)


@pytest.mark.parametrize("option", ["--limit=40", "--since=2024-01-01"])
def test_a_limited_run_moves_no_watermark_and_the_next_run_is_complete(tmp_path: Path, option: str) -> None:
    with Host(World(blogs={UID: make_blog(UID, posts=12, seed=5)})) as host:
        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID), option).code == 0
        assert tool.scalar("select count(*) from posts where content_hash is not null") > 3
        assert {row[1:] for row in tool.rows(WATERMARKS)} == {(None, None, None)}
        assert tool.run("backup", host.blog_url(UID)).code == 0
        assert differences(tool, host, UID) == []
        months = "select count(*) from archive_months where proved_first_on is not first_post_on"
        assert tool.scalar(months) == 0
        before = tool.rows(WATERMARKS)
        host.world.blogs[UID].write(max(e.when for e in host.world.blogs[UID].posts.values()))
        tool.run("update", option)
        assert tool.rows(WATERMARKS) == before
        tool.run("update")
        assert differences(tool, host, UID) == []
