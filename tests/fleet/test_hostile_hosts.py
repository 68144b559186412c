"""Hostile hosts in a shard: no request leaves them, no terminal is controlled, the other hosts and shards are backed up."""

import gzip
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.demo import DemoHost, make_blog
from tests.fleet.fleet import DELAY, Fleet, ended

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_EVIL = "\x1b]0;owned\x07\x1b[2J\0\u202e".encode() + b"\xff'; drop table fleet_shards; --"
ANSWERS: dict[str, Callable[[int], bytes]] = {
    "a private port": lambda port: b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:%d/\r\n\r\n" % port,
    "a private address": lambda port: (
        b"HTTP/1.1 302 X\r\nLocation: http://169.254.169.254/\x1b[2J\xff\r\n\r\n"
    ),
    "a name with a zero": lambda port: b"HTTP/1.1 302 X\r\nLocation: http://a%00b/%1b[2J%0d%0a\r\n\r\n",
    "a notice": lambda port: (
        _HEAD + b"\r\n<html><title>\xe6\x8f\x90\xe7\xa4\xba</title><p>" + _EVIL + b"</html>"
    ),
    "a reason": lambda port: b"HTTP/1.1 503 " + _EVIL + b"\r\nContent-Length: 0\r\n\r\n",
    "no answer of HTTP": lambda port: b"\0\x1b[2J garbage\r\n\r\n" * 50,
    "a bomb": lambda port: _HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(100_000_000), 1),
    "a pause without end": lambda port: b"HTTP/1.1 503 X\r\nRetry-After: " + b"9" * 4_000 + b"\r\n\r\n",
}


@contextmanager
def raw_host(answer: bytes) -> Iterator[tuple[int, list[str]]]:
    """Answer each request with these bytes; yield the port and the paths that were requested."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            is_robots = self.path == "/robots.txt"
            try:
                self.wfile.write(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n" if is_robots else answer)
            except OSError:  # the other side has enough
                self.close_connection = True

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, paths
        server.shutdown()


@pytest.mark.slow
def test_hostile_hosts_of_a_shard_harm_no_other_host_and_no_terminal(fleet: Fleet) -> None:
    with ExitStack() as stack:
        private, paths = stack.enter_context(raw_host(b"HTTP/1.1 200 OK\r\n\r\n"))
        ports = [stack.enter_context(raw_host(answer(private)))[0] for answer in ANSWERS.values()]
        good, alone = (stack.enter_context(DemoHost([make_blog(uid, posts=3)])) for uid in ("31182", "31183"))
        urls = [f"http://127.0.0.1:{port}/u/{port}/" for port in ports]
        db = fleet.folder / "--rounds=9; touch pwned.db"
        options = ("--site", "creaders", "--no-media", "--delay", str(DELAY))
        assert fleet.run("add", *urls, good.blog_url("31182"), "--db", db, *options).code == 0
        fleet.add("alone", alone.blog_url("31183"))
        worked = ended(fleet.work("--once"))
        assert (worked.code, paths) == (0, [])
        assert len(good.requests) > 8
        assert len(alone.requests) > 8
    shown = fleet.run("status", "--all")
    assert re.findall(r"[\0-\x08\x0b-\x1f\x7f\u202e]", worked.out + worked.err + shown.out) == []
    found = fleet.status()
    assert [one["exit_code"] for one in found["alone"]["rounds"]] == [0]
    assert found[db.stem]["paused_at"] is None
    assert not (fleet.folder / "pwned").exists()
