"""A home page that moved is requested at its new URL."""

from pathlib import Path

import pytest

from tests.demo.server.response import Answer
from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool

OLD = "/laowang/"
NONE = Answer(status=404, body=b"<html><title>404 Not Found</title><body>404 Not Found</body></html>")


def sends_on(path: str) -> Answer | None:
    """Redirect the old URL to the current one."""
    if not path.startswith(OLD):
        return None
    return Answer(status=301, headers=(("Location", path.replace(OLD, f"/u/{UID}/")),))


@pytest.fixture
def moved(tmp_path: Path) -> tuple[Host, Tool]:
    """Return a host that is not started, and a command without an archive."""
    host = Host(World(blogs={UID: make_blog(UID, posts=6, seed=7)}), fault=sends_on)
    return host, Tool(tmp_path)


def idle(host: Host, tool: Tool) -> list[str]:
    """Return the requests of an update of an unchanged blog."""
    host.forget_requests()
    ran = tool.run("update")
    assert ran.code == 0, ran.err
    return host.paths()


def test_a_redirect_of_the_home_page_is_stored(moved: tuple[Host, Tool]) -> None:
    with moved[0] as host:
        tool = moved[1]
        assert tool.run("backup", f"{host.url}{OLD}").code == 0
        for _ in range(2):
            assert idle(host, tool) == ["/robots.txt", f"/u/{UID}/"]
        host.fault = lambda path: NONE if path.startswith(OLD) else None
        host.world.blogs[UID].posts[min(host.world.blogs[UID].posts)].title = "改过的题目"
        assert tool.run("update", "--full").code == 0
        assert differences(tool, host, UID) == []


def test_a_redirect_that_the_host_removed_is_removed(moved: tuple[Host, Tool]) -> None:
    with moved[0] as host:
        tool, there = moved[1], f"/u/{UID}/"
        assert tool.run("backup", f"{host.url}{OLD}").code == 0
        assert idle(host, tool) == ["/robots.txt", there]
        host.fault = lambda path: host.page(there) if path == OLD else NONE if path == there else None
        host.forget_requests()
        tool.run("update")
        assert host.paths() == ["/robots.txt", there, OLD]
        assert idle(host, tool) == ["/robots.txt", OLD]
        assert tool.rows("select url from open_failures") == []
