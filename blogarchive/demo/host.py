"""A host on this machine that answers with the recorded pages of `pages.warc.gz`.

`python -m tests.demo.record` writes the file from the blogs of `tests/demo/`.
"""

import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Self

from warcio.archiveiterator import ArchiveIterator

PORT = 8917
BLOGS = ("/u/31182/", "/u/27282/", "/u/40077/")
"""The paths of the home pages."""

_RECORDED_URL = f"http://127.0.0.1:{PORT}"


_Answer = tuple[int, Sequence[tuple[str, str]], bytes]  # status, headers, body


class DemoHost:
    """A context manager that serves the recorded pages on `port` of `address`; port 0 chooses a free one."""

    def __init__(self, port: int = PORT, address: str = "127.0.0.1") -> None:
        self._server = ThreadingHTTPServer((address, port), _handler(_recorded_answers()))
        self._server.daemon_threads = True
        self._server.block_on_close = False  # else the end waits for idle connections
        self._url = f"http://{address}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def blog_urls(self) -> tuple[str, ...]:
        """Return the URLs of the home pages."""
        return tuple(self._url + path for path in BLOGS)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _recorded_answers() -> dict[str, _Answer]:
    """Return the recorded answers by path with query."""
    with resources.files(__package__).joinpath("pages.warc.gz").open("rb") as file:
        return {
            record.rec_headers["WARC-Target-URI"].removeprefix(_RECORDED_URL): (
                int(record.http_headers.get_statuscode()),
                record.http_headers.headers,
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file)
        }


def _handler(answers: dict[str, _Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave together
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, headers, recorded = answers.get(self.path, (HTTPStatus.NOT_FOUND, (), b""))
            body = recorded.replace(_RECORDED_URL.encode(), f"http://{self.headers['Host']}".encode())
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print nothing."""

    return Handler


def serve(port: int = PORT, address: str = "0.0.0.0") -> None:  # noqa: S104 - a container is reached from others
    """Serve the recorded pages on all addresses until a stop signal."""
    with DemoHost(port, address), suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        threading.Event().wait()


if __name__ == "__main__":
    serve()
