"""`discover` finds the other blogs of a host from each source, and `backup --discovered` backs them up."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo import DemoHost, make_blog
from tests.demo.server.response import Answer, GetRequest, page
from tests.tool import Ran, Tool, run_command

OWN, LISTED, LATER, QUIET = "31182", "27282", "60071", "40005"


class Host(DemoHost):
    """Four blogs, and a directory of two pages that names two of them."""

    def answer(self, request: GetRequest) -> Answer:
        pages = {
            "/top/": f'<a href="/u/{LISTED}/">甲</a> <a href="/about/">关于</a> <a href="/top/?page=2">下一页</a>',
            "/top/?page=2": f'<a href="/u/{LATER}/202501/1.html">乙</a> <a href="/u/{OWN}/">丙</a>',
        }
        found = pages.get(request.path)
        if found is None:
            return super().answer(request)
        return page(f"<html><body>{found}</body></html>".encode(), "text/html; charset=utf-8")


@pytest.fixture
def host() -> Iterator[Host]:
    uids = (OWN, LISTED, LATER, QUIET)
    with Host([make_blog(uid, posts=4, months=1, comments=2) for uid in uids]) as host:
        yield host


@pytest.fixture
def tool(tmp_path: Path, host: Host) -> Tool:
    """Return a tool whose archive has one blog."""
    tool = Tool(tmp_path)
    assert tool.run("backup", host.blog_url(OWN)).code == 0
    host.forget_requests()
    return tool


def discover(tool: Tool, *words: str) -> Ran:
    ran = run_command("discover", *words, "--db", str(tool.db), folder=tool.folder)
    assert "Traceback" not in ran.err, ran.err
    return ran


def found(tool: Tool) -> dict[str, str]:
    return dict(tool.rows("select uid, source from discovered_blogs"))


def test_commenters_and_links_of_stored_pages_need_no_request(tool: Tool, host: Host) -> None:
    ran = discover(tool, "--json")
    assert (ran.code, host.requests) == (0, [])
    named = {
        match[1]
        for post in host.blog(OWN).posts
        for comment in post.comments
        if (match := re.fullmatch(r"/u/(\d+)/", comment.author_path or ""))
    }
    assert named
    assert set(found(tool)) == named
    assert set(found(tool).values()) <= {"comments", "links"}
    assert json.loads(ran.out)["new"] == len(named)
    assert json.loads(discover(tool, "--json").out)["new"] == 0


def test_a_text_names_blogs_on_hosts_of_known_sites_only(tool: Tool, host: Host) -> None:
    text = tool.folder / "cdx.txt"
    text.write_text(
        f"net,creaders,blog)/u/1 2016 http://blog.creaders.net/u/7001/201601/12.html text/html\n"
        f"<loc>{host.url}/u/{LISTED}/</loc> https://weibo.com/u/99999/ http://[broken\n",
        "utf-8",
    )
    assert discover(tool, "--from", str(text)).code == 0
    assert found(tool) == {"7001": "file", LISTED: "file"}
    assert host.requests == []


def test_a_directory_is_followed_for_the_number_of_pages_asked_for(tool: Tool, host: Host) -> None:
    assert discover(tool, f"{host.url}/top/", "--delay", "0").code == 0
    assert found(tool) == {LISTED: "page"}
    assert discover(tool, f"{host.url}/top/", "--pages", "5", "--delay", "0").code == 0
    assert found(tool) == {LISTED: "page", LATER: "page"}


def test_samples_of_post_numbers_name_their_authors_and_are_not_repeated(tool: Tool, host: Host) -> None:
    highest = max(int(post.number) for blog in (OWN, LISTED) for post in host.blog(blog).posts)
    tool.change(
        "update frontier set number = ? where kind = 'post' and rank = (select min(rank) from frontier)",
        highest + 50,
    )
    assert discover(tool, "--ids", "1", "--max-requests", "100", "--delay", "0").code == 0
    named = {uid for uid, source in found(tool).items() if source == "ids"}
    assert named
    assert named <= {LISTED, LATER, QUIET}
    sampled = [path for path in host.counts() if "did=" in path]
    host.forget_requests()
    assert discover(tool, "--ids", "1", "--max-requests", "20", "--delay", "0").code == 0
    assert not {path for path in host.counts() if "did=" in path} & set(sampled[:-2])


def test_discovered_blogs_are_backed_up_a_few_at_a_time(tool: Tool, host: Host) -> None:
    assert discover(tool, "--uids", "40000-40010", "--delay", "0").code == 0
    assert found(tool) == {QUIET: "uids"}
    discover(tool, f"{host.url}/top/", "--pages", "2", "--delay", "0")
    assert "2 more are discovered" not in tool.run("status").out
    assert "3 more are discovered" in tool.run("status").out
    ran = tool.run("backup", "--discovered", "--at-most", "2")
    assert ran.code == 0, ran.err
    waiting = tool.rows("select uid from discovered_blogs where backed_up_at is null")
    assert len(waiting) == 1
    assert tool.run("backup", "--discovered").code == 0
    assert tool.rows("select count(*) from authors") == [(4,)]
    assert "no discovered blog waits" in tool.run("backup", "--discovered").err


@pytest.mark.parametrize(
    "words", [("--uids", "9-3"), ("--uids", "x"), ("--ids", "0"), ("--from", "absent.txt")]
)
def test_wrong_arguments_end_with_2(tool: Tool, words: tuple[str, ...]) -> None:
    assert discover(tool, *words).code == 2
