"""Hosts for images: blogs with given images in their posts, and a server that records the paths."""

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tests.demo import DemoBlog, DemoHost, make_blog
from tests.demo.blogs import images
from tests.demo.blogs.body import Image, Paragraph

UID = "31182"
HOME = f"/u/{UID}/"


def blog(*posts: Sequence[str]) -> DemoBlog:
    """Return a blog with a post for each sequence of image URLs, the newest first."""
    made = make_blog(UID, posts=max(len(posts), 1), months=1, comments=0)
    newest_first = sorted(made.posts, key=lambda post: post.posted_at, reverse=True)
    shown = [
        replace(post, body=(Paragraph((f"第{place}篇",)), *(Image(url) for url in urls)))
        for place, (post, urls) in enumerate(zip(newest_first, posts, strict=True))
    ]
    return replace(made, posts=tuple(shown))


def requested_images(host: DemoHost) -> list[str]:
    """Return the paths of images that were requested from the host, in order."""
    return [request.path for request in host.requests if re.search(r"/up\w+/", request.path)]


class ImageHost:
    """A server on `address` that serves a PNG for every path, and records the paths."""

    def __init__(self, address: str) -> None:
        self.paths: list[str] = []
        paths = self.paths

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                paths.append(self.path)
                body = images.png(len(self.path))
                self.send_response(404 if self.path == "/robots.txt" else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer((address, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.address, self.port = address, int(self._server.server_address[1])
        self.url = f"http://{address}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
