"""From a socket to a question and from an answer to bytes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from blogarchive.demo.server.response import Answer, Asked


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One request as it came in; `path` has its query, `at` is a Unix time in seconds.

    `status` is 0 where the connection was dropped. Header names are in lower case.
    """

    method: str
    path: str
    status: int
    at: float
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """The header of that name (lower case), or None."""
        return dict(self.headers).get(name)


def handler(
    answer_to: Callable[[Asked], Answer], write_down: Callable[[Request], None]
) -> type[BaseHTTPRequestHandler]:
    """A handler class for `http.server` that sends the answers of `answer_to`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave together
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            at = time.time()
            headers = {name.lower(): value for name, value in self.headers.items()}
            base = f"http://{headers.get('host', 'localhost')}"
            answer = answer_to(Asked(path=self.path, base=base, headers=headers))
            write_down(
                Request(
                    method=self.command,
                    path=self.path,
                    status=0 if answer.drop else answer.status,
                    at=at,
                    headers=tuple(headers.items()),
                )
            )
            self._send(answer)

        do_HEAD = do_GET  # noqa: N815 (the name that http.server asks for)

        def _send(self, answer: Answer) -> None:
            if answer.drop:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if answer.status != 304:
                self.send_header("Content-Length", str(answer.claimed_length or len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
            self.close_connection = self.close_connection or answer.claimed_length is not None

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, TimeoutError):
                self.close_connection = True  # the other side was killed: that is what tests do

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: what was asked is handed to `write_down`."""

    return Handler
