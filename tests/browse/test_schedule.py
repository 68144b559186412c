"""The commands for a nightly update that `app` shows are what the shells and schedulers of each system read."""

import shlex
import subprocess
import sys
from pathlib import Path, PureWindowsPath
from typing import cast

import pytest

from blogarchive.browse.app.pages import crontab_line, schtasks_command


def test_the_line_for_cron_runs_with_the_full_path_of_the_program(tmp_path: Path) -> None:
    archive = tmp_path / "我的 100% 'blog'" / "archive.db"
    command = crontab_line(archive).removeprefix("30 3 * * *  ").replace(r"\%", "%")  # as cron reads it
    program, *words = shlex.split(command)
    assert Path(program).is_absolute()
    assert words[-4:] == ["update", "-q", "--db", str(archive)]
    ran = subprocess.run(
        ["/bin/sh", "-c", command], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True
    )
    assert (ran.returncode, "no archive at" in ran.stderr) == (2, True)


@pytest.mark.parametrize(
    ("archive", "quoted"),
    [
        (r"C:\blogs\archive.db", r"C:\blogs\archive.db"),
        (r"C:\Users\老 王\archive.db", r"'C:\Users\老 王\archive.db'"),
        (r"C:\Users\O'Brien\archive.db", r"\"C:\Users\O'Brien\archive.db\""),
    ],
)
def test_the_command_for_windows_quotes_paths_inside_the_quotes(archive: str, quoted: str) -> None:
    command = schtasks_command(cast(Path, PureWindowsPath(archive)))
    head, _, task = command.partition(" /tr ")
    assert head == "schtasks /create /tn blogarchive /sc daily /st 03:30"
    assert task.removeprefix('"').removeprefix("'").startswith(str(Path(sys.executable).parent))
    assert task.endswith(f' update -q --db {quoted}"')
