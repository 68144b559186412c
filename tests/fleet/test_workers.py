"""Workers are killed, frozen and cut off; every shard ends with the rows of an undisturbed run."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from blogarchive.fleet.database import session
from blogarchive.fleet.shard import PATIENCE_VARIABLE, machine_id, shard_file
from tests.demo import DemoHost, make_blog
from tests.fleet.fleet import DELAY, Fleet, children, ended, usual_gap, wait_until
from tests.fleet.postgres import Postgres
from tests.ports import refusing_port
from tests.sql import read_sql
from tests.tool import Tool, contents

UID = "31182"
POSTS = 12
KILLS = 6

Contents = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def blog_host() -> Iterator[DemoHost]:
    with DemoHost([make_blog(UID, posts=POSTS)]) as made:
        yield made


@pytest.fixture(scope="module")
def whole(blog_host: DemoHost, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """Return the rows of an undisturbed backup of the blog."""
    return undisturbed(blog_host, tmp_path_factory.mktemp("whole"))


@pytest.fixture
def host(blog_host: DemoHost, whole: Contents) -> DemoHost:
    blog_host.forget_requests()
    return blog_host


def undisturbed(host: DemoHost, folder: Path) -> Contents:
    """Return the rows of an undisturbed backup of the blog of `host`, which forgets its requests."""
    whole = Tool(folder)
    ran = whole.run("backup", host.blog_url(UID))
    assert ran.code == 0, ran.err
    host.forget_requests()
    return contents(whole.db)


def outcomes(fleet: Fleet, name: str) -> list[tuple[int | None, str | None]]:
    """Return exit code and outcome of the rounds of a shard, oldest first."""
    rounds = fleet.status()[name]["rounds"]
    return [(one["exit_code"], one["outcome"]) for one in reversed(rounds)]


def is_done(fleet: Fleet, *names: str) -> bool:
    """Return whether the last round of each shard was complete."""
    return all(outcomes(fleet, name)[-1:] == [(0, "done")] for name in names)


def assert_asked_once(host: DemoHost, *, kills: int) -> None:
    """Assert that no two processes asked the host at once, and that few pages were asked twice."""
    assert usual_gap(host) > 0.7 * DELAY
    twice = sum(count - 1 for path, count in host.counts().items() if path != "/robots.txt")
    assert twice <= 2 * kills + 1, "the home page is fetched again by a run that continues nothing"


def test_rows_are_the_same_after_a_kill_a_freeze_and_a_restart_of_postgresql(
    fleet: Fleet, server: Postgres, tmp_path: Path
) -> None:
    names = ("a", "b")
    with ExitStack() as stack:
        hosts = {
            name: stack.enter_context(DemoHost([make_blog(UID, posts=2 * POSTS + number)]))
            for number, name in enumerate(names)
        }
        whole = {name: undisturbed(host, tmp_path / f"whole-{name}") for name, host in hosts.items()}
        for name, host in hosts.items():
            fleet.add(f"of-{name}/{name}", host.blog_url(UID))
        killed, frozen = (fleet.work(folder=fleet.folder / f"of-{name}") for name in names)
        wait_until(lambda: all(len(host.requests) > 3 for host in hosts.values()))
        stopped = [frozen.pid, *children(frozen)]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        os.killpg(killed.pid, signal.SIGKILL)
        server.stop()
        server.start()
        again = fleet.work(folder=fleet.folder / "of-a")
        wait_until(lambda: is_done(fleet, "a"), every=0.5)
        for pid in reversed(stopped):
            os.kill(pid, signal.SIGCONT)
        wait_until(lambda: is_done(fleet, *names), every=0.5)
        for worker in (again, frozen):
            worker.send_signal(signal.SIGTERM)
            assert ended(worker).code == 3
        for name, host in hosts.items():
            assert contents(fleet.folder / f"of-{name}" / f"{name}.db") == whole[name]
            assert_asked_once(host, kills=1)


def test_the_round_of_a_killed_worker_is_taken_over(fleet: Fleet, host: DemoHost, whole: Contents) -> None:
    db = fleet.add("a", host.blog_url(UID))
    killed = fleet.work()
    wait_until(lambda: len(host.requests) > 5)
    os.killpg(killed.pid, signal.SIGKILL)
    assert ended(fleet.work("--once")).code == 0
    assert outcomes(fleet, "a") == [(None, "lost"), (0, "done")]
    assert contents(db) == whole
    assert_asked_once(host, kills=1)


def test_a_second_worker_of_a_folder_is_refused(fleet: Fleet, host: DemoHost) -> None:
    """Also that of a cloned machine, which has the same name and the same path."""
    fleet.add("a", host.blog_url(UID))
    first = fleet.work()
    wait_until(lambda: len(host.requests) > 3)
    second = ended(fleet.work())
    assert second.code == 76
    assert f"another worker serves {fleet.folder}: process {first.pid}" in second.err
    assert first.poll() is None
    (fleet.folder / "another").mkdir()
    (fleet.folder / "third").mkdir()
    fleet.work(folder=fleet.folder / "another")
    assert ended(fleet.work("--once", folder=fleet.folder / "third")).code == 0, "a folder without shards"


def test_a_worker_outlives_postgresql_and_no_round_is_lost(
    fleet: Fleet, server: Postgres, host: DemoHost, whole: Contents
) -> None:
    db = fleet.add("a", host.blog_url(UID))
    worker = fleet.work()
    wait_until(lambda: len(host.requests) > 5)
    (killed,) = children(worker)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: host.counts()["/robots.txt"] == 2)
    (crawl,) = children(worker)
    server.stop()
    try:
        wait_until(lambda: not Path(f"/proc/{crawl}").exists())
        refused = fleet.run("work", fleet.folder)
    finally:
        server.start()
    assert (refused.code, worker.poll()) == (4, None)
    ends = read_sql(db, "select outcome, exit_code from runs")
    assert ends == [("killed", None), ("interrupted", 3)]
    wait_until(lambda: is_done(fleet, "a"), every=0.5)
    assert outcomes(fleet, "a") == [(-signal.SIGKILL, None), (3, "interrupted"), (0, "done")]
    assert contents(db) == whole
    assert_asked_once(host, kills=1)
    worker.send_signal(signal.SIGTERM)
    assert "PostgreSQL cannot be reached" in ended(worker).err


def test_slices_follow_each_other_at_once_until_the_shard_is_complete(
    fleet: Fleet, host: DemoHost, whole: Contents
) -> None:
    db = fleet.add("a", host.blog_url(UID), "--slice", "2s", "--every", "2d")
    assert ended(fleet.work("--once")).code == 0
    found = outcomes(fleet, "a")
    assert found[-1] == (0, "done")
    assert set(found[:-1]) == {(0, "limited")}
    assert contents(db) == whole
    next_at = datetime.fromisoformat(fleet.status()["a"]["next_at"])
    begun_at = datetime.fromisoformat(fleet.status()["a"]["rounds"][0]["started_at"])
    assert abs(next_at - begun_at - timedelta(days=2)) < timedelta(seconds=30)


def test_once_ends_though_a_round_lasts_longer_than_the_time_between_rounds(
    fleet: Fleet, host: DemoHost
) -> None:
    fleet.add("a", host.blog_url(UID), "--slice", "2s", "--every", "1s")
    assert ended(fleet.work("--once")).code == 0
    found = outcomes(fleet, "a")
    assert (found[-1], set(found[:-1])) == ((0, "done"), {(0, "limited")})


def test_a_shard_that_needs_a_person_is_paused_and_told_and_an_outage_is_waited_for(
    fleet: Fleet, tmp_path: Path
) -> None:
    told = tmp_path / "told.json"
    damaged = fleet.add("damaged", "http://127.0.0.1:9/u/1/")
    damaged.write_text("no database")
    (fleet.folder / "broken.db.shard").write_text("{")
    with refusing_port() as port:
        fleet.add("outage", f"http://127.0.0.1:{port}/u/{UID}/")
        worker = ended(fleet.work("--once", "--notify", f"cat > {told}"))
    assert worker.code == 0
    found = fleet.status()
    assert found["damaged"]["paused_at"] is not None
    assert "is damaged" in found["damaged"]["paused_reason"]
    assert outcomes(fleet, "damaged") == [(6, None)]
    summary = json.loads(told.read_text())
    assert (summary["shard"], summary["exit_code"]) == ("damaged", 6)
    assert "blogarchive fleet resume damaged" in worker.err
    assert "broken.db.shard describes no shard" in worker.err
    assert [code for code, _outcome in outcomes(fleet, "outage")] == [4]
    wait = datetime.fromisoformat(found["outage"]["next_at"]) - datetime.fromisoformat(
        found["outage"]["rounds"][0]["finished_at"]
    )
    assert timedelta(minutes=14) < wait < timedelta(minutes=16)


@pytest.mark.parametrize("words", [("resume", "a"), ("set", "a", "--every", "3d")])
@pytest.mark.parametrize("first", ["person", "round"])
def test_what_a_person_asks_while_a_round_ends_is_done_at_once(
    fleet: Fleet, host: DemoHost, first: str, words: tuple[str, ...]
) -> None:
    """Both wait for the row of the shard, which the test locks, and get it in order of arrival."""

    def waits(statement: str) -> bool:
        found = fleet.execute(
            "select query from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        return any(statement in query for (query,) in found)

    fleet.add("a", host.blog_url(UID), "--every", "2d")
    worker = fleet.work("--once")
    wait_until(lambda: len(host.requests) > 3)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(fleet.url) as holder:
        holder.execute("select 1 from fleet_shards for update")
        if first == "round":
            wait_until(lambda: waits("with ended"))
        asking = pool.submit(fleet.run, *words)
        wait_until(lambda: waits("for update"))
        assert waits("with ended") == (first == "round")
        wait_until(lambda: waits("with ended"))
        holder.rollback()
        assert asking.result().code == 0
    assert ended(worker).code == 0
    assert outcomes(fleet, "a") == [(0, "done"), (0, "done")]


def test_a_stopped_worker_ends_its_rounds_and_they_continue_later(fleet: Fleet, host: DemoHost) -> None:
    fleet.add("a", host.blog_url(UID))
    worker: subprocess.Popen[str] = fleet.work()
    wait_until(lambda: len(host.requests) > 3)
    worker.send_signal(signal.SIGTERM)
    ran = ended(worker)
    assert (ran.code, "stopped by SIGTERM" in ran.err) == (3, True)
    assert outcomes(fleet, "a") == [(3, "interrupted")]
    found = fleet.status()["a"]
    assert (found["is_running"], found["next_at"]) == (False, None)


def test_kills_at_random_moments_lose_nothing(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the crawl, of the worker alone, and of both; the next worker goes on."""
    # A worker ends if PostgreSQL does not answer in time at its start. A busy machine may take two seconds.
    monkeypatch.setenv(PATIENCE_VARIABLE, "8")
    moments = random.Random(KILLS)
    with DemoHost([make_blog(UID, posts=60)]) as host:
        whole = undisturbed(host, tmp_path / "whole")
        db = fleet.add("a", host.blog_url(UID))
        worker = fleet.work()
        for _ in range(KILLS):
            wait_until(partial(children, worker), every=0.01)
            time.sleep(moments.uniform(0, 2.5))
            chosen = moments.choice(["crawl", "worker", "both"])
            crawls = children(worker)
            if chosen != "worker":
                for pid in crawls:
                    os.kill(pid, signal.SIGKILL)
            if chosen != "crawl":
                worker.kill()
                for pid in crawls:  # else the next round would wait a minute for the lock of the archive
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                worker = fleet.work()
            fleet.run("resume", "a")  # a round that is killed again and again waits a minute
        wait_until(lambda: worker.poll() is not None or is_done(fleet, "a"), every=0.5)
        assert worker.poll() is None, ended(worker)
        assert contents(db) == whole
        assert usual_gap(host) > 0.7 * DELAY
        twice = sum(count - 1 for path, count in host.counts().items() if path != "/robots.txt")
        assert twice <= KILLS + 1


