"""Parts of all tests: the slow ones, the switch that rewrites golden files, signals for processes, the browser."""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.browse import chromium

# Containers often forbid compiled files. Each worker would then rewrite the asserts of all modules in every run. Each
# process of a test would compile this program.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Modules and tests stay until the end of the run. Looking for garbage among them takes a tenth of the collection.
gc.disable()

# The same examples in every run, and no limit of time, so that no run fails that another passed. Other and more
# examples are for a run that looks for new failures.
settings.register_profile(
    "repeatable",
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "50")),
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

SLOW = {"bench", "docs", "faults", "fleet", "hostile", "lies", "package", "workers"}
"""Folders of tests that kill, freeze, damage or attack, or that install and build; `make test-slow` runs them."""

SLOW_MODULES = {
    "test_app",
    "test_changes",
    "test_endless_paging",
    "test_hostile_downloads",
    "test_interrupted_images",
    "test_interruption",
    "test_killed_exports",
    "test_moves",
    "test_nightly",
    "test_refusals",
    "test_stopped",
}
"""Modules of kills, attacks, refusals and many nights in other folders."""

LONGEST = {"test_bundle"}
"""Modules that wait for a build of more than a minute."""

WAITING = {"cli", "crawl", "end_to_end", "fleet"}
"""Folders of tests that mostly wait for a process or a server."""


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


@pytest.fixture(scope="session", autouse=True)
def cache_folder_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep records of exports out of the user's cache folder, also those of processes."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def running_browser() -> Iterator[chromium.Browser]:
    """Return a Chromium; skip if there is none, unless BLOGARCHIVE_REQUIRE_BROWSER is set."""
    if chromium.executable() is None and os.environ.get("BLOGARCHIVE_REQUIRE_BROWSER") != "1":
        pytest.skip("no Chromium on the PATH")
    with chromium.browser() as browser:
        yield browser


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no module of which `-m "not slow"` selects no test: each worker collects all tests."""
    return True if config.option.markexpr == "not slow" and _is_slow(collection_path) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Mark the slow tests, and all that need a browser; then order those that are selected.

    Attacks with all inputs run only if `-m` names them.
    """
    if "attack" not in config.option.markexpr:
        items[:] = [item for item in items if not item.get_closest_marker("attack")]
    for item in items:
        if _is_slow(item.path) or item.get_closest_marker("browser"):
            item.add_marker("slow")
    yield
    items[:] = _in_order(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def _is_slow(path: Path) -> bool:
    return _folder(path) in SLOW or path.stem in SLOW_MODULES


@cache
def _folder(path: Path) -> str:
    """Return the name of the folder of `tests` that has the path, or is it."""
    return next(iter(path.relative_to(Path(__file__).parent).parts), "")


def _in_order(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Return the tests so that the share of each worker, an equal part, begins with those that wait.

    The longest come first, on one worker. Short tests come last, which workers without tests take over.
    """
    longest = [item for item in items if item.path.stem in LONGEST]
    waiting = [item for item in items if _folder(item.path) in WAITING]
    others = [item for item in items if item not in longest and _folder(item.path) not in WAITING]
    parts = (_part(kind, part, workers) for part in range(workers) for kind in (waiting, others))
    return [*longest, *(item for part in parts for item in part)]


def _part(items: list[pytest.Item], part: int, parts: int) -> list[pytest.Item]:
    return items[len(items) * part // parts : len(items) * (part + 1) // parts]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-goldens",
        action="store_true",
        help="write expected.json anew from what is read today, then fail, so that a person reads the diff",
    )
