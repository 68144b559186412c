"""What all tests share: the switch that rewrites golden files, and signals for the processes that tests start."""

import signal

import pytest


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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-goldens",
        action="store_true",
        help="write expected.json anew from what is read today, then fail, so that a person reads the diff",
    )