def test_workers_are_upgraded_one_after_another(
    fleet: Fleet, host: DemoHost, whole: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables are those of 1.0, which kept the times of rounds elsewhere; its description has no number of a round."""
    fleet.execute("drop table fleet_rounds, fleet_hosts, fleet_workers, fleet_shards, fleet_migrations")
    with monkeypatch.context() as older:
        older.setattr(session, "MIGRATIONS", session.MIGRATIONS[:1])
        assert fleet.run("init").code == 0
    db = fleet.folder / "a.db"
    described = {
        "shard": "a",
        "hosts": [f"127.0.0.1:{host.port}"],
        "site": "creaders",
        "urls": [host.blog_url(UID)],
        "list_digest": "x",
        "every_seconds": 86400,
        "slice_seconds": 1800,
        "delay": DELAY,
        "media": False,
        "epoch": 1,
    }
    shard_file(db).write_text(json.dumps(described))
    fleet.execute(
        "insert into fleet_shards (shard, hosts, site, urls, list_digest, every_seconds, slice_seconds, delay, media,"
        f" epoch, machine, db) values ('a', '{{127.0.0.1:{host.port}}}', 'creaders', '{{{host.blog_url(UID)}}}', 'x',"
        f" 86400, 1800, {DELAY}, false, 1, '{machine_id()}', '{db}')"
    )
    refused = fleet.run("status")
    assert (refused.code, "older blogarchive; `blogarchive fleet init` makes them" in refused.err) == (
        2,
        True,
    )
    early = ended(fleet.backup(host.blog_url(UID), "b"))
    assert (early.code, "fleet init" in early.err, host.requests) == (76, True, [])
    assert fleet.run("init").code == 0
    assert ended(fleet.work("--once")).code == 0
    assert contents(db) == whole


def test_a_worker_serves_the_tables_of_a_newer_version_and_does_not_migrate_them(
    fleet: Fleet, host: DemoHost, whole: Contents
) -> None:
    """As while machines are upgraded: a migration adds columns, and nothing that an older worker writes lacks them."""
    db = fleet.add("a", host.blog_url(UID))
    fleet.execute("alter table fleet_shards add column later integer not null default 0")
    fleet.execute("alter table fleet_rounds add column later text")
    fleet.execute("insert into fleet_migrations (number) select max(number) + 1 from fleet_migrations")
    assert ended(fleet.work("--once")).code == 0
    assert contents(db) == whole
    refused = fleet.run("init")
    assert (refused.code, "a newer blogarchive made the tables" in refused.err) == (2, True)


def test_a_worker_of_a_newer_version_begins_no_round_before_the_tables_are_migrated(
    fleet: Fleet, host: DemoHost
) -> None:
    fleet.add("a", host.blog_url(UID))
    fleet.execute("delete from fleet_migrations where number = (select max(number) from fleet_migrations)")
    ran = fleet.run("work", fleet.folder)
    assert (ran.code, "older blogarchive; `blogarchive fleet init` makes them" in ran.err) == (2, True)
    assert (host.requests, fleet.status()["a"]["rounds"]) == ([], [])
