"""The demo host: a threaded HTTP/1.1 server on 127.0.0.1 with a log of its requests.

    with DemoHost([sample_blog()]) as host:
        print(host.blog_url("31182"))

`python -m tests.demo --port 8123 --uid 31182 --posts 500` runs one as a process.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.demo.blogs.truth import DemoBlog
from tests.demo.server.faults import Faults, Rule
from tests.demo.server.http_server import LoggedRequest, handler
from tests.demo.server.response import Answer, GetRequest
from tests.demo.server.router import DemoSite


class DemoHost:
    """A context manager that serves blogs on `address`, a loopback address; port 0 chooses a free one.

    `markup` is the markup of all blogs, `markups` of some by uid. `rules` are faults from the start. Each answer
    waits `delay` seconds. `owner_cookie` and `validators` are those of `DemoSite`. `observer` is called with
    each request, in the thread that serves it.
    """

    def __init__(
        self,
        blogs: Iterable[DemoBlog],
        *,
        markup: str = "tables",
        markups: Mapping[str, str] | None = None,
        rules: Iterable[Rule] = (),
        address: str = "127.0.0.1",
        port: int = 0,
        delay: float = 0.0,
        owner_cookie: str | None = None,
        validators: bool = False,
        observer: Callable[[LoggedRequest], None] | None = None,
    ) -> None:
        self.site = DemoSite(blogs, markup, markups or {}, owner_cookie=owner_cookie, validators=validators)
        self.faults = Faults()
        self.faults.put(rules)
        self._address = address
        self._delay = delay
        self._observer = observer
        self._lock = threading.Lock()
        self._requests: list[LoggedRequest] = []
        self._server = _Server((address, port), handler(self.answer, self._log_request))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """Return the port that the host listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Return the URL of the host without a slash at its end."""
        return f"http://{self._address}:{self.port}"

    def blog_url(self, uid: str) -> str:
        """Return the URL of a blog's home page; raises KeyError."""
        return self.url + self.blog(uid).path

    def post_url(self, uid: str, number: int) -> str:
        """Return the URL of a post; raises KeyError."""
        blog = self.blog(uid)
        return self.url + blog.post_path(blog.post(number))

    def blog(self, uid: str) -> DemoBlog:
        """Return the current state of a blog; raises KeyError."""
        return self.site.blog(uid)

    def change(self, uid: str, change: Callable[[DemoBlog], DemoBlog]) -> DemoBlog:
        """Apply a function from a blog to the changed blog, and return the result."""
        return self.site.change(uid, change)

    def set_faults(self, *rules: Rule) -> None:
        """Replace all faults by these."""
        self.faults.put(rules)

    def set_robots(self, text: str) -> None:
        """Replace robots.txt."""
        self.site.robots = text

    @property
    def requests(self) -> list[LoggedRequest]:
        """Return all requests, oldest first."""
        with self._lock:
            return list(self._requests)

    def counts(self) -> Counter[str]:
        """Return the number of requests by path with query."""
        return Counter(request.path for request in self.requests)

    def forget_requests(self) -> None:
        """Empty the request log."""
        with self._lock:
            self._requests.clear()

    def answer(self, request: GetRequest) -> Answer:
        """Return the answer to a request, with faults, after its delay."""
        answer = self.faults.spoil(self.site.answer(request), request.path)
        wait = answer.delay + self._delay
        if wait:
            time.sleep(wait)
        return answer

    def _log_request(self, request: LoggedRequest) -> None:
        with self._lock:
            self._requests.append(request)
        if self._observer is not None:
            self._observer(request)

    def start(self) -> Self:
        """Start the server, and return the host."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop the server, and close its socket."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a keep-alive connection would delay the end of a test
    request_queue_size = 64
