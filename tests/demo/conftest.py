from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.demo import DemoHost


@pytest.fixture
def serve() -> Iterator[Callable[..., DemoHost]]:
    """Start a host with these arguments; it stops with the test."""
    with ExitStack() as stack:
        yield lambda *args, **named: stack.enter_context(DemoHost(*args, **named))
