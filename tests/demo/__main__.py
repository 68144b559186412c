"""Run a demo host in a process of its own.

`python -m tests.demo --port 8123 --posts 500` prints the URL of each blog on stdout, one a line, and
serves until SIGINT or SIGTERM. `--log FILE` appends a line for each request to FILE: seconds, status, path.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.demo.blogs.generated import make_blog
from tests.demo.blogs.sample import SAMPLE_MARKUPS, sample_blogs
from tests.demo.blogs.truth import DemoBlog
from tests.demo.markup.by_name import MARKUPS
from tests.demo.server.host import DemoHost
from tests.demo.server.http_server import LoggedRequest


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--uid", action="append", help="generate a blog of this uid; may be repeated")
    parser.add_argument("--posts", type=int, default=80, help="posts of a generated blog")
    parser.add_argument("--comments", type=int, default=3, help="comments a post, on average")
    parser.add_argument(
        "--months", type=int, help="months of a generated blog; one for six posts if not given"
    )
    parser.add_argument("--length", type=int, help="least number of characters of a text")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--markup", choices=sorted(MARKUPS), default="tables")
    parser.add_argument(
        "--traditional", action="store_true", help="generated blogs in Traditional characters"
    )
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--log", type=Path, help="file to append every request to")
    return parser.parse_args(words)


def _logger(path: Path) -> Callable[[LoggedRequest], None]:
    lock = threading.Lock()

    def log(request: LoggedRequest) -> None:
        with lock, path.open("a", encoding="utf-8") as file:
            file.write(f"{request.at:.3f} {request.status} {request.path}\n")

    return log


def _host(arguments: argparse.Namespace) -> tuple[DemoHost, tuple[DemoBlog, ...]]:
    blogs, markups = sample_blogs(), SAMPLE_MARKUPS
    if arguments.uid:
        blogs = tuple(
            make_blog(
                uid,
                posts=arguments.posts,
                seed=arguments.seed,
                months=arguments.months,
                comments=arguments.comments,
                length=arguments.length,
                traditional=arguments.traditional,
            )
            for uid in arguments.uid
        )
        markups = {}
    observer = _logger(arguments.log) if arguments.log else None
    return (
        DemoHost(
            blogs,
            markup=arguments.markup,
            markups=markups,
            port=arguments.port,
            delay=arguments.delay,
            observer=observer,
        ),
        blogs,
    )


def main(words: list[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM."""
    host, blogs = _host(_arguments(words))
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with host:
        for blog in blogs:
            sys.stdout.write(f"{host.blog_url(blog.uid)}\n")
        sys.stdout.flush()
        while not stop.wait(1):  # on Windows, a wait without a limit is not interrupted by Ctrl-C
            pass


if __name__ == "__main__":
    main()
