"""The demo host itself: a threaded HTTP/1.1 server on loopback that writes down what it was asked.

    with DemoHost([sample_blog()]) as host:
        print(host.blog_url("31182"))

`python -m blogarchive.demo --port 8123 --uid 31182 --posts 500` runs one as a process.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Self

from blogarchive.demo.blogs.truth import DemoBlog
from blogarchive.demo.server.faults import Faults, Rule
from blogarchive.demo.server.http_server import Request, handler
from blogarchive.demo.server.response import Answer, Asked
from blogarchive.demo.server.router import DemoSite


class DemoHost:
    """Serves blogs on 127.0.0.1 until it is left; `port` 0 takes a free one.

    `markup` names one for all blogs, `markups` another for some, by uid. `rules` are faults from the start.
    `delay` is added to every answer, in seconds. `owner_cookie` and `validators`: see `DemoSite`.
    `observer` is told of every request, from the thread that serves it.
    """

    def __init__(
        self,
        blogs: Iterable[DemoBlog],
        *,
        markup: str = "tables",
        markups: Mapping[str, str] | None = None,
        rules: Iterable[Rule] = (),
        port: int = 0,
        delay: float = 0.0,
        owner_cookie: str | None = None,
        validators: bool = False,
        observer: Callable[[Request], None] | None = None,
    ) -> None:
        self.site = DemoSite(blogs, markup, markups or {}, owner_cookie=owner_cookie, validators=validators)
        self.faults = Faults()
        self.faults.put(rules)
        self._delay = delay
        self._observer = observer
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._server = _Server(("127.0.0.1", port), handler(self.answer, self._write_down))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The host's root without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def blog_url(self, uid: str) -> str:
        """The URL of a blog's home page; raises `KeyError`."""
        return self.url + self.blog(uid).path

    def post_url(self, uid: str, number: int) -> str:
        """The URL of a post; raises `KeyError`."""
        blog = self.blog(uid)
        return self.url + blog.post_path(blog.post(number))

    def blog(self, uid: str) -> DemoBlog:
        """The blog as it is now; raises `KeyError`."""
        return self.site.blog(uid)

    def change(self, uid: str, change: Callable[[DemoBlog], DemoBlog]) -> DemoBlog:
        """Change a blog while it is served (see `changes`); returns the blog as it then is."""
        return self.site.change(uid, change)

    def set_faults(self, *rules: Rule) -> None:
        """Put these faults in the place of all others; none: all is well again."""
        self.faults.put(rules)

    def set_robots(self, text: str) -> None:
        """Another robots.txt."""
        self.site.robots = text

    @property
    def requests(self) -> list[Request]:
        """Every request so far, oldest first."""
        with self._lock:
            return list(self._requests)

    def counts(self) -> Counter[str]:
        """How often each path, with its query, was asked for."""
        return Counter(request.path for request in self.requests)

    def forget_requests(self) -> None:
        """Empty the request log."""
        with self._lock:
            self._requests.clear()

    def answer(self, asked: Asked) -> Answer:
        """What goes out for a request, faults included; waits as long as the answer is late."""
        answer = self.faults.spoil(self.site.answer(asked), asked.path)
        wait = answer.delay + self._delay
        if wait:
            time.sleep(wait)
        return answer

    def _write_down(self, request: Request) -> None:
        with self._lock:
            self._requests.append(request)
        if self._observer is not None:
            self._observer(request)

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
    block_on_close = False  # a connection kept alive would hold the end of a test
    request_queue_size = 64
