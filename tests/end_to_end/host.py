"""The host: serves a `World` on loopback, logs every request, and misbehaves where a test says so."""

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

from tests.end_to_end import printing
from tests.end_to_end.world import Blog, World

How = Literal["whole", "cut", "drop", "hang"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is sent. `cut`: half of the body under the length of the whole; `drop`: nothing; `hang`: nothing, for long."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"),)
    how: How = "whole"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came: `at` is of a monotonic clock."""

    path: str
    at: float
    headers: dict[str, str]
    status: int


Fault = Callable[[str, int], Answer | None]
"""Given the path and how often it was asked for before: what to send in place of the page."""


@dataclass
class Host:
    """Serves while it is entered."""

    world: World
    robots: Answer = field(default_factory=lambda: Answer(body=b"User-agent: *\nDisallow: /admin/\n"))
    fault: Fault = lambda path, before: None
    listen: Callable[[str], None] = lambda path: None
    validators: bool = False
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                host._serve(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] - killed clients are no news
        self._closing = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def at(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, uid: str) -> str:
        return f"http://{self.at}/u/{uid}/"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def counts(self) -> Counter[str]:
        return Counter(self.paths())

    def forget(self) -> None:
        self.asked.clear()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path
        answer = self.fault(path, self.counts()[path])
        answer = self.answer(path) if answer is None else answer
        answer = self._conditional(handler, answer)
        self.asked.append(
            Asked(path=path, at=time.monotonic(), headers=dict(handler.headers.items()), status=answer.status)
        )
        self.listen(path)
        if answer.how == "hang":
            self._closing.wait(30)
        if answer.how in ("hang", "drop"):
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(handler, answer)

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        handler.send_response(answer.status)
        for name, value in answer.headers:
            handler.send_header(name, value)
        if answer.status != 304:
            handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        if answer.how == "cut":
            handler.wfile.write(answer.body[: len(answer.body) // 2])
            handler.close_connection = True
        elif answer.status != 304:
            handler.wfile.write(answer.body)

    def _conditional(self, handler: BaseHTTPRequestHandler, answer: Answer) -> Answer:
        if not self.validators or answer.status != 200 or answer.how != "whole":
            return answer
        tag = f'"{hash(answer.body):x}"'
        if handler.headers.get("If-None-Match") == tag:
            return Answer(status=304, headers=(("ETag", tag),))
        return Answer(body=answer.body, headers=(*answer.headers, ("ETag", tag)))

    def answer(self, path: str) -> Answer:
        """What the host sends for that path when all is well."""
        parts = urlsplit(path)
        if parts.path == "/robots.txt":
            return self.robots
        match = re.fullmatch(r"/u/(\d+)/(.*)", parts.path)
        blog = self.world.blogs.get(match[1]) if match else None
        if match is None or blog is None:
            return Answer(status=404, body=b"<html><body>404 Not Found</body></html>")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        body, status = self._page(blog, match[2], query)
        headers = [("Content-Type", "text/html")]
        if blog.style == "aside":
            headers[0] = ("Content-Type", "text/html; charset=utf-8")
        if status == 302:
            headers.append(("Location", f"/u/{blog.uid}/"))
        return Answer(status=status, body=body, headers=tuple(headers))

    def _page(self, blog: Blog, rest: str, query: dict[str, str]) -> tuple[bytes, int]:
        urls = printing.Urls(blog=blog)
        page = int(query.get("page", query.get("cp", "1")))
        if match := re.fullmatch(r"(.*?)(?:index|list)?_(\d+)(?:\.html)?", rest):
            page = int(match[2])
            rest = match[1] + (".html" if re.search(r"\d$", match[1]) else "")
        elif match := re.fullmatch(r"(\d+)/(\d{1,3})\.html", rest):
            page = int(match[2])
            rest = f"{match[1]}.html" if int(match[1]) in blog.shelves.values() else f"{match[1]}/"
        if rest == "":
            return self._list(blog, blog.title, blog.listed(), page, urls.home)
        if rest == "archive.php" or re.fullmatch(r"\d{6}/", rest):
            month = query.get("date", rest[:6])
            entries = blog.listed(month=month)
            return self._list(
                blog, f"{month[:4]}年{month[4:]}月", entries, page, lambda n: urls.month(month, n)
            )
        if match := re.fullmatch(r"\d{6}/(\d+)\.html", rest):
            return self._post(blog, int(match[1]), page)
        shelf = next((name for name, number in blog.shelves.items() if rest == f"{number}.html"), None)
        if shelf is not None:
            return self._list(blog, shelf, blog.listed(shelf=shelf), page, lambda n: urls.shelf(shelf, n))
        return printing.notice(blog, printing.NOTICES["404"]), 404

    def _list(
        self, blog: Blog, head: str, entries: list, page: int, url: Callable[[int], str]
    ) -> tuple[bytes, int]:
        shown, last = printing.portion(blog, entries, page, blog.per_page)
        if (page > last and blog.endless == "no") or not blog.listed():
            return printing.notice(blog, printing.NOTICES["404"]), 404
        pager = printing.pages(blog, page, last, url)
        return printing.listing(blog, self.at, head, shown, pager), 200

    def _post(self, blog: Blog, number: int, page: int) -> tuple[bytes, int]:
        entry = blog.entries.get(number)
        state = "404" if entry is None else entry.state
        if entry is None or state in ("404", "410"):
            return printing.notice(blog, printing.NOTICES[state]), int(state)
        if state == "home":
            return b"", 302
        if state in ("notice", "hidden"):
            return printing.notice(blog, printing.NOTICES[state]), 200
        return printing.post(blog, self.at, entry, page), 200
