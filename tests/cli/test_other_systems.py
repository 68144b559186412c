"""The command line on a Python without the names of POSIX, and on terminals and pipes of other code pages."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo import DemoHost, sample_blogs
from tests.paths import NEEDS_ASCII_CHECKOUT, ROOT

WITHOUT_POSIX = {
    "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "without_posix"), str(ROOT)]),
    "BLOGARCHIVE_LANG": "en",
}


def run(folder: Path, *words: str, code: int = 0, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a command as on another system; it must end with `code`, and without a traceback."""
    ran = subprocess.run(
        [sys.executable, "-m", "blogarchive", *words],
        cwd=folder,
        env={**os.environ, **WITHOUT_POSIX, **environment},
        capture_output=True,
        timeout=300,
    )
    assert ran.returncode == code, ran.stderr.decode()
    assert b"unexpected" not in ran.stderr
    return ran


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an archive that was backed up without the names of POSIX."""
    folder = tmp_path_factory.mktemp("没有 posix")
    blog = sample_blogs()[0]
    with DemoHost([blog]) as host:
        url = host.blog_url(blog.uid)
        run(folder, "backup", url, "--site", "creaders", "--delay", "0", "--no-media", "--db", "a#b 100%.db")
    return folder


def test_the_stub_removes_what_windows_does_not_have() -> None:
    code = "import os, signal; assert not hasattr(os, 'fork') and not hasattr(signal, 'SIGHUP'); import fcntl"
    ran = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **WITHOUT_POSIX}, capture_output=True, check=False
    )
    assert b"No module named 'fcntl'" in ran.stderr


@pytest.mark.parametrize("words", [["--help"], ["app", "--help"], ["export", "--help"]], ids=" ".join)
def test_help_needs_nothing_of_posix(words: list[str], tmp_path: Path) -> None:
    assert b"blogarchive" in run(tmp_path, *words).stdout


@pytest.mark.slow
def test_a_backup_can_be_read_searched_and_exported(folder: Path) -> None:
    db = ("--db", "a#b 100%.db")
    assert json.loads(run(folder, "status", "--json", *db).stdout)["blogs"][0]["posts_read"] == 16
    assert "一只猫" in run(folder, "search", "一只猫", *db).stdout.decode()
    run(folder, "reparse", *db)
    run(folder, "verify", *db)
    run(folder, "export", "html", "out", *db)
    assert (folder / "out" / "index.html").is_file()


@pytest.mark.parametrize("charset", ["cp936", "cp1252", "cp437"])
def test_a_terminal_of_another_code_page_ends_no_command(charset: str, folder: Path) -> None:
    ran = run(folder, "search", "一只猫", "--db", "a#b 100%.db", PYTHONIOENCODING=charset)
    assert ran.stdout.decode(charset)


@NEEDS_ASCII_CHECKOUT
def test_a_pipe_gets_utf_8_in_every_locale(folder: Path) -> None:
    ascii_names = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ran = run(folder, "status", "--db", "a#b 100%.db", **ascii_names)
    assert "北窗闲话" in ran.stdout.decode()
