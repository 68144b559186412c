"""Shards are added, listed, paused, moved and restored; errors are one line."""

import json
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from blogarchive.errors import HostBusy
from blogarchive.fleet.database.host_locks import fleet_locks
from blogarchive.fleet.round import RoundResult
from blogarchive.fleet.shard import URL_VARIABLE
from blogarchive.fleet.worker import next_round
from tests.demo import DemoHost, make_blog
from tests.fleet.fleet import Fleet, ended
from tests.fleet.postgres import Postgres
from tests.tool import Tool

LIST = "https://blog.creaders.net/u/31182/\n# a comment\nhttps://blog.creaders.net/u/1/\n"


def test_a_shard_is_listed_with_its_hosts_schedule_and_next_round(fleet: Fleet) -> None:
    db = fleet.folder / "creaders.db"
    added = fleet.run(
        "add", "blog.creaders.net", "--db", db, "--every", "2d", "--slice", "10m", "--delay", "2"
    )
    assert added.code == 0, added.err
    found = fleet.status()["creaders"]
    assert found["hosts"] == ["blog.creaders.net"]
    assert (found["every_seconds"], found["slice_seconds"], found["delay"]) == (172800, 600, 2.0)
    assert (found["epoch"], found["db"], found["paused_at"], found["is_running"]) == (1, str(db), None, False)
    assert "creaders  blog.creaders.net" in fleet.run("status").out
    assert "next round: now" in fleet.run("status").out


def test_adding_a_shard_again_changes_its_schedule_and_its_list(fleet: Fleet) -> None:
    db, listed = fleet.folder / "a.db", fleet.folder / "list.txt"
    listed.write_text(LIST)
    assert fleet.run("add", "blog.creaders.net", "--db", db).code == 0
    assert fleet.run("add", "--from", listed, "--db", db, "--every", "1h").code == 0
    found = fleet.status()["a"]
    assert (found["every_seconds"], found["blogs"], found["epoch"]) == (3600, 2, 1)


def test_a_second_list_is_added_and_set_replaces_the_blogs(fleet: Fleet) -> None:
    db, listed = fleet.folder / "a.db", fleet.folder / "list.txt"
    blog, other = "https://notes.example.org/", "https://diary.example.net/"
    assert fleet.run("add", blog, "--db", db).code == 0
    listed.write_text(f"{other}\n{blog}\n")
    assert fleet.run("add", "--from", listed, "--db", db, "--every", "1h").code == 0
    assert fleet.run("add", "more.example.com", "--db", db).code == 0
    found = fleet.status()["a"]
    assert found["hosts"] == ["notes.example.org", "diary.example.net", "more.example.com"]
    assert (found["blogs"], found["every_seconds"]) == (3, 3600)
    listed.write_text(f"{other}\n")
    assert fleet.run("set", "a", "--from", listed).code == 0
    found = fleet.status()["a"]
    assert (found["hosts"], found["blogs"], found["every_seconds"]) == (["diary.example.net"], 1, 3600)


@pytest.mark.parametrize("patterns", [["news-?"], ["news-[ab]"], ["news-*"], ["news-a", "news-b"], ["--all"]])
def test_a_list_of_blogs_is_refused_for_several_shards(fleet: Fleet, patterns: list[str]) -> None:
    listed = fleet.folder / "list.txt"
    listed.write_text(LIST)
    for name in ("a", "b"):
        assert fleet.run("add", f"{name}.example.org", "--db", fleet.folder / f"news-{name}.db").code == 0
    refused = fleet.run("set", *patterns, "--from", listed)
    assert (refused.code, "2 shards are named" in refused.err) == (2, True)
    assert [shard["hosts"] for shard in fleet.status().values()] == [["a.example.org"], ["b.example.org"]]
    assert fleet.run("set", "news-a", "--from", listed).code == 0


def test_a_host_belongs_to_one_shard(fleet: Fleet) -> None:
    fleet.run("add", "blog.creaders.net", "--db", fleet.folder / "a.db")
    refused = fleet.run("add", "https://blog.creaders.net/u/31182/", "--db", fleet.folder / "b.db")
    assert refused.code == 2
    assert "the shard a has these hosts" in refused.err
    assert not (fleet.folder / "b.db.shard").exists()


