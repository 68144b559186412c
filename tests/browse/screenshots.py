"""Write the screenshots of the guides from invented blogs: `python -m tests.browse.screenshots`.

The arguments are another folder and another language: `python -m tests.browse.screenshots FOLDER en-US`.
"""

import socket
import sys
import tempfile
import threading
import time
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
_LANGUAGE = "zh-CN"
_SECONDS_OF_BACKUP = 26.0
# name, address, width, height, dark
_PICTURES = (
    ("home", "/read", 900, 760, False),
    ("post", "/read/post/48", 900, 980, False),
    ("search", "/read/search?q=茶馆", 900, 620, False),
    ("author", "/read/author/1", 900, 760, False),
    ("edits", "/read/post/48/edits", 900, 560, False),
    ("post-dark-phone", "/read/post/48", 390, 760, True),
    ("tables", "/archive/posts?_search=茶馆", 900, 760, False),
)


def main(out: Path, language: str) -> None:
    """Write every screenshot to the folder `out`, for a browser of that language."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        path = make(Path(folder) / "archive.db")
        server = uvicorn.Server(uvicorn.Config(create_app(path).app(), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with chromium.browser() as browser:
            for name, page, width, height, dark in _PICTURES:
                tab = browser.page()
                tab.language(language)
                tab.size(width, height, phone=width < 500, dark=dark)
                tab.go(address + page)
                tab.settle()
                tab.screenshot(out / f"{name}.png")
        server.should_exit = True
        thread.join(10)
        for app_language, ending in (("zh-CN", ""), ("en-US", "-en")):
            _app_pictures(out, app_language, ending)
            _overview_picture(out, app_language, ending)


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


def _read_arguments(out: str = str(_OUT), language: str = _LANGUAGE) -> tuple[Path, str]:
    return Path(out), language


if __name__ == "__main__":
    main(*_read_arguments(*sys.argv[1:]))
