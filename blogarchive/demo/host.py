"""The demo host itself: a threaded HTTP/1.1 server on loopback that writes down what it was asked.

    with DemoHost([sample_blog()]) as host:
        print(host.blog_url("31182"))

`python -m blogarchive.demo.host --port 8123 --uid 31182 --posts 500` runs one in the foreground.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from blogarchive.demo.answers import Answer
from blogarchive.demo.site import DemoSite
from blogarchive.demo.truth import DemoBlog


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One request as it came in; `path` has its query, `at` is a Unix time in seconds."""

    method: str
    path: str
    status: int
    at: float
    headers: tuple[tuple[str, str], ...]


class DemoHost:
    """Serves blogs on 127.0.0.1 until it is left; `port` 0 takes a free one.

    `markup` is the name of one for all blogs, `markups` says otherwise for some, by uid.
    """

    def __init__(
        self,
        blogs: Iterable[DemoBlog],
        *,
        markup: str = "tables",
        markups: Mapping[str, str] | None = None,
        port: int = 0,
    ) -> None:
        self.site = DemoSite(blogs, markup, markups or {})
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The host's root without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def blog_url(self, uid: str) -> str:
        """The URL of a blog's home page."""
        return self.url + self.site.blog(uid).path

    def post_url(self, uid: str, number: int) -> str:
        """The URL of a post; raises `KeyError`."""
        blog = self.site.blog(uid)
        return self.url + blog.post_path(blog.post(number))

    def blog(self, uid: str) -> DemoBlog:
        """The blog as it is now."""
        return self.site.blog(uid)

    def change(self, uid: str, change: Callable[[DemoBlog], DemoBlog]) -> DemoBlog:
        """Change a blog while it is served; returns the blog as it then is."""
        return self.site.change(uid, change)

    @property
    def requests(self) -> list[Request]:
        """Every request so far, oldest first."""
        with self._lock:
            return list(self._requests)

    def counts(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(request.path for request in self.requests)

    def forget_requests(self) -> None:
        """Empty the request log."""
        with self._lock:
            self._requests.clear()

    def answer(self, path: str) -> Answer:
        """The answer to a path."""
        return self.site.answer(path, self.url)

    def write_down(self, request: Request) -> None:
        """Add to the request log."""
        with self._lock:
            self._requests.append(request)

    def start(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop, and close the socket."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # kept-alive connections would hold the end of a test
    request_queue_size = 64


def _handler(host: DemoHost) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "DemoHost"
        sys_version = ""
        wbufsize = -1  # head and body in one packet
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._send(host.answer(self.path))

        do_HEAD = do_GET  # noqa: N815 (the name that http.server asks for)

        def _send(self, answer: Answer) -> None:
            host.write_down(
                Request(
                    method=self.command,
                    path=self.path,
                    status=answer.status,
                    at=time.time(),
                    headers=tuple(self.headers.items()),
                )
            )
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the request log is in the host."""

    return Handler
