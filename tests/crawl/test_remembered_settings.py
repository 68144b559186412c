"""Delay, media hosts and cookies that a command names are stored for its blogs; a file has defaults for commands."""

import json
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest

from tests.crawl.media.media_hosts import UID, blog, requested_images
from tests.demo import DemoHost, make_blog
from tests.demo.server.response import Answer, page, plain
from tests.nights.host import EvolvingHost
from tests.tool import Ran, Tool, run_command

OTHER = "31183"
GOOD, FOREIGN = "/upfile/20250101/10000001.jpg", "/upfile/20250101/10000005.png"


def run(tool: Tool, *words: str) -> Ran:
    """Run a command with `--db` alone: the tool adds a delay."""
    return run_command(*words, "--db", str(tool.db), folder=tool.folder)


def settings(tool: Tool, uid: str = UID) -> dict[str, object]:
    found: dict[str, object] = json.loads(run(tool, "settings", uid, "--json").out)
    return found


def cookie_file(folder: Path, value: str) -> Path:
    path = folder / f"{value}.txt"
    path.write_text(f"# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tuser\t{value}\n")
    return path


def gaps(host: DemoHost) -> list[float]:
    """Return the seconds between requests. A busy machine serves some late: test a long mean, or a short minimum."""
    found = [after.at - before.at for before, after in pairwise(host.requests)]
    assert len(found) > 2
    return found


def cookies_by_blog(host: DemoHost) -> dict[str, set[str | None]]:
    return {
        uid: {request.header("cookie") for request in host.requests if f"/{uid}/" in request.path}
        for uid in (UID, OTHER)
    }


def test_images_on_other_hosts_end_the_run_with_their_number_and_update_keeps_the_hosts(tool: Tool) -> None:
    tool.media = True
    with DemoHost([blog([GOOD])]) as host:
        foreign = host.url.replace("127.0.0.1", "localhost") + FOREIGN
        elsewhere = [f"http://a.example/{number}.jpg" for number in range(2)]
        host.change(UID, lambda _: blog([GOOD, foreign, *elsewhere]))
        line = (
            "3 images on 2 other hosts were not fetched: a.example (2), localhost (1);"
            " --media-hosts '*' fetches them"
        )
        assert line in tool.run("backup", host.blog_url(UID)).err.splitlines()
        assert f"  {line}" in tool.run("status").out.splitlines()
        expected = {"a.example": 2, "localhost": 1}
        assert json.loads(tool.run("update", "--json").out)["images_not_fetched"] == expected
        (status,) = json.loads(tool.run("status", "--json").out)["blogs"]
        assert status["images_not_fetched"] == expected
        tool.run("update", "--media-hosts", "localhost")
        assert settings(tool)["media_hosts"] == ["localhost"]
        more = FOREIGN.replace("10000005", "10000006")
        host.change(UID, lambda _: blog([GOOD, foreign, foreign.replace(FOREIGN, more), *elsewhere]))
        host.forget_requests()
        assert "2 images on 1 other host were not fetched" in tool.run("update", "--full").err
        assert requested_images(host) == [more]


def test_each_blog_keeps_its_own_media_hosts(tool: Tool) -> None:
    tool.media = True
    with DemoHost([blog([GOOD]), make_blog(OTHER, posts=1, comments=0)]) as host:
        foreign = host.url.replace("127.0.0.1", "localhost") + FOREIGN
        host.change(UID, lambda _: blog([foreign]))
        tool.run("backup", host.blog_url(OTHER), "--media-hosts", "localhost")
        tool.run("backup", host.blog_url(UID))
        host.forget_requests()
        tool.run("update", "--full")
        assert requested_images(host) == []


def test_the_delay_of_a_backup_is_kept_by_update(tool: Tool) -> None:
    with DemoHost([make_blog(UID, posts=2, comments=0)]) as host:
        run(tool, "backup", host.blog_url(UID), "--site", "creaders", "--delay", "0.01")
        assert settings(tool)["delay"] == 0.01
        host.forget_requests()
        assert run(tool, "update", "--full").code == 0
        assert min(gaps(host)) < 0.8, "not the default of 1 second"
        host.forget_requests()
        assert run(tool, "update", "--full", "--delay", "0.3").code == 0
        assert mean(gaps(host)) > 0.2
    assert settings(tool)["delay"] == 0.01, "a command for all blogs replaces no stored setting"


