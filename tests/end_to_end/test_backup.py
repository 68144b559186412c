"""Two blogs in two markups, backed up by the command and compared field by field."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blogarchive.items import Page, PageKind, Target
from blogarchive.sites.base import site_by_name
from tests.demo.server.response import Answer
from tests.end_to_end import printing
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Fault, Host
from tests.end_to_end.printing import Urls
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool

ASIDE, ROWS = "31182", "27282"


def world(posts: int, *, seed: int = 1) -> World:
    return World(
        blogs={
            ASIDE: make_blog(ASIDE, posts=posts, seed=seed),
            ROWS: make_blog(ROWS, posts=posts, seed=seed + 1, style="rows"),
        }
    )


def test_two_blogs_are_stored_field_by_field_without_requesting_a_page_twice(tmp_path: Path) -> None:
    with Host(world(30)) as host:
        tool = Tool(tmp_path)
        ran = tool.run("backup", host.blog_url(ASIDE), host.blog_url(ROWS))
        assert (ran.code, differences(tool, host, ASIDE, ROWS)) == (0, []), ran.err
        assert set(host.counts().values()) == {1}
        assert tool.rows("select kind, url, detail from open_failures") == []
        assert not [path for path in host.paths() if "calendar" in path]


@pytest.mark.parametrize("style", ["aside", "rows"])
def test_titles_that_begin_like_buttons_are_parsed_and_buttons_are_not(style: str) -> None:
    blog = make_blog(ASIDE, posts=6, seed=1, style=style)
    titles = ["阅读笔记", "分享快乐", "更多的爱", "首页的故事", "Moreover", "评论员文章"]
    for post, title in zip(blog.posts.values(), titles, strict=True):
        post.title = title
    first = Urls(blog=blog).post(next(iter(blog.posts.values())))
    buttons = "".join(
        f"<a href='{first}'>{words}</a> " for words in ("【阅读全文】", "评论（3）", "more »", "上页")
    )
    body = printing.listing(blog, "127.0.0.1", "文章", list(blog.posts.values()), f"<p>{buttons}</p>")
    url = f"http://127.0.0.1/u/{ASIDE}/"
    page = Page(url=url, fetched_at=datetime.now(UTC), status=200, headers=(), body=body)
    parsed = site_by_name("creaders").parse_page(
        page, Target(url=url, site="creaders", kind=PageKind.HOME, uid=ASIDE)
    )
    assert [post.title for post in parsed.listed] == titles


UID = "31182"
POST = re.compile(r"/u/\d+/\d{6}/\d+\.html")
TIME = re.compile(rb"(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d")


def test_an_update_makes_two_requests_if_the_lists_begin_to_show_minutes(tmp_path: Path) -> None:
    host = Host(World(blogs={UID: make_blog(UID, posts=12, seed=1)}))

    def lists_with(times: bytes) -> Fault:
        def answer(path: str) -> Answer | None:
            page = host.page(path)
            return None if POST.match(path) else replace(page, body=TIME.sub(times, page.body))

        return answer

    host.fault = lists_with(b"")
    tool = Tool(tmp_path)
    with host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        assert tool.rows("select count(*) from posts where length(posted_at) = 25") == [(12,)], "with seconds"
        host.forget_requests()
        host.fault = lists_with(rb"\1")
        assert tool.run("update").code == 0
        assert host.paths() == ["/robots.txt", f"/u/{UID}/"]