def test_the_error_names_the_hosts_that_both_shards_have_and_few_of_many(fleet: Fleet) -> None:
    listed = fleet.folder / "list.txt"
    listed.write_text("".join(f"https://h{number:03}.example.org/\n" for number in range(500)))
    assert fleet.run("add", "--from", listed, "--db", fleet.folder / "many.db").code == 0
    refused = fleet.run("add", "new.example.org", "h007.example.org", "--db", fleet.folder / "b.db")
    assert "the shard many has these hosts: h007.example.org; a host" in refused.err
    refused = fleet.run("add", "--from", listed, "--db", fleet.folder / "b.db")
    assert (refused.code, "h004.example.org; a host" in refused.err) == (2, True), refused.err


def test_shards_with_more_hosts_than_postgresql_has_locks_are_removed(fleet: Fleet) -> None:
    fleet.execute(
        "insert into fleet_shards (shard, hosts, urls, every_seconds, slice_seconds, media, epoch, machine, db)"
        " select 's' || n, array(select 'h' || n || '-' || i from generate_series(1, 30000) i), '{}', 86400, 1800, true, 1,"
        " 'm', '/d/s' || n || '.db' from generate_series(1, 2) n"
    )
    assert fleet.run("remove", "s1").code == 0
    assert fleet.run("remove", "--all").code == 0
    assert fleet.status() == {}


def test_more_hosts_than_a_round_can_lock_are_refused_before_they_are_stored(fleet: Fleet) -> None:
    listed = fleet.folder / "list.txt"
    listed.write_text("".join(f"https://h{number}.example.org/\n" for number in range(5001)))
    refused = fleet.run("add", "--from", listed, "--site", "web", "--db", fleet.folder / "a.db")
    assert (refused.code, "a shard has 5000 hosts at most, not 5001" in refused.err) == (2, True), refused.err
    assert (fleet.status(), (fleet.folder / "a.db.shard").exists()) == ({}, False)


