"""No host is asked by two processes at once, whatever happens to one of them."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.crawl.media.media_hosts import blog
from tests.demo import DemoHost, make_blog
from tests.fleet.conftest import PATIENCE
from tests.fleet.fleet import DELAY, Fleet, ended, usual_gap, wait_until
from tests.fleet.network import Network, NotPermitted
from tests.fleet.postgres import Postgres, binaries
from tests.tool import Tool, contents

UID = "31182"


@pytest.fixture
def host() -> Iterator[DemoHost]:
    with DemoHost([make_blog(UID, posts=40)]) as made:
        yield made


def test_a_second_process_sends_no_request_to_a_host(fleet: Fleet) -> None:
    with DemoHost([make_blog(UID, posts=400)]) as host:  # the first has not ended when the second has begun
        first = fleet.backup(host.blog_url(UID), "first")
        wait_until(lambda: len(host.requests) > 3)
        second = ended(fleet.backup(host.blog_url(UID), "second"))
        assert second.code == 76
        assert f"another worker of the fleet holds 127.0.0.1:{host.port}" in second.err
        first.send_signal(signal.SIGTERM)
        assert ended(first).code == 3
        assert host.counts()["/robots.txt"] == 1


def test_a_frozen_process_sends_nothing_after_another_got_its_host(fleet: Fleet, host: DemoHost) -> None:
    frozen = fleet.backup(host.blog_url(UID), "frozen")
    wait_until(lambda: len(host.requests) > 3)
    frozen.send_signal(signal.SIGSTOP)
    time.sleep(0.5)
    frozen.send_signal(signal.SIGCONT)
    before = len(host.requests)
    wait_until(lambda: len(host.requests) > before + 3)  # a moment is no reason to end
    frozen.send_signal(signal.SIGSTOP)
    wait_until(lambda: ended(fleet.backup(host.blog_url(UID), "other", "--max-requests", "5")).code != 76)
    seen = len(host.requests)
    frozen.send_signal(signal.SIGCONT)
    ran = ended(frozen)
    assert ran.code == 3, ran.err
    assert "the same command continues when it is back" in ran.err
    assert len(host.requests) == seen
    assert usual_gap(host) > 0.7 * DELAY


def test_a_run_ends_with_3_if_postgresql_stops_and_goes_on_when_it_is_back(
    fleet: Fleet, server: Postgres, host: DemoHost, tmp_path: Path
) -> None:
    whole = Tool(tmp_path / "whole")
    assert whole.run("backup", host.blog_url(UID)).code == 0
    host.forget_requests()
    crawl = fleet.backup(host.blog_url(UID), "a")
    wait_until(lambda: len(host.requests) > 10)
    server.stop()
    stopped_at = time.time()
    ran = ended(crawl)
    url = host.blog_url(UID)
    refused = fleet.call("backup", url, "--site", "creaders", "--db", fleet.folder / "a.db")
    last = host.requests[-1].at
    starting_at = time.time()
    server.start()
    assert (ran.code, refused.code) == (3, 3)
    assert "PostgreSQL cannot be reached" in refused.err
    assert last < stopped_at + PATIENCE
    again = ended(fleet.backup(host.blog_url(UID), "a"))
    assert again.code == 0, again.err
    first = next(request.at for request in host.requests if request.at > last)
    assert first > starting_at + PATIENCE, (
        "a holder of the host before the start may not know yet that it was stopped"
    )
    assert contents(fleet.folder / "a.db") == contents(whole.db)
    assert max(host.counts()[path] for path in host.counts() if path != "/robots.txt") <= 2


def test_a_run_whose_postgresql_hangs_ends_within_its_patience(
    fleet: Fleet, server: Postgres, host: DemoHost
) -> None:
    crawl = fleet.backup(host.blog_url(UID), "a")
    wait_until(lambda: len(host.requests) > 3)
    pids = [
        int(pid)
        for (pid,) in server.execute("select pid from pg_stat_activity where pid <> pg_backend_pid()")
    ]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        ran = ended(crawl)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    assert ran.code == 3
    assert "no answer for 2 seconds" in ran.err


def test_two_runs_share_a_host_of_images(fleet: Fleet, tmp_path: Path) -> None:
    """Both blogs show images of a third host. It gets one request at a time, with the run's delay."""
    with DemoHost([]) as images:
        url = f"http://localhost:{images.port}/upfile/20250101"
        shown = [blog([f"{url}/{first + number}.jpg" for number in range(20)]) for first in (1000, 2000)]
        with DemoHost([shown[0]]) as one, DemoHost([shown[1]]) as two:
            runs = [
                fleet.backup(host.blog_url(UID), name, "--media-hosts", "localhost", media=True)
                for host, name in ((one, "one"), (two, "two"))
            ]
            found = [ended(run) for run in runs]
    assert [ran.code for ran in found] == [0, 0], found
    assert len([request for request in images.requests if request.path != "/robots.txt"]) == 40
    assert usual_gap(images) > 0.7 * DELAY


LOCKS = "select count(*) from pg_locks where locktype = 'advisory'"


@pytest.fixture
def network() -> Iterator[Network]:
    """Return a network; skip if this user may make none."""
    try:
        made = Network()
    except NotPermitted:
        pytest.skip("ip netns is not permitted")
    with closing(made):
        yield made


@pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed")
def test_a_crawl_that_is_cut_off_stops_before_its_lock_is_free(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOGARCHIVE_FLEET_PATIENCE", str(PATIENCE))
    with (
        closing(Postgres(network.database_address)) as server,
        DemoHost([make_blog("31182", posts=200)], address=network.host_address) as host,
    ):
        monkeypatch.setenv("BLOGARCHIVE_FLEET", server.url())
        with closing(Fleet(server.url(), tmp_path)) as fleet:
            assert fleet.run("init").code == 0
            crawl = fleet.backup(host.blog_url("31182"), "a", prefix=network.prefix)
            wait_until(lambda: len(host.requests) > 5)
            cut_at = time.time()
            network.cut_database()
            assert server.execute(LOCKS) == [(1,)]
            wait_until(lambda: server.execute(LOCKS) == [(0,)])
            freed_at = time.time()
            ran = ended(crawl)
    last = host.requests[-1].at
    assert ran.code == 3, ran.err
    assert "PostgreSQL cannot be reached" in ran.err
    assert last > cut_at, "it goes on for a moment: the network may come back"
    assert last < freed_at
