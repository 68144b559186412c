"""A blog whose posts show the pictures that a test names, and a second host that only holds pictures."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.media.media_hosts import PictureHost
from tests.tool import Tool


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path, media=True)


@pytest.fixture
def elsewhere() -> Iterator[PictureHost]:
    """Another loopback address: as private as the blog's own, and not the blog's."""
    with PictureHost("127.0.0.2") as host:
        yield host


@pytest.fixture
def beside() -> Iterator[PictureHost]:
    """Another service on the blog's own address."""
    with PictureHost("127.0.0.1") as host:
        yield host
