"""A list that shows times with minutes only does not request posts again."""

import re
from dataclasses import replace
from pathlib import Path

from tests.demo.server.response import Answer
from tests.end_to_end.host import Fault, Host
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool

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
