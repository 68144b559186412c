"""The nightly update that `app` schedules is what the scheduler of each system reads."""

import plistlib
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from blogarchive.browse.app.nightly import Launchd, Systemd, TaskScheduler

ARCHIVES = ("archive.db", "我的 100% $HOME 'blog' \"x\"/archive.db", "C:\\b & c\\<1>.db")


@pytest.fixture(params=ARCHIVES)
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


def test_the_units_of_systemd_run_the_update_of_this_archive(archive: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd")
    schedule = Systemd(archive)
    schedule.write_units(tmp_path / "units")
    units = [str(tmp_path / "units" / f"{schedule.name}.{kind}") for kind in ("service", "timer")]
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
    agent = plistlib.loads(Launchd(archive).to_plist())
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
