"""The pages of `app`: nobody but the browser that was given the token can use them, and they do what they say."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.browse.app.pages import preview_of
from blogarchive.store.database.migrations import prepare
from tests.browse.app_server import AppServer, app_server, hurry
from tests.demo import DemoHost, make_blog

UID = "31182"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    with app_server(tmp_path / "data" / "archive.db") as running:
        yield running


def until(done: Callable[[], bool], seconds: float = 300.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)


def stored_posts(db: Path) -> int:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        (count,) = connection.execute("select count(content_hash) from posts").fetchone()
        return int(count)


def has_run(db: Path) -> bool:
    """Return whether a command has begun to write to the archive."""
    try:
        return db.exists() and bool(_outcomes(db))
    except sqlite3.OperationalError:  # before there are tables
        return False


def finished(server: AppServer) -> bool:
    answer = server.send("GET", "/app/progress", cookie=server.cookie)
    assert answer.status == 200, answer.text
    return "A backup is running" not in answer.text


def test_another_host_name_another_origin_and_a_missing_cookie_reach_nothing(server: AppServer) -> None:
    good = server.cookie
    rebound = {"Host": f"evil.example:{server.host.partition(':')[2]}"}
    assert server.send("GET", "/app", cookie=good).status == 200
    assert server.send("GET", "/app", cookie=good, headers=rebound).status == 403
    for path in ("/app", "/read", "/", "/-/databases.json"):
        assert server.send("GET", path, cookie="").status == 403, path
        assert server.send("GET", path, cookie=good.partition("=")[0] + "=guessed").status == 403, path
    assert server.send("GET", "/app/open?token=guessed", cookie="").status == 403
    assert (
        server.post("/app/start", url="http://127.0.0.1:1/u/1/", origin="http://evil.example").status == 403
    )
    assert server.post("/app/start", url="http://127.0.0.1:1/u/1/", origin="null").status == 403
    assert server.post("/app/start", url="http://127.0.0.1:1/u/1/", csrf=False).status == 403
    assert server.send("GET", "/app/start?url=http://127.0.0.1:1/u/1/", cookie=good).status == 405
    assert not server.db.parent.exists()


def test_a_form_cannot_pass_options_to_a_command(server: AppServer) -> None:
    for fields in ({"uid": "--full"}, {"uid": "-v"}):
        assert "message=wrong" in server.post("/app/start", **fields).headers["location"]
    assert "message=wrong" in server.post("/app/change", uid="--help", action="pause").headers["location"]


def test_a_blog_is_shown_before_it_is_stored_then_backed_up_exported_and_copied(server: AppServer) -> None:
    hurry(server.db)
    with DemoHost([make_blog(UID, posts=5)]) as host:
        url = host.blog_url(UID)
        shown = server.post("/app/check", url=f"《{url}》", site="creaders")
        assert "Is this right?" in shown.text
        assert not server.db.exists()
        assert server.post("/app/start", url=url, site="creaders").status == 303
        until(lambda: finished(server))
    assert stored_posts(server.db) == 5
    overview = server.send("GET", "/app", cookie=server.cookie).text
    assert "Finished: everything" in overview
    assert ("crontab" in overview, "schtasks" in overview) == (True, False), (
        "the command of this system alone"
    )
    assert server.post("/app/export").status == 200
    assert (server.db.parent / "blog-html" / "index.html").exists()
    assert server.post("/app/copy").status == 200
    (copy,) = server.db.parent.glob("archive-*.db")
    assert stored_posts(copy) == 5
    assert server.send("GET", "/read", cookie=server.cookie).status == 200


def test_without_a_change_of_the_site_there_is_no_question(server: AppServer) -> None:
    hurry(server.db)
    answer = server.send("GET", "/app/changes", cookie=server.cookie)
    assert (answer.status, answer.headers["location"]) == (302, "/app")
    assert server.send("GET", "/app/agree", cookie=server.cookie).status == 405
    assert server.post("/app/agree", csrf=False).status == 403


def test_an_archive_whose_tables_are_still_being_made_is_none_yet(server: AppServer) -> None:
    hurry(server.db)
    with closing(sqlite3.connect(server.db)) as connection:
        connection.execute("pragma journal_mode = wal")
        assert server.send("GET", "/app", cookie=server.cookie).status == 200
        assert server.send("GET", "/app/progress", cookie=server.cookie).status == 200
        prepare(connection)
    assert server.send("GET", "/app", cookie=server.cookie).status == 200


def test_a_page_that_is_no_blog_and_an_unknown_host_are_explained(server: AppServer) -> None:
    with DemoHost([make_blog(UID, posts=2)]) as host:
        nowhere = server.post("/app/check", url=f"{host.url}/u/999/", site="creaders").text
        unknown = server.post("/app/check", url=host.blog_url(UID)).text
    assert "This page could not be read" in nowhere
    assert "no site that this program knows" in unknown
    assert "Kind of site" in unknown


def test_after_a_kill_of_the_server_the_crawl_goes_on_and_a_new_server_can_stop_it(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    with DemoHost([make_blog(UID, posts=40)]) as host:
        with app_server(db) as first:
            first.post("/app/start", url=host.blog_url(UID), site="creaders")
            until(lambda: has_run(db) and not finished(first))
            os.kill(first.process.pid, signal.SIGKILL)
        with app_server(db) as second:
            assert not finished(second)
            second.post("/app/stop")
            until(lambda: finished(second))
            assert "interrupted" in _outcomes(db)


def test_a_killed_crawl_is_continued_by_update_all(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    hurry(db, 0.5)
    with DemoHost([make_blog(UID, posts=4)]) as host, app_server(db) as server:
        server.post("/app/start", url=host.blog_url(UID), site="creaders")
        until(lambda: db.with_name("archive.db.holder").exists())
        holder = db.with_name("archive.db.holder").read_text("utf-8")
        os.kill(int(holder.partition('"pid": ')[2].partition(",")[0]), signal.SIGKILL)
        until(lambda: finished(server))
        until(lambda: db.exists())
        server.post("/app/start", url=host.blog_url(UID), site="creaders")
        until(lambda: finished(server))
    assert stored_posts(db) == 4


def _outcomes(db: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return [str(outcome) for (outcome,) in connection.execute("select outcome from runs")]


def test_a_page_without_a_blog_has_no_readable_preview() -> None:
    assert not preview_of('[{"field": "kind", "value": "unknown"}]').is_readable
    assert not preview_of(
        '[{"field": "kind", "value": "home"}, {"field": "author.nickname", "value": "none"}]'
    ).is_readable


def test_settings_pause_resume_and_forget_of_a_blog(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    hurry(db)
    with DemoHost([make_blog(UID, posts=2)]) as host, app_server(db) as server:
        server.post("/app/start", url=host.blog_url(UID), site="creaders")
        until(lambda: db.exists() and finished(server))
        page = server.send("GET", f"/app/blog?uid={UID}", cookie=server.cookie)
        assert "Seconds between two requests" in page.text
        changed = server.post(
            "/app/change",
            uid=UID,
            action="settings",
            delay="2.5",
            media_hosts="a.example",
            cookies="# Netscape HTTP Cookie File\n",
        )
        assert "Done" in changed.text, changed.text
        shown = server.send("GET", f"/app/blog?uid={UID}", cookie=server.cookie).text
        assert 'value="2.5"' in shown
        assert 'value="a.example"' in shown
        (cookies,) = tmp_path.glob("cookies-*.txt")
        assert cookies.stat().st_mode & 0o077 == 0, "the cookies are for their owner alone"
        assert "Done" in server.post("/app/change", uid=UID, action="pause").text
        assert (
            "Include this blog again" in server.send("GET", f"/app/blog?uid={UID}", cookie=server.cookie).text
        )
        assert "Done" in server.post("/app/change", uid=UID, action="resume").text
        assert "Done" in server.post("/app/change", uid=UID, action="forget", delete="yes").text
    assert stored_posts(db) == 0
