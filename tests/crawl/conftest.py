from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.tool import Tool


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Tool]:
    with closing(Tool(tmp_path)) as made:
        yield made
