"""A first backup of a wrong URL ends with one clear line and leaves no archive; places of the archive."""

import json
import os
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.cli.group import default_arguments
from blogarchive.store.database.files import default_db, has_display
from tests.demo import DemoHost, make_blog
from tests.demo.server.faults import Blank, Fault, Refuse, Rule
from tests.nights.host import EvolvingHost, make_certificate
from tests.tool import Tool

UID = "31182"


@pytest.fixture
def live() -> str:
    """Return the URL of a blog on a port that nobody listens on any more."""
    with DemoHost([make_blog(UID, posts=1)]) as host:
        return host.blog_url(UID)


def test_a_refused_connection_is_named_and_leaves_no_archive(tool: Tool, live: str) -> None:
    ran = tool.run("backup", live)
    assert ran.code == 4
    assert ran.err.splitlines()[0].endswith(f"new archive at {tool.db}")
    assert ran.err.splitlines()[-1].endswith(f"creaders/{UID} {live}: connection refused")
    assert not list(tool.folder.iterdir())


def test_an_archive_that_cannot_be_written_is_not_announced(tool: Tool, live: str) -> None:
    (tool.folder / "file").touch()
    tool.db = tool.folder / "file" / "a.db"
    ran = tool.run("backup", live)
    assert (ran.code, "cannot write" in ran.err, "new archive" in ran.err) == (6, True, False)


def test_an_unknown_host_is_named_and_leaves_no_archive(tool: Tool) -> None:
    ran = tool.run("backup", "https://nosuch.invalid/u/1/")
    assert (ran.code, ran.err.splitlines()[-1].rpartition(": ")[2]) == (4, "nosuch.invalid")
    assert "https://nosuch.invalid/u/1/: no such host" in ran.err.splitlines()[-1]
    assert not tool.db.exists()


@pytest.mark.parametrize("url", ["x", "//blog.test/x", "http://["])
def test_a_post_that_a_person_wrote_without_a_web_address_is_a_failure(tool: Tool, url: str) -> None:
    with DemoHost([make_blog(UID, posts=2)]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        with closing(sqlite3.connect(tool.db)) as connection, connection:
            connection.execute(
                """insert into posts (author_id, number, url, first_seen_at, last_seen_at)
                select author_id, 'mine', ?, '2020-01-01T00:00:00+00:00', '2020-01-01T00:00:00+00:00'
                  from posts limit 1""",
                (url,),
            )
        ran = tool.run("update", "--full")
    assert (ran.code, f"{url}: no web address" in ran.err, "unexpected" in ran.err) == (1, True, False)


def test_a_blog_of_a_site_that_is_not_installed_is_named_and_keeps_no_other_from_its_update(
    tool: Tool,
) -> None:
    with DemoHost([make_blog(UID, posts=2)]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        tool.change(
            """insert into authors(site, uid, url, first_seen_at, last_seen_at)
            select 'own', 'mine', 'http://blog.test/', first_seen_at, last_seen_at from authors"""
        )
        asked = len(host.requests)
        ran = tool.run("update")
    assert (ran.code, "continued without own/mine: unknown site 'own'" in ran.err) == (1, True)
    assert len(host.requests) > asked
    assert "own/mine" in tool.run("status").out


@pytest.mark.parametrize(
    ("language", "said", "hint"),
    [
        ("en", "no secure connection (TLS): wrong version number", "write the URL with http://"),
        ("zh", "无法建立安全连接（TLS）：wrong version number", "网址请以 http:// 开头"),
    ],
)
def test_https_on_a_host_without_it_is_one_line_about_tls(
    tool: Tool, language: str, said: str, hint: str
) -> None:
    with DemoHost([make_blog(UID, posts=1)]) as host:
        url = host.blog_url(UID).replace("http:", "https:")
        process = tool.start("backup", url, env={**os.environ, "BLOGARCHIVE_LANG": language})
        last = process.communicate()[1].splitlines()[-1]
    assert (process.returncode, said in last, last.endswith(hint)) == (4, True, True), last
    assert "SSL routines" not in last
    assert not tool.db.exists()


def test_a_certificate_of_nobody_is_accepted_only_by_an_option(tool: Tool, tmp_path: Path) -> None:
    blog = make_blog(UID, posts=1, comments=0)
    with EvolvingHost(blog, address="127.0.0.2", certificate=make_certificate(tmp_path)) as host:
        refused = tool.run("backup", host.blog_url(UID))
        assert (refused.code, host.requests, tool.db.exists()) == (4, [], False)
        assert refused.err.splitlines()[-1].endswith("is not valid; --ignore-certificates accepts it")
        assert tool.run("backup", host.blog_url(UID), "--ignore-certificates").code == 0
        cookies = tmp_path / "cookies.txt"
        cookies.write_text("# Netscape HTTP Cookie File\n")
        words = "update", "--ignore-certificates", "--cookies", str(cookies)
        assert tool.run(*words).code == 4, "cookies go to nobody"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Refuse(401), "asks for a password: .*; --cookies sends"),
        (Blank(), "no blog could be reached: .*: the page is empty$"),
    ],
)
def test_a_page_behind_a_password_and_one_without_a_byte_are_named(
    tool: Tool, fault: Fault, said: str
) -> None:
    with DemoHost([make_blog(UID, posts=1)], rules=[Rule(fault, match="/u/")]) as host:
        ran = tool.run("backup", host.blog_url(UID))
    assert (ran.code, bool(re.search(said, ran.err.splitlines()[-1]))) == (4, True), ran.err


