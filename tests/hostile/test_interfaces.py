"""Interfaces, lists and redirects of a hostile blog: its own posts are backed up, and no other host gets a request."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from blogarchive.browse.serve import create_app
from tests.browse.conftest import close
from tests.faults.run_commands import EXPORTS
from tests.tool import Tool, run_command

POSTS = range(1, 6)
_POST = (
    "<title>第{0}篇 - 札记</title><meta name=generator content='WordPress 6'><link rel='https://api.w.org/'"
    " href='/wp-json/'><article id=post-{0} class='post-{0} post'><h1 class=entry-title>第{0}篇</h1><time class=entry-date"
    " datetime='2020-01-0{0}T08:00:00+08:00'>2020-01-0{0}</time><div class=entry-content><p>正文{0}，谈谈茶与雨。</p>"
    "<p>第二段也不短，讲到城里的春天与江边的风。</p></div></article>"
)
_HOME = (
    "<title>札记</title><meta name=generator content='WordPress 6'><link rel='https://api.w.org/' href='/wp-json/'>"
    "<h1 class=site-title><a href=/>札记</a></h1>"
) + "".join(
    f"<article class=post><h2 class=entry-title><a href=/2020/01/p{n}/>第{n}篇</a></h2></article>"
    for n in POSTS
)
_ROWS = [
    {"id": n, "date": f"2020-01-0{n}T08:00:00", "date_gmt": f"2020-01-0{n}T00:00:00", "modified_gmt": "2020-02-01T00:00:00",
     "link": f"/2020/01/p{n}/", "title": {"rendered": f"第{n}篇"}}
    for n in POSTS
]  # fmt: skip
_TEXT = json.dumps(_ROWS)
_LINKS = (
    "http://127.0.0.1:{1}/2020/01/x/", "http://localhost:{1}/2020/01/y/", "http://[::1]:{1}/z/", "//169.254.169.254/latest/",
    "http://user:pw@127.0.0.1:{1}/a/", "http://127.0.0.1:{0}@127.0.0.1:{1}/b/", "\\\\127.0.0.1:{1}\\c",
    "http:/\\127.0.0.1:{1}/d/", "/..//127.0.0.1:{1}/", "////127.0.0.1:{1}/e/", "file:///etc/passwd", "javascript:1",
)  # fmt: skip

Answer = Callable[[str, int, int], str | None]
"""Returns the answer to a path, or what it redirects to after `->`; None is the usual one."""


def _interface(text: str) -> Answer:
    return lambda path, _own, _other: text if path.startswith("/wp-json/wp/v2/posts") else None


def _links(path: str, own: int, other: int) -> str | None:
    rows = [{**_ROWS[0], "id": 100 + n, "link": link.format(own, other)} for n, link in enumerate(_LINKS)]
    return json.dumps(_ROWS + rows) if path.startswith("/wp-json/wp/v2/posts") else None


def _list(name: str, text: str, unit: str, count: int) -> Answer:
    def answer(path: str, own: int, other: int) -> str | None:
        if path.startswith("/wp-json"):
            return "none"
        return text.format(unit.format(other) * count) if path.startswith(name) else None

    return answer


def _interface_elsewhere(path: str, _own: int, other: int) -> str | None:
    if not re.match(r"/2020/01/p\d/", path):
        return _TEXT if path.startswith("/wp-json/wp/v2/posts") else None
    text = (_answer_well(path) or "").replace("href='/wp-json/'", f"href='http://127.0.0.1:{other}/wp-json/'")
    count = f"<link rel=shortlink href='/?p={path[10]}'><div id=comments><h3>9 条评论</h3></div></article>"
    return text.replace("</article>", count)


def _robots(path: str, _own: int, other: int) -> str | None:
    names = ("file:///etc/passwd", "javascript:1", f"http://127.0.0.1:{other}/sitemap.xml")
    return "\n".join(f"Sitemap: {name}" for name in names) if path == "/robots.txt" else None


def _redirect(change: Callable[[str], str]) -> Answer:
    return lambda path, own, _other: f"->{change(path).format(own)}" if path.startswith("/2020/") else None


def _comment(number: int, parent: int) -> dict[str, object]:
    return {
        "id": number, "post": 1, "parent": parent, "author_name": f"客{number}", "author_url": "",
        "date": "2020-02-01T08:00:00", "date_gmt": "2020-02-01T00:00:00", "content": {"rendered": f"<p>答{number}</p>"},
    }  # fmt: skip


_CHAIN = 500
_PARENTS = {1: 2, 2: 1, 3: 3, 4: 99_999, **{number: number - 1 for number in range(5, _CHAIN + 1)}}
"""The parent of each comment: a circle of two, one of itself, one on another post, and a chain."""


def _answer_comments(path: str, _own: int, _other: int) -> str | None:
    if found := re.match(r"/2020/01/p([12])/", path):
        link = f"<link rel=shortlink href='/?p={found[1]}'>"
        count = f"{link}<div id=comments><h3>{_CHAIN} 条评论</h3><ol class=commentlist></ol></div></article>"
        return (_answer_well(path) or "").replace("</article>", count)
    if not path.startswith("/wp-json/wp/v2/comments"):
        return _TEXT if path.startswith("/wp-json/wp/v2/posts") else None
    asked = dict(parse_qsl(urlsplit(path).query))
    first = (int(asked["page"]) - 1) * 100 + 1
    numbers = range(first, min(first + 100, _CHAIN + 1)) if asked["post"] == "1" else ()
    return json.dumps([_comment(number, _PARENTS[number]) for number in numbers])


BLOGS: dict[str, tuple[int, Answer]] = {
    "links to other hosts": (5, _links),
    "no numbers": (5, _interface(_TEXT.replace('"id": 3', '"id": NaN').replace('"id": 4', '"id": -1e999'))),
    "numbers of 5,000 digits": (5, _interface(_TEXT.replace('"id": 4', f'"id": {"9" * 5_000}'))),
    "keys twice": (5, _interface(_TEXT.replace('"link"', '"link": "/2020/01/p1/", "id": 7, "link"'))),
    "arrays in arrays": (5, _interface(f'{_TEXT[:-1]}, {{"title": {"[" * 100_000}{"]" * 100_000}}}]')),
    "one link": (5, _interface(json.dumps([{**row, "link": "/2020/01/p1/"} for row in _ROWS]))),
    "other types": (5, _interface(json.dumps([1, None, "x", [], {}, *({"link": [row]} for row in _ROWS)]))),
    "no characters": (5, _interface(_TEXT.replace("\\u7bc7", "\\ud800\\u0000\\uffff"))),
    "a sitemap of another host": (
        5, _list("/sitemap", "<urlset>{}</urlset>", "<url><loc>http://127.0.0.1:{0}/2020/01/q/</loc></url>", 200_000),
    ),
    "a sitemap of a million": (
        5, _list("/sitemap", "<urlset>{}</urlset>", "<url><loc>http://127.0.0.1:{0}/q/</loc></url>", 1_000_000),
    ),
    "a feed of another host": (
        5, _list("/feed", "<rss><channel>{}</channel></rss>", "<item><link>http://127.0.0.1:{0}/q/</link></item>", 100_000),
    ),
    "comments of another host": (5, _interface_elsewhere),
    "robots.txt with other hosts": (5, _robots),
    "two forms of each URL": (0, _redirect(lambda path: path[:-1] if path.endswith("/") else f"{path}/")),
    "another name of the host": (0, _redirect(lambda path: f"http://localhost:{{0}}{path}")),
    "a fragment": (0, _redirect(lambda path: f"{path}#x")),
    "a longer query": (0, _redirect(lambda path: f"{path}{'&' if '?' in path else '?'}a=1")),
}  # fmt: skip


def _answer_well(path: str) -> str | None:
    found = re.match(r"/2020/01/p(\d)", path)
    return _HOME if path == "/" else _POST.format(found[1]) if found else None


@contextmanager
def _server(answer: Answer, other: int = 0) -> Iterator[tuple[int, list[str]]]:
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            text = answer(self.path, server.server_port, other) or _answer_well(self.path)
            self.send_response(404 if text is None else 302 if text.startswith("->") else 200)
            self.send_header("Location", (text or "")[2:]) if (text or "").startswith("->") else None
            is_json = (text or "").startswith("[")
            self.send_header("Content-Type", "application/json" if is_json else "text/html; charset=utf-8")
            self.end_headers()
            try:
                self.wfile.write((text or "").encode())
            except OSError:  # the other side has enough
                self.close_connection = True

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, paths
        server.shutdown()


def _back_up(kind: str, folder: Path) -> None:
    posts, answer = BLOGS[kind]
    tool = Tool(folder / "tool")
    with _server(lambda path, _own, _other: "x") as (other, foreign), _server(answer, other) as (own, paths):
        ran = run_command(
            "backup", f"http://127.0.0.1:{own}/", "--site", "web", "--no-media", "--delay", "0.001", "--db", str(tool.db),
            folder=tool.folder,
        )  # fmt: skip
    assert ran.code in (0, 1), ran
    assert not any(sign in ran.err for sign in ("Traceback", "unexpected", "this program failed")), ran.err
    assert (foreign, len(paths) < 60) == ([], True), (foreign, paths)
    urls = [url for (url,) in tool.rows("select url from frontier")]
    assert all(urlsplit(url).netloc in (f"127.0.0.1:{own}", f"localhost:{own}") for url in urls), urls
    assert tool.scalar("select count(*) from posts where body_text like '正文%'") == posts
    assert tool.run("verify").code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["links to other hosts", "comments of another host", "robots.txt with other hosts"]
)
def test_a_hostile_blog_is_backed_up_without_a_request_to_another_host(kind: str, tmp_path: Path) -> None:
    _back_up(kind, tmp_path)


@pytest.mark.attack
@pytest.mark.parametrize("kind", BLOGS)
def test_every_hostile_blog_is_backed_up_without_a_request_to_another_host(kind: str, tmp_path: Path) -> None:
    _back_up(kind, tmp_path)


@pytest.mark.slow
async def test_comments_that_answer_in_a_circle_are_stored_exported_and_served(tmp_path: Path) -> None:
    tool = Tool(tmp_path / "tool")
    with _server(_answer_comments) as (own, _paths):
        ran = run_command(
            "backup", f"http://127.0.0.1:{own}/", "--site", "web", "--no-media", "--delay", "0.001", "--db", str(tool.db),
            folder=tool.folder,
        )  # fmt: skip
    assert ran.code in (0, 1), ran
    assert tool.scalar("select count(*) from comments") == _CHAIN
    found = tool.rows("select author_name, reply_to from comments where id < 6 order by id")
    assert found == [("客1", "客2"), ("客2", "客1"), ("客3", "客3"), ("客4", None), ("客5", "客4")]
    for kind, out in EXPORTS.items():
        assert tool.run("export", kind, str(tmp_path / out)).code == 0
    served = create_app(tool.db)
    await served.invoke_startup()
    for page in ("read/post/1", "read/post/2", "read/", "archive/comments"):
        assert (await served.client.get(f"/{page}", follow_redirects=True)).status_code == 200
    close(served)
    assert tool.run("verify").code == 0


@pytest.mark.slow
@pytest.mark.parametrize("way", ["redirect", "rewrite"])
def test_a_post_in_place_of_another_one_replaces_none(tmp_path: Path, way: str) -> None:
    tool, changed = Tool(tmp_path / "tool"), {"until": "2020-02-01"}

    def answer(path: str, _own: int, _other: int) -> str | None:
        if path.startswith("/wp-json/wp/v2/posts"):
            return json.dumps([{**row, "modified_gmt": f"{changed['until']}T00:00:00"} for row in _ROWS])
        is_replaced = path == "/2020/01/p2/" and changed["until"] > "2020-02-01"
        return ("->/2020/01/p1/" if way == "redirect" else _POST.format(1)) if is_replaced else None

    options = ("--no-media", "--delay", "0.001", "--db", str(tool.db))
    with _server(answer) as (own, _paths):
        url = f"http://127.0.0.1:{own}/"
        assert run_command("backup", url, "--site", "web", *options, folder=tool.folder).code == 0
        texts = tool.rows("select number, title, body_text, url, gone_at from posts order by number")
        changed["until"] = "2020-03-01"
        ran = run_command("update", *options, folder=tool.folder, now=datetime.now(UTC) + timedelta(days=8))
    assert (ran.code, len(texts)) == (1, 5), ran.err
    assert tool.rows("select number, title, body_text, url, gone_at from posts order by number") == texts
    assert tool.scalar("select count(*) from post_revisions") == 0
    assert tool.rows("select url, field from open_failures") == [(f"{url}2020/01/p2/", "body")]
