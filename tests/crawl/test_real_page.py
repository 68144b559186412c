"""The one real page of blog.creaders.net, known as text only, served in two simple markups and backed up."""

import html
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.paths import REAL
from tests.tool import Tool

PAGE = REAL / "creaders_page.txt"
POST = "/u/31182/202501/506012.html"

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason=f"no file {PAGE}")


def as_paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{html.escape(line)}</p>\n" for line in lines)


def as_one_block(lines: list[str]) -> str:
    return f"<div>{'<br>'.join(html.escape(line) for line in lines)}</div>"


@contextmanager
def serving(body: bytes) -> Iterator[str]:
    """Serve the page as the post and as the home page; all other paths are 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path in (POST, "/u/31182/")
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body if known else b"<html><body>404</body></html>")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("markup", [as_paragraphs, as_one_block])
def test_every_visible_fact_of_it_is_stored(tool: Tool, markup: Callable[[list[str]], str]) -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    body = f"<html><head><meta charset=utf-8></head><body>{markup(lines)}</body></html>"
    with serving(body.encode()) as host:
        ran = tool.run("backup", host + POST)
    assert ran.code == 1, "the other posts, which the archive months list, are missing"
    assert tool.rows("select number, posted_at, posted_at_text, views, likes, comment_count from posts") == [
        ("506012", "2025-01-28T01:46:53-08:00", "2025-01-28 01:46:53", 1769, 9, 3)
    ]
    comments = tool.rows("select author_name, reply_to, likes from comments order by posted_at desc")
    assert comments == [("雷歌747", "破棉袄", 0), ("破棉袄", None, 1), ("转个帖", None, 4)]
    assert tool.rows("select nickname, registered_on from authors") == [("雷歌747", "2022-06-17")]
    assert tool.rows("select total_visits, account_age from author_stats") == [(1851847, 3)]
    assert tool.scalar("select count(*) from archive_months") == 32
    assert tool.rows("select name from categories") == [("时政评论",)]
    ((title, text),) = tool.rows("select title, body_text from posts")
    first = lines.index(f"{title} 2025-01-28 01:46:53")
    last = next(index for index, line in enumerate(lines) if line.startswith("浏览(1769)"))
    assert [arguments(line) for line in str(text).splitlines() if arguments(line)] == [
        arguments(line) for line in lines[first + 1 : last] if arguments(line)
    ]


def arguments(line: str) -> str:
    """Return a line without the white space that HTML collapses and the indents of the page."""
    return " ".join(line.split())
