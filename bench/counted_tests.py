"""Count the tests by kind, as pytest collects them."""

import contextlib
import io
import re
from collections import Counter
from typing import Any, NamedTuple

import pytest

KINDS = {
    "kills and signals: SIGKILL, SIGTERM, Ctrl-C at any moment": r"kill|interrupt|a_signal|two_signals|ctrl_c",
    "faults of servers, networks, disks and files": (
        r"^tests/(faults|crawl/downloads)/"
        r"|test_(bad_answers|refusals|traps|politeness|response_kind|partial|integrity|unreadable)"
    ),
    "hostile pages and images: time, memory, scripts": (
        r"^tests/hostile/|test_(hostile|large_pages|sanitize|xml_splitter)"
    ),
    "forged comments, quoted pages, sites that lie": (
        r"forg(ed|er|es|e_)|^tests/lies/|test_(quoted_pages|title_witness|promises)"
    ),
    "changes: edits, deletions, updates": (
        r"test_(second_state|changed_markup|update|deletions|change_detection|posts|comments|histories)\.py"
    ),
    "charsets and damaged text": r"^tests/parsing/charset/|encoding|test_normalize",
    "dates, times, numbers": r"^tests/parsing/dates/|test_(worded_times|listed_times|headings)",
    "pages of sites: golden files, invented and real markups": (
        r"^tests/(sites|parsing)/|test_(goldens|demo_markups|demo_read_back|real_page)"
    ),
    "archives of older versions": r"test_(migrations|released)",
    "reading pages, search, Datasette, a real browser": r"^tests/(browse/|store/test_search)|in_browser",
    "exports": r"^tests/export/",
    "imports and merges": r"^tests/importing/",
    "several machines": r"^tests/fleet/",
    "documents: their commands, examples and links": r"^tests/docs/|test_(documents|api)\.py",
    "package, containers, services": r"^tests/package/",
    "the rest: store, crawl, command line, messages, the demo host": r"",
}
"""A kind of tests, and the pattern of its node ids; a test is of the first kind that matches."""


class Counted(NamedTuple):
    """The number of tests of a kind, and of the random cases that those with Hypothesis draw."""

    kind: str
    tests: int
    random_cases: int


class _Collector:
    """A plugin of pytest that keeps the collected tests."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = list(session.items)


def count_tests(*paths: str) -> list[Counted]:
    """Return the counts in the order of `KINDS`; raises RuntimeError if a module cannot be collected."""
    collector = _Collector()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        code = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *paths], plugins=[collector])
    if code != pytest.ExitCode.OK:
        raise RuntimeError(printed.getvalue()[-2000:])
    tests: Counter[str] = Counter()
    cases: Counter[str] = Counter()
    for item in collector.items:
        kind = kind_of(item.nodeid)
        tests[kind] += 1
        cases[kind] += _random_cases(getattr(item, "obj", None))
    return [Counted(kind, tests[kind], cases[kind]) for kind in KINDS if tests[kind]]


def kind_of(nodeid: str) -> str:
    """Return the kind of a test by its node id, without parameters."""
    name = nodeid.partition("[")[0]
    return next(kind for kind, pattern in KINDS.items() if re.search(pattern, name))


def _random_cases(function: Any) -> int:
    if not getattr(function, "is_hypothesis_test", False):
        return 0
    return int(function._hypothesis_internal_use_settings.max_examples)