def test_a_run_that_finds_no_place_for_its_locks_ends_as_one_whose_host_is_held(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOGARCHIVE_FLEET_PATIENCE", "60")
    with fleet_locks(fleet.url, None, 1.0) as locks:
        with pytest.raises(HostBusy, match="no place for more locks"):
            locks.hold({f"h{number}": 1.0 for number in range(30_000)})
        assert locks.lost() is None


@pytest.mark.parametrize(
    "url", ["https://a\0b.example/", "https://a.example/\0", "https://../", "http://.:80/"]
)
def test_a_line_that_is_no_url_of_a_host_is_named(fleet: Fleet, url: str) -> None:
    listed = fleet.folder / "list.txt"
    listed.write_text(f"https://blog.example.org/\n{url}\n")
    refused = fleet.run("add", "--from", listed, "--site", "web", "--db", fleet.folder / "a.db")
    assert (refused.code, "list.txt, line 2" in refused.err) == (2, True), refused.err


def test_a_name_that_is_no_text_is_refused_in_one_line(fleet: Fleet) -> None:
    refused = fleet.run("add", "blog.example.org", "--db", fleet.folder / "a\udcff.db")
    assert (refused.code, refused.err.count("PostgreSQL refuses")) == (2, 1), refused.err


_WRONG = (5, None, "x\0", "\ud800", [5], [["x"]], {"a": 1}, 2**31, float("nan"), "", True)
_RIGHT = {
    "site": (None,),
    "list_digest": (None,),
    "delay": (None, 5, 2**31),
    "media": (True,),
    "urls": (),
    "hosts": (),
}


@pytest.mark.parametrize("field", ["shard", "hosts", "site", "urls", "list_digest", "every_seconds", "slice_seconds",
                                   "delay", "media", "epoch", "round"])  # fmt: skip
def test_a_file_with_a_wrong_value_describes_no_shard(fleet: Fleet, field: str) -> None:
    assert fleet.run("add", "blog.example.org", "--db", fleet.folder / "a.db").code == 0
    path = fleet.folder / "a.db.shard"
    right = json.loads(path.read_text())
    fleet.run("remove", "a")
    numbers = (5,) if field.endswith(("_seconds", "epoch", "round")) else ()
    for value in _WRONG:
        if any(
            value is one or (value == one and value is not True) for one in (*_RIGHT.get(field, ()), *numbers)
        ):
            continue
        if value == "" and field in ("site", "list_digest"):  # as if there were none
            continue
        path.write_text(json.dumps({**right, field: value}))
        for words in (
            ("init", fleet.folder),
            ("add", "https://blog.example.org/u/1/", "--db", fleet.folder / "a.db"),
        ):
            refused = fleet.run(*words)
            assert (refused.code, "describes no shard" in refused.err) == (2, True), (value, refused)
    path.write_text("[" * 200_000)
    assert "describes no shard" in fleet.run("init", fleet.folder).err


def test_two_archives_of_one_name_are_two_homes_of_one_shard(fleet: Fleet) -> None:
    (fleet.folder / "other").mkdir()
    fleet.run("add", "one.example.org", "--site", "creaders", "--db", fleet.folder / "a.db")
    other = fleet.folder / "other" / "a.db"
    refused = fleet.run("add", "two.example.org", "--site", "creaders", "--db", other)
    assert refused.code == 2
    assert "fleet move" in refused.err


def test_a_site_that_is_unknown_and_a_word_that_is_no_host_make_no_shard(fleet: Fleet) -> None:
    db = fleet.folder / "a.db"
    assert "is no host and no URL" in fleet.run("add", "https:/example.org", "--db", db).err
    assert "unknown site" in fleet.run("add", "example.org", "--site", "nosite", "--db", db).err
    assert fleet.status() == {}


def test_a_paused_shard_has_no_next_round_until_it_is_resumed(fleet: Fleet) -> None:
    fleet.run("add", "blog.creaders.net", "--db", fleet.folder / "a.db")
    assert fleet.run("pause", "blog.creaders.net").code == 0
    assert "paused since" in fleet.run("status").out
    assert ended(fleet.work("--once")).code == 0
    assert fleet.status()["a"]["rounds"] == []
    assert fleet.run("resume", "a").code == 0
    assert "next round: now" in fleet.run("status").out


def test_a_round_that_has_sent_no_request_yet_shows_zero(fleet: Fleet) -> None:
    fleet.add("archive", "http://127.0.0.1:1/u/31182/")
    fleet.execute(
        "insert into fleet_workers (home, machine, folder, pid, version, rounds, started_at, seen_at)"
        " select home, machine, home, 1, '1', 1, now(), now() from fleet_shards"
    )
    fleet.execute(
        "insert into fleet_rounds (shard, epoch, machine, started_at) values ('archive', 1, 'a', now())"
    )
    assert fleet.status()["archive"]["requests"] == 0
    assert "a round runs; requests: 0" in fleet.run("status").out


def test_a_database_without_an_encoding_serves_a_fleet(server: Postgres, url: str, tmp_path: Path) -> None:
    """`initdb` makes such databases where no locale is set, as in a small container."""
    name = f"{url.rpartition('/')[2]}_ascii"
    server.execute(f"create database {name} encoding 'SQL_ASCII' template template0 locale 'C'")
    with closing(Fleet(server.url(name), tmp_path)) as fleet, pytest.MonkeyPatch.context() as patch:
        patch.setenv(URL_VARIABLE, fleet.url)
        fleet.run("init")
        fleet.add("博客", "http://127.0.0.1:1/u/31182/")
        fleet.work("--once").communicate(timeout=60)
        assert [one["exit_code"] for one in fleet.status()["博客"]["rounds"]] == [4]


def test_a_folder_restores_shards_and_rounds_in_an_empty_postgresql(fleet: Fleet, tmp_path: Path) -> None:
    tool = Tool(tmp_path / "kept")
    with DemoHost([make_blog("31182", posts=3)]) as host:
        assert tool.run("backup", host.blog_url("31182")).code == 0
        added = fleet.run(
            "add", host.blog_url("31182"), "--site", "creaders", "--db", tool.db, "--every", "3d"
        )
    assert added.code == 0, added.err
    before = fleet.status()["archive"]
    fleet.execute("drop table fleet_rounds, fleet_hosts, fleet_workers, fleet_shards, fleet_migrations")
    assert "fleet init" in fleet.run("status").err
    assert "restored archive" in fleet.run("init", tool.folder).err
    after = fleet.status()["archive"]
    rounds = after.pop("rounds")
    assert [(one["exit_code"], one["outcome"], one["requests"]) for one in rounds] == [(0, "done", 11)]
    assert {**before, "lag_seconds": 0} == {**after, "lag_seconds": 0, "rounds": []}
    assert "restored nothing" in fleet.run("init", tool.folder).err


def test_the_old_home_of_a_moved_shard_is_refused(fleet: Fleet, tmp_path: Path) -> None:
    old, new = Tool(tmp_path / "old"), tmp_path / "new" / "archive.db"
    with DemoHost([make_blog("31182", posts=2)]) as host:
        url = host.blog_url("31182")
        assert old.run("backup", url).code == 0
        assert fleet.run("add", url, "--site", "creaders", "--db", old.db).code == 0
        absent = fleet.run("move", "archive", "--db", new)
        assert (absent.code, "no archive at" in absent.err) == (2, True)
        new.parent.mkdir()
        new.write_bytes(old.db.read_bytes())
        assert "epoch 2" in fleet.run("move", "archive", "--db", new).err
        host.forget_requests()
        refused = ended(fleet.start("update", "--db", str(old.db)))
        assert (refused.code, host.requests) == (76, [])
        assert f"is an old home: the shard has moved to {new}" in refused.err
        assert fleet.run("init", old.folder).code == 76
        left_out = ended(fleet.work("--once", folder=old.folder))
        assert (left_out.code, "is an old home" in left_out.err) == (76, True)
        assert (host.requests, fleet.status()["archive"]["rounds"]) == ([], [])
        assert ended(fleet.work("--once", folder=new.parent)).code == 0
        assert [one["epoch"] for one in fleet.status()["archive"]["rounds"]] == [2]


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        ("", 2, "set BLOGARCHIVE_FLEET to the address of PostgreSQL"),
        ("nonsense=1", 2, "is no address of PostgreSQL"),
        ("postgresql://nobody@127.0.0.1:1/none", 4, "PostgreSQL cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_line(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, value: str, code: int, message: str
) -> None:
    monkeypatch.setenv("BLOGARCHIVE_FLEET", value)
    for words in (["status"], ["work", str(fleet.folder)], ["init"]):
        ran = fleet.run(*words)
        assert ran.code == code
        assert message in ran.err
        assert len(ran.err.splitlines()) == 1


def test_the_missing_extra_is_one_line_in_the_language_of_the_person(tmp_path: Path) -> None:
    hide = "import sys; sys.modules.update(psycopg=None); from blogarchive.cli import main; main()"
    environment = {"BLOGARCHIVE_FLEET": "postgresql://127.0.0.1/x", "PYTHONPATH": ":".join(sys.path)}
    for language, message in (("en", "extra blogarchive[fleet]"), ("zh", "fleet 还需要其他软件包")):
        ran = subprocess.run(
            [sys.executable, "-c", hide, "fleet", "status"],
            env={**environment, "BLOGARCHIVE_LANG": language},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 2
        assert message in ran.stderr
        assert len(ran.stderr.splitlines()) == 1


def test_a_backup_without_a_fleet_imports_no_driver(tmp_path: Path) -> None:
    listing = "import sys, atexit; atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr));"
    start = f"{listing} from blogarchive.cli import main; main()"
    with DemoHost([make_blog("31182", posts=1)]) as host:
        words = ["backup", host.blog_url("31182"), "--site", "creaders", "--db", "a.db", "--no-media"]
        ran = subprocess.run(
            [sys.executable, "-c", start, *words, "-q", "--delay", "0.001"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
    modules = ran.stderr.split()
    assert ran.returncode == 0, ran.stderr
    assert "scrapy" in modules
    assert not {"psycopg", "blogarchive.fleet.database"} & set(modules)


NOW, SOON = timedelta(0), timedelta(minutes=1)
EVERY, LASTED = timedelta(days=1), timedelta(minutes=30)


@pytest.mark.parametrize(
    ("exit_code", "outcome", "wait"),
    [
        (0, "done", EVERY - LASTED),
        (1, "failures", EVERY - LASTED),
        (0, "limited", NOW),
        (1, "limited", NOW),
        (3, "interrupted", NOW),
        (75, None, SOON),
        (76, "interrupted", SOON),
        (-9, None, NOW),
        (2, None, None),
        (5, "changed", None),
        (6, "damaged", None),
    ],
)
def test_the_next_round_follows_from_the_exit_code(
    exit_code: int, outcome: str | None, wait: timedelta | None
) -> None:
    result = RoundResult(exit_code=exit_code, outcome=outcome)
    assert next_round(result, repeated=1, every=EVERY, lasted=LASTED) == wait


def test_an_outage_is_waited_for_from_15_minutes_to_a_day() -> None:
    result = RoundResult(exit_code=4, outcome="unreachable")
    waits = [next_round(result, repeated=count, every=EVERY, lasted=LASTED) for count in range(1, 9)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (15, 30, 60, 120)]
    assert waits[-1] == timedelta(days=1)
    assert next_round(result, repeated=5000, every=EVERY, lasted=LASTED) == timedelta(days=1)


def test_a_round_that_is_killed_again_and_again_waits() -> None:
    assert next_round(RoundResult(exit_code=-9), repeated=2, every=EVERY, lasted=LASTED) == SOON


def test_a_round_that_lasted_longer_than_its_interval_is_followed_at_once() -> None:
    result = RoundResult(exit_code=0, outcome="done")
    assert next_round(result, repeated=1, every=timedelta(minutes=1), lasted=LASTED) == NOW
