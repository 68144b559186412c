"""A host that refuses, in any way, gets no more requests; the run ends, and a later run continues it."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

import pytest

from tests.demo.server.response import Answer
from tests.end_to_end import printing
from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host, no_fault
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool

HTML = ("Content-Type", "text/html; charset=utf-8")
TEN_YEARS = timedelta(days=3650)


def refuses(status: int, retry_after: str) -> Answer:
    return Answer(status=status, headers=(HTML, ("Retry-After", retry_after)))


@pytest.mark.parametrize("status", [503, 403])
def test_a_robots_txt_that_asks_for_a_long_pause_ends_the_run_at_once(
    host: Host, tool: Tool, status: int
) -> None:
    host.fault = lambda path: refuses(status, "3600")
    ran = tool.run("update")
    assert (ran.code, host.paths()) == (4, ["/robots.txt"])
    assert "asks for a pause" in ran.err
    host.fault = no_fault
    assert tool.run("update").code == 0


@pytest.mark.parametrize(
    "wait",
    ["9" * 5000, format_datetime(datetime.now(UTC) + TEN_YEARS, usegmt=True)],
    ids=["five thousand digits", "a date in ten years"],
)
def test_no_retry_after_delays_a_run_or_postpones_a_page_for_years(host: Host, tool: Tool, wait: str) -> None:
    host.fault = lambda path: refuses(503, wait) if "/u/" in path else None
    ran = tool.run("update")
    assert (ran.code, len(host.paths()) <= 4) == (4, True), ran.err
    ((kind, detail, again),) = tool.rows("select kind, detail, next_try_at from open_failures")
    assert (kind, detail) == ("blocked", "status 503")
    assert datetime.now(UTC) < datetime.fromisoformat(again) <= datetime.now(UTC) + timedelta(days=30)
    host.fault = no_fault
    assert tool.run("update").code == 0
    assert tool.rows("select * from open_failures") == []


CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies"
    " to continue</noscript><script>window._cf={ray:'%x'}</script></body></html>"
)
FIREWALL = (
    "<html><head><title>提示</title></head><body><p>很抱歉，您的访问被阻断。事件编号 %x</p></body></html>"
)
UNKNOWN = "<html><head><title>提示</title></head><body><p>茶歇时间，概不会客。%x</p></body></html>"


@pytest.mark.parametrize(
    ("status", "words", "most"),
    [
        pytest.param(405, UNKNOWN, 5, marks=pytest.mark.slow),
        pytest.param(418, "", 5, marks=pytest.mark.slow),
        (200, CHALLENGE, 6),
        (200, FIREWALL, 6),
        (200, UNKNOWN, 12),
    ],
    ids=["405", "418", "challenge", "firewall", "in unknown words"],
)
def test_a_site_that_starts_to_refuse_exits_4_and_loses_no_content(
    host: Host, tool: Tool, status: int, words: str, most: int
) -> None:
    def fault(path: str) -> Answer | None:
        number = len(host.requests)
        body = (words % (number * 7919) if words else "").encode()
        return Answer(status=status, body=body, headers=(HTML,)) if number > 20 else None

    host.fault = fault
    ran = tool.run("update", "--full")
    assert ran.code == 4, ran.err
    assert "no more requests to" in ran.err
    assert len(host.requests) - 21 <= most
    assert tool.scalar("select count(*) from open_failures where next_try_at is null") == 0
    assert differences(tool, host, UID) == []
    host.fault = no_fault
    assert tool.run("failures", "--retry").code == 0
    assert tool.rows("select * from open_failures") == []
    assert differences(tool, host, UID) == []


def test_a_login_form_in_place_of_every_page_is_a_notice_and_no_change_of_the_site(
    host: Host, tool: Tool
) -> None:
    form = "<form><p>用户名 <input name=u></p><p>密码 <input type=password></p><input type=submit value=登录></form>"
    page = f"<html><head><title>用户登录 - 万维</title></head><body>{form}</body></html>".encode()
    host.fault = lambda path: Answer(body=page, headers=(HTML,)) if path.endswith(".html") else None
    assert tool.run("update", "--full").code == 1
    assert tool.rows("select distinct kind from open_failures") == [("notice",)]
    assert differences(tool, host, UID) == []


@pytest.mark.parametrize(
    ("status", "text"),
    [(403, ""), (503, ""), (200, "<html><p>系统维护中，请耐心等待。</p></html>"), (200, UNKNOWN)],
)
def test_a_blog_that_refused_its_first_backup_is_asked_again_by_the_next_update(
    host: Host, tmp_path: Path, status: int, text: str
) -> None:
    host.fault = lambda path: Answer(status=status, body=text.encode()) if "/u/" in path else None
    tool = Tool(tmp_path)
    assert tool.run("backup", host.blog_url(UID)).code == 4
    host.fault = no_fault
    tool.days_ahead = 1
    assert tool.run("update").code == 0
    assert differences(tool, host, UID) == []


def test_a_mistyped_blog_is_a_failure_of_its_backup_alone(host: Host, tmp_path: Path) -> None:
    tool = Tool(tmp_path)
    assert tool.run("backup", host.blog_url(UID)).code == 0
    assert tool.run("backup", f"{host.url}/u/999/").code == 4
    for _ in range(2):
        tool.days_ahead += 1
        ran = tool.run("update")
        assert (ran.code, "/u/999/" in ran.err) == (0, False)
    assert tool.rows("select detail, next_try_at from open_failures") == [("404 Not Found", None)]


def test_a_mistyped_first_blog_leaves_no_archive(host: Host, tmp_path: Path) -> None:
    tool = Tool(tmp_path)
    ran = tool.run("backup", f"{host.url}/u/999/")
    assert (ran.code, ran.err.rstrip().endswith("/u/999/: the page says: 404 Not Found")) == (4, True)
    assert not list(tmp_path.iterdir())


def test_an_unrequested_304_is_a_failure(tmp_path: Path) -> None:
    blog = make_blog(UID, posts=8, seed=5)
    hit = printing.Urls(blog=blog).post(list(blog.posts.values())[3])
    with Host(World(blogs={UID: blog})) as host:
        host.fault = lambda path: Answer(status=304) if path == hit else None
        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID)).code == 1
        assert tool.rows("select kind, detail, permanent from open_failures") == [("http", "status 304", 0)]
        host.fault = no_fault
        assert tool.run("failures", "--retry").code == 0
        assert differences(tool, host, UID) == []


@pytest.mark.parametrize("how", ["by status", "by refresh"])
def test_a_listing_that_redirects_home_is_a_failure(
    tmp_path: Path, how: Literal["by status", "by refresh"]
) -> None:
    blog = make_blog(UID, posts=12, seed=5)
    urls = printing.Urls(blog=blog)
    hit = {urls.month(month) for month, _, _ in blog.months()[:2]} | {
        urls.category(name) for name in blog.categories
    }
    refresh = (
        f"<html><head><meta http-equiv=refresh content='0;url={urls.home()}'></head><body></body></html>"
    )
    sent = {
        "by status": Answer(status=302, headers=(HTML, ("Location", urls.home()))),
        "by refresh": Answer(body=refresh.encode(), headers=(HTML,)),
    }[how]
    with Host(World(blogs={UID: blog})) as host:
        host.fault = lambda path: sent if path in hit else None
        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID)).code == 1
        assert {url.removeprefix(host.url) for (url,) in tool.rows("select url from open_failures")} == hit
        assert tool.scalar("select count(*) from post_categories where gone_at is not null") == 0
        host.fault = no_fault
        assert tool.run("failures", "--retry").code == 0
        assert differences(tool, host, UID) == []


@pytest.mark.parametrize("sidebar", [True, False], ids=["with its sidebar", "without"])
def test_a_category_that_is_empty_for_a_day_keeps_its_posts(host: Host, tool: Tool, sidebar: bool) -> None:
    blog = host.world.blogs[UID]
    hit = {printing.Urls(blog=blog).category(name) for name in blog.categories}
    home = host.page(f"/u/{UID}/").body.decode("gb18030")
    empty = re.sub(r"<table width=100%>.*?</table>(<p align=center>.*?</p>)?", "暂无", home, flags=re.DOTALL)
    if not sidebar:
        empty = re.sub(
            r"(<h4>(?:最新发布|分类目录|存档目录)</h4>).*?</div>", r"\1</div>", empty, flags=re.DOTALL
        )
    page = Answer(body=empty.encode("gb18030"), headers=(("Content-Type", "text/html"),))
    host.fault = lambda path: page if path in hit else None
    assert tool.run("update", "--full").code == 1
    assert {url.removeprefix(host.url) for (url,) in tool.rows("select url from open_failures")} == hit
    assert differences(tool, host, UID) == []


NOWHERE = ("javascript:alert(1)", "http://127.0.0.1:99999/", "http://[::g]/", "file:///etc/passwd")


def test_a_redirect_to_an_invalid_url_is_a_failure_after_one_request(host: Host, tool: Tool) -> None:
    blog = host.world.blogs[UID]
    posts = [printing.Urls(blog=blog).post(post) for post in blog.posts.values()]
    hit = dict(zip(posts[::2], NOWHERE, strict=False))

    def fault(path: str) -> Answer | None:
        return Answer(status=302, headers=(HTML, ("Location", hit[path]))) if path in hit else None

    host.fault = fault
    assert tool.run("update", "--full").code == 1
    assert {path: host.counts()[path] for path in hit} == dict.fromkeys(hit, 1)
    assert tool.rows("select kind, next_try_at is null from open_failures") == [("http", 0)] * len(hit)
    assert differences(tool, host, UID) == []


def test_an_unreachable_robots_txt_is_logged_without_traceback(host: Host, tool: Tool) -> None:
    host.fault = lambda path: Answer(drop=True) if path == "/robots.txt" else None
    ran = tool.run("update", "-v")  # which would complain
    assert ran.code == 0
    assert "robots.txt could not be read" in ran.err


def test_another_host_that_refuses_is_blocked_and_the_run_exits_1(host: Host, tool: Tool) -> None:
    other = host.blog_url(UID).replace("127.0.0.1", "localhost").partition("/u/")[0]
    tool.change("update frontier set state = 'todo', url = ? || '/refuses/' || id where kind = 'post'", other)
    host.fault = lambda path: refuses(503, "0") if "/refuses/" in path else None
    ran = tool.run("update")
    assert ran.code == 1, ran.err
    assert "no more requests to localhost" in ran.err
    assert len([path for path in host.paths() if "/refuses/" in path]) <= 6
    assert differences(tool, host, UID) == []
