"""A blog of WordPress, with recorded forms of its answers: new comments on old posts, and an interface that refuses."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.tool import Ran, run_command

TEXT = "<p>" + "河边的桥很旧，桥下的水很慢，有人在洗菜。" * 5 + "</p>"
NAMES = ("阿明", "小雨", "老张")
FIRST = datetime(2019, 3, 4, 8, 30, 11)
ON_PAGE = 5  # comments on a page of a post
ON_LIST = 10  # posts that the host allows on a page of its interface


class Blog:
    """Posts with comments (author and time); `refused` is the status of the interface of comments.

    `shows_days`: pages show the day of a comment without its time, as some themes do. `on_home`: the interface is off,
    and so many posts stand on a page of the home page, newest first.
    """

    def __init__(self, count: int = 3) -> None:
        self.posts: dict[int, list[tuple[str, datetime]]] = {number: [] for number in range(1, count + 1)}
        self.refused: int | None = None
        self.shows_days = False
        self.on_home: int | None = None
        self.missing: set[int] = set()  # the pages of which answer 404
        self.is_closed = False
        self.requested: list[str] = []
        self.root = ""

    def comment(self, number: int, author: str, at: datetime) -> None:
        self.posts[number].append((author, at))

    def answer(self, path: str) -> tuple[int, str, str]:
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self.is_closed:
            return 404, "text/html", "<html><body>no</body></html>"
        if parts.path == "/" or parts.path.startswith("/page/"):
            return 200, "text/html", self.home(int(parts.path.strip("/").removeprefix("page/") or 1))
        if parts.path == "/comments/feed/":
            return 200, "application/rss+xml", self.feed()
        if parts.path == "/wp-json/wp/v2/posts" and self.on_home is None:
            page = int(asked["page"])
            shown = list(self.posts)[(page - 1) * ON_LIST : page * ON_LIST]
            return 200, "application/json", json.dumps([self.row(number) for number in shown])
        if parts.path == "/wp-json/wp/v2/comments":
            if self.refused:
                return self.refused, "application/json", '{"code":"rest_forbidden","message":"no"}'
            return 200, "application/json", json.dumps(self.comments(int(asked["post"])))
        steps = parts.path.strip("/").split("/")
        if (
            steps[0].startswith("post-")
            and int(steps[0].removeprefix("post-")) in {*self.posts} - self.missing
        ):
            page = int(steps[1].rpartition("-")[2]) if len(steps) > 1 else 1
            return 200, "text/html", self.page(int(steps[0].removeprefix("post-")), page)
        return 404, "text/html", "<html><body>no</body></html>"

    def head(self, title: str, more: str = "") -> str:
        link = f'<link rel="https://api.w.org/" href="{self.root}wp-json/">'
        return f"<!DOCTYPE html><html><head><title>{title}</title>{link}{more}</head>"

    def home(self, page: int = 1) -> str:
        feed = f'<link rel="alternate" type="application/rss+xml" href="{self.root}comments/feed/">'
        shown, older = list(self.posts), ""
        if self.on_home is not None:
            shown = shown[::-1][(page - 1) * self.on_home :]
            if len(shown) > self.on_home:
                older = f'<a class="next page-numbers" href="{self.root}page/{page + 1}/">下一页</a>'
        rows = "".join(
            f'<h2><a href="{self.root}post-{number}/">第 {number} 篇</a></h2>'
            for number in shown[: self.on_home]
        )
        return f"{self.head('山居', feed)}<body class='home blog'><main>{rows}{older}</main></body></html>"

    def row(self, number: int) -> dict[str, object]:
        at = f"{FIRST:%Y-%m-%dT%H:%M:%S}"
        link = f"{self.root}post-{number}/"
        times = dict.fromkeys(("date", "date_gmt", "modified_gmt"), at)
        return {"id": number, "link": link, **times, "title": {"rendered": f"第 {number} 篇"}}

    def comments(self, number: int) -> list[dict[str, object]]:
        return [
            {
                "id": place,
                "post": number,
                "parent": 0,
                "author_name": author,
                "date": f"{at:%Y-%m-%dT%H:%M:%S}",
                "date_gmt": f"{at:%Y-%m-%dT%H:%M:%S}",
                "content": {"rendered": f"<p>{self.text(place)}</p>"},
            }
            for place, (author, at) in enumerate(self.posts[number], start=1)
        ]

    def feed(self) -> str:
        items = (
            f"<item><title>{author}</title><link>{self.root}post-{number}/#comment-1</link>"
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
            for number, comments in self.posts.items()
            for author, at in comments[-3:]
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'

    def time(self, at: datetime) -> str:
        if self.shows_days:
            return f"<time>{at:%Y-%m-%d}</time>"
        return f'<time datetime="{at:%Y-%m-%dT%H:%M}:00+00:00">{at:%Y-%m-%d %H:%M}</time>'

    def text(self, place: int) -> str:
        return f"第 {place} 条。"

    def page(self, number: int, page: int) -> str:
        whole = list(enumerate(self.posts[number], start=1))
        shown = whole[(page - 1) * ON_PAGE : page * ON_PAGE]
        items = "".join(
            f'<li id="comment-{place}" class="comment"><cite class="fn">{author}</cite> {self.time(at)}'
            f'<div class="comment-content"><p>{self.text(place)}</p></div></li>'
            for place, (author, at) in shown
        )
        following = f'<a href="/post-{number}/comment-page-{page + 1}/#comments">更新的评论</a>'
        nav = following if page * ON_PAGE < len(whole) else ""
        section = (
            f'<div id="comments"><h3>{len(whole)} 条评论</h3><ol class="commentlist">{items}</ol>{nav}</div>'
        )
        head = f"<h1>第 {number} 篇</h1><time>{FIRST:%Y-%m-%d}</time>"
        body = f'<article>{head}<div class="entry-content">{TEXT}</div></article>'
        classes = f"single single-post postid-{number}"
        return f"{self.head(f'第 {number} 篇')}<body class='{classes}'>{body}{section if whole else ''}</body></html>"


@contextmanager
def serve(blog: Blog) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            blog.requested.append(urlsplit(self.path).path)
            status, kind, text = blog.answer(self.path)
            body = text.encode()
            tag = f'"{sha256(body).hexdigest()[:16]}"'
            is_known = status == 200 and self.headers.get("If-None-Match") == tag
            self.send_response(304 if is_known else status)
            header = ("Location", kind) if status == 301 else ("Content-Type", f"{kind}; charset=utf-8")
            self.send_header(*header)
            if "v2/posts" in self.path:
                self.send_header("X-WP-Total", str(len(blog.posts)))
                self.send_header("X-WP-TotalPages", str(-(-len(blog.posts) // ON_LIST)))
            if "feed" in self.path:
                self.send_header("ETag", tag)
            self.send_header("Content-Length", "0" if is_known else str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if is_known else body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        blog.root = f"http://127.0.0.1:{server.server_port}/"
        try:
            yield blog.root
        finally:
            server.shutdown()


def night(blog: Blog, folder: Path, day: int, *words: str) -> Ran:
    blog.requested.clear()
    moment = datetime(2026, 11, 2, 4, tzinfo=UTC) + timedelta(days=day)  # a Monday
    return run_command(*words, "--db", "a.db", "--delay", "0.001", "--no-media", folder=folder, now=moment)


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "a.db") as connection:
        return connection.execute(query).fetchall()


def test_a_new_comment_on_an_old_post_is_stored_in_the_next_night(tmp_path: Path) -> None:
    blog = Blog()
    blog.comment(1, "阿明", FIRST + timedelta(days=1))
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        assert night(blog, tmp_path, 1, "update").code == 0
        assert blog.requested == ["/robots.txt", "/comments/feed/", "/wp-json/wp/v2/posts"]
        blog.comment(2, "小雨", datetime(2026, 11, 3, 20))
        assert night(blog, tmp_path, 2, "update").code == 0
        assert "/post-2/" in blog.requested
        assert "/post-1/" not in blog.requested
        assert rows(tmp_path, "select author_name from comments order by posted_at") == [("阿明",), ("小雨",)]
        night(blog, tmp_path, 3, "update")
        assert blog.requested[:2] == ["/robots.txt", "/comments/feed/"]


@pytest.mark.parametrize("count", [3, 25])
def test_a_deleted_post_is_noticed_in_the_next_night(tmp_path: Path, count: int) -> None:
    blog = Blog(count)
    lists = "/wp-json/wp/v2/posts"
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        for day in (1, 2):
            assert night(blog, tmp_path, day, "update").code == 0
            assert blog.requested == ["/robots.txt", "/comments/feed/", lists]
        del blog.posts[count]  # of no comment, so the feed stays as it is
        night(blog, tmp_path, 3, "update")
        assert rows(tmp_path, "select number from posts where gone_at is not null") == [(f"post-{count}",)]
        night(blog, tmp_path, 4, "update")
        assert blog.requested == ["/robots.txt", "/comments/feed/", lists]
    assert rows(tmp_path, "select count(*) from posts where gone_at is null") == [(count - 1,)]


def test_a_post_deleted_in_the_night_in_which_the_list_grows_is_gone_on_the_next_night(
    tmp_path: Path,
) -> None:
    """The interface is off: the list is the pages of the home page, and the feed of comments stays as it is."""
    blog = Blog(20)
    blog.on_home = 10
    blog.comment(3, "阿明", FIRST + timedelta(days=1))
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.posts |= {21: [], 22: []}
        del blog.posts[2]
        night(blog, tmp_path, 1, "update", "--full")
        night(blog, tmp_path, 2, "update")
        assert rows(tmp_path, "select number from posts where gone_at is not null") == [("post-2",)]
        assert rows(tmp_path, "select url from open_failures") == []
        assert blog.requested == ["/robots.txt", "/comments/feed/"]


def test_posts_whose_pages_are_missing_for_a_night_while_the_list_shows_them_are_not_gone(
    tmp_path: Path,
) -> None:
    blog = Blog(20)
    blog.on_home = 5
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.posts |= {21: []}
        blog.missing = {1, 2, 3, 4, 5}
        night(blog, tmp_path, 1, "update", "--full")
        assert blog.requested.count("/page/5/") == 1
        blog.missing = set()
        assert night(blog, tmp_path, 3, "update").code == 0
    assert rows(tmp_path, "select count(*), count(gone_at), count(body_text) from posts") == [(21, 0, 21)]


def test_the_home_page_is_read_once_a_week_when_nothing_is_new(tmp_path: Path) -> None:
    blog = Blog()
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        homes = 0
        for day in range(1, 10):
            night(blog, tmp_path, day, "update")
            homes += "/" in blog.requested
    assert homes == 1
    assert rows(tmp_path, "select count(distinct run_id) from run_blogs") == [(10,)]


def test_a_blog_that_is_closed_is_noticed_in_the_next_night(tmp_path: Path) -> None:
    blog = Blog()
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        blog.is_closed = True
        night(blog, tmp_path, 1, "update")
        assert blog.requested == ["/robots.txt", "/comments/feed/", "/"]
    assert rows(tmp_path, "select state from authors") == [("closed",)]
    assert rows(tmp_path, "select count(*) from posts where gone_at is not null") == [(0,)]


def test_a_limited_run_does_not_keep_the_lists_from_the_next_one(tmp_path: Path) -> None:
    blog = Blog()
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url, "--limit", "1")
        assert night(blog, tmp_path, 1, "update").code == 0
    assert rows(tmp_path, "select count(*) from posts where body_text is not null") == [(3,)]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_comments_are_read_from_the_pages_while_the_interface_refuses(tmp_path: Path, status: int) -> None:
    blog = Blog()
    for place in range(9):
        blog.comment(2, NAMES[place % 3], FIRST + timedelta(days=place // 2, minutes=place // 4))
    blog.refused = status
    stored = "select count(*), count(distinct body_text) from comments where gone_at is null"
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        assert rows(tmp_path, stored) == [(9, 9)]
        assert rows(tmp_path, "select url, detail from failures where resolved_at is null") == []
        assert night(blog, tmp_path, 1, "update", "--full").code == 0
        assert "/wp-json/wp/v2/comments" not in blog.requested  # for a week
        blog.refused = None
        assert night(blog, tmp_path, 9, "update", "--full").code == 0
        assert "/wp-json/wp/v2/comments" in blog.requested
        assert rows(tmp_path, stored) == [(9, 9)]
        blog.refused = status
        assert night(blog, tmp_path, 17, "update", "--full").code == 0
    assert rows(tmp_path, stored) == [(9, 9)]
    assert rows(tmp_path, "select count(*) from comments") == [(9,)]
    assert rows(tmp_path, "select count(*) from comment_revisions") == [(0,)]


def test_comments_of_a_post_that_shows_no_number_are_not_more_than_all(tmp_path: Path) -> None:
    blog = Blog()
    for number, count in ((1, 3), (2, 2), (3, 1)):
        for place in range(count):
            blog.comment(number, NAMES[place], FIRST + timedelta(days=place))
    whole = blog.page
    blog.page = lambda number, page: whole(number, page).replace("1 条评论", "一条评论")  # type: ignore[method-assign]
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
    assert rows(tmp_path, "select comment_count from posts order by number") == [(3,), (2,), (None,)]
    assert "6 of 6 stored" in run_command("status", "--db", "a.db", folder=tmp_path).out


def test_a_page_that_shows_days_alone_is_no_change_of_the_comments_of_the_interface(tmp_path: Path) -> None:
    blog = Blog()
    blog.shows_days = True
    for place in range(9):
        blog.comment(2, NAMES[place % 3], FIRST + timedelta(days=place // 2, minutes=place))
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        assert night(blog, tmp_path, 1, "update", "--full").code == 0
        blog.refused = 403
        assert night(blog, tmp_path, 3, "update", "--full").code == 0
    assert rows(tmp_path, "select url, detail from failures where resolved_at is null") == []
    assert rows(tmp_path, "select count(*), count(gone_at) from comments") == [(9, 0)]
    assert rows(tmp_path, "select count(*) from comment_revisions") == [(0,)]