@pytest.mark.slow
def test_the_delay_of_a_post_whose_url_does_not_name_its_blog_is_kept(tool: Tool) -> None:
    made = make_blog(UID, posts=1, comments=0)
    with DemoHost([made]) as host:
        url = f"{host.url}/user_blog_diary.php?did={made.posts[0].number}"
        assert run(tool, "backup", url, "--site", "creaders", "--delay", "0.01").code == 0
        assert settings(tool)["delay"] == 0.01


def test_two_hosts_of_one_run_each_have_their_delay(tool: Tool) -> None:
    slow, fast = (DemoHost([make_blog(uid, posts=2, comments=0)]) for uid in (UID, OTHER))
    with slow, fast:
        for delay in ("0.02", "0.4"):  # the second backup sends two requests
            run(tool, "backup", slow.blog_url(UID), "--site", "creaders", "--delay", delay)
        named = fast.blog_url(OTHER).replace("127.0.0.1", "localhost")
        run(tool, "backup", named, "--site", "creaders", "--delay", "0.02")
        slow.forget_requests()
        fast.forget_requests()
        assert run(tool, "update", "--full").code == 0
        assert mean(gaps(slow)) > 0.3
        assert min(gaps(slow)) < 0.8, "not the default of 1 second"
        assert min(gaps(fast)) < mean(gaps(slow)) / 2


def test_each_blog_is_fetched_with_its_own_cookies(tool: Tool) -> None:
    with DemoHost([make_blog(uid, posts=1, comments=0) for uid in (UID, OTHER)]) as host:
        for uid in (UID, OTHER):
            jar = cookie_file(tool.folder, f"secret-{uid}")
            tool.run("backup", host.blog_url(uid), "--cookies", str(jar))
        host.forget_requests()
        assert tool.run("update", "--full").code == 0
        assert cookies_by_blog(host) == {uid: {f"user=secret-{uid}"} for uid in (UID, OTHER)}
        (tool.folder / f"secret-{UID}.txt").unlink()
        host.forget_requests()
        ran = tool.run("update", "--full")
        assert cookies_by_blog(host) == {UID: {None}, OTHER: {f"user=secret-{OTHER}"}}
        assert ran.code == 1
        assert f"secret-{UID}.txt" in ran.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("answer", "asked", "code"),
    [
        pytest.param(plain("请先登录", 403), "/", 4, id="refused"),
        pytest.param(page("<p>该博客已关闭。".encode(), "text/html; charset=utf-8"), "/", 4, id="closed"),
        pytest.param(page("<p>请先登录".encode(), "text/html; charset=utf-8"), ".html", 1, id="post"),
    ],
)
def test_a_missing_file_of_cookies_is_named_beside_what_the_site_answers_without_them(
    tool: Tool, answer: Answer, asked: str, code: int
) -> None:
    with EvolvingHost(make_blog(UID, posts=1, comments=0)) as host:
        jar = cookie_file(tool.folder, "secret")
        assert tool.run("backup", host.blog_url(UID), "--cookies", str(jar)).code == 0
        jar.unlink()
        host.instead = lambda request: answer if asked in request.path else None
        ran = tool.run("update", "--full")
    assert (ran.code, "continued without cookies" in ran.err, "secret.txt" in ran.err) == (code, True, True)


def test_a_backup_of_a_forgotten_blog_includes_it_in_updates_again(tool: Tool) -> None:
    with DemoHost([make_blog(UID, posts=1)]) as host:
        tool.run("backup", host.blog_url(UID))
        tool.run("forget", UID, "--yes")
        host.forget_requests()
        assert tool.run("update").code == 0
        assert host.requests == []
        tool.run("backup", host.blog_url(UID))
        assert settings(tool)["forgotten_at"] is None


@pytest.mark.parametrize("beside", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_configuration_file_has_defaults_below_stored_settings(tool: Tool, beside: bool) -> None:
    file = tool.folder / ("blogarchive.toml" if beside else "other.toml")
    file.write_text(
        'delay = 0.05\n[backup]\nsite = "creaders"\nno-media = true\n[update]\nmedia-hosts = "*"\n'
    )
    words = () if beside else ("--config", str(file))
    with DemoHost([make_blog(UID, posts=2, comments=0)]) as host:
        assert run(tool, "backup", host.blog_url(UID), *words).code == 0
        assert min(gaps(host)) < 0.8, "not the default of 1 second"
        assert settings(tool)["delay"] is None, "defaults are not stored"
        run(tool, "settings", UID, "delay=0.3")
        host.forget_requests()
        assert run(tool, "update", "--full", *words).code == 0
        assert mean(gaps(host)) > 0.2
