"""The pages of `app`: nobody but the browser that was given the token can use them, and they do what they say."""

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from datasette.app import Datasette

from blogarchive.browse.app.check import find_url, preview_of
from blogarchive.browse.app.commands import CrawlJob
from blogarchive.browse.app.context import open_database
from blogarchive.browse.app.files import linux_disks, remove_cookies
from blogarchive.parsing.urls import other_scheme
from blogarchive.store.database.migrations import prepare
from blogarchive.store.read.status import blog_lines
from blogarchive.store.statements import Statements
from tests.browse.app_server import AppServer, app_server, hurry
from tests.demo import DemoHost, make_blog, sample_blog
from tests.nights.host import EvolvingHost, make_certificate
from tests.paths import ROOT
from tests.sql import read_sql, run_sql
from tests.unprivileged import make_read_only, run_unprivileged, shared_folder

UID = "31182"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    folder = tmp_path / "data"
    folder.mkdir()
    with app_server(folder / "archive.db") as running:
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
    assert not server.db.exists()


def test_a_form_cannot_pass_options_to_a_command(server: AppServer) -> None:
    for fields in ({"blog": "--full"}, {"blog": "-v"}, {"url": "a.example", "site": "--help"}):
        assert "message=wrong" in server.post("/app/start", **fields).headers["location"]
    assert "message=wrong" in server.post("/app/change", blog="--help", action="pause").headers["location"]


def test_a_form_whose_address_is_none_updates_no_other_blog(server: AppServer) -> None:
    assert "message=wrong" in server.post("/app/start", url="javascript:alert(1)").headers["location"]
    assert not server.db.exists()


def test_no_value_of_a_form_ends_in_an_error_of_this_program(server: AppServer) -> None:
    hurry(server.db)
    with DemoHost([make_blog(UID, posts=1)]) as host:
        started = server.post("/app/start", url=host.blog_url(UID), site="creaders")
        assert started.headers["location"] == "/app?message=started"
        until(lambda: finished(server))
    for value in ("a\0b", "x" * 200_000, "谈" * 60_000):
        for path in ("/app/check", "/app/start", "/app/change", "/app/deleted", "/app/make"):
            refused = server.post(path, blog=value, url=value, post=value, kind="post", action="pause")
            assert refused.headers.get("location") == "/app?message=wrong", (path, value[:9], refused)
    for name in ("--help", "a%00b", "-", "%ff"):
        unknown = server.send("GET", f"/app/blog?name={name}", cookie=server.cookie)
        assert unknown.headers.get("location") == "/app?message=no_blog", (name, unknown)


def test_a_certificate_of_nobody_is_explained_with_the_option_that_accepts_it(
    server: AppServer, tmp_path: Path
) -> None:
    blog = make_blog(UID, posts=1, comments=0)
    with EvolvingHost(blog, address="127.0.0.2", certificate=make_certificate(tmp_path)) as host:
        shown = server.post("/app/check", url=host.blog_url(UID), site="creaders").text
    assert "backup --ignore-certificates ADDRESS" in shown
    assert "does not answer" not in shown


def test_a_backup_that_is_stopped_at_its_start_was_stopped_and_failed_in_nothing(server: AppServer) -> None:
    assert (
        server.post("/app/start", url="http://127.0.0.1:1/u/1/").headers["location"] == "/app?message=started"
    )
    server.post("/app/stop")
    until(lambda: finished(server))
    overview = server.send("GET", "/app", cookie=server.cookie).text
    assert "Stopped. It continues" in overview
    assert "mistake of this program" not in overview


def made(server: AppServer, kind: str, **fields: str) -> str:
    """Make a file beside the archive; returns the page at the end."""
    started = server.post("/app/make", kind=kind, place=str(server.db.parent), **fields)
    assert started.headers.get("location") == "/app/task", started.text
    return at_end(server)


def at_end(server: AppServer) -> str:
    """Return the page of the last task when it has ended."""
    pages: list[str] = []

    def is_done() -> bool:
        pages.append(server.send("GET", "/app/task", cookie=server.cookie).text)
        return "data-running" not in pages[-1]

    until(is_done)
    return pages[-1]