def test_a_failed_backup_of_another_blog_keeps_the_archive(tool: Tool, live: str) -> None:
    with DemoHost([make_blog("31183", posts=1)]) as host:
        assert tool.run("backup", host.blog_url("31183")).code == 0
    ran = tool.run("backup", live)
    assert (ran.code, "new archive" in ran.err, tool.db.exists()) == (4, False, True)


@pytest.mark.slow
def test_a_command_is_told_of_news_and_of_errors_and_changes_no_exit_code(tool: Tool) -> None:
    told, sentence = tool.folder / "told.json", tool.folder / "sentence.txt"
    command = f'cat > "{told}"; echo "$BLOGARCHIVE_SUMMARY" > "{sentence}"'
    with DemoHost([make_blog(UID, posts=1, comments=0)]) as host:
        assert tool.run("backup", host.blog_url(UID), "--notify", command).code == 0
        found = json.loads(told.read_text("utf-8"))
        assert (found["posts_new"], found["exit_code"]) == (1, 0)
        assert "1 new post" in sentence.read_text("utf-8")
        told.unlink()
        assert tool.run("update", "--notify", command).code == 0
        assert not told.exists(), "nothing is new"
    ran = tool.run("update", "--notify", f"{command}; exit 7")
    assert ran.code == 4
    assert json.loads(told.read_text("utf-8"))["exit_code"] == 4
    assert "connection refused" in sentence.read_text("utf-8")
    assert re.search(
        r"^\d{4}-\d\d-\d\dT\S+ blogarchive: the command of --notify failed", ran.err, re.MULTILINE
    )
    assert "exit code 7" in ran.err


def test_the_archive_is_in_the_current_folder_if_it_has_one_else_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("BLOGARCHIVE_DB", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    here, home = Path("data/archive.db"), tmp_path / "home" / "blogarchive" / "archive.db"
    assert default_db() == here, "a server"
    monkeypatch.setenv("DISPLAY", ":0")
    assert default_db() == home, "a desktop"
    monkeypatch.delenv("DISPLAY")
    home.parent.mkdir(parents=True)
    home.touch()
    assert default_db() == home, "cron on a desktop"
    here.parent.mkdir()
    here.touch()
    assert default_db() == here
    monkeypatch.setenv("BLOGARCHIVE_DB", "~/other.db")
    assert default_db() == tmp_path / "home" / "other.db"


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "1.2.3.4"}, "linux", False),
        ({}, "win32", True),
        ({}, "darwin", True),
    ],
)
def test_a_desktop_has_a_display_and_is_no_remote_shell(
    environment: dict[str, str], platform: str, expected: bool
) -> None:
    assert has_display(environment, platform) == expected


def test_a_startdefault_arguments_opens_the_app_on_the_terminal_of_a_desktop_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    assert default_arguments() == [], "no terminal"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert default_arguments() == ["app"]
