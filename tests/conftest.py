"""What all tests share: the switch that rewrites golden files, signals for started processes, and the browser."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.browse import chromium


@pytest.fixture(scope="session", autouse=True)
def stop_signals_reach_child_processes() -> None:
    """Handle signals that the shell ignores, as under `make test &` or nohup; the handler does nothing.

    A child process inherits an ignored signal, and resets a handled one to its default.
    """
    for signum in (
        getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
    ):
        if signal.getsignal(signum) is signal.SIG_IGN:
            signal.signal(signum, lambda *_: None)


@pytest.fixture(scope="session")
def running_browser() -> Iterator[chromium.Browser]:
    """Return a Chromium; skip if there is none, unless BLOGARCHIVE_REQUIRE_BROWSER is set."""
    if chromium.executable() is None and os.environ.get("BLOGARCHIVE_REQUIRE_BROWSER") != "1":
        pytest.skip("no Chromium on the PATH")
    with chromium.browser() as browser:
        yield browser


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-goldens",
        action="store_true",
        help="write expected.json anew from what is read today, then fail, so that a person reads the diff",
    )
