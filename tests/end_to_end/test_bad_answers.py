"""After bad answers nothing stored is replaced or marked as gone, and a later run retries them."""

import gzip
from collections.abc import Callable
from pathlib import Path

from tests.demo.server.response import Answer
from tests.end_to_end import printing
from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host, no_fault
from tests.end_to_end.world import Post, World, make_blog
from tests.tool import Tool, contents

HTML = ("Content-Type", "text/html; charset=utf-8")


def says(words: str) -> Answer:
    return Answer(body=f"<html><body><p>{words}</p></body></html>".encode(), headers=(HTML,))


def sends_to(url: str) -> Answer:
    return Answer(status=302, headers=(HTML, ("Location", url)))


BAD: dict[str, tuple[str, Callable[[Answer, str], Answer]]] = {
    "half of its Content-Length": (
        "cut",
        lambda good, path: Answer(body=good.body[: len(good.body) // 2], claimed_length=len(good.body)),
    ),
    "without an end": ("cut", lambda good, path: Answer(body=good.body[: len(good.body) // 2])),
    "empty": ("cut", lambda good, path: Answer(body=b" \n")),
    "dropped": ("network", lambda good, path: Answer(drop=True)),
    "500": ("http", lambda good, path: Answer(status=500, body=good.body)),
    "login wall": ("notice", lambda good, path: says("请先登录后再查看")),
    "block page": ("blocked", lambda good, path: says("您的访问过于频繁，请输入验证码")),
    "PDF": ("unreadable", lambda good, path: Answer(body=b"%PDF-1.4 \x00\x01" * 400)),
    "gzip bomb": ("http", lambda good, path: bomb()),
    "the home page": ("notice", lambda good, path: sends_to(f"/u/{UID}/")),
    "in a circle": ("http", lambda good, path: sends_to(path)),
    "private address": ("http", lambda good, path: sends_to("http://169.254.169.254/latest/")),
    "another loopback": ("http", lambda good, path: sends_to("http://127.0.0.2:9/")),
}
"""Answers in place of a page, each with the kind of its failure."""


def bomb() -> Answer:
    return Answer(
        body=gzip.compress(b"<p>" + b"A" * 40_000_000), headers=(HTML, ("Content-Encoding", "gzip"))
    )


def test_a_bad_answer_records_a_failure_and_changes_no_content(host: Host, tool: Tool) -> None:
    before = contents(tool.db)
    short = [post for post in host.world.blogs[UID].posts.values() if len(post.comments) <= 10]
    hit = dict(zip(_paths(short[::2]), BAD.items(), strict=False))  # a good page between two bad ones
    assert len(hit) > 8

    def fault(path: str) -> Answer | None:
        return hit[path][1][1](host.page(path), path) if path in hit else None

    host.fault = fault
    ran = tool.run("update", "--full")
    assert ran.code == 1, ran.err
    told = {
        url.removeprefix(host.url): kind for url, kind in tool.rows("select url, kind from open_failures")
    }
    assert told == {path: kind for path, (_, (kind, _)) in hit.items()}
    assert tool.scalar(
        "select count(*) from open_failures where attempts > 0 and next_try_at > last_failed_at"
    ) == len(hit)
    assert differences(tool, host, UID) == []
    after = contents(tool.db)
    assert {name for name in before if before[name] != after[name]} == {"frontier", "failures", "pages"}
    assert tool.scalar("select count(*) from posts where gone_at is not null") == 0
    host.fault = no_fault
    assert tool.run("failures", "--retry").code == 0
    assert tool.rows("select * from open_failures") == []
    assert tool.scalar("select count(*) from failures where resolved_at is not null") == len(hit)


def test_a_deleted_post_that_redirects_home_is_gone_and_keeps_its_text(host: Host, tool: Tool) -> None:
    posts = list(host.world.blogs[UID].posts.values())
    posts[4].state = "home"
    assert tool.run("update", "--full").code == 0
    assert differences(tool, host, UID) == []
    assert tool.rows("select gone_reason, body_text from posts where gone_at is not null") == [
        ("redirect", "\n".join(posts[4].paragraphs))
    ]
    assert tool.scalar("select count(*) from post_revisions") == 0


def test_a_listing_in_place_of_a_deleted_post_is_no_edit(tmp_path: Path) -> None:
    world = World(blogs={UID: make_blog(UID, posts=12, seed=5)})
    gone = list(world.blogs[UID].posts.values())[3]
    with Host(world) as host:
        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID)).code == 0
        home = host.page(f"/u/{UID}/")
        host.fault = lambda path: home if f"/{gone.number}.html" in path else None
        assert tool.run("update", "--full").code == 1
        assert tool.scalar("select count(*) from post_revisions") == 0
        assert tool.rows("select kind, detail from open_failures") == [
            ("notice", "shows a page of kind home in its place")
        ]


def test_a_blog_that_was_never_reached_is_requested_again(tmp_path: Path) -> None:
    with Host(World(blogs={UID: make_blog(UID, posts=2, seed=5)})) as host:
        tool = Tool(tmp_path)
        host.fault = lambda path: Answer(status=500) if "/u/" in path else None
        assert tool.run("backup", host.blog_url(UID)).code == 4
        host.fault = no_fault
        assert tool.run("update").code == 0
        assert differences(tool, host, UID) == []


def test_after_an_outage_the_same_command_retries_failures_at_once(tmp_path: Path) -> None:
    with Host(World(blogs={UID: make_blog(UID, posts=9, seed=5)})) as host:
        tool = Tool(tmp_path)
        host.fault = lambda path: Answer(status=500) if len(host.requests) > 5 else None
        ran = tool.run("backup", host.blog_url(UID))
        assert (ran.code, "5 pages in a row failed" in ran.err) == (4, True), ran.err
        host.fault = no_fault
        assert tool.run("backup", host.blog_url(UID)).code == 0
        assert differences(tool, host, UID) == []


def _paths(posts: list[Post]) -> list[str]:
    blog = make_blog(UID, posts=0, seed=5, style="rows")
    return [printing.Urls(blog=blog).post(post) for post in posts]


def test_pages_without_closing_tags_are_stored_and_not_requested_again(tmp_path: Path) -> None:
    with Host(World(blogs={UID: make_blog(UID, posts=5, seed=3)})) as host:
        host.fault = lambda path: (
            None if "robots" in path else Answer(body=host.page(path).body.replace(b"</body></html>", b""))
        )
        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID)).code == 0
        assert differences(tool, host, UID) == []
        host.forget_requests()
        assert tool.run("update").code == 0
        assert host.paths() == ["/robots.txt", f"/u/{UID}/"]
