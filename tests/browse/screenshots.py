"""Write the screenshots of the guides from invented blogs: `python -m tests.browse.screenshots [FOLDER]`.

Each is written for a Chinese and for an English browser: `home.png` and `home-en.png`.
"""

import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from blogarchive.browse.serve import create_app
from tests.browse import chromium
from tests.browse.app_server import app_server
from tests.browse.make_archive import make
from tests.demo import DemoHost, sample_blogs
from tests.paths import ROOT
from tests.tool import Tool

_OUT = ROOT / "docs/pictures"
_LANGUAGES = (("zh-CN", ""), ("en-US", "-en"))  # of the browser, and the ending of the names
_SECONDS_OF_BACKUP = 26.0
# name, address, width, height, dark
_PICTURES = (
    ("home", "/read", 900, 760, False),
    ("post", "/read/post/48", 900, 980, False),
    ("search", "/read/search?q=茶馆", 900, 620, False),
    ("author", "/read/author/1", 900, 760, False),
    ("edits", "/read/post/48/edits", 900, 560, False),
    ("plots", "/read/author/1/plots", 900, 980, False),
    ("day", "/read/day?day=01-28", 900, 480, False),
    ("post-dark-phone", "/read/post/48", 390, 760, True),
    ("tables", "/archive/posts?_search=茶馆", 900, 760, False),
)


def main(out: Path) -> None:
    """Write every screenshot to the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    with _served_archive() as address:
        for language, ending in _LANGUAGES:
            _reading_pictures(out, address, language, ending)
    for language, ending in _LANGUAGES:
        _app_pictures(out, language, ending)
        _overview_picture(out, language, ending)


@contextmanager
def _served_archive() -> Iterator[str]:
    """Yield the address of a server of an archive of invented blogs."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        path = make(Path(folder) / "archive.db")
        server = uvicorn.Server(uvicorn.Config(create_app(path).app(), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def _reading_pictures(out: Path, address: str, language: str, ending: str) -> None:
    """Write the screenshots of the reading pages and of a table."""
    with chromium.browser() as browser:
        for name, page, width, height, dark in _PICTURES:
            if ending and page.startswith("/archive"):
                continue  # Datasette's own pages are in English only
            tab = browser.page()
            tab.language(language)
            tab.size(width, height, phone=width < 500, dark=dark)
            tab.go(address + page)
            tab.settle()
            tab.screenshot(out / f"{name}{ending}.png")


def _app_pictures(out: Path, language: str, ending: str) -> None:
    """Write two screenshots of `app`: what one page of a blog shows, and a backup that runs."""
    blog = sample_blogs()[0]
    with (
        tempfile.TemporaryDirectory() as folder,
        DemoHost([blog]) as host,
        app_server(Path(folder) / "archive.db") as server,
        chromium.browser() as browser,
    ):
        tab = browser.page()
        tab.language(language)
        tab.size(900, 620)
        tab.go(server.address)
        _send_form(tab, "/app/check", f"form.elements.url.value = {host.blog_url(blog.uid)!r}")
        _send_form(tab, "/app/check", "form.elements.site.value = 'creaders'")
        tab.screenshot(out / f"app-check{ending}.png")
        _send_form(tab, "/app/start")
        tab.settle(_SECONDS_OF_BACKUP)
        tab.screenshot(out / f"app-running{ending}.png")


def _overview_picture(out: Path, language: str, ending: str) -> None:
    """Write a screenshot of `app` with two stored blogs."""
    blogs = sample_blogs()[:2]
    with tempfile.TemporaryDirectory() as folder, DemoHost(blogs) as host:
        tool = Tool(Path(folder) / "blogarchive", media=True)
        tool.run("backup", *(host.blog_url(blog.uid) for blog in blogs), "-q")
        with app_server(tool.db) as server, chromium.browser() as browser:
            tab = browser.page()
            tab.language(language)
            tab.size(900, 930)
            tab.go(server.address)
            tab.settle()
            tab.screenshot(out / f"app-overview{ending}.png")


def _send_form(tab: chromium.Page, action: str, change: str = "") -> None:
    """Change fields of the form with this `action`, submit it, and wait for the next page."""
    tab.value(f"""window.old = true; const form = document.querySelector('form[action="{action}"]');
        {change}; form.requestSubmit()""")
    while tab.value("window.old || document.readyState !== 'complete'"):
        tab.settle(0.5)


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or [_OUT]))