def test_a_blog_is_shown_before_it_is_stored_then_backed_up_and_written_to_each_kind_of_file(
    server: AppServer,
) -> None:
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
    assert "last backup today" in overview
    assert "There is no copy on another disk yet" in overview
    folder = server.db.parent
    assert "Done, and complete" in made(server, "html")
    assert (folder / "blog-html" / "index.html").exists()
    assert "Done, and complete" in made(server, "epub")
    assert (folder / "blog.epub").stat().st_size > 1000
    assert "Done, and complete" in made(server, "copy")
    (copy,) = folder.glob("archive-*.db")
    assert stored_posts(copy) == 5
    download = server.send("GET", "/app/download", cookie=server.cookie)
    assert (download.status, copy.name in download.headers["content-disposition"]) == (200, True)
    ((number, address),) = read_sql(server.db, "select number, url from posts limit 1")
    assert "Done, and complete" in made(server, "post", post=number)
    assert "Done, and complete" in made(server, "post", post=f"这一篇：{address}")
    assert len(list(folder.glob("post-*.html"))) == 1
    assert "No stored post" in server.post("/app/make", kind="post", place=str(folder), post="nothing").text
    assert "Done, and complete" in made(server, "seal")
    (sealed,) = folder.glob("blog-2*")
    assert (sealed / "SHA256SUMS").exists()
    assert "on the same disk" in server.send("GET", "/app/files", cookie=server.cookie).text
    read = server.send("GET", "/read/post/1", cookie=server.cookie)
    assert (read.status, 'href="/app"' in read.text) == (200, True)
    assert "Save this post as one file" in read.text


def test_files_are_written_only_to_disks_of_the_list(server: AppServer, tmp_path: Path) -> None:
    hurry(server.db)
    with closing(sqlite3.connect(server.db)) as connection:
        prepare(Statements(server.db, connection))
    for place in (tmp_path, Path("/"), Path("--help"), Path()):
        refused = server.post("/app/make", kind="copy", place=str(place)).text
        assert "not there any more" in refused
    assert server.send("GET", "/app/download", cookie=server.cookie).headers["location"] == "/app/files"


def test_disks_of_a_desktop_are_found_with_any_name() -> None:
    mounts = "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/wang/\\346\\210\\221\\040U vfat rw 0 0\nx /mnt/disk ext4 rw 0 0\n"
    assert list(linux_disks(mounts)) == [Path("/media/wang/我 U"), Path("/mnt/disk")]


@pytest.mark.parametrize(
    ("pasted", "url"),
    [
        ("https://blog.creaders.net/u/31182/", "https://blog.creaders.net/u/31182/"),
        ("我的博客是https://blog.creaders.net/u/31182/，请看。", "https://blog.creaders.net/u/31182/"),
        ("（blog.creaders.net/u/31182）。", "https://blog.creaders.net/u/31182"),
        ("ｈｔｔｐ：／／ｂｌｏｇ．ｓｉｎａ．ｃｏｍ．ｃｎ／ｕ／１２", "http://blog.sina.com.cn/u/12"),
        ("blog。sina。com。cn/u/12", "https://blog.sina.com.cn/u/12"),
        ("http:\\\\blog.sina.com.cn\\u", "http://blog.sina.com.cn"),
        ("HTTPS//a.example/x?y=1#z.", "https://a.example/x?y=1#z"),
        ("https:/a.example/x?y=1#z.", "https://a.example/x?y=1#z"),
        ("\ufeff<https://a.example/>", "https://a.example/"),
        ("view-source:https://a.example/u/1", "https://a.example/u/1"),
        ("写信给 wang@example.com，或看 wang.blog.example", "https://wang.blog.example"),
        ("127.0.0.1:8000/u/1/", "https://127.0.0.1:8000/u/1/"),
        ("http://例子.中国/博客/", "http://例子.中国/博客/"),
        ("https://a.example/随笔/2020诗.html", "https://a.example/随笔/2020诗.html"),
        ("https://a.example/author/张三 ", "https://a.example/author/张三"),
        ("https://a.example/u/1/和我的https://b.example", "https://a.example/u/1/"),
        ("https://a.example/u/1（万维）", "https://a.example/u/1"),
        ("http://blog.example/a/blog_5d7a.html欢迎来看", "http://blog.example/a/blog_5d7a.html"),
        ("https://blog.example/u/123这是我的博客", "https://blog.example/u/123"),
        ("能打开https://blog.example/u/123吗？", "https://blog.example/u/123"),
        ("https://blog.example/?id=5的博客", "https://blog.example/?id=5"),
        ("http://blog.example我的博客", "http://blog.example"),
        ("http://blog.example/u/1的第2篇.很好", "http://blog.example/u/1"),
        ("http://我的博客.中国", "http://我的博客.中国"),
        ("我的www是http://www.例子.中国，请看", "http://www.例子.中国"),
        ("ｈｔｔｐｓ：／／例子.example／张三／。", "https://例子.example/张三/"),
        ("http://host.example/随笔", "http://host.example/随笔"),
        ("http:// 我的博客", None),
        ("wang@example.com", None),
        ("C:\\Users\\wang\\blog.html", None),
        ("/home/wang/archive.db", None),
        ("我的博客", None),
        ("", None),
        ("https://", None),
    ],
)
def test_the_url_is_found_in_what_a_person_pastes(pasted: str, url: str | None) -> None:
    assert find_url(pasted) == url


