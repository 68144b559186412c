"""The examples of docs/cron.md work unchanged."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo import DemoHost, make_blog
from tests.paths import ROOT
from tests.tool import Tool

GUIDE = (ROOT / "docs" / "cron.md").read_text("utf-8")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home folder as in the guide, with the program and a folder for the archive."""
    program = tmp_path / ".local" / "bin" / "blogarchive"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m blogarchive "$@"\n')
    program.chmod(0o755)
    (tmp_path / "blogs").mkdir()
    return tmp_path


def cron_jobs() -> list[str]:
    (block,) = re.findall(r"```crontab\n(.*?)```", GUIDE, re.DOTALL)
    return [re.sub(r"^(\S+\s+){5}", "", line) for line in block.splitlines()]


def cron(job: str, home: Path) -> str:
    """Return the output that cron would mail: it runs a job with sh, in the home folder, with few variables."""
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LOGNAME": "you"}
    ran = subprocess.run(
        ["/bin/sh", "-c", job],
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    return ran.stdout


@pytest.mark.slow
def test_the_crontab_is_silent_on_success_and_mails_the_exit_code_otherwise(home: Path) -> None:
    update, verify, rotate = cron_jobs()
    assert all("%" not in job for job in (update, verify, rotate)), "cron would make it a line break"
    tool = Tool(home / "blogs")
    with DemoHost([make_blog("31182", posts=2)]) as host:
        assert tool.run("backup", host.blog_url("31182"), "-q").code == 0
        assert cron(update, home) == ""
        assert (home / "blogs" / "update.log").read_text() == ""
    assert cron(verify, home) == ""
    tool.db.unlink()
    assert cron(update, home) == "blogarchive update ended with 2: see ~/blogs/update.log\n"
    (line,) = (home / "blogs" / "update.log").read_text().splitlines()
    assert re.match(r"\d{4}-\d\d-\d\dT\S+ blogarchive: no archive at ", line)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_accepts_the_unit_and_the_timer(home: Path) -> None:
    units = home / "units"
    units.mkdir()
    for name, text in re.findall(r"user/(blogarchive\.\w+)`\n\n```ini\n(.*?)```", GUIDE, re.DOTALL):
        (units / name).write_text(text.replace("%h", str(home)))
    files = sorted(str(path) for path in units.iterdir())
    assert len(files) == 2
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--user", *files],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(home), "HOME": str(home)},
        timeout=300,
    )
    message = [line for line in ran.stderr.splitlines() if "blogarchive" in line]
    assert (ran.returncode, message) == (0, []), ran.stderr


def test_every_exit_code_has_its_row() -> None:
    assert re.findall(r"^\| (\d+) \|", GUIDE, re.MULTILINE) == ["0", "1", "2", "3", "4", "5", "6", "75", "76"]
