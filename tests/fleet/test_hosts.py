"""A host of a shard has its own state: it is left out alone, and its own delay holds from the first page on."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from tests.demo import DemoHost, make_blog
from tests.demo.server.faults import Instead, Refuse, Rule
from tests.demo.server.response import Answer
from tests.fleet.fleet import DELAY, Fleet, ended, wait_until
from tests.ports import refusing_port

UIDS = ("31182", "31183", "31184")
POSTS = 6
EMPTY_PAGES = Rule(
    Instead(Answer(body=b"<!doctype html><html><body><div id=app></div></body></html>")), match="^/(?!robots)"
)
REFUSE = Rule(Refuse(status=403), skip=3)


@pytest.fixture
def hosts() -> Iterator[list[DemoHost]]:
    with ExitStack() as stack:
        yield [stack.enter_context(DemoHost([make_blog(uid, posts=POSTS)])) for uid in UIDS]


def add(fleet: Fleet, hosts: list[DemoHost], *words: str, extra: str = "") -> Path:
    """Add a shard with the blogs of all hosts."""
    listed = fleet.folder / "list.txt"
    listed.write_text("\n".join([*(one.blog_url(uid) for one, uid in zip(hosts, UIDS, strict=True)), extra]))
    db = fleet.folder / "many.db"
    options = ["--site", "creaders", "--no-media", "--delay", str(DELAY), *words]
    added = fleet.run("add", "--from", listed, "--db", db, *options)
    assert added.code == 0, added.err
    return db


def name(host: DemoHost) -> str:
    return f"127.0.0.1:{host.port}"


def test_a_host_that_refuses_delays_only_itself(fleet: Fleet, hosts: list[DemoHost]) -> None:
    refusing, *others = hosts
    refusing.set_faults(REFUSE)
    add(fleet, hosts)
    assert ended(fleet.work("--once")).code == 0
    found = fleet.status()["many"]
    assert [one["host"] for one in found["failing_hosts"]] == [name(refusing)]
    assert found["failing_hosts"][0]["exit_code"] == 4
    assert found["paused_at"] is None
    assert all(host.counts()["/robots.txt"] == 1 for host in hosts)
    for host in hosts:
        host.forget_requests()
    fleet.run("set", "many", "--every", "2d")
    assert ended(fleet.work("--once")).code == 0
    assert refusing.requests == [], "its own next time has not come"
    assert all(host.requests for host in others)
    assert "next: " in fleet.run("status").out
    refusing.set_faults()
    fleet.run("resume", name(refusing))
    for host in hosts:
        host.forget_requests()
    assert ended(fleet.work("--once")).code == 0
    assert len(refusing.requests) >= POSTS - 3
    assert fleet.status()["many"]["failing_hosts"] == []


def test_a_host_that_does_not_answer_and_one_of_a_person_are_left_out_alone(
    fleet: Fleet, hosts: list[DemoHost]
) -> None:
    with refusing_port() as port:
        add(fleet, hosts, extra=f"http://127.0.0.1:{port}/u/1/")
        assert fleet.run("pause", name(hosts[0])).code == 0
        assert ended(fleet.work("--once")).code == 0
    failing = {one["host"]: one for one in fleet.status()["many"]["failing_hosts"]}
    assert failing.keys() == {f"127.0.0.1:{port}", name(hosts[0])}
    assert failing[f"127.0.0.1:{port}"]["exit_code"] == 4
    assert failing[name(hosts[0])]["paused_at"]
    assert (hosts[0].requests, len(hosts[1].requests) > POSTS) == ([], True)
    assert fleet.run("resume", name(hosts[0])).code == 0
    assert ended(fleet.work("--once")).code == 0
    assert len(hosts[0].requests) > POSTS


def test_a_changed_host_pauses_only_itself(fleet: Fleet, hosts: list[DemoHost], tmp_path: Path) -> None:
    changed, *others = hosts
    db = add(fleet, hosts)
    assert ended(fleet.work("--once")).code == 0
    changed.set_faults(EMPTY_PAGES)
    for host in hosts:
        host.forget_requests()
    fleet.run("resume", "many")
    told = tmp_path / "told"
    assert ended(fleet.work("--once", "--notify", f"cat > {told}")).code == 0
    found = fleet.status()["many"]
    assert [(one["host"], one["exit_code"]) for one in found["failing_hosts"]] == [(name(changed), 5)]
    assert found["failing_hosts"][0]["paused_at"]
    assert (found["paused_at"], found["needs_person"], db.exists()) == (None, True, True)
    assert all(host.requests for host in others)
    changed.set_faults()
    assert fleet.run("resume", name(changed)).code == 0
    assert ended(fleet.work("--once")).code == 0
    assert fleet.status()["many"]["failing_hosts"] == []


def test_a_host_held_by_another_run_delays_only_itself(fleet: Fleet, hosts: list[DemoHost]) -> None:
    with DemoHost([make_blog(UIDS[0], posts=2000)]) as busy:
        fleet.backup(busy.blog_url(UIDS[0]), "plain")
        wait_until(lambda: busy.requests)
        add(fleet, [busy, *hosts[1:]])
        assert ended(fleet.work("--once")).code == 0
        assert [one["exit_code"] for one in fleet.status()["many"]["failing_hosts"]] == [76]
        assert all(len(host.requests) > POSTS for host in hosts[1:])


def test_two_ports_of_one_name_are_requested_side_by_side(fleet: Fleet, hosts: list[DemoHost]) -> None:
    add(fleet, hosts, "--delay", "0.4")
    assert ended(fleet.work("--once")).code == 0
    spans = [(host.requests[0].at, host.requests[-1].at) for host in hosts]
    assert max(start for start, _end in spans) < min(end for _start, end in spans)


@pytest.mark.parametrize("source", ["file", "robots"])
def test_the_delay_of_a_host_holds_from_the_first_page_and_at_a_handover(fleet: Fleet, source: str) -> None:
    wanted = 2.5  # the default is 1; a busy machine records some requests late
    with DemoHost([make_blog(UIDS[0], posts=40)]) as host:
        if source == "robots":
            host.set_robots(f"User-agent: *\nCrawl-delay: {wanted}\n")
        else:
            (fleet.folder / "blogarchive.toml").write_text(f"delay = {wanted}\n")
        first = fleet.start(
            "backup", host.blog_url(UIDS[0]), "--site", "creaders", "--db", "a.db", "--no-media"
        )
        wait_until(lambda: len(host.requests) == 3)
        first.kill()
        second = fleet.start(
            "backup", host.blog_url(UIDS[0]), "--site", "creaders", "--db", "a.db", "--no-media"
        )
        wait_until(lambda: len(host.requests) == 6)
        second.kill()
        times = [request.at for request in host.requests]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) > 0.65 * wanted, gaps


def test_pause_now_ends_the_round_that_runs(fleet: Fleet, hosts: list[DemoHost]) -> None:
    with DemoHost([make_blog(UIDS[0], posts=300)]) as host:
        fleet.add("a", host.blog_url(UIDS[0]))
        worker = fleet.work()
        wait_until(lambda: len(host.requests) > 3)
        assert fleet.run("pause", "--now", "a").code == 0
        wait_until(lambda: not fleet.status()["a"]["is_running"])
        found = fleet.status()["a"]
        assert [one["exit_code"] for one in found["rounds"]] == [3]
        assert found["paused_at"]
        seen = len(host.requests)
        time.sleep(1)
        assert len(host.requests) == seen
        worker.send_signal(signal.SIGTERM)
        assert ended(worker).code == 3
