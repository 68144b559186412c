"""Write the screenshots of docs/browse.md from the invented archive: `python -m tests.browse.screenshots`.

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
from tests.browse.make_archive import make
from tests.paths import ROOT

_OUT = ROOT / "docs/pictures"
_LANGUAGE = "zh-CN"
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


def _read_arguments(out: str = str(_OUT), language: str = _LANGUAGE) -> tuple[Path, str]:
    return Path(out), language


if __name__ == "__main__":
    main(*_read_arguments(*sys.argv[1:]))
