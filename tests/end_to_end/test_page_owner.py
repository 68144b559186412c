"""Pages belong to the right blog: old names, closed blogs, posts of other people."""

from dataclasses import replace
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


@pytest.mark.parametrize(("style", "way"), [("aside", "redirect"), ("rows", "same page")])
def test_a_blog_backed_up_by_name_and_by_number_is_one_author(tmp_path: Path, style: str, way: str) -> None:
    def named(path: str) -> Answer | None:
        if not path.startswith("/laowang/"):
            return None
        if way == "redirect":
            return Answer(status=302, headers=(("Location", f"/u/{UID}/"),))
        return host.page(path.replace("/laowang/", f"/u/{UID}/"))

    with Host(World(blogs={UID: make_blog(UID, posts=5, seed=11, style=style)})) as host:
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
        assert not tool.db.exists()


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


def test_a_named_home_page_without_sidebar_belongs_to_the_blog_of_most_of_its_posts(tmp_path: Path) -> None:
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


@pytest.mark.slow
@pytest.mark.parametrize("way", ["warc", "merge"])
def test_equal_comments_on_two_pages_survive_a_warc_and_a_merge(tmp_path: Path, way: str) -> None:
    blog = make_blog(UID, posts=12, seed=9)
    post = max(blog.posts.values(), key=lambda post: len(post.comments))
    border = blog.comments_per_page
    assert len(post.comments) > border + 2
    post.comments[border] = replace(post.comments[border - 1])
    post.comments[border + 1] = replace(post.comments[border - 1], text="同一秒写的另一句")
    with Host(World(blogs={UID: blog})) as host:
        first, second = Tool(tmp_path), Tool(tmp_path / "b")
        assert first.run("backup", host.blog_url(UID)).code == 0
        assert differences(first, host, UID) == []
        if way == "warc":
            first.run("export", "warc", str(tmp_path / "all.warc.gz"))
            second.run("import", "warc", str(tmp_path / "all.warc.gz"), "--site", "creaders")
        else:
            second.run("merge", str(first.db))
        assert differences(second, host, UID) == []
        blog.write(max(post.when for post in blog.posts.values()))
        assert second.run("update").code == 0
        assert differences(second, host, UID) == [], (
            "an update asks for blogs that were never asked for before"
        )


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
