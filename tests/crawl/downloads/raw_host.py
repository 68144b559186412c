"""A demo host over raw sockets: an attack answers each path that it matches, with bytes of its own choice."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Self

from tests.demo import DemoBlog
from tests.demo.server.response import Answer, GetRequest
from tests.demo.server.router import DemoSite

Attack = Callable[[asyncio.StreamWriter, str, str], Awaitable[None]]
"""Writes an answer to the request for a path; the last argument is the URL of the host."""


class RawHost:
    """Serves blogs, and `attacks` by a pattern of the path; records the paths, and the bytes that it sent of each."""

    def __init__(self, blogs: Iterable[DemoBlog], attacks: Mapping[str, Attack] | None = None) -> None:
        self.site = DemoSite(blogs, "tables", {})
        self.attacks = dict(attacks or {})
        self.requests: Counter[str] = Counter()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The URL of the host without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def blog_url(self, uid: str) -> str:
        """Return the URL of a blog's home page."""
        return self.url + self.site.blog(uid).path

    def post_path(self, uid: str, number: int) -> str:
        """Return the path of a post."""
        blog = self.site.blog(uid)
        return blog.post_path(blog.post(number))

    def __enter__(self) -> Self:
        self._thread.start()
        started = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(started, self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *ended: object) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join()
        self._loop.close()

    def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_later(0.05, self._loop.stop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            self.requests[path] += 1
            await self._attack(path)(writer, path, self.url)
            await writer.drain()
        writer.close()

    def _attack(self, path: str) -> Attack:
        found = (attack for pattern, attack in self.attacks.items() if re.search(pattern, path))
        return next(found, self._answer)

    async def _answer(self, writer: asyncio.StreamWriter, path: str, url: str) -> None:
        writer.write(as_bytes(self.site.answer(GetRequest(path=path, base=url))))


def as_bytes(answer: Answer, *more: str) -> bytes:
    """Return an answer as it is sent; `more` are further header lines."""
    headers = [f"{name}: {value}" for name, value in answer.headers]
    lines = [f"HTTP/1.1 {answer.status} X", *headers, *more, f"Content-Length: {len(answer.body)}"]
    return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode() + answer.body
