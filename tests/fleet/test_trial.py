"""`fleet try` and `fleet status` at a size: what an operator sees in the first minutes."""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from blogarchive.browse.serve import create_app
from tests.demo import DemoHost, make_blog
from tests.fleet.fleet import Fleet, ended
from tests.fleet.postgres import binaries

SHARDS = 300


@pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed")
def test_a_trial_runs_a_fleet_of_two_machines_and_leaves_nothing(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TemporaryDirectory() as folder, monkeypatch.context() as patched:
        Path(folder).chmod(0o755)  # the user of PostgreSQL reads it
        patched.setenv("TMPDIR", folder)
        ran = ended(fleet.start("fleet", "try"))
        assert list(Path(folder).iterdir()) == []
    assert ran.code == 0, ran.err
    assert "shards: 2, hosts: 2; running: 0, paused: 0, failing hosts: 0" in ran.out
    assert ran.out.count("exit code 0, done") == 2
    assert (ended(fleet.work("--once")).code, fleet.status()) == (0, {}), (
        "the fleet of the person is untouched"
    )


def test_the_status_of_many_shards_takes_as_many_statements_as_that_of_one(fleet: Fleet) -> None:
    counts = []
    fleet.execute("create extension if not exists pg_stat_statements")
    for number in (1, SHARDS):
        fleet.execute(
            "insert into fleet_shards (shard, hosts, urls, every_seconds, slice_seconds, media, epoch, machine, db)"
            f" select 's' || n, array['h' || n], '{{}}', 86400, 1800, true, 1, 'm', '/d/s' || n || '.db'"
            f" from generate_series(1, {number}) n on conflict do nothing"
        )
        fleet.execute(
            "insert into fleet_rounds (shard, epoch, machine, started_at, finished_at, exit_code) select shard, 1, 'm',"
            " now(), now(), 0 from fleet_shards, generate_series(1, 6)"
        )
        fleet.execute("select pg_stat_statements_reset()")
        assert len(fleet.status()) == number
        ((count,),) = fleet.execute(
            "select sum(calls) from pg_stat_statements s join pg_database d on d.oid = s.dbid"
            " where d.datname = current_database() and query ilike 'select%fleet_%'"
        )
        counts.append(count)
    assert counts[0] == counts[1] <= 5


def test_the_status_of_many_shards_shows_those_that_need_a_person(fleet: Fleet) -> None:
    fleet.execute(
        "insert into fleet_shards (shard, hosts, urls, every_seconds, slice_seconds, media, epoch, machine, db)"
        " select 's' || n, array['h' || n], '{}', 86400, 1800, true, 1, 'm', '/d/s' || n || '.db'"
        f" from generate_series(1, {SHARDS}) n"
    )
    fleet.execute(
        "insert into fleet_workers (home, machine, folder, pid, version, rounds) select distinct home, 'm', '/d', 1, '1', 4"
        " from fleet_shards"
    )
    assert fleet.run("pause", "s1?").code == 0
    fleet.execute("update fleet_shards set paused_reason = 'its pages changed' where shard = 's7'")
    shown = fleet.run("status").out
    assert f"shards: {SHARDS}, hosts: {SHARDS}; running: 0, paused: 10" in shown
    assert "s7  h7" in shown
    assert "s8  h8" not in shown
    assert f"nothing to do for {SHARDS - 1} more" in shown
    assert "s8  h8" in fleet.run("status", "s8").out
    assert fleet.run("resume", "--all").code == 0
    assert not any(shard["paused_at"] for shard in fleet.status().values())


def test_metrics_are_printed_and_written_for_prometheus(fleet: Fleet, tmp_path: Path) -> None:
    pytest.importorskip("prometheus_client")
    fleet.add("a", "http://127.0.0.1:9/u/1/")
    file = tmp_path / "fleet.prom"
    worker = fleet.work("--once", "--json", "--metrics-file", str(file))
    ran = ended(worker)
    assert ran.code == 0, ran.err
    events = [json.loads(line) for line in ran.out.splitlines()]
    assert [(one["event"], one["shard"], one["exit_code"]) for one in events if one["event"] == "round"] == [
        ("round", "a", 4)
    ]
    for text in (fleet.run("status", "--metrics").out, file.read_text()):
        assert 'blogarchive_fleet_hosts{shard="a"} 1.0' in text
        assert 'blogarchive_fleet_lag_seconds{shard="a"}' in text
        assert "blogarchive_fleet_postgresql_up 1.0" in text
    assert 'blogarchive_fleet_failed_rounds_total{shard="a"} 1.0' in fleet.run("status", "--metrics").out


def test_operators_see_workers_and_failing_hosts_in_serve(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(path: str) -> tuple[int, str]:
        server = create_app(db)
        await server.invoke_startup()
        answer = await server.client.get(path, headers={"accept-language": "en"})
        return answer.status_code, answer.text

    with DemoHost([make_blog("31182", posts=2)]) as host:
        db = fleet.add("a", host.blog_url("31182"))
        assert ended(fleet.work("--once")).code == 0
    fleet.add("b<b>", "http://127.0.0.1:9/u/1/")
    assert ended(fleet.work("--once")).code == 0
    fleet.run("pause", "b<b>")
    status, shown = asyncio.run(ask("/read/fleet"))
    assert status == 200
    assert f"<td>{fleet.folder}</td>" in shown
    assert "no worker serves it" in shown
    assert "<td>b&lt;b&gt;</td>\n<td>paused</td>" in shown
    assert 'href="/read/fleet"' in asyncio.run(ask("/read"))[1]
    monkeypatch.setenv("BLOGARCHIVE_FLEET", "postgresql://nobody@127.0.0.1:1/none")
    status, shown = asyncio.run(ask("/read/fleet"))
    assert (status, "PostgreSQL cannot be reached" in shown) == (503, True)
    monkeypatch.delenv("BLOGARCHIVE_FLEET")
    assert asyncio.run(ask("/read/fleet"))[0] == 404
    assert "/read/fleet" not in asyncio.run(ask("/read"))[1]
