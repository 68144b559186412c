"""The bundle of this system needs no Python: every command works, and a double click opens the pages."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.browse import chromium
from tests.browse.app_server import app_server, hurry
from tests.browse.test_app_in_browser import focus, text, wait_for_text
from tests.browse.test_browser import tab
from tests.demo import DemoHost, make_blog
from tests.once import made_once
from tests.paths import ROOT

__all__ = ["tab"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SPEC = ROOT / "packaging" / "bundle" / "blogarchive.spec"
MOST_BYTES = 90_000_000


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        paths = ["--distpath", str(folder), "--workpath", str(tmp_path_factory.mktemp("build"))]
        words = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *paths, str(SPEC)]
        ran = subprocess.run(words, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr

    return made_once(tmp_path_factory, "bundle", make) / "blogarchive"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a desktop without Python, with an empty home."""
    return {"HOME": str(tmp_path), "PATH": "/nonexistent", "LANG": "C.UTF-8", "DISPLAY": ":0"}


def test_a_bundle_is_one_file_that_can_be_downloaded(program: Path) -> None:
    assert program.stat().st_size <= MOST_BYTES


def test_commands_of_the_terminal_work_in_an_empty_home_without_python(
    program: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    def run(*words: str) -> str:
        ran = subprocess.run(
            [program, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout + ran.stderr

    assert "16 posts, 40 comments" in run("demo")
    assert "Traceback" not in run("reparse", "--workers", "2", "--db", "data/demo.db")
    run("export", "html", "out", "--db", "data/demo.db")
    assert (tmp_path / "out" / "index.html").is_file()
    run("verify", "--db", "data/demo.db")


def test_a_double_click_leads_to_a_sealed_copy_with_the_keyboard_alone(
    tab: chromium.Page, program: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    db = tmp_path / "blogarchive" / "archive.db"
    hurry(db)
    with (
        DemoHost([make_blog("31182", posts=4)]) as host,
        app_server(db, program=[str(program)], environment=environment) as server,
    ):
        tab.go(server.address)
        focus(tab, "url")
        tab.press("", text=f"我的博客是 {host.blog_url('31182')}。")
        tab.follow()
        focus(tab, "site")
        tab.press("ArrowDown")
        focus(tab, "Look again")
        tab.follow()
        assert "Is this right?" in text(tab)
        focus(tab, "Yes")
        tab.follow()
        wait_for_text(tab, "Finished: everything that was found is stored.")
        focus(tab, "Copies and files")
        tab.follow()
        focus(tab, "Make a sealed copy")
        tab.follow()
        wait_for_text(tab, "Done, and complete")
        focus(tab, "Quit")
        tab.follow()
        assert "The program has ended" in text(tab)
        assert server.process.wait(30) == 0
    (sealed,) = db.parent.glob("blog-2*")
    assert (sealed / "html" / "index.html").is_file()
