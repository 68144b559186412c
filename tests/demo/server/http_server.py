"""The request handler of `http.server`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from tests.demo.server.response import Answer, GetRequest


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedRequest:
    """A logged request; `path` includes the query, `at` is a Unix time in seconds.

    `status` is 0 if the connection was dropped. Header names are in lower case.
    """

    method: str
    path: str
    status: int
    at: float
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """Return the header of that name in lower case, or None."""
        return dict(self.headers).get(name)


def handler(
    answer_to: Callable[[GetRequest], Answer], log_request: Callable[[LoggedRequest], None]
) -> type[BaseHTTPRequestHandler]:
    """Return a handler class that sends the answers of `answer_to` and logs requests by `write_down`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave together
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            at = time.time()
            headers = {name.lower(): value for name, value in self.headers.items()}
            base = f"http://{headers.get('host', 'localhost')}"
            answer = answer_to(GetRequest(path=self.path, base=base, headers=headers))
            log_request(
                LoggedRequest(
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
                self.close_connection = True  # tests kill clients

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print nothing; `write_down` logs requests."""

    return Handler
