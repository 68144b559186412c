"""Drive a real Chromium over its debugging pipe, without a driver or a library.

The protocol is https://chromedevtools.github.io/devtools-protocol/: JSON messages that end with a zero byte. They are
read from file descriptor 4 of the browser and written to its descriptor 3.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
_PATIENCE = 30.0

# A shell such as dash accepts descriptors of one digit only; a test run has more than nine open.
_PLUMBER = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def executable() -> str | None:
    """Return the path of the browser, None if there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextlib.contextmanager
def browser() -> Iterator["Browser"]:
    """Yield a browser with a new profile; both are removed at the end."""
    path = executable()
    if path is None:
        raise FileNotFoundError("no Chromium on the PATH")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        to_browser, ours_out = os.pipe()
        ours_in, from_browser = os.pipe()
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _PLUMBER,
                str(to_browser),
                str(from_browser),
                path,
                *_ARGUMENTS,
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(to_browser, from_browser),
        )
        os.close(to_browser)
        os.close(from_browser)
        try:
            yield Browser(ours_out, ours_in)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(ours_out)
            os.close(ours_in)


class Browser:
    """Sends commands and collects events."""

    def __init__(self, outward: int, inward: int) -> None:
        self._outward, self._inward = outward, inward
        self._buffer = b""
        self._last_id = 0
        self.events: list[dict[str, Any]] = []

    def page(self) -> "Page":
        """Return a new tab in a new context: no cookies and no cache of other tabs."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session)

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Return the result of a command. Raises RuntimeError if the browser refuses it."""
        self._last_id += 1
        message: dict[str, Any] = {"id": self._last_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._outward, json.dumps(message).encode() + b"\0")
        wanted = self._last_id
        while True:
            answer = self._receive()
            if answer.get("id") == wanted:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def wait_for(self, method: str, session: str, start: int) -> dict[str, Any]:
        """Return the first event of that name since the event number `start`."""
        place = start
        while True:
            while place < len(self.events):
                event = self.events[place]
                place += 1
                if event.get("method") == method and event.get("sessionId") == session:
                    return event
            self.events.append(self._receive())

    def settle(self, seconds: float) -> None:
        """Collect events for a while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if b"\0" in self._buffer or select.select([self._inward], [], [], left)[0]:
                self.events.append(self._receive())

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            if not select.select([self._inward], [], [], _PATIENCE)[0]:
                raise TimeoutError("Chromium does not answer")
            read = os.read(self._inward, 1 << 16)
            if not read:
                raise ConnectionError("Chromium has ended")
            self._buffer += read
        message, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer


class Page:
    """A tab. `requests` are all requested URLs except data: and about:."""

    def __init__(self, owner: Browser, session: str) -> None:
        self._browser, self._session = owner, session
        self._start = len(owner.events)
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)

    def go(self, url: str) -> None:
        """Open `url` and wait until it is loaded."""
        start = len(self._browser.events)
        self.call("Page.navigate", url=url)
        self._browser.wait_for("Page.loadEventFired", self._session, start)
        while not self.value("document.documentElement !== null && document.readyState === 'complete'"):
            self.settle(0.05)  # the event may be that of the page before, which reloads itself

    def language(self, accepted: str) -> None:
        """Ask for pages in this language from now on: `zh-CN`; without it the browser asks for `en-US`."""
        self.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": accepted})

    def settle(self, seconds: float = 0.3) -> None:
        self._browser.settle(seconds)

    def value(self, expression: str) -> Any:
        """Return the value of a JavaScript expression or of its promise; the page's CSP does not apply."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def press(self, key: str, text: str = "", *, modifiers: int = 0) -> None:
        """Press a key by its name (Tab, Enter) or its letter, or type `text`; `modifiers`: 2 is Ctrl."""
        if text:
            self.call("Input.insertText", text=text)
            return
        codes = {"Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), "ArrowDown": (40, "")}
        code, character = codes.get(key) or (ord(key.upper()), key)
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.call(
            "Input.dispatchKeyEvent", type="keyDown" if character else "rawKeyDown", text=character, **common
        )
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def follow(self, key: str = "Enter") -> None:
        """Press the key and wait until the next page is loaded."""
        start = len(self._browser.events)
        self.press(key)
        self._browser.wait_for("Page.loadEventFired", self._session, start)

    def size(self, width: int, height: int, *, phone: bool = False, dark: bool = False) -> None:
        """Set the size of the window and the dark mode."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def without_scripts(self) -> None:
        """Disable the scripts of the page."""
        self.call("Emulation.setScriptExecutionDisabled", value=True)

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """Write the visible part, or the `whole` page, as PNG."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    @property
    def requests(self) -> list[str]:
        return [
            event["params"]["request"]["url"]
            for event in self._events("Network.requestWillBeSent")
            if not event["params"]["request"]["url"].startswith(("data:", "about:"))
        ]

    @property
    def messages(self) -> list[str]:
        """Return the console messages of the page and the errors of the browser."""
        logged = [event["params"]["entry"]["text"] for event in self._events("Log.entryAdded")]
        said = [str(event["params"]["args"]) for event in self._events("Runtime.consoleAPICalled")]
        return logged + said

    @property
    def dialogs(self) -> int:
        """Return the number of alert, confirm and prompt windows."""
        return len(self._events("Page.javascriptDialogOpening"))

    def _events(self, method: str) -> list[dict[str, Any]]:
        return [
            event
            for event in self._browser.events[self._start :]
            if event.get("method") == method and event.get("sessionId") == self._session
        ]