def test_a_text_with_several_addresses_says_that_the_first_is_taken(server: AppServer) -> None:
    with DemoHost([make_blog(UID, posts=1), make_blog("7", posts=1)]) as host:
        both = f"{host.blog_url(UID)}，{host.blog_url('7')}"
        shown = server.post("/app/check", url=both, site="creaders").text
        again = server.post("/app/check", url=f"{host.blog_url(UID)} {host.blog_url(UID)}", site="creaders")
    assert ("There are several addresses" in shown, f"<code>{host.blog_url(UID)}</code>" in shown) == (
        True,
        True,
    )
    assert "There are several addresses" not in again.text


def test_an_imported_blog_has_a_card_and_a_blog_that_is_gone_has_words_of_its_own(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    db.touch()  # as a first backup on a full disk leaves it
    with app_server(db) as server:
        assert "Which blog do you want to keep?" in server.send("GET", "/app", cookie=server.cookie).text
    export = ROOT / "tests/importing/exports/blogger/export.xml"
    words = [sys.executable, "-m", "blogarchive", "import", "blogger", str(export), "--db", str(db)]
    subprocess.run(words, check=True, timeout=120)
    with app_server(db) as server:
        cookie = server.cookie
        shown = server.send("GET", "/app", cookie=cookie).text
        (uid,) = re.findall(r'name="blog" value="([^"]+)"', shown)
        assert "2 of 2 posts stored" in shown
        assert server.send("GET", f"/app/delete?name={uid}", cookie=cookie).status == 200
        gone = server.send("GET", "/app/delete?name=nobody", cookie=cookie)
        assert gone.headers["location"] == "/app?message=no_blog"


def test_an_archive_on_a_read_only_disk_can_be_read() -> None:
    async def read(db: Path) -> None:
        database = await open_database(Datasette(), db)
        assert database is not None
        blogs = await database.execute_fn(lambda connection: blog_lines(Statements(db, connection)))
        assert [blog["posts_stored"] for blog in blogs] == [2]
        assert db.with_name("archive.db.lock").exists()
        assert not CrawlJob(db).is_running

    export = ROOT / "tests/importing/exports/blogger/export.xml"
    with shared_folder() as disc:
        words = [sys.executable, "-m", "blogarchive", "import", "blogger", str(export)]
        subprocess.run([*words, "--db", str(disc / "archive.db")], check=True, timeout=120)
        asyncio.run(read(disc / "archive.db"))  # imports the modules, which `nobody` may be unable to read
        for path in disc.glob("archive.db-*"):
            path.unlink()  # a copied archive has no log, which SQLite cannot make there
        make_read_only(disc)
        run_unprivileged(lambda: asyncio.run(read(disc / "archive.db")))


def test_a_text_without_a_url_is_explained_without_a_path(server: AppServer) -> None:
    mail = server.post("/app/check", url="wang@example.com").text
    assert "This is an e-mail address" in mail
    for text in ("我的博客", "/etc/passwd", "C:\\blog.html", "--help"):
        shown = server.post("/app/check", url=text).text
        assert "no address of a web page" in shown
        assert "Errno" not in shown


def test_a_host_that_has_only_http_is_found_by_an_address_with_https(server: AppServer) -> None:
    with DemoHost([make_blog(UID, posts=2)]) as host:
        shown = server.post("/app/check", url=other_scheme(host.blog_url(UID)), site="creaders").text
    assert "Is this right?" in shown
    assert host.blog_url(UID) in shown


def test_an_old_address_gets_a_page_in_the_language_of_its_reader(server: AppServer) -> None:
    for language, words in (("zh-CN", "再次打开"), ("en", "Start blogarchive again")):
        for path in ("/app", "/app/open?token=old"):
            old = server.send("GET", path, cookie="", headers={"Accept-Language": language})
            assert (old.status, words in old.text) == (403, True), path


def test_a_second_start_opens_the_page_of_the_first_and_quit_ends_it(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    with app_server(db) as first:
        note = db.with_name("archive.db.app")
        assert note.stat().st_mode & 0o077 == 0, "the address has a secret"
        words = [sys.executable, "-m", "blogarchive", "app", "--no-browser", "--db", str(db)]
        second = subprocess.run(words, capture_output=True, text=True, timeout=120)
        assert (second.returncode, first.address in second.stderr) == (0, True)
        assert "The program has ended" in first.post("/app/quit").text
        assert first.process.wait(30) == 0
        assert not note.exists()


def test_the_first_of_two_programs_that_started_at_once_leaves_the_address_of_the_second(
    tmp_path: Path,
) -> None:
    db = tmp_path / "archive.db"
    note = db.with_name("archive.db.app")
    with app_server(db) as first:
        note.unlink()  # as if it was not written yet
        with app_server(db) as second:
            first.post("/app/quit")
            assert first.process.wait(30) == 0
            assert note.read_text("ascii") == second.address


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
        prepare(Statements(server.db, connection))
    assert server.send("GET", "/app", cookie=server.cookie).status == 200


def test_a_page_that_is_no_blog_and_an_unknown_host_are_explained(server: AppServer) -> None:
    with DemoHost([sample_blog(UID)]) as host:
        nowhere = server.post("/app/check", url=f"{host.url}/u/999/", site="creaders").text
        unknown = server.post("/app/check", url=host.blog_url(UID)).text
        missing = server.post("/app/check", url=f"{host.url}/u/999/", site="web").text
        host.set_robots("User-agent: *\nDisallow: /\n")
        forbidden = server.post("/app/check", url=host.blog_url(UID), site="creaders").text
    assert ("robots.txt of this site forbids" in forbidden, "does not answer" in forbidden) == (True, False)
    for text in (nowhere, missing):  # the page came, so that it is not asked for by https
        assert ("The page was fetched" in text, "This page could not be read" in text) == (True, True)
        assert "a backup would not store this page: " in text
    assert "no site that this program knows" in unknown
    assert "Look again" in unknown
    assert ("<li></li>" in unknown, "<li>(untitled)</li>" in unknown) == (False, True)


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


def test_a_stopped_backup_is_explained_without_words_of_programmers(server: AppServer) -> None:
    with DemoHost([make_blog(UID, posts=40)]) as host:
        server.post("/app/start", url=host.blog_url(UID), site="creaders")
        until(lambda: has_run(server.db) and not finished(server))
        server.post("/app/stop")
        until(lambda: finished(server))
    overview = server.send("GET", "/app", cookie=server.cookie).text
    assert ("Stopped. It continues" in overview, "SIGTERM" in overview) == (True, False)


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


_KILLED_IN_THE_FIRST_TRANSACTION = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("pragma cache_size = 1")
connection.execute("create table frontier (url)")
connection.executemany("insert into frontier values (?)", [("x" * 2000,)] * 500)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_backup_that_was_killed_while_it_made_the_archive_is_no_error_of_the_page(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    with app_server(db) as server:
        subprocess.run([sys.executable, "-c", _KILLED_IN_THE_FIRST_TRANSACTION, db], check=False)
        assert db.with_name("archive.db-journal").exists()
        assert finished(server)


def _outcomes(db: Path) -> list[str]:
    return _rows(db, "select outcome from runs")


def _rows(db: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return [str(value) for (value,) in connection.execute(query)]


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
        page = server.send("GET", f"/app/blog?name={UID}", cookie=server.cookie)
        assert "Seconds between two requests" in page.text
        changed = server.post(
            "/app/change",
            blog=UID,
            action="settings",
            delay="2.5",
            media_hosts="a.example，*.b.example",
            cookies="# Netscape HTTP Cookie File\n",
        )
        assert "message=changed" in changed.headers["location"], changed.text
        shown = server.send("GET", f"/app/blog?name={UID}", cookie=server.cookie).text
        assert 'value="2.5"' in shown
        assert 'value="a.example,*.b.example"' in shown
        (cookies,) = tmp_path.glob("*.cookies-*.txt")
        assert cookies.stat().st_mode & 0o077 == 0, "the cookies are for their owner alone"
        for wrong, words in (
            ({"delay": "soon"}, "seconds must be a number"),
            ({"media_hosts": "http://x y"}, "A host is written as"),
            ({"cookies": "hello"}, "not the text of a cookies.txt"),
        ):
            refused = server.post("/app/change", blog=UID, action="settings", **wrong).text
            assert words in refused
            assert str(tmp_path) not in refused
        assert list(tmp_path.glob("*.cookies-*.txt")) == [cookies]
        for path, fields in (
            ("/app/change", {"action": "pause"}),
            ("/app/change", {"action": "settings", "delay": "2"}),
            ("/app/start", {}),
            ("/app/deleted", {"typed": "2"}),
        ):  # a page of another tab may show a blog that was deleted since
            answer = server.post(path, blog="nobody", **fields)
            assert answer.headers.get("location") == "/app?message=no_blog", (path, answer)
        unknown = server.send("GET", "/app/blog?name=nobody", cookie=server.cookie)
        assert unknown.headers["location"] == "/app?message=no_blog"
        assert server.send("GET", "/app/nowhere", cookie=server.cookie).headers["location"] == "/app"
        script = server.send("GET", "/app/app.js", cookie=server.cookie)
        assert script.headers["content-type"].startswith("text/javascript")
        assert "message=paused" in server.post("/app/change", blog=UID, action="pause").headers["location"]
        page = server.send("GET", f"/app/blog?name={UID}", cookie=server.cookie).text
        assert "Include this blog again" in page
        assert "left out of updates" in server.send("GET", "/app", cookie=server.cookie).text
        assert "message=resumed" in server.post("/app/change", blog=UID, action="resume").headers["location"]


def test_cookies_stay_on_the_disk_only_while_a_blog_uses_them(tmp_path: Path) -> None:
    def change(**fields: str) -> list[Path]:
        answer = server.post("/app/change", blog=UID, action="settings", **fields)
        assert "message=changed" in answer.headers.get("location", ""), answer
        return list(tmp_path.glob("*cookies-*.txt"))

    db, text = tmp_path / "archive.db", "# Netscape HTTP Cookie File\n"
    others = [tmp_path / "archive.db.cookies-1-2.txt", tmp_path / "cookies-1-2.txt"]
    hurry(db)
    with DemoHost([make_blog(UID, posts=1)]) as host, app_server(db) as server:
        server.post("/app/start", url=host.blog_url(UID), site="creaders")
        until(lambda: db.exists() and finished(server))
        page = f"/app/blog?name={UID}"
        assert "Cookies are stored" not in server.send("GET", page, cookie=server.cookie).text
        first = change(cookies=text)
        assert "Cookies are stored" in server.send("GET", page, cookie=server.cookie).text
        assert change(delay="1") == first
        (second,) = change(cookies=text)
        assert [second] != first
        assert change(no_cookies="yes") == []
        assert "Cookies are stored" not in server.send("GET", page, cookie=server.cookie).text
        for other in others:
            other.touch()
        with ThreadPoolExecutor() as pool:  # of three tabs
            list(pool.map(lambda _tab: change(cookies=text), range(3)))
        (third,) = {*change()} - {*others}
        third.unlink()
        third.mkdir()
        assert {*change(cookies=text)} > {third, *others}, (
            "what cannot be removed is no error: the settings are stored"
        )
        third.rmdir()
        server.post("/app/deleted", blog=UID, typed="1")
        assert "The blog is deleted" in at_end(server)
    assert sorted(tmp_path.glob("*cookies-*.txt")) == others, "those of an archive that was renamed stay"
    db.unlink()
    remove_cookies(db, {others[0].name})
    assert others[0].exists(), "nobody knows which cookies an archive uses that is gone"


def test_a_blog_is_deleted_after_its_number_or_name_was_typed_and_a_copy_was_made(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    hurry(db)
    with DemoHost([make_blog(UID, posts=2)]) as host, app_server(db) as server:
        server.post("/app/start", url=host.blog_url(UID), site="creaders")
        until(lambda: db.exists() and finished(server))
        question = server.send("GET", f"/app/delete?name={UID}", cookie=server.cookie).text
        assert "<dd>2</dd>" in question
        for typed in ("", "3", "yes"):
            refused = server.post("/app/deleted", blog=UID, copy="yes", typed=typed).text
            assert "Nothing was deleted" in refused
        assert server.post("/app/deleted", blog=UID, typed="2", csrf=False).status == 403
        assert stored_posts(db) == 2
        server.post("/app/deleted", blog=UID, copy="yes", typed=" ２ ")
        assert "The blog is deleted" in at_end(server)
        assert stored_posts(db) == 0
        (copy,) = tmp_path.glob("before-deleting-*.db")
        assert stored_posts(copy) == 2


def test_two_blogs_of_two_sites_with_one_id_are_never_taken_for_each_other(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    hurry(db, 0.01)
    with DemoHost([make_blog(UID, posts=2)]) as host, app_server(db) as server:
        server.post("/app/start", url=host.blog_url(UID), site="creaders")
        until(lambda: db.exists() and finished(server))
        with closing(sqlite3.connect(db)) as connection, connection:
            connection.execute(
                "insert into authors (site, uid, nickname, url, first_seen_at, last_seen_at)"
                " select 'sina', uid, '另一个人', 'http://127.0.0.1:1/', first_seen_at, last_seen_at from authors"
            )
            connection.execute(
                "insert into posts (author_id, number, url, title, content_hash, first_seen_at, last_seen_at)"
                " select (select id from authors where site = 'sina'), number, 'http://127.0.0.1:1/' || number, title,"
                " 'x', first_seen_at, last_seen_at from posts limit 1"
            )
        shown = server.send("GET", "/app", cookie=server.cookie).text
        names = set(re.findall(r'name="blog" value="([^"]+)"', shown))
        assert names == {f"creaders/{UID}", f"sina/{UID}"}
        assert (
            "message=paused"
            in server.post("/app/change", blog=f"sina/{UID}", action="pause").headers["location"]
        )
        assert _rows(db, "select site from blog_settings where paused_at is not null") == ["sina"]
        server.post("/app/start", blog=f"creaders/{UID}")
        until(lambda: len(_outcomes(db)) == 2 and finished(server))
        assert _outcomes(db) == ["done", "done"]
        page = server.send("GET", f"/app/delete?name=sina/{UID}", cookie=server.cookie).text
        assert ("另一个人" in page, "<dd>1</dd>" in page) == (True, True)
        server.post("/app/deleted", blog=f"sina/{UID}", typed="1")
        assert "The blog is deleted" in at_end(server)
        assert _rows(db, "select site from authors") == ["creaders"]
    assert stored_posts(db) == 2


def test_the_card_of_a_blog_says_that_it_moved_and_continues_at_the_new_address(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    hurry(db)
    with DemoHost([make_blog(UID, posts=2)]) as host, app_server(db) as server:
        server.post("/app/start", url=host.blog_url(UID), site="creaders")
        until(lambda: db.exists() and finished(server))
        run_sql(db, "update authors set state = 'moved', state_detail = ?", "https://new.example/")
        page = server.send("GET", "/app", cookie=server.cookie).text
        assert "has moved to https://new.example/" in page
        assert "Continue at the new address" in page


def test_an_archive_that_cannot_be_opened_is_explained_on_a_page_after_a_double_click(tmp_path: Path) -> None:
    db, shown = tmp_path / "archive.db", tmp_path / "shown"
    db.write_bytes(b"no database" * 100)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\ncat "${{1#file://}}" > "{shown}"\n')
    browser.chmod(0o755)
    ran = subprocess.run(
        [sys.executable, "-m", "blogarchive", "app", "--db", str(db)],
        env={**os.environ, "BROWSER": f"{browser} %s", "BLOGARCHIVE_LANG": "en"},
        capture_output=True,
        timeout=120,
    )
    assert ran.returncode == 6
    until(shown.exists, 20)
    assert "is damaged or no archive" in shown.read_text("utf-8")
