"""Answers without end, bombs, redirects and headers of a hostile host cost little and stop no run.

One run meets all of them: each is the page of one post, or one image, between pages that are as usual.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.crawl.downloads.attacks import (
    CHUNKED,
    HEAD,
    bomb,
    empty_parts,
    encoded,
    endless,
    headers,
    nested,
    redirects,
    redirects_between_hosts,
    reset,
    send,
)
from tests.crawl.downloads.raw_host import Attack, RawHost
from tests.crawl.downloads.traps import endless_comments, endless_list, invented_posts
from tests.demo import DemoBlog, make_blog
from tests.demo.blogs.body import Image
from tests.demo.blogs.truth import Habits
from tests.demo.server.response import GetRequest
from tests.paths import ROOT
from tests.sql import read_sql
from tests.tool import Tool

SETTINGS = {  # smaller limits than those of a usual run, which are 60 s and 32 MB
    "DOWNLOAD_TIMEOUT": 2,
    "DOWNLOAD_MAXSIZE": 4 * 2**20,
    "DOWNLOAD_DELAY": 0.001,
    "AUTOTHROTTLE_ENABLED": 0,
}
LARGE = "larger than the size limit"
HEADERS = "more than 256 KB of headers"
PARTS = "compressed in more than 10,000 parts"
REDIRECTS = "max redirections reached"
LATE = "no answer in time"
CUT = "the connection ended before the page"
INVALID = "the answer is no valid HTTP"

PAGES: dict[str, tuple[Attack, str, int]] = {  # with the detail of its failure, and the requests
    "a body without end": (endless(HEAD + b"\r\n", b"x" * 65536), LARGE, 1),
    "chunks without end": (endless(CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n"), LARGE, 1),
    "a claimed length of 90 terabytes": (
        send(HEAD + b"Content-Length: 99999999999999\r\n\r\n<html>"),
        LARGE,
        1,
    ),
    "a length of 5,000 digits": (send(HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n"), INVALID, 3),
    "a chunk extension without end": (endless(CHUNKED + b"1;", b"x" * 65536), CUT, 3),
    "trailers without end": (endless(CHUNKED + b"0\r\n", b"X: 1\r\n" * 1000), CUT, 3),
    "headers without end": (endless(HEAD, b"X: " + b"x" * 1000 + b"\r\n"), HEADERS, 1),
    "a folded header without end": (endless(HEAD + b"X: 1\r\n", b" x\r\n" * 1000), HEADERS, 1),
    "interim answers without end": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), HEADERS, 1),
    "50,000 cookies": (headers(f"Set-Cookie: c{i}=1" for i in range(50_000)), HEADERS, 1),
    "a gzip bomb": (encoded(bomb("gzip"), "gzip"), "larger than 4 MB", 1),
    "a deflate bomb": (encoded(bomb("deflate"), "deflate"), "larger than 4 MB", 1),
    "a brotli bomb": (encoded(bomb("br"), "br"), "larger than 4 MB", 1),
    "a zstd bomb": (encoded(bomb("zstd"), "zstd"), "larger than 4 MB", 1),
    "30 encodings": (encoded(nested(30), *["gzip"] * 30), "compressed 30 times, the limit is 5", 1),
    "empty gzip members": (encoded(empty_parts("gzip", 200_000), "gzip"), PARTS, 1),
    "empty zstd frames": (encoded(empty_parts("zstd", 200_000), "zstd"), PARTS, 1),
    "redirects without end": (redirects(by_refresh=False), REDIRECTS, 6),
    "refreshes without end": (redirects(by_refresh=True), REDIRECTS, 6),
    "redirects between hosts": (redirects_between_hosts(), "which is no known page of this blog", 1),
}
SLOW: dict[str, Attack] = {
    "a byte now and then": endless(HEAD + b"\r\n", b"x", pause=0.1),
    "a header that never ends": endless(HEAD + b"X: ", b"x", pause=0.1),
}
IMAGES: dict[str, tuple[Attack, str]] = {
    "an image without end": (endless(HEAD + b"\r\n", b"\x89PNG" * 10_000), "larger than 20 MB"),
    "an image bomb": (encoded(bomb("gzip"), "gzip"), "larger than 20 MB"),
    "an image with endless headers": (endless(HEAD, b"X: 1\r\n" * 1000), HEADERS),
    "a slow image": (endless(HEAD + b"\r\n", b"x", pause=0.1), LATE),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """The archive after the run, its hosts, its exit code and what it logged."""

    db: Path
    fast: RawHost
    slow: list[RawHost]
    code: int
    log: str

    def rows(self, sql: str, *values: object) -> list[tuple]:
        return read_sql(self.db, sql, *values)


def image_path(name: str) -> str:
    return f"/upfile/20240101/{10_000_000 + list(IMAGES).index(name)}.png"


def blog_of(uid: str, attacked: int) -> DemoBlog:
    """Return a blog in which a usual post follows each attacked one."""
    blog = make_blog(uid, posts=2 * attacked, months=1, comments=0, awkward=False)
    newest = replace(blog.posts[0], body=(*blog.posts[0].body, *(Image(image_path(name)) for name in IMAGES)))
    return replace(blog, posts=(newest, *blog.posts[1:]))


def attacked_path(host: RawHost, uid: str, place: int) -> str:
    return host.post_path(uid, host.site.blog(uid).posts[2 * place + 1].number)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    db = tmp_path_factory.mktemp("hostile") / "archive.db"
    with ExitStack() as hosts:
        fast = hosts.enter_context(RawHost([blog_of("31182", len(PAGES))]))
        for place, (attack, _detail, _requests) in enumerate(PAGES.values()):
            fast.attacks[re.escape(attacked_path(fast, "31182", place))] = attack
        for name, (attack, _detail) in IMAGES.items():
            fast.attacks[image_path(name)] = attack
        slow = []
        for place, attack in enumerate(SLOW.values()):
            host = hosts.enter_context(RawHost([blog_of(str(40000 + place), 1)]))
            host.attacks[re.escape(attacked_path(host, str(40000 + place), 0))] = attack
            slow.append(host)
        urls = [fast.blog_url("31182"), *(host.blog_url(str(40000 + i)) for i, host in enumerate(slow))]
        arguments = {"url": " ".join(urls), "db": db, "site": "creaders"}
        line = [sys.executable, "-m", "scrapy", "crawl", "blog"]
        line += [part for name, value in SETTINGS.items() for part in ("-s", f"{name}={value}")]
        line += [part for name, value in arguments.items() for part in ("-a", f"{name}={value}")]
        ran = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=300)
        yield Run(db=db, fast=fast, slow=slow, code=ran.returncode, log=ran.stderr)


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_is_one_failure_with_its_reason_after_few_requests(run: Run, name: str) -> None:
    _attack, detail, requests = PAGES[name]
    path = attacked_path(run.fast, "31182", list(PAGES).index(name))
    found = run.rows("select detail from open_failures where url = ?", run.fast.url + path)
    assert len(found) == 1
    assert found[0][0].endswith(detail)
    assert "\n" not in found[0][0]
    sent = sum(times for asked, times in run.fast.requests.items() if asked.startswith(path))
    assert sent == requests


@pytest.mark.parametrize("name", SLOW)
def test_a_page_that_arrives_slowly_is_given_up_after_a_total_time(run: Run, name: str) -> None:
    place = list(SLOW).index(name)
    host = run.slow[place]
    path = attacked_path(host, str(40000 + place), 0)
    assert run.rows("select detail from open_failures where url = ?", host.url + path) == [(LATE,)]
    assert host.requests[path] == 3


@pytest.mark.parametrize("name", IMAGES)
def test_a_hostile_image_is_not_stored_and_its_reason_is_shown(run: Run, name: str) -> None:
    _attack, detail = IMAGES[name]
    found = run.rows("select sha256, detail from media where url = ?", run.fast.url + image_path(name))
    assert found == [(None, detail)]


def test_the_run_stores_all_other_pages_and_ends_as_one_with_failures(run: Run) -> None:
    stored = run.rows("select count(*) from posts where body_text <> ''")
    assert stored == [(len(PAGES) + len(SLOW),)]
    assert (run.code, "Traceback" in run.log) == (1, False)


def test_a_robots_txt_without_end_is_reported_and_the_backup_continues(tool: Tool) -> None:
    with RawHost([make_blog("31182", posts=2, comments=0)]) as host:
        host.attacks["/robots.txt"] = endless(HEAD + b"\r\n", b"Disallow: /\n" * 5000)
        ran = tool.run("backup", host.blog_url("31182"))
    assert ran.code == 0
    assert f"/robots.txt could not be read ({LARGE}); continuing without it" in ran.err
    assert tool.scalar("select count(*) from posts where body_text <> ''") == 2


def test_rules_after_the_first_500_kb_of_a_robots_txt_are_ignored(tool: Tool) -> None:
    with RawHost([make_blog("31182", posts=2, comments=0)]) as host:
        rules = b"User-agent: *\n" + b"Disallow: /x\n" * 50_000 + b"Disallow: /\n"
        host.attacks["/robots.txt"] = headers((), rules)
        assert tool.run("backup", host.blog_url("31182")).code == 0


def test_doctor_names_the_limit_that_a_page_exceeds(tool: Tool) -> None:
    with RawHost([make_blog("31182", posts=2, comments=0)]) as host:
        host.attacks["/31182/"] = endless(HEAD, b"X: 1\r\n" * 1000)
        ran = tool.run("doctor", host.blog_url("31182"), "--site", "creaders")
    assert (ran.code, HEADERS in ran.err) == (4, True)


UID = "31182"
DETAIL = "more than 2,000 pages follow each other; the rest is not fetched"


def test_a_chain_of_pages_without_end_is_followed_for_2000_pages_and_is_a_failure(tool: Tool) -> None:
    blog = make_blog(UID, posts=6, months=1, comments=6, awkward=False, habits=Habits(posts_per_month=2))
    with RawHost([blog]) as host:
        busy = next(post for post in blog.posts if len(post.comments) > blog.habits.comments_per_page * 2)
        comments = rf"/{busy.number}\.html"
        host.attacks = {
            comments: endless_comments(host),
            "month.php": endless_list(host),
            r"/\d{7,8}\.html": invented_posts(host),
        }
        tool.run("backup", host.blog_url(UID), "--max-requests", "30")
        assert {kind for (kind,) in tool.rows("select kind from frontier where page_no > 3")} == {
            "comments",
            "month",
        }
        # As if 1,980 more pages of each chain had been fetched.
        tool.change("update frontier set page_no = page_no + 1980 where page_no > 1")
        tool.change("update _page_chains set pages_read = pages_read + 1980 where complete_at is null")
        host.requests.clear()
        ran = tool.run("update", "--max-requests", "300")
    assert ran.code == 1
    assert "limit of 300" not in ran.err
    found = tool.rows("select url from open_failures where detail = ? and field = 'pages'", DETAIL)
    assert any(str(busy.number) in url for (url,) in found)
    assert any("month.php" in url for (url,) in found)
    assert tool.scalar("select max(page_no) from frontier") == 2000
    assert tool.scalar("select count(*) from posts where gone_at is not null") == 0


FRAMES: dict[str, Callable[[bytes], bytes]] = {
    "a length": lambda body: HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body,
    "chunks": lambda body: CHUNKED + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n",
    "no length": lambda body: HEAD + b"\r\n" + body,
}
CUTS = int(os.environ.get("BLOGARCHIVE_CUTS", "6"))
"""Posts of each frame whose answer is reset, each after some bytes more than the one before."""


def test_a_page_that_is_reset_after_any_byte_is_a_failure(tool: Tool) -> None:
    """A usual page follows each one: else the run would leave the host alone."""
    blog = make_blog("31182", posts=2 * CUTS * len(FRAMES), months=1, comments=0, awkward=False)
    attacked = blog.posts[1::2]
    with RawHost([blog]) as host:
        for place, post in enumerate(attacked):
            path = blog.post_path(post)
            body = host.site.answer(GetRequest(path=path, base=host.url)).body
            whole = list(FRAMES.values())[place % len(FRAMES)](body)
            sent = len(whole) * (place // len(FRAMES) + 1) // (CUTS + 1)
            host.attacks[re.escape(path)] = reset(whole, sent)
        ran = tool.run("backup", host.blog_url("31182"))
        assert (ran.code, "Traceback" in ran.err) == (1, False), ran.err
        assert tool.rows("select count(*) from posts where body_text <> ''") == [(len(attacked),)]
        found = dict(tool.rows("select detail, count(*) from open_failures group by detail"))
        host.attacks.clear()
        assert tool.run("failures", "--retry").code == 0
    assert found.keys() <= {CUT, "the page stops before its end"}
    assert sum(found.values()) == len(attacked)
    assert tool.rows("select count(*) from posts where body_text <> ''") == [(len(blog.posts),)]
