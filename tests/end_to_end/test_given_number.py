"""A blog stored under a name continues as the same author after its host assigns a number."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.demo.server.response import Answer
from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host
from tests.end_to_end.printing import Urls
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool

NONE = Answer(status=404, body=b"<html><title>404 Not Found</title><body>404 Not Found</body></html>")
NAME, NEIGHBOUR = "laowang", "31182"
_POST = re.compile(rf"/u/{UID}/\d{{6}}/(\d+)\.html\??".encode())


def by_name(host: Host, path: str) -> Answer | None:
    """Return the page as before the numbers, every URL under the blog's name."""
    if not path.startswith(f"/{NAME}/"):
        return None
    number = re.search(r"did=(\d+)&?(.*)", path)
    if number:
        post = host.world.blogs[UID].posts[int(number[1])]
        path = f"/u/{UID}/{post.month}/{post.number}.html?{number[2]}"
    good = host.page(path.replace(f"/{NAME}/", f"/u/{UID}/"))
    body = _POST.sub(rb"/laowang/user_blog_diary.php?did=\1&", good.body)
    body = re.sub(rb"&(['#])", rb"\1", body).replace(f"/u/{UID}/".encode(), f"/{NAME}/".encode())
    return Answer(status=good.status, headers=good.headers, body=body)


def redirect(uid: str) -> Answer:
    return Answer(status=301, headers=(("Location", f"/u/{uid}/"),))


def differences_by_name(tool: Tool, host: Host) -> list[str]:
    """Return the differences between archive and blog while the blog is stored under its name."""
    numbered = Tool(tool.folder / "numbered")
    numbered.db.unlink(missing_ok=True)
    tool.rows("vacuum into ?", str(numbered.db))
    numbered.change("update authors set uid = ? where uid = ?", UID, NAME)
    return differences(numbered, host, UID)


@pytest.fixture
def named(tmp_path: Path) -> tuple[Host, Tool]:
    """Return a host that is not started, and a command without an archive."""
    host = Host(
        World(blogs={UID: make_blog(UID, posts=6, seed=7), NEIGHBOUR: make_blog(NEIGHBOUR, posts=2, seed=3)})
    )
    host.fault = lambda path: by_name(host, path)
    return host, Tool(tmp_path)


@pytest.mark.parametrize(
    ("asked", "name_leads_to"),
    [("update", "redirect"), ("update", "same page"), ("its home page", "nothing"), ("a post", "nothing")],
)
def test_a_blog_stored_under_a_name_continues_under_its_new_number(
    named: tuple[Host, Tool], asked: str, name_leads_to: str
) -> None:
    with named[0] as host:
        tool, blog = named[1], host.world.blogs[UID]
        tool.days_ahead = -0.01  # the archive's times are whole seconds
        assert tool.run("backup", f"{host.url}/{NAME}/").code == 0
        assert tool.rows("select uid from authors") == [(NAME,)]
        tool.days_ahead = 0
        blog.write(datetime(2025, 2, 3, 8, 0))
        there = {"redirect": redirect(UID), "same page": host.page(f"/u/{UID}/"), "nothing": NONE}[
            name_leads_to
        ]
        host.fault = lambda path: (
            there if path == f"/{NAME}/" else NONE if path.startswith(f"/{NAME}/") else None
        )
        words = {
            "update": ("update",),
            "its home page": ("backup", host.blog_url(UID)),
            "a post": ("backup", f"{host.url}{Urls(blog=blog).post(blog.listed()[3])}"),
        }
        assert tool.run(*words[asked]).code == 0
        assert tool.run("update", "--full").code == 0
        assert differences_by_name(tool, host) == []
        assert tool.run("update", UID, "--full").code == 0
        assert differences_by_name(tool, host) == []
        assert (
            tool.rows("select number from frontier where kind = 'post' group by 1 having count(*) > 1") == []
        )
        host.forget_requests()
        assert tool.run("update").code == 0
        assert len(host.requests) == 2


def test_a_number_with_other_posts_is_not_the_blog_stored_under_a_name(named: tuple[Host, Tool]) -> None:
    with named[0] as host:
        tool = named[1]
        assert tool.run("backup", f"{host.url}/{NAME}/").code == 0
        before = tool.scalar("select count(*) from posts")
        host.fault = lambda path: redirect(NEIGHBOUR) if path == f"/{NAME}/" else by_name(host, path)
        ran = tool.run("update")
        assert ran.code == 4
        assert f"a page of another blog ({NEIGHBOUR})" in ran.err
        assert tool.run("reparse").code == 0, "refuses the page for the same reason"
        assert tool.rows("select uid from authors") == [(NAME,)]
        assert tool.scalar("select count(*) from posts") == before
