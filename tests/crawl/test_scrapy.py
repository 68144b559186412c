"""Scrapy's commands in the root of the repository, and the parser and pipelines in spiders of others."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.dates import DatesPipeline
from pipelines.text import TextPipeline
from tests.demo import DemoHost, make_blog
from tests.demo.changes import add_post
from tests.demo.server.response import Answer, GetRequest, page
from tests.nights.host import EvolvingHost, make_certificate
from tests.paths import ROOT
from tests.tool import Ran, Tool, run_code

UID = "31182"
PYTHON = os.environ.get("BLOGARCHIVE_SCRAPY_ALPHA", sys.executable)
"""Another Python, with a pre-release of Scrapy, for `make test-prereleases`."""


class Host(DemoHost):
    """A blog, and a directory that names another."""

    def answer(self, request: GetRequest) -> Answer:
        if request.path == "/top/":
            return page(b'<html><body><a href="/u/27282/">x</a></body></html>', "text/html; charset=utf-8")
        return super().answer(request)


def scrapy(*words: str, folder: Path = ROOT) -> Ran:
    if sys.executable == PYTHON:
        return run_code("from scrapy.cmdline import execute; execute()", *words, folder=folder)
    line = [PYTHON, "-m", "scrapy", *words]
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True, errors="replace", timeout=120)
    return Ran(code=ran.returncode, out=ran.stdout, err=ran.stderr)


@pytest.mark.slow
def test_shell_fetch_and_parse_show_a_page_that_a_person_types() -> None:
    with Host([make_blog(UID, posts=3)]) as host:
        url = host.blog_url(UID)
        assert scrapy("shell", "--nolog", "-c", "response.status", url).out.strip() == "200"
        assert "<html" in scrapy("fetch", "--nolog", f"{host.url}/top/").out
        parsed = scrapy("parse", "--nolog", "--spider", "page", "-a", "site=creaders", url).out
    assert f"'uid': '{UID}'" in parsed
    assert {"blog", "discover"} <= set(scrapy("list").out.split())
    assert scrapy("check").code == 0


def test_crawl_writes_each_stored_post_once_with_the_keys_of_export_jsonl(tool: Tool, tmp_path: Path) -> None:
    feed = tmp_path / "posts.jsonl"
    with Host([make_blog(UID, posts=6)]) as host:
        arguments = [f"url={host.blog_url(UID)}", f"db={tool.db}", "site=creaders", "_job=6487ec79947edab326"]
        ran = scrapy(
            "crawl", "blog", "-s", "DOWNLOAD_DELAY=0", "-O", str(feed),
            *(part for word in arguments for part in ("-a", word)),
        )  # fmt: skip
        assert ran.code == 0, ran.err
        assert tool.run("export", "jsonl", str(tmp_path / "exported.jsonl")).code == 0
        found = scrapy(
            "crawl", "discover", "-s", "DOWNLOAD_DELAY=0", "-a", f"url={host.url}/top/", "-a", f"db={tool.db}"
        )
        assert (found.code, "new blogs: " in found.err) == (0, True), found.err
    assert tool.scalar("select count(*) from discovered_blogs where uid = '27282' and source = 'page'") == 1
    expected = [json.loads(line) for line in (tmp_path / "exported.jsonl").read_text("utf-8").splitlines()]
    assert [json.loads(line) for line in feed.read_text("utf-8").splitlines()] == expected
    assert len(expected) == 6


def test_a_feed_has_no_post_of_an_earlier_run_and_none_of_another_blog_with_its_number(
    tool: Tool, tmp_path: Path
) -> None:
    feed, other = tmp_path / "posts.jsonl", "31183"
    with DemoHost([make_blog(uid, posts=2, months=1, comments=0) for uid in (UID, other)]) as host:
        urls = [host.blog_url(UID), host.blog_url(other)]
        assert tool.run("backup", *urls).code == 0
        newest = max(host.blog(UID).posts, key=lambda post: post.posted_at)
        late = replace(
            newest, number=newest.number + 9, title="后来的", posted_at=newest.posted_at.replace(second=59)
        )
        host.change(UID, add_post(late))
        tool.change(
            "update posts set number = ? where id = (select max(p.id) from posts p"
            " join authors a on a.id = p.author_id where a.uid = ?)",
            str(late.number),
            other,
        )
        words = (
            "-s",
            "DOWNLOAD_DELAY=0",
            "-a",
            f"url={' '.join(urls)}",
            "-a",
            f"db={tool.db}",
            "-O",
            str(feed),
        )
        ran = scrapy("crawl", "blog", *words)
    written = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert [(post["uid"], post["number"]) for post in written] == [(UID, str(late.number))], ran.err


def test_cookies_of_a_setting_are_sent_to_a_host_with_a_valid_certificate_only(tmp_path: Path) -> None:
    jar = tmp_path / "cookies.txt"
    hosts = ("127.0.0.1", "127.0.0.2")
    lines = (f"{host}\tFALSE\t/\tFALSE\t0\tuser\tsecret\n" for host in hosts)
    jar.write_text("# Netscape HTTP Cookie File\n" + "".join(lines), "utf-8")
    sent = []
    for address, certificate in zip(hosts, (None, make_certificate(tmp_path)), strict=True):
        with EvolvingHost(make_blog(UID, posts=1), address=address, certificate=certificate) as host:
            words = f"-s COOKIES_FILE={jar} -s DOWNLOAD_DELAY=0 -s DOWNLOAD_VERIFY_CERTIFICATES=False"
            words += f" -a url={host.blog_url(UID)} -a db={tmp_path / address}.db -a site=creaders"
            scrapy("crawl", "blog", *words.split())
            sent.append({request.header("cookie") for request in host.requests})
    assert sent == [{"user=secret"}, set()]


@pytest.mark.parametrize("pipeline", [TextPipeline, DatesPipeline])
def test_the_pipelines_name_the_type_that_they_take(pipeline: type[TextPipeline | DatesPipeline]) -> None:
    with pytest.raises(TypeError, match=r"items of blogarchive\.api\.CrawledPage, not dict"):
        pipeline().process_item({"title": "x"})


@pytest.mark.slow
def test_the_spider_of_the_guide_stores_a_blog(tmp_path: Path) -> None:
    code, in_chinese = (
        re.findall(
            r"^```python\n(import scrapy\n.*?)^```",
            (ROOT / "docs" / document).read_text("utf-8"),
            re.DOTALL | re.MULTILINE,
        )[0]
        for document in ("api.md", "api.zh.md")
    )
    assert code == in_chinese
    assert len(code.splitlines()) <= 24
    with Host([make_blog(UID, posts=3)]) as host:
        code = code.replace("https://blog.creaders.net/u/31182/", host.blog_url(UID))
        (tmp_path / "one_blog.py").write_text(
            code.replace('"DOWNLOAD_DELAY": 1', '"DOWNLOAD_DELAY": 0'), "utf-8"
        )
        ran = scrapy("runspider", "one_blog.py", folder=tmp_path)
    assert ran.code == 0, ran.err
    tool = Tool(tmp_path)
    (tmp_path / "one.db").rename(tool.db)
    assert tool.scalar("select count(*) from posts where content_hash is not null") == 3, ran.err[-3000:]
