"""Traps of endless URLs, and many URLs of one page."""

import re
from copy import deepcopy
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Literal

import pytest

from tests.demo.server.response import Answer
from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host, no_fault
from tests.end_to_end.printing import Urls
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool


@pytest.mark.parametrize(("style", "beyond"), [("aside", "same"), ("rows", "empty")])
def test_an_endless_pager_is_followed_to_the_first_page_without_new_items(
    tmp_path: Path, style: str, beyond: Literal["same", "empty"]
) -> None:
    blog = make_blog(UID, posts=12, seed=7, style=style)
    blog.endless = beyond
    with Host(World(blogs={UID: blog})) as host:
        tool = Tool(tmp_path)
        ran = tool.run("backup", host.blog_url(UID))
        assert (ran.code, differences(tool, host, UID)) == (0, []), ran.err
        assert set(host.counts().values()) == {1}
        assert len(host.requests) < 80
        assert tool.rows("select url, detail from open_failures") == []


def test_session_ids_and_script_switches_make_no_second_page(tmp_path: Path) -> None:
    world = World(blogs={UID: make_blog(UID, posts=6, seed=7)})
    with Host(world) as host:
        host.fault = lambda path: _with_sessions(host, path, len(host.requests))
        tool = Tool(tmp_path)
        ran = tool.run("backup", host.blog_url(UID) + "?PHPSESSID=0&language=big5")
        assert (ran.code, differences(tool, host, UID)) == (0, []), ran.err
        pages = [re.sub(r"[?&](?:PHPSESSID=\w+|language=\w+)", "", path) for path in host.paths()]
        assert len(pages) == len(set(pages))


def _with_sessions(host: Host, path: str, number: int) -> Answer | None:
    """Return the page with a session id in each link, and a link to itself in the other script."""
    good = host.page(re.sub(r"[?&](?:PHPSESSID=\w+|language=\w+)", "", path))
    if "robots" in path or good.status != 200:
        return good
    html = re.sub(
        r"href='(/u/[^'#?]*)(\?[^'#]*)?",
        lambda link: f"href='{link[1]}{link[2] + '&' if link[2] else '?'}PHPSESSID={number:x}",
        good.body.decode(),
    )
    switch = f"<a href='{path}?language=gb2312'>简体</a> <a href='{path}?language=big5'>繁體</a>"
    return Answer(body=html.replace("<header>", f"<header>{switch}").encode(), headers=good.headers)


@pytest.mark.parametrize(
    "rest", ["?page=2", "list.php?ym=202412", "202412/", "{post}?cp=2", "{post}?fbclid=x"]
)
def test_any_page_of_a_blog_backs_up_the_blog_without_a_second_home_page(tmp_path: Path, rest: str) -> None:
    blog = make_blog(UID, posts=4, seed=7)
    post = Urls(blog=blog).post(next(iter(blog.posts.values()))).removeprefix(f"/u/{UID}/")
    with Host(World(blogs={UID: blog})) as host:
        tool = Tool(tmp_path)
        ran = tool.run("backup", host.blog_url(UID) + rest.format(post=post))
        assert (ran.code, differences(tool, host, UID)) == (0, []), ran.err
        assert set(host.counts().values()) == {1}
        host.forget_requests()
        tool.run("update")
        assert host.paths() == ["/robots.txt", f"/u/{UID}/"]


def test_two_caches_that_answer_in_turn_cause_no_endless_run(tmp_path: Path) -> None:
    blog = make_blog(UID, posts=6, seed=7)
    before, turn = World(blogs={UID: deepcopy(blog)}), count()
    with Host(World(blogs={UID: blog})) as host:

        def yesterdays(path: str) -> Answer | None:
            today = host.world
            host.world = before if next(turn) % 2 else today
            try:
                old = host.page(path)
            finally:
                host.world = today
            return old if old.status == 200 else None

        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID)).code == 0
        blog.write(datetime(2025, 1, 29, 1, 3, 4))
        blog.write(datetime(2024, 12, 3, 1, 3, 4))
        list(blog.posts.values())[2].state = "404"
        host.forget_requests()
        host.fault = yesterdays
        tool.run("update", "--full")
        assert max(host.counts().values()) <= 5, host.counts().most_common(3)
        host.fault = no_fault
        assert [tool.run("update", *how).code for how in ((), ("--full",))][-1] == 0
        assert differences(tool, host, UID) == []
        assert tool.rows("select url, detail from open_failures") == []


def test_new_urls_of_months_and_categories_on_every_page_cause_no_endless_run(tmp_path: Path) -> None:
    with Host(World(blogs={UID: make_blog(UID, posts=12, seed=7)})) as host:

        def renumbered(path: str) -> Answer | None:
            good = host.page(re.sub(r"[?&]visit=\d+", "", path))
            links = re.compile(r"(href='/u/\d+/(?:archive\.php\?date=\d+|\d+\.html))(?=')")
            page = links.sub(
                lambda link: f"{link[1]}{'&' if '?' in link[1] else '?'}visit={len(host.requests)}",
                good.body.decode(),
            )
            return Answer(body=page.encode(), status=good.status, headers=good.headers)

        host.fault = renumbered
        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID)).code in (0, 1)
        assert len(host.requests) < 90
        posts = tool.scalar("select count(*) from posts where content_hash is not null")
        assert posts == len(host.world.blogs[UID].listed())
