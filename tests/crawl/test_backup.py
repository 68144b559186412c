"""A backup stores a whole blog, and a second one only its news."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.demo import DemoBlog, DemoHost, make_blog, sample_blog
from tests.paths import ROOT
from tests.tool import Ran, Tool, contents, run_code

UID = "31182"


def read_posts(tool: Tool) -> int:
    return tool.scalar("select count(*) from posts where content_hash is not null")


@dataclass(frozen=True, kw_only=True, slots=True)
class Backed:
    blog: DemoBlog
    host: DemoHost
    tool: Tool
    ran: Ran
    asked: Counter[str]


@pytest.fixture(scope="module")
def backed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backed]:
    """Yield one backup of the sample blog, beside another blog of the same host, which still runs."""
    tool = Tool(tmp_path_factory.mktemp("backed"))
    blog = sample_blog(UID)
    with DemoHost([blog, make_blog("27282", posts=5, seed=2)]) as host:
        ran = tool.run("backup", host.blog_url(UID), "--json")
        yield Backed(blog=blog, host=host, tool=tool, ran=ran, asked=host.counts())


def test_a_backup_stores_every_post_and_every_comment(backed: Backed) -> None:
    tool, blog = backed.tool, backed.blog
    assert backed.ran.code == 0, backed.ran.err
    titles = dict(tool.rows("select number, title from posts"))
    assert titles == {str(post.number): post.title for post in blog.posts}
    stored = dict(
        tool.rows("select number, (select count(*) from comments c where c.post_id = p.id) from posts p")
    )
    assert stored == {str(post.number): len(post.comments) for post in blog.posts}
    assert tool.scalar("select count(*) from frontier where state <> 'done'") == 0


def test_a_backup_requests_no_page_twice(backed: Backed) -> None:
    assert set(backed.asked.values()) == {1}, backed.asked


def test_a_backup_does_not_crawl_blogs_of_other_authors(backed: Backed) -> None:
    assert not [path for path in backed.asked if "/27282/" in path]


def test_json_is_one_line_with_the_result_of_the_run(backed: Backed) -> None:
    (line,) = backed.ran.out.splitlines()
    reported = json.loads(line)
    assert (reported["outcome"], reported["exit_code"], reported["posts_new"]) == (
        "done",
        0,
        len(backed.blog.posts),
    )
    assert reported["requests"] == backed.asked.total()
    (row,) = backed.tool.rows(
        "select command, outcome, exit_code, json_extract(counts, '$.requests') from runs order by id limit 1"
    )
    assert row == ("backup", "done", 0, reported["requests"])


UNLUCKY = """
from pipelines.store import StorePipeline
whole = StorePipeline.process_item
def fails(self, item):
    if {url!r} == item.page.url:
        raise ValueError("no such luck")
    return whole(self, item)
StorePipeline.process_item = fails
from blogarchive.cli import main
main()
"""


def test_a_page_that_cannot_be_stored_is_reported_and_all_others_are_stored(tmp_path: Path) -> None:
    tool = Tool(tmp_path)
    blog = make_blog(UID, posts=6, seed=3)
    with DemoHost([blog]) as host:
        url = host.post_url(UID, blog.posts[2].number)
        arguments = tool.command("backup", host.blog_url(UID))[3:]
        ran = run_code(UNLUCKY.format(url=url), *arguments, folder=tool.folder)
        assert ran.code == 1, ran.err
        assert read_posts(tool) == 5
        (failure,) = tool.rows("select url, kind, detail from open_failures")
        assert failure == (url, "mistake", "this program failed: ValueError: no such luck")
        assert tool.run("failures", "--retry").code == 0
    assert read_posts(tool) == 6


@pytest.mark.parametrize("command", ["backup", "update"])
def test_a_run_without_news_sends_two_requests_changes_nothing_and_prints_nothing(
    backed: Backed, command: str
) -> None:
    tool, host = backed.tool, backed.host
    before = contents(tool.db)
    host.forget_requests()
    ran = tool.run(command, *([host.blog_url(UID)] if command == "backup" else []), "-q")
    assert list(host.counts()) == ["/robots.txt", f"/u/{UID}/"]
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert contents(tool.db) == before


def test_a_dry_run_sends_nothing_and_writes_nothing(backed: Backed, tmp_path: Path) -> None:
    new, old, host = Tool(tmp_path), backed.tool, backed.host
    host.forget_requests()
    before = contents(old.db)
    ran = new.run("backup", host.blog_url(UID), "--dry-run", "--json")
    first = [f"{host.url}/robots.txt", host.blog_url(UID)]
    assert json.loads(ran.out) == {"requests": 2, "urls": first}
    assert not new.db.exists()
    assert json.loads(old.run("update", "--dry-run", "--json").out)["urls"] == first
    assert contents(old.db) == before
    assert not host.requests


def test_two_blogs_of_one_host_store_their_own_posts_only(tool: Tool) -> None:
    blogs = [make_blog(UID, posts=6), make_blog("27282", posts=5, seed=2)]
    with DemoHost(blogs, markups={"27282": "html5"}) as host:
        ran = tool.run("backup", *(host.blog_url(blog.uid) for blog in blogs))
    assert ran.code == 0, ran.err
    stored = tool.rows("select a.uid, count(*) from posts p join authors a on a.id = p.author_id group by 1")
    assert dict(stored) == {UID: 6, "27282": 5}


def test_the_url_of_a_post_is_fetched_first_and_then_the_whole_blog(tool: Tool) -> None:
    blog = make_blog(UID, posts=8)
    with DemoHost([blog]) as host:
        url = host.post_url(UID, blog.posts[5].number)
        assert tool.run("backup", url).code == 0
        first = [request.path for request in host.requests][:2]
    assert first == ["/robots.txt", url.removeprefix(host.url)]
    assert read_posts(tool) == 8


def test_a_limit_stores_that_many_posts_and_the_next_run_the_rest(tool: Tool) -> None:
    with DemoHost([make_blog(UID, posts=9)]) as host:
        assert tool.run("backup", host.blog_url(UID), "--limit", "3").code == 0
        assert read_posts(tool) == 3
        assert tool.run("backup", host.blog_url(UID)).code == 0
    assert read_posts(tool) == 9


def test_since_leaves_older_posts_to_a_later_run(tool: Tool) -> None:
    blog = make_blog(UID, posts=12, months=4)
    day = sorted(post.posted_at for post in blog.posts)[6].date()
    with DemoHost([blog]) as host:
        assert tool.run("backup", host.blog_url(UID), "--since", str(day)).code == 0
        assert 0 < read_posts(tool) < 12
        assert tool.run("backup", host.blog_url(UID)).code == 0
    assert read_posts(tool) == 12


@pytest.mark.parametrize("refused", [False, True])
def test_scrapy_crawl_gives_the_same_rows_and_the_same_exit_code(
    tool: Tool, tmp_path: Path, refused: bool
) -> None:
    other = tmp_path / "other.db"
    with DemoHost([make_blog(UID, posts=6)]) as host:
        if refused:
            host.set_robots("User-agent: *\nDisallow: /")
        ran = tool.run("backup", host.blog_url(UID))
        arguments = [f"url={host.blog_url(UID)}", f"db={other}", "site=creaders"]
        words = ["crawl", "blog", "-s", "DOWNLOAD_DELAY=0.001"]
        words += [part for word in arguments for part in ("-a", word)]
        crawl = run_code("from scrapy.cmdline import execute; execute()", *words, folder=ROOT)
    assert crawl.code == ran.code == (4 if refused else 0), crawl.err
    assert contents(other) == contents(tool.db)
