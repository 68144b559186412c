"""The schedule of each system runs the update of this archive, and the switch of `app` installs and removes it."""

import os
import plistlib
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest

from blogarchive.browse.app.nightly import Launchd, Systemd, TaskScheduler
from blogarchive.store.database.migrations import prepare
from blogarchive.store.statements import Statements
from tests.browse.app_server import app_server, hurry
from tests.browse.test_app import stored_posts, until
from tests.browse.user_systemd import UserSystemd, user_systemd
from tests.demo import DemoHost, make_blog
from tests.tool import Tool

UID = "31182"


@pytest.mark.skipif(sys.platform != "linux", reason="the schedule of Linux")
def test_a_real_systemd_updates_the_blogs_after_a_night_off_until_it_is_switched_off(tmp_path: Path) -> None:
    """The last run of the timer was two days ago, as on a computer that was off at 03:30."""
    tool = Tool(tmp_path / "我的 100% $HOME")
    hurry(tool.db, 0.01)
    home = tmp_path / "home"
    timer = Systemd(tool.db).name
    with DemoHost([make_blog(UID, posts=6)]) as host, user_systemd(tmp_path) as user:
        assert tool.run("backup", host.blog_url(UID), "--limit", "2").code == 0
        _write(home / f".config/systemd/user/{timer}.timer.d/at-once.conf", "[Timer]\nRandomizedDelaySec=0\n")
        stamp = _write(home / f".local/share/systemd/timers/stamp-{timer}.timer", "")
        os.utime(stamp, (time.time() - 2 * 86_400,) * 2)
        program = [*user.words, *tool.command("app", "--no-browser", "--port", "0")]
        with app_server(tool.db, program=program, environment=user.environment) as server:
            cookie = server.cookie
            assert "Switched off" in server.send("GET", "/app", cookie=cookie).text
            assert "message=nightly" in server.post("/app/nightly", on="yes").headers["location"]
            until(lambda: stored_posts(tool.db) == 6, 60)
            until(lambda: "The last run ended" in server.send("GET", "/app", cookie=cookie).text, 60)
            page = server.send("GET", "/app", cookie=cookie).text
            assert "Switched on" in page
            assert "Finished: everything that was found is stored." in page
            assert _timers(user) == [f"{timer}.timer"]
            assert "message=no_nightly" in server.post("/app/nightly").headers["location"]
            assert _timers(user) == []
            assert "Switched off" in server.send("GET", "/app", cookie=cookie).text


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def _timers(user: UserSystemd) -> list[str]:
    """Return the timers of ours that systemd waits for."""
    words = [
        *user.words,
        "systemctl",
        "--user",
        "list-timers",
        "--no-legend",
        "--plain",
        "--no-pager",
        "blogarchive-*",
    ]
    ran = subprocess.run(words, env=user.environment, capture_output=True, text=True, check=True)
    return [word for word in ran.stdout.split() if word.endswith(".timer")]


@pytest.mark.skipif(sys.platform != "linux", reason="the schedule of Linux")
def test_a_switch_installs_and_removes_the_nightly_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in place of systemctl records its words, where no systemd can be started."""
    systemctl = tmp_path / "bin" / "systemctl"
    systemctl.parent.mkdir()
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/calls"\n')
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{systemctl.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    db = tmp_path / "archive.db"
    with closing(sqlite3.connect(db)) as connection:
        prepare(Statements(db, connection))
    units = tmp_path / "config" / "systemd" / "user"
    with app_server(db) as server:
        assert "message=nightly" in server.post("/app/nightly", on="yes").headers["location"]
        assert "Switched on" in server.send("GET", "/app", cookie=server.cookie).text
        assert f"update -q --db {db}" in next(units.glob("*.service")).read_text("utf-8")
        assert "message=no_nightly" in server.post("/app/nightly").headers["location"]
        assert "Switched off" in server.send("GET", "/app", cookie=server.cookie).text
        assert not list(units.iterdir())
    calls = (tmp_path / "calls").read_text()
    assert "enable --now blogarchive-" in calls
    assert "disable --now blogarchive-" in calls


ARCHIVES = ("archive.db", "我的 100% $HOME 'blog' \"x\"/archive.db", "C:\\b & c\\<1>.db")


@pytest.fixture(params=ARCHIVES)
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


def test_the_units_of_systemd_run_the_update_of_this_archive(archive: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd")
    schedule = Systemd(archive)
    units = [str(_write(tmp_path / "units" / path.name, text)) for path, text in schedule.files().items()]
    ran = subprocess.run([analyze, "verify", *units], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    line = next(one for one in Path(units[0]).read_text("utf-8").splitlines() if one.startswith("ExecStart="))
    assert (
        line.replace("%%", "%")
        .replace("$$", "$")
        .replace('\\"', '"')
        .replace("\\\\", "\\")
        .count(str(archive))
        == 1
    )


def test_the_agent_of_launchd_runs_the_update_of_this_archive(archive: Path) -> None:
    agent = plistlib.loads(next(iter(Launchd(archive).files().values())).encode())
    assert Path(agent["ProgramArguments"][0]).is_relative_to(Path(sys.executable).parent)
    assert agent["ProgramArguments"][-4:] == ["update", "-q", "--db", str(archive)]
    assert agent["StartCalendarInterval"] == {"Hour": 3, "Minute": 30}


def test_the_task_of_windows_runs_the_update_of_this_archive(archive: Path) -> None:
    task = ElementTree.fromstring(TaskScheduler(archive).to_xml().partition("?>")[2])
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    arguments = task.findtext(f".//{space}Arguments")
    assert arguments == subprocess.list2cmdline(["update", "-q", "--db", str(archive)])
    assert Path(str(task.findtext(f".//{space}Command"))).is_relative_to(Path(sys.executable).parent)


def test_each_archive_has_a_schedule_of_its_own(tmp_path: Path) -> None:
    assert Systemd(tmp_path / "a.db").name != Systemd(tmp_path / "b.db").name
