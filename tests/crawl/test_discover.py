"""`discover` finds the other blogs of a host from each source, and `backup --discovered` backs them up."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from shutil import copy
from types import MappingProxyType

import pytest

from tests.demo import DemoHost, make_blog
from tests.demo.blogs.body import Linked, Paragraph
from tests.demo.blogs.truth import DemoBlog
from tests.demo.server.response import Answer, GetRequest, page, redirect
from tests.tool import Ran, Tool, run_command

OWN, COMMENTER, LINKED, FRIEND = "31182", "27001", "27002", "27003"
LISTED, LATER, QUIET = "27282", "60071", "40005"
NAMED = {COMMENTER: "comments", LINKED: "links", FRIEND: "links"}
BLOGROLL = f"""
<div><b>友情链接</b></div><ul>
<li><a href="/u/{FRIEND}/"><img src="/face.gif"></a></li>
<li><a href="/u/00{FRIEND}/">另一种写法</a> <a href="/u/２７００３/">全角</a></li>
<li><a href="/u/0/">无</a> <a href="/about/">关于</a> <a href="http://blog.other.example/u/5555/">别的站</a></li>
</ul><div style="display:none"><a href="/u/6666/">看不见</a></div></body>"""


class Host(DemoHost):
    """Blogs, and a directory of two pages that names two of them. Every page of `OWN` has a blogroll.

    `instead` replaces the answers to these paths.
    """

    instead: Mapping[str, Answer] = MappingProxyType({})

    def answer(self, request: GetRequest) -> Answer:
        if request.path in self.instead:
            return self.instead[request.path]
        pages = {
            "/top/": f'<a href="/u/{LISTED}/">甲</a> <a href="/about/">关于</a> <a href="/top/?page=2">下一页</a>',
            "/top/?page=2": f'<a href="/u/{LATER}/202501/1.html">乙</a> <a href="/u/{OWN}/">丙</a>',
        }
        found = pages.get(request.path)
        if found is not None:
            return page(f"<html><body>{found}</body></html>".encode(), "text/html; charset=utf-8")
        answer = super().answer(request)
        if not request.path.startswith(f"/u/{OWN}/"):
            return answer
        return replace(answer, body=answer.body.replace(b"</body>", BLOGROLL.encode("gbk")))


def own_blog() -> DemoBlog:
    """Return a blog whose first post links to a blog, and has a comment of the author of another."""
    blog = make_blog(OWN, posts=4, months=1, comments=3, awkward=False)
    first, *others = [
        replace(post, comments=tuple(replace(comment, author_path=None) for comment in post.comments))
        for post in blog.posts
    ]
    comment, *more = first.comments
    body = (*first.body, Paragraph(("见 ", Linked("此文", f"/u/{LINKED}/202401/77.html"))))
    comments = (replace(comment, author_path=f"/u/{COMMENTER}/"), *more)
    return replace(blog, posts=(replace(first, body=body, comments=comments), *others))


@pytest.fixture(scope="module")
def backed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, Path]]:
    """Return a host, and an archive of one of its blogs."""
    quiet = [
        make_blog(uid, posts=4, months=1, comments=0)
        for uid in (COMMENTER, LINKED, FRIEND, LISTED, LATER, QUIET)
    ]
    with Host([own_blog(), *quiet]) as host:
        tool = Tool(tmp_path_factory.mktemp("backed"))
        assert tool.run("backup", host.blog_url(OWN)).code == 0
        yield host, tool.db


@pytest.fixture
def host(backed: tuple[Host, Path]) -> Host:
    backed[0].forget_requests()
    return backed[0]


@pytest.fixture
def tool(tmp_path: Path, backed: tuple[Host, Path]) -> Tool:
    """Return a tool whose archive has one blog."""
    tool = Tool(tmp_path)
    copy(backed[1], tool.db)
    return tool


def discover(tool: Tool, *words: str) -> Ran:
    ran = run_command("discover", *words, "--db", str(tool.db), folder=tool.folder)
    assert "Traceback" not in ran.err, ran.err
    return ran


def found(tool: Tool, *sources: str) -> dict[str, str]:
    """Return the sources of discovered blogs by uid, of these sources or of all."""
    rows = dict(tool.rows("select uid, source from discovered_blogs"))
    return {uid: source for uid, source in rows.items() if not sources or source in sources}


def test_commenters_links_and_blogrolls_are_found_while_pages_are_stored(tool: Tool, host: Host) -> None:
    assert found(tool) == NAMED
    rows = tool.rows("select distinct found_by, url like '%/u/' || uid || '/' from discovered_blogs")
    assert rows == [(OWN, 1)]
    ran = discover(tool, "--json")
    assert (ran.code, host.requests) == (0, [])
    assert json.loads(ran.out) == {
        "new": 3,
        "sources": {"comments": 1, "links": 2},
        "failed": 0,
        "waiting": 3,
    }
    assert json.loads(discover(tool, "--json").out)["new"] == 0


def test_blogs_of_each_source_are_backed_up_until_none_waits(tool: Tool, host: Host) -> None:
    text = tool.folder / "list.txt"
    text.write_text(host.blog_url(LATER), "utf-8")
    assert discover(tool, f"{host.url}/top/", "--from", str(text), "--delay", "0").code == 0
    discover(tool, "--uids", f"{QUIET}-{QUIET}", "--delay", "0")
    assert found(tool) == {**NAMED, LISTED: "page", LATER: "file", QUIET: "uids"}
    assert tool.run("backup", "--discovered").code == 0
    stored = {uid for (uid,) in tool.rows("select uid from authors")}
    assert stored == {OWN, *NAMED, LISTED, LATER, QUIET}
    assert json.loads(discover(tool, "--json").out)["waiting"] == 0


def test_reparse_finds_what_an_older_version_did_not(tool: Tool) -> None:
    tool.change("delete from discovered_blogs")
    tool.change("update pages set reader_version = reader_version - 1")
    assert "`blogarchive reparse --stale` finds the blogs" in discover(tool).err
    assert tool.run("reparse", "--stale").code == 0
    assert found(tool) == NAMED
    assert discover(tool).err == ""


def test_a_text_names_blogs_on_hosts_of_known_sites_only(tool: Tool, host: Host) -> None:
    text = tool.folder / "cdx.txt"
    text.write_text(
        f"net,creaders,blog)/u/1 2016 http://blog.creaders.net/u/7001/201601/12.html text/html\n"
        f"<loc>{host.url}/u/{LISTED}/</loc> https://weibo.com/u/99999/ http://[broken\n",
        "utf-8",
    )
    assert discover(tool, "--from", str(text)).code == 0
    assert found(tool, "file") == {"7001": "file", LISTED: "file"}
    assert host.requests == []


def test_a_directory_is_followed_for_the_number_of_pages_asked_for(tool: Tool, host: Host) -> None:
    assert discover(tool, f"{host.url}/top/", "--delay", "0").code == 0
    assert found(tool, "page") == {LISTED: "page"}
    assert discover(tool, f"{host.url}/top/", "--pages", "5", "--delay", "0").code == 0
    assert found(tool, "page") == {LISTED: "page", LATER: "page"}


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


def test_uids_that_were_refused_broken_cut_or_redirected_elsewhere_are_failures_and_looked_up_again(
    tool: Tool, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = {40001: (502, "<html>Bad Gateway</html>"), 40002: (200, "<html>请输入验证码继续访问</html>")}
    bodies[40003] = 200, "<html><body><p>半"
    elsewhere = redirect(host.url.replace("127.0.0.1", "localhost") + "/elsewhere/")
    instead = {
        f"/u/{uid}/": replace(page(body.encode(), "text/html; charset=utf-8"), status=status)
        for uid, (status, body) in bodies.items()
    } | {"/u/40004/": elsewhere}
    monkeypatch.setattr(host, "instead", instead)
    ran = discover(tool, "--uids", "40001-40005", "--delay", "0", "--json")
    assert (ran.code, json.loads(ran.out)["failed"]) == (1, 4)
    assert "status 502" in ran.err
    assert "/elsewhere/" not in host.counts()
    host.forget_requests()
    monkeypatch.setattr(host, "instead", {})
    assert discover(tool, "--uids", "40001-40005", "--delay", "0").code == 0
    assert [path for path in host.counts() if path != "/robots.txt"] == list(instead)


@pytest.mark.parametrize(("status", "body"), [(502, "<html>Bad Gateway</html>"), (200, "<html><p>半")])
def test_a_host_that_fails_for_every_page_is_asked_for_a_few_only(
    tool: Tool, host: Host, monkeypatch: pytest.MonkeyPatch, status: int, body: str
) -> None:
    broken = replace(page(body.encode(), "text/html; charset=utf-8"), status=status)
    monkeypatch.setattr(host, "instead", {f"/u/{uid}/": broken for uid in range(40101, 40121)})
    ran = discover(tool, "--uids", "40101-40120", "--delay", "0")
    assert ran.code == 4
    assert len(host.counts()) < 10


def test_discovered_blogs_are_backed_up_a_few_at_a_time(tool: Tool, host: Host) -> None:
    assert "discovered and waiting for `backup --discovered`: 3" in tool.run("status").out
    assert tool.run("backup", "--discovered", "--at-most", "2").code == 0
    assert len(tool.rows("select uid from discovered_blogs where backed_up_at is null")) == 1
    assert tool.run("backup", "--discovered").code == 0
    assert tool.rows("select count(*) from authors") == [(4,)]
    assert "no discovered blog waits" in tool.run("backup", "--discovered").err


def test_merge_keeps_what_waits_and_drops_what_the_other_archive_has(tool: Tool, host: Host) -> None:
    other = Tool(tool.folder / "other")
    assert other.run("backup", host.blog_url(FRIEND)).code == 0
    discover(other, "--uids", f"{QUIET}-{QUIET}", "--delay", "0")
    assert tool.run("merge", str(other.db)).code == 0
    assert found(tool) == {COMMENTER: "comments", LINKED: "links", QUIET: "uids"}
    assert other.run("merge", str(tool.db)).code == 0
    assert found(other) == found(tool)


def test_a_limited_backup_of_discovered_blogs_is_continued_by_the_same_command(tool: Tool) -> None:
    assert tool.run("backup", "--discovered", "--max-requests", "4").code == 0
    assert tool.scalar("select count(*) from discovered_blogs where backed_up_at is null") > 0
    assert tool.run("reparse").code == 0
    assert tool.run("backup", "--discovered").code == 0
    assert tool.rows("select count(*) from discovered_blogs where backed_up_at is null") == [(0,)]
    assert tool.rows("select count(*) from authors") == [(4,)]


@pytest.mark.parametrize(
    "words", [("--uids", "9-3"), ("--uids", "x"), ("--ids", "0"), ("--from", "absent.txt")]
)
def test_wrong_arguments_end_with_2(tool: Tool, words: tuple[str, ...]) -> None:
    assert discover(tool, *words).code == 2


def test_a_directory_of_an_unknown_host_is_refused_with_what_to_do(tool: Tool, host: Host) -> None:
    asked = len(host.requests)
    ran = tool.run("discover", "http://blogs.example.org/", "--delay", "0")
    assert (ran.code, len(host.requests)) == (2, asked)
    assert "backup --from FILE" in ran.err
