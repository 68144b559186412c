"""Lists of blogs, and a blog that cannot be reached among them."""

import json
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.demo import DemoHost, make_blog
from tests.demo.server.faults import Refuse, Rule
from tests.killer import Killer
from tests.ports import refusing_port
from tests.tool import Tool, ended, run_command

UIDS = ("31182", "31183")


def list_of(tool: Tool, *lines: str) -> str:
    path = tool.folder / "blogs.txt"
    path.write_text("\n".join(lines), "utf-8")
    return str(path)


@pytest.fixture
def dead_url() -> Iterator[str]:
    """Return the URL of a blog on a port that nobody listens on."""
    with refusing_port() as port:
        yield f"http://127.0.0.1:{port}/u/31999/"


def statuses(tool: Tool) -> dict[str, dict[str, object]]:
    return {blog["uid"]: blog for blog in json.loads(tool.run("status", "--json").out)["blogs"]}


def test_a_list_has_one_url_a_line_with_comments(tool: Tool) -> None:
    with DemoHost([make_blog(uid, posts=1) for uid in UIDS]) as host:
        first, second = (host.blog_url(uid) for uid in UIDS)
        file = list_of(tool, "# my blogs", "", f"  《{first}》", f"{second} # his", first)
        assert tool.run("backup", "--from", file).code == 0
        assert tool.run("backup", "--from", file, "--dry-run").out.splitlines()[1:] == [first, second]
    assert set(statuses(tool)) == set(UIDS)


def test_a_list_may_come_from_the_standard_input(tool: Tool, tmp_path: Path) -> None:
    with DemoHost([make_blog(UIDS[0], posts=1)]) as host, (tmp_path / "list").open("w+") as text:
        text.write(f"{host.blog_url(UIDS[0])}\n")
        text.seek(0)
        assert ended(tool.start("backup", "--from", "-", delay=0.001, stdin=text)).code == 0
    assert set(statuses(tool)) == {UIDS[0]}


def test_a_bad_line_is_a_usage_error_with_its_number_and_makes_no_archive(tool: Tool) -> None:
    ran = tool.run("backup", "--from", list_of(tool, "# blogs", "https://blog.creaders.net/u/1/", "nonsense"))
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "blogs.txt, line 3: 'nonsense' is no URL" in ran.err
    assert tool.run("backup", "--from", list_of(tool, "# nothing")).code == 2
    assert not tool.db.exists()


@pytest.mark.slow
def test_an_interrupted_list_goes_on_where_it_stopped(tool: Tool) -> None:
    killer = Killer()
    with DemoHost([make_blog(uid, posts=8) for uid in UIDS], observer=killer.listen) as host:
        file = list_of(tool, *(host.blog_url(uid) for uid in UIDS))
        start = partial(tool.start, "backup", "--from", file)
        assert killer.start(start, after=8, signum=signal.SIGTERM).returncode == 3
        before = {str(url) for (url,) in tool.rows("select url from pages")}
        host.forget_requests()
        assert tool.run("backup", "--from", file).code == 0
        again = {f"{host.url}{request.path}" for request in host.requests}
    assert before
    assert not before & again


def test_a_blog_that_was_never_reached_is_in_status_with_its_last_error(tool: Tool, dead_url: str) -> None:
    url = dead_url
    with DemoHost([make_blog(UIDS[0], posts=1)]) as host:
        ran = tool.run("backup", "--from", list_of(tool, host.blog_url(UIDS[0]), url))
    assert ran.code == 1
    last = ran.err.splitlines()[-1]
    assert f"done, 1 failure: creaders/31999 {url}: connection refused" in last
    found = statuses(tool)["31999"]
    assert (found["last_error"], found["complete"], found["url"]) == ("connection refused", False, url)
    lines = tool.run("status").out.splitlines()
    assert f"creaders/31999 {url}" in lines
    assert f"  never reached: connection refused; `blogarchive forget {url} --delete` removes it" in lines
    assert all("None" not in line for line in lines)
    assert tool.run("forget", url, "--delete", "--yes").code == 0
    assert "31999" not in statuses(tool)


@pytest.mark.slow
def test_one_dead_blog_fails_a_nightly_update_when_it_is_new_and_then_once_a_week(
    tool: Tool, dead_url: str
) -> None:
    url = dead_url
    with DemoHost([make_blog(UIDS[0], posts=1)]) as host:
        assert tool.run("backup", host.blog_url(UIDS[0])).code == 0
        tool.days_ahead = -0.0001  # failures have whole seconds: a run in the same one reports it again
        tool.run("backup", url)
        codes = {}
        for night in (0, 1, 6, 7, 8):
            tool.days_ahead = night
            ran = tool.run("update")
            codes[night] = ran.code
            assert url in ran.err, "it is named every night, unless -q is given"
    assert codes == {0: 0, 1: 0, 6: 0, 7: 1, 8: 0}, "the backup reported it"


@pytest.mark.slow
def test_a_night_with_nothing_but_a_blog_that_was_never_reached_is_4_once_a_week(
    tool: Tool, dead_url: str
) -> None:
    url = dead_url
    with DemoHost([make_blog(UIDS[0], posts=1)]) as host:
        tool.run("backup", host.blog_url(UIDS[0]))
    tool.run("forget", UIDS[0], "--yes")
    assert tool.run("backup", url).code == 4
    codes = {}
    for night in (1, 6, 8, 9):
        tool.days_ahead = night
        codes[night] = tool.run("update", "-q").code
    assert codes == {1: 0, 6: 0, 8: 4, 9: 0}


def test_a_post_that_fails_is_named_in_the_last_line(tool: Tool) -> None:
    blog = make_blog(UIDS[0], posts=2)
    number = blog.posts[0].number
    with DemoHost([blog], rules=[Rule(Refuse(500), match=f"{number}")]) as host:
        ran = tool.run("backup", host.blog_url(UIDS[0]))
    assert ran.code == 1
    assert "done, 1 failure: creaders/31182 http://127.0.0.1" in ran.err.splitlines()[-1]
    assert str(number) in ran.err.splitlines()[-1]
    assert ran.err.splitlines()[-2].startswith(tuple("0123456789")), "the counts come before it"


def test_status_leaves_out_forgotten_blogs_and_marks_paused_ones(tool: Tool) -> None:
    with DemoHost([make_blog(uid, posts=1) for uid in UIDS]) as host:
        tool.run("backup", *(host.blog_url(uid) for uid in UIDS))
    tool.run("forget", UIDS[0], "--yes")
    tool.run("pause", UIDS[1])
    assert set(statuses(tool)) == {UIDS[1]}
    assert statuses(tool)[UIDS[1]]["paused_at"]
    assert tool.run("status").out.splitlines()[0].endswith("(paused)")


def test_the_site_of_an_unknown_host_is_named_once(tool: Tool) -> None:
    with DemoHost([make_blog(uid, posts=1) for uid in UIDS]) as host:
        first, second = (host.blog_url(uid) for uid in UIDS)
        assert tool.run("backup", first).code == 0
        words = tool.command("backup", second, delay=0.001)
        words = [word for word in words if word not in ("--site", "creaders")]
        assert run_command(*words[3:], folder=tool.folder).code == 0
    assert set(statuses(tool)) == set(UIDS)
