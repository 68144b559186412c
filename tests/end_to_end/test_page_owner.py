"""Pages belong to the right blog: old names, closed blogs, posts of other people."""

from pathlib import Path

import pytest

from tests.demo.server.response import Answer
from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host, no_fault
from tests.end_to_end.printing import Urls, listing
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool

NEIGHBOUR = "31182"


@pytest.mark.parametrize("way", ["redirect", "same page"])
@pytest.mark.parametrize("style", ["aside", "rows"])
def test_a_blog_backed_up_by_name_and_by_number_is_one_author(tmp_path: Path, style: str, way: str) -> None:
    def named(path: str) -> Answer | None:
        if not path.startswith("/laowang/"):
            return None
        if way == "redirect":
            return Answer(status=302, headers=(("Location", f"/u/{UID}/"),))
        return host.page(path.replace("/laowang/", f"/u/{UID}/"))

    with Host(World(blogs={UID: make_blog(UID, posts=8, seed=11, style=style)})) as host:
        host.fault = named
        tool = Tool(tmp_path)
        assert tool.run("backup", f"{host.url}/laowang/").code == 0
        assert differences(tool, host, UID) == []
        assert tool.run("backup", host.blog_url(UID)).code == 0
        assert differences(tool, host, UID) == []
        assert tool.rows("select alias from author_aliases") == [("laowang",)]
        assert tool.run("update", "laowang", "--full").code == 0
        assert differences(tool, host, UID) == []


@pytest.mark.parametrize("way", ["redirect", "same page"])
def test_a_closed_blog_that_shows_another_keeps_its_content_and_stores_no_other(
    host: Host, tool: Tool, way: str
) -> None:
    host.world.blogs[NEIGHBOUR] = make_blog(NEIGHBOUR, posts=5, seed=3, style="rows")
    there = Answer(status=302, headers=(("Location", "/"),))
    front = Answer(
        body=listing(
            host.world.blogs[NEIGHBOUR], host.url, "万维博客", host.world.blogs[NEIGHBOUR].listed(), ""
        )
    )
    home = f"/u/{UID}/"
    pages = {home: there if way == "redirect" else front, "/": front}
    host.fault = lambda path: pages.get(path)
    assert tool.run("update").code != 0
    host.fault = no_fault
    assert differences(tool, host, UID) == []
    assert tool.run("failures", "--retry").code == 0
    assert differences(tool, host, UID) == []
    host.forget_requests()
    assert tool.run("update").code == 0
    assert len(host.requests) == 2


def test_a_blog_that_redirects_to_another_number_is_not_backed_up(tmp_path: Path) -> None:
    with Host(World(blogs={UID: make_blog(UID, posts=4, seed=3)})) as host:
        tool = Tool(tmp_path)
        moved = Answer(status=302, headers=(("Location", f"/u/{UID}/"),))
        host.fault = lambda path: moved if path == f"/u/{NEIGHBOUR}/" else None
        ran = tool.run("backup", f"{host.url}/u/{NEIGHBOUR}/")
        assert ran.code == 4
        assert f"a page of another blog ({UID})" in ran.err
        assert tool.scalar("select count(*) from posts") == 0


def test_listed_posts_of_other_blogs_are_not_stored(tmp_path: Path) -> None:
    blog, other = make_blog(UID, posts=6, seed=5), make_blog(NEIGHBOUR, posts=3, seed=6)
    with Host(World(blogs={UID: blog, NEIGHBOUR: other})) as host:
        foreign = Urls(blog=other).post(other.listed()[0])
        mine = Urls(blog=blog).post(blog.listed()[1])

        def with_reposted(path: str) -> Answer | None:
            good = host.page(path)
            item = f"<article><h2><a href='{foreign}'>[转载]邻居的一篇</a></h2><time>2025-01-01 10:00:00</time></article>"
            body = good.body.decode().replace("<article>", item + "<article>", 1)
            body = body.replace(
                f"<li><a href='{mine}'>", f"<li><a href='{foreign}'>邻居的</a></li><li><a href='{mine}'>"
            )
            return Answer(body=body.encode(), status=good.status, headers=good.headers)

        host.fault = with_reposted
        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID)).code == 0
        assert differences(tool, host, UID) == []
        host.forget_requests()
        assert tool.run("update").code == 0
        assert len(host.requests) == 2


def test_a_named_home_page_without_sidebar_belongs_to_the_blog_of_most_of_its_posts(
    tmp_path: Path,
) -> None:
    blog, other = make_blog(UID, posts=8, seed=5), make_blog(NEIGHBOUR, posts=3, seed=6)
    with Host(World(blogs={UID: blog, NEIGHBOUR: other})) as host:
        mine = [Urls(blog=blog).post(post) for post in blog.listed()]
        urls = [Urls(blog=other).post(other.listed()[0]), *mine]
        rows = "".join(
            f"<p><a href='{url}'>第 {day} 篇短文的题目</a> 2025-01-{day:02} 10:00:00</p>"
            for day, url in enumerate(reversed(urls), 10)
        )
        bare = Answer(body=f"<html><body>{rows}</body></html>".encode())
        host.fault = lambda path: bare if path == "/laowang/" else None
        tool = Tool(tmp_path)
        assert tool.run("backup", f"{host.url}/laowang/").code == 0
        assert tool.rows("select uid from authors") == [(UID,)]
        assert tool.rows("select alias from author_aliases") == [("laowang",)]
        assert tool.scalar("select count(*) from posts where body_text is not null") == len(mine)
